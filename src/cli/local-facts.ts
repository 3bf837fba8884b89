import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { LocalFacts } from '../doctor/local.js';
import { Failure } from '../errors.js';
import { stateDirectory } from '../journal/directory.js';
import { systemReason } from '../journal/failures.js';
import { connectionOf, type SourceFlagValues } from './connection.js';

/** Bins of the package that others find by their names. */
const PLUGINS = ['kubectl-ipamctl', 'kubectl_complete-ipamctl'];

/**
 * What `doctor` says of this machine; nothing is written, and nobody is asked.
 * @param program our version, and the folder of the package
 */
export async function localFacts(
  flags: SourceFlagValues & { readonly journal?: string | undefined },
  program: { readonly version: string; readonly root: string },
): Promise<LocalFacts> {
  const path = flags.journal ?? stateDirectory(process.env);
  return {
    toolVersion: program.version,
    nodeVersion: process.version,
    oldestNode: await oldestNode(program.root),
    journal: { path, problem: await whyNotWritable(path) },
    connection: await connectionFacts(flags),
    onPath: await onPath(),
  };
}

async function oldestNode(root: string): Promise<string> {
  const pkg = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { engines?: { node?: string } };
  return (pkg.engines?.node ?? '').replace(/^>=/, '');
}

/** A folder that is not there yet is made in the nearest one that is. */
async function whyNotWritable(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      if (!(await stat(at)).isDirectory()) return `${at} is no folder`;
      await access(at, constants.W_OK | constants.X_OK);
      return null;
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isMissing || dirname(at) === at) return systemReason(error);
    }
  }
}

async function connectionFacts(flags: SourceFlagValues): Promise<LocalFacts['connection']> {
  const { resolveConnection } = await import('../cluster/live/connection.js');
  try {
    const { name, origin, cluster, userName } = resolveConnection(connectionOf(flags), {
      env: process.env,
      home: homedir(),
    });
    return { context: name, origin, server: cluster.server, user: userName };
  } catch (error) {
    if (error instanceof Failure && error.kind === 'cluster') return error;
    throw error;
  }
}

async function onPath(): Promise<string[]> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const isThere = async (name: string): Promise<boolean> => {
    const tries = folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    );
    return (await Promise.all(tries)).includes(true);
  };
  const there = await Promise.all(PLUGINS.map(isThere));
  return PLUGINS.filter((_, at) => there[at] === true);
}
