import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const TERMINAL = fileURLToPath(new URL('../src/render/terminal.ts', import.meta.url));

/** What @oclif/core needs only to find commands without a manifest, to load plugins, to spin, or to name WSL. */
const STUBS: Readonly<Record<string, string>> = {
  tinyglobby: "exports.glob = () => { throw new Error('the package lacks oclif.manifest.json'); };",
  minimatch: "exports.minimatch = () => { throw new Error('ipamctl has no plugins'); };",
  'cli-spinners': 'module.exports = { line: { frames: [], interval: 130 }, dots2: { frames: [], interval: 80 } };',
  'wsl-utils': 'exports.isWsl = false;',
  // Whoever wants to see oclif at work asks by DEBUG.
  debug: "module.exports = process.env.DEBUG ? require('debug') : () => Object.assign(() => {}, { enabled: false });",
  // Help is coloured where results are: by `--color`, NO_COLOR and FORCE_COLOR, in that order.
  'supports-color': `const { screenOf } = require(${JSON.stringify(TERMINAL)});
    const color = () => screenOf({ isTTY: process.stdout.isTTY, env: process.env }).color;
    Object.defineProperty(exports, 'stdout', { get: color });
    exports.stderr = true;`,
  // It would look at the surroundings once more, in an order of its own.
  ansis: `const { stripVTControlCharacters } = require('node:util');
    const on = (open, close) => (text) => \`\\x1b[\${open}m\${text}\\x1b[\${close}m\`;
    module.exports = { bold: on(1, 22), dim: on(2, 22), underline: on(4, 24), red: on(31, 39), yellow: on(33, 39), strip: stripVTControlCharacters };`,
  // Parts of Node that it imports at once and uses on Windows, in measurements, or for arguments on stdin.
  'node:child_process': lazily('node:child_process', ['execSync']),
  'node:perf_hooks': lazily('node:perf_hooks', ['performance', 'PerformanceObserver']),
  'node:readline': lazily('node:readline', ['createInterface']),
};

const MODULES = new RegExp(`^(${Object.keys(STUBS).join('|')})$`);

/** Leaves out of the bundle what a packed ipamctl never runs, and loads late what it seldom does. */
export const slimOclif: Plugin = {
  name: 'slim-oclif',
  setup(build) {
    build.onResolve({ filter: MODULES }, ({ path, importer, namespace, resolveDir }) =>
      namespace === 'file' && importer.includes('@oclif')
        ? { path, namespace: 'slim-oclif', pluginData: resolveDir }
        : undefined,
    );
    build.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/]config[\\/]plugin\.js$/ }, ({ path }) => ({
      contents: sortedPlainly(readFileSync(path, 'utf8')),
    }));
    build.onLoad({ filter: /.*/, namespace: 'slim-oclif' }, ({ path, pluginData }) => ({
      contents: STUBS[path] ?? '',
      resolveDir: String(pluginData),
    }));
  },
};

/** Sorting eight ids by the rules of a language starts ICU, which takes longer than everything else that oclif does. */
function sortedPlainly(source: string): string {
  const byLanguage = 'a.id.localeCompare(b.id)';
  if (!source.includes(byLanguage)) throw new Error('@oclif/core sorts its commands in another way now');
  return source.replace(byLanguage, '(a.id < b.id ? -1 : 1)');
}

/** A module whose members are loaded when they are first used. */
function lazily(module: string, names: readonly string[]): string {
  return names
    .map((name) => `Object.defineProperty(exports, '${name}', { get: () => require('${module}').${name} });`)
    .join('\n');
}
