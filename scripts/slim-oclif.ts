import type { Plugin } from 'esbuild';

/** What @oclif/core needs only to find commands without a manifest, to load plugins, or to spin. */
const STUBS: Readonly<Record<string, string>> = {
  tinyglobby: "exports.glob = () => { throw new Error('the package lacks oclif.manifest.json'); };",
  minimatch: "exports.minimatch = () => { throw new Error('ipamctl has no plugins'); };",
  // Looked at as soon as stderr is a terminal: `line` on Windows, `dots2` elsewhere.
  'cli-spinners': 'const none = { frames: [], interval: 80 }; module.exports = { line: none, dots2: none };',
};

/** Leaves out of the bundle what a packed ipamctl never runs: a quarter of the start-up code. */
export const slimOclif: Plugin = {
  name: 'slim-oclif',
  setup(build) {
    build.onResolve({ filter: /^(tinyglobby|minimatch|cli-spinners)$/ }, ({ path, importer }) =>
      importer.includes('@oclif') ? { path, namespace: 'slim-oclif' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'slim-oclif' }, ({ path }) => ({ contents: STUBS[path] ?? '' }));
  },
};
