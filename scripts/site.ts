/**
 * `npm run site`: builds a site of docs/ into site/dist. What builds it is in site/package.json, and is installed from the
 * lock file there where it is missing. Arguments are VitePress': `npm run site -- --base /ipamctl/ --outDir DIR`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layOut } from './site-pages.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const site = join(root, 'site');

if (!isInstalled()) run('npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline');
layOut(root, join(site, '.pages'));
run(process.execPath, join('node_modules', 'vitepress', 'bin', 'vitepress.js'), 'build', ...process.argv.slice(2));

/** In the version that the lock file has. */
function isInstalled(): boolean {
  const installed = join(site, 'node_modules', '.package-lock.json');
  return existsSync(installed) && versionIn(installed) === versionIn(join(site, 'package-lock.json'));
}

function versionIn(lock: string): string | undefined {
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as { packages: Record<string, { version?: string }> };
  return packages['node_modules/vitepress']?.version;
}

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: site, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
