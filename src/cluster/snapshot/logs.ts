import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { LogOptions } from '../port.js';

/** Names of namespaces, pods and containers; nothing else may become part of a path. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** The most of a log that is read, from its end or its beginning. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Reads a part of a container's log where `oc adm inspect` puts it: `namespaces/NS/pods/POD/C/C/logs/current.log`
 * (openshift/oc pkg/cli/admin/inspect/pod.go), in one of these folders or in a folder of one, as in a must-gather.
 * `undefined` where it was not collected; archives are not looked into.
 */
export async function readLog(
  folders: readonly string[],
  namespace: string,
  pod: string,
  container: string | null,
  options: LogOptions,
): Promise<string | undefined> {
  if (![namespace, pod, container ?? 'none'].every((name) => NAME.test(name))) return undefined;
  for (const folder of folders) {
    for (const root of [folder, ...(await foldersOf(folder)).map((name) => join(folder, name))]) {
      const place = join(root, 'namespaces', namespace, 'pods', pod);
      const name = container ?? (await onlyFolderOf(place));
      const text =
        name === undefined ? undefined : await partOf(join(place, name, name, 'logs', 'current.log'), options);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

async function onlyFolderOf(path: string): Promise<string | undefined> {
  const [first, ...others] = await foldersOf(path);
  return others.length === 0 ? first : undefined;
}

async function foldersOf(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

async function partOf(path: string, options: LogOptions): Promise<string | undefined> {
  let handle;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    const isHead = 'headBytes' in options;
    const most = isHead ? Math.min(options.headBytes, MOST_BYTES) : MOST_BYTES;
    const bytes = Buffer.alloc(Math.min(stats.size, most));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, isHead ? 0 : stats.size - bytes.length);
    const text = bytes.toString('utf8', 0, bytesRead);
    return isHead ? text : lastLines(text, options);
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

function lastLines(text: string, { tailLines, limitBytes }: Extract<LogOptions, { tailLines: number }>): string {
  const lines = text.split(/(?<=\n)/);
  const end = lines.slice(Math.max(0, lines.length - tailLines)).join('');
  return limitBytes === undefined ? end : Buffer.from(end).toString('utf8', 0, limitBytes);
}
