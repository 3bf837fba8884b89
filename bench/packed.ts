/** The program as a user installs it: packed by npm, and installed into an empty folder. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subject } from './measure.js';

/** An installed ipamctl; `remove` takes it away. */
export interface Installed {
  /** A run of it, under the name that the table gives it. */
  subject(args: readonly string[], more?: Partial<Subject>): Subject;
  remove(): void;
}

/** Packs what was built and installs it. */
export function install(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-bench-packed-'));
  const npm = (cwd: string, ...args: string[]): string => execFileSync('npm', args, { cwd, encoding: 'utf8' });
  const [packed] = JSON.parse(npm('.', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)) as [
    { filename: string },
  ];
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, packed.filename));
  const bin = join(folder, 'node_modules', 'ipamctl', 'bin', 'run.js');
  return {
    subject: (args, more = {}) => ({
      name: `ipamctl ${args.filter((arg) => !arg.startsWith('/')).join(' ')}`,
      argv: [process.execPath, bin, ...args],
      ...more,
    }),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
