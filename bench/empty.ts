/** The least that any program on oclif costs: one command that prints a line, bundled and slimmed as ipamctl is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLING, NEVER_LOADED } from '../scripts/bundling.js';
import { slimOclif } from '../scripts/slim-oclif.js';
import type { Subject } from './measure.js';

/** Makes it; `remove` takes it away. */
export async function emptyCommand(): Promise<{ subject: Subject; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-bench-empty-'));
  const pjson = { name: 'empty', version: '1.0.0', type: 'module', oclif: { bin: 'empty', commands: 'commands' } };
  const command = { id: 'say', aliases: [], args: {}, flags: {}, isESM: true, relativePath: ['commands', 'say.js'] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson));
  writeFileSync(join(folder, 'oclif.manifest.json'), JSON.stringify({ version: '1.0.0', commands: { say: command } }));
  const root = JSON.stringify(folder);
  writeFileSync(
    join(folder, 'main.mjs'),
    `import { Config } from '@oclif/core/config';
     import { run } from '@oclif/core/run';
     const pjson = ${JSON.stringify(pjson)};
     await run(process.argv.slice(2), await Config.load({ root: ${root}, pjson, devPlugins: false, userPlugins: false }));`,
  );
  writeFileSync(
    join(folder, 'say.mjs'),
    `import { Command } from '@oclif/core/command';
     export default class Say extends Command { async run() { await this.parse(Say); process.stdout.write('x\\n'); } }`,
  );
  await build({
    ...BUNDLING,
    entryPoints: { main: join(folder, 'main.mjs'), 'commands/say': join(folder, 'say.mjs') },
    outdir: folder,
    nodePaths: [join(process.cwd(), 'node_modules')],
    external: [...NEVER_LOADED],
    plugins: [slimOclif],
  });
  return {
    subject: { name: 'an empty command of oclif', argv: [process.execPath, join(folder, 'main.js'), 'say'] },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
