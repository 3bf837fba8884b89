import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { LOG_GAP, type LogOptions } from '../port.js';

/*
 * Logs lie where `oc adm inspect` puts them: `namespaces/NS/pods/POD/C/C/logs/current.log` (openshift/oc
 * pkg/cli/admin/inspect/pod.go). In folders they are read when they are asked for. Archives are read in passing, so
 * there the few that matter to whereabouts are kept.
 */

/** Names of namespaces, pods and containers; nothing else may become part of a path. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** The most of a log that is read, from its end. */
const TAIL_BYTES = 4 * 1024 * 1024;

/** The most of a log's beginning that is kept of an archive, and of its end. */
const KEPT_HEAD_BYTES = 64 * 1024;
const KEPT_TAIL_BYTES = 1024 * 1024;
/** The most of all logs that is kept of archives. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** Pods whose logs are kept of an archive: whereabouts' own, multus' and the DHCP daemon's. */
const OF_INTEREST = /whereabouts|multus|dhcp/;

const PLACE = /(?:^|\/)namespaces\/([^/]+)\/pods\/([^/]+)\/([^/]+)\/([^/]+)\/logs\/current\.log$/;

/** Whose log lies at a path of an inspect tree. */
interface LogPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

function logPlace(path: string): LogPlace | undefined {
  const [, namespace, pod, container, again] = PLACE.exec(path.replaceAll('\\', '/')) ?? [];
  if (namespace === undefined || pod === undefined || container === undefined || container !== again) return undefined;
  return [namespace, pod, container].every((name) => NAME.test(name)) ? { namespace, pod, container } : undefined;
}

/** The place of a log, relative to a snapshot's folder; undefined for names that are no part of a path. */
export function logFile({ namespace, pod, container }: LogPlace): string | undefined {
  const path = `namespaces/${namespace}/pods/${pod}/${container}/${container}/logs/current.log`;
  return logPlace(path) === undefined ? undefined : path;
}

/** The logs that archives held, as far as they are kept. */
export class KeptLogs {
  /** By pod, `namespace/name`; then by container. */
  readonly #logs = new Map<string, Map<string, string>>();
  #bytes = 0;

  /** Whether an entry of an archive is a log that is kept. `named`: whether a manifest names it. */
  wants(path: string, isNamed: (place: LogPlace) => boolean): boolean {
    if (!path.endsWith('/current.log') || this.#bytes >= KEPT_BYTES) return false;
    const place = logPlace(path);
    return place !== undefined && (OF_INTEREST.test(place.pod) || isNamed(place));
  }

  /** Keeps the beginning and the end of a log. */
  async take(path: string, stream: AsyncIterable<Buffer>): Promise<void> {
    const text = await shortened(stream);
    const place = logPlace(path);
    if (place === undefined) return;
    this.#bytes += text.length;
    const pod = `${place.namespace}/${place.pod}`;
    const ofPod = this.#logs.get(pod) ?? new Map<string, string>();
    if (!ofPod.has(place.container)) ofPod.set(place.container, text);
    this.#logs.set(pod, ofPod);
  }

  /** null: of the pod's only container. */
  get(namespace: string, pod: string, container: string | null): string | undefined {
    const ofPod = this.#logs.get(`${namespace}/${pod}`);
    if (ofPod === undefined) return undefined;
    if (container !== null) return ofPod.get(container);
    return ofPod.size === 1 ? [...ofPod.values()][0] : undefined;
  }
}

/** The beginning and the end of a stream, with the line between that says so. */
async function shortened(stream: AsyncIterable<Buffer>): Promise<string> {
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let leftOut = 0;
  for await (const chunk of stream) {
    const toHead = Math.min(chunk.length, KEPT_HEAD_BYTES - headBytes);
    if (toHead > 0) head.push(Buffer.from(chunk.subarray(0, toHead)));
    headBytes += toHead;
    if (toHead === chunk.length) continue;
    tail.push(Buffer.from(chunk.subarray(toHead)));
    tailBytes += chunk.length - toHead;
    if (tailBytes <= 2 * KEPT_TAIL_BYTES) continue;
    const joined = Buffer.concat(tail);
    leftOut += joined.length - KEPT_TAIL_BYTES;
    tail = [joined.subarray(joined.length - KEPT_TAIL_BYTES)];
    tailBytes = KEPT_TAIL_BYTES;
  }
  if (leftOut === 0) return Buffer.concat([...head, ...tail]).toString('utf8');
  return withGap(Buffer.concat(head).toString('utf8'), Buffer.concat(tail).toString('utf8'), leftOut);
}

/** Beginning and end of a log, cut at ends of lines, with the line between that tells of the gap. */
export function withGap(head: string, tail: string, bytesLeftOut: number | null): string {
  const begin = head.slice(0, head.lastIndexOf('\n') + 1);
  const end = tail.slice(tail.indexOf('\n') + 1);
  const much = bytesLeftOut === null ? 'lines' : `about ${bytesLeftOut.toString()} bytes`;
  return `${begin}${LOG_GAP}${much}]\n${end}`;
}

/**
 * Reads a part of a container's log where `oc adm inspect` puts it, in one of these folders or in a folder of one, as in
 * a must-gather. `undefined` where it was not collected.
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
      const path = name === undefined ? undefined : join(place, name, name, 'logs', 'current.log');
      const text = path === undefined ? undefined : await partOf(path, options);
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
    const bytes = Buffer.alloc(Math.min(stats.size, isHead ? Math.min(options.headBytes, TAIL_BYTES) : TAIL_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, isHead ? 0 : stats.size - bytes.length);
    const text = bytes.toString('utf8', 0, bytesRead);
    if (isHead || bytesRead === stats.size) return selected(text, options);
    const gap = stats.size - bytesRead;
    return selected(withGap('', text, gap), options);
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

/** The part of a text that was asked for. A gap is shown where the part reaches over it. */
export function selected(text: string, options: LogOptions): string {
  if ('headBytes' in options) return Buffer.from(text).toString('utf8', 0, options.headBytes);
  const lines = text.split(/(?<=\n)/);
  const end = lines.slice(Math.max(0, lines.length - options.tailLines)).join('');
  return options.limitBytes === undefined ? end : Buffer.from(end).toString('utf8', 0, options.limitBytes);
}
