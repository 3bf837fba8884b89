/**
 * Bundles the command tree into dist/ and writes oclif.manifest.json.
 * Each command is an entry of its own and shares chunks with the others, so that a command loads only what it needs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLING, NEVER_LOADED } from './bundling.js';
import { bundledParts, notices } from './contents.js';
import { slimKubernetesClient } from './slim-client.js';
import { reportPage } from './report-page.js';
import { slimOclif } from './slim-oclif.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
// Built beside and swapped in, so that whoever runs the program meanwhile never finds it half there.
const outdir = join(root, `dist.${process.pid}`);
process.chdir(root);

const commands = readdirSync('src/commands', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

const { metafile } = await build({
  entryPoints: [...commands.map((file) => join('src/commands', file)), 'src/cli/main.ts', 'src/cli/complete.ts'],
  outdir,
  outbase: 'src',
  ...BUNDLING,
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: 'linked',
  sourcesContent: false,
  // Tables load theirs when drawn.
  external: ['cli-table3', ...NEVER_LOADED],
  plugins: [slimKubernetesClient, slimOclif, reportPage],
  metafile: true,
  logLevel: 'warning',
});
// Who packs the program, and who judges its size, wants to know what is in it; it is not given out.
writeFileSync(join(outdir, 'metafile.json'), JSON.stringify(metafile));
// What is bundled keeps its licence with it.
writeFileSync(join(outdir, 'THIRD-PARTY-NOTICES.txt'), notices(bundledParts(metafile)));
swapIn();
writeManifest();

function swapIn(): void {
  const old = join(root, `dist.${process.pid}.old`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(outdir, dist);
  rmSync(old, { recursive: true, force: true });
}

/** `oclif manifest` writes an empty manifest and exits 0 when it finds no commands: look at what it wrote. */
function writeManifest(): void {
  const cli = join(root, 'node_modules', 'oclif', 'bin', 'run.js');
  execFileSync(process.execPath, [cli, 'manifest', '--no-jit'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    // It would ask the registry for a newer version of itself.
    env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' },
  });
  const file = join(root, 'oclif.manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { commands: Record<string, unknown> };
  const expected = commands.map((file) =>
    file
      .split(sep)
      .join(':')
      .replace(/(:index)?\.ts$/, ''),
  );
  const missing = expected.filter((id) => manifest.commands[id] === undefined);
  if (missing.length > 0) throw new Error(`oclif.manifest.json lacks ${missing.join(', ')}`);
  // oclif lists them as they happen to load; a committed file must not change by itself.
  const sorted = Object.fromEntries(Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify({ ...manifest, commands: sorted }, null, 2)}\n`);
}
