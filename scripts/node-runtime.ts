/** Node from its own packages of npm: one goes into the archives, others run the tests of the package. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ensureFolder } from '../test/cluster/binaries.js';

/** As Node names them. */
export type Arch = 'x64' | 'arm64';

interface Pinned {
  readonly version: string;
  /** What npm says of each package, and what the file must have. */
  readonly integrity: Readonly<Record<Arch, string>>;
}

/** By major version. All are for Linux with glibc. */
export const NODES = {
  22: {
    version: '22.23.3',
    integrity: {
      x64: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
      arm64: 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    },
  },
  24: {
    version: '24.21.0',
    integrity: {
      x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
      arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
  },
} as const satisfies Record<number, Pinned>;

/** The one that goes into the archives. */
export const SHIPPED = 24;

/** A Node on disk. */
export interface NodeRuntime {
  readonly version: string;
  readonly integrity: string;
  /** The program. */
  readonly program: string;
  readonly licenceFile: string;
}

/**
 * Finds a Node in the cache of built programs; fetches its package by npm the first time.
 * @throws Error where what came is not what is pinned here
 */
export async function nodeRuntime(major: keyof typeof NODES, arch: Arch): Promise<NodeRuntime> {
  const { version, integrity }: Pinned = NODES[major];
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const folder = await ensureFolder(`node-${version}-linux-${arch}`, log, async (target) => {
    log(`fetching Node ${version} for ${arch} by npm (some seconds)`);
    await unpack(await fetched(`node-linux-${arch}@${version}`, integrity[arch], target), target);
  });
  return {
    version,
    integrity: integrity[arch],
    program: join(folder, 'bin', 'node'),
    licenceFile: join(folder, 'LICENSE'),
  };
}

async function fetched(what: string, integrity: string, folder: string): Promise<string> {
  const args = ['pack', '--silent', '--prefer-offline', '--ignore-scripts', '--pack-destination', folder, what];
  const { stdout } = await promisify(execFile)('npm', args);
  const file = join(folder, stdout.trim());
  const sum = `sha512-${createHash('sha512')
    .update(await readFile(file))
    .digest('base64')}`;
  if (sum !== integrity) throw new Error(`${what} has the sum ${sum}, and ${integrity} is pinned`);
  return file;
}

async function unpack(archive: string, folder: string): Promise<void> {
  mkdirSync(join(folder, 'bin'));
  for await (const entry of createReadStream(archive).pipe(createGunzip()).pipe(extract())) {
    const name = entry.header.name.replace(/^package\//, '');
    const content = await buffer(entry);
    if (name === 'bin/node') await writeFile(join(folder, name), content, { mode: 0o755 });
    if (name === 'LICENSE') await writeFile(join(folder, name), content);
  }
  rmSync(archive);
}
