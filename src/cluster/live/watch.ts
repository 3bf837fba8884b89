import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterFailure, isPassing } from '../../errors.js';
import type { Follower, KubeObject, ListOptions } from '../port.js';
import type { Resource } from '../resources.js';
import { notKubernetes } from './explain.js';
import { listIdentity, readList, type ListReader } from './list.js';
import { watchPath } from './paths.js';
import { retryAfterMs } from './retry.js';
import { parseJson } from './split.js';
import { asRecord, asText, harmless } from './text.js';
import { DamagedBody, type Refusal } from './transport.js';

const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json;q=0.8';

/**
 * A watch is begun anew after about so long, as client-go does it more slowly: a connection that a firewall dropped in
 * silence brings nothing, and is found out only then.
 */
const WATCH_SECONDS = 240;
/** How much longer than that the server may take to end it. */
const GRACE_MS = 15_000;
const FIRST_WAIT_MS = 500;
/** A watch that held so long was a sound one: the next trouble is a new one. */
const SOUND_MS = 10_000;
const LONGEST_WAIT_MS = 30_000;
/** One event is one object; etcd takes none that is much bigger than this. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** What is followed, and who takes it. */
export interface Following<T> {
  readonly resource: Resource;
  readonly options: ListOptions;
  readonly project: (object: KubeObject) => T | undefined;
  readonly follower: Follower<T>;
  readonly signal: AbortSignal;
}

/** The history that a watch would go on from is gone: the list must be read again. */
class HistoryLost extends Error {}

/**
 * Reads a list and follows it by watches, each from where the one before ended (client-go's reflector). In memory there
 * is one event at a time; the follower decides what is kept.
 *
 * @throws ClusterFailure where the first list cannot be read, and for what waiting does not mend.
 */
export async function follow<T>(reader: ListReader, following: Following<T>): Promise<void> {
  const { follower, signal, resource } = following;
  /** Where to go on; `undefined`: with a new list. */
  let version: string | undefined;
  let isListed = false;
  let inTrouble = false;
  let waitMs = FIRST_WAIT_MS;
  const onOpen = (): void => {
    if (inTrouble) follower.trouble?.(null);
    inTrouble = false;
  };
  const isEnded = (): boolean => signal.aborted;
  while (!isEnded()) {
    let openedMs = performance.now();
    try {
      if (version === undefined) {
        version = await listAgain(reader, following);
        isListed = true;
        onOpen();
      }
      openedMs = performance.now();
      await watchOnce(reader, following, version, onOpen, (reached) => {
        version = reached;
      });
      // Whoever ends each watch at once must not be asked without a pause.
      if (performance.now() - openedMs < FIRST_WAIT_MS) await pause(FIRST_WAIT_MS, signal);
    } catch (error) {
      if (isEnded()) return;
      if (error instanceof HistoryLost) {
        reader.observer.debug?.(`watch of ${resource.plural}: ${error.message}; its list is read again`);
        version = undefined;
        await pause(jittered(FIRST_WAIT_MS / 5), signal);
        continue;
      }
      if (!isListed || !isPassing(error)) throw error;
      if (!inTrouble) follower.trouble?.(error.message);
      inTrouble = true;
      if (performance.now() - openedMs > SOUND_MS) waitMs = FIRST_WAIT_MS;
      const asked = error instanceof TooBusy ? error.afterMs : 0;
      await pause(Math.max(jittered(waitMs), asked), signal);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }
}

/** The API server is too busy for a watch, and may say until when. */
class TooBusy extends ClusterFailure {
  constructor(
    message: string,
    readonly afterMs: number,
  ) {
    super('server-error', message);
  }
}

async function listAgain<T>(reader: ListReader, following: Following<T>): Promise<string> {
  const { resource, options, project, follower } = following;
  const identity = listIdentity(resource, options);
  const { items, resourceVersion } = await readList(reader, resource, options, identity, (object) => {
    const value = project(object);
    return value === undefined ? undefined : ([keyOf(object), value] as const);
  });
  if (resourceVersion === undefined) {
    throw new ClusterFailure('not-kubernetes', `the list of ${resource.plural} has no resourceVersion to watch from`);
  }
  follower.listed(new Map(items));
  return resourceVersion;
}

/**
 * One watch, to its end.
 * @param onOpen is called once the server has taken it; `onVersion` is told how far it came.
 */
async function watchOnce<T>(
  reader: ListReader,
  following: Following<T>,
  version: string,
  onOpen: () => void,
  onVersion: (version: string) => void,
): Promise<void> {
  const { resource, options, signal } = following;
  const identity = listIdentity(resource, options, 'watch');
  const timeoutSeconds = Math.round(WATCH_SECONDS * (0.75 + Math.random() / 2));
  let broken: { readonly error: unknown } | undefined;
  const outcome = await reader.client.send(
    {
      method: 'GET',
      path: watchPath(resource, options, { resourceVersion: version, timeoutSeconds }),
      accept: options.metadataOnly === true ? METADATA : 'application/json',
      repeatable: false,
      timeoutMs: timeoutSeconds * 1000 + GRACE_MS,
      signal,
      identity,
    },
    async (body, head) => {
      if (!/\bjson\b/i.test(head.headers['content-type'] ?? '')) {
        broken = { error: notKubernetes(identity, reader.asker, head, '') };
        return;
      }
      onOpen();
      for await (const line of lines(body)) {
        try {
          const reached = take(line, following);
          if (reached !== undefined) onVersion(reached);
        } catch (error) {
          // Kept from being taken for an error of the connection.
          broken = { error };
          return;
        }
      }
    },
  );
  if (broken?.error instanceof DamagedBody) {
    throw new ClusterFailure('server-error', `the watch of ${resource.plural} was damaged: ${broken.error.message}`);
  }
  if (broken !== undefined) throw broken.error;
  if (outcome.ok) return;
  throw await explained(reader, following, outcome.refusal);
}

async function explained<T>(reader: ListReader, { resource, options }: Following<T>, refusal: Refusal): Promise<Error> {
  if (refusal.status === 410) return new HistoryLost('the server no longer knows where it stood (410)');
  if (refusal.status === 429 || refusal.status >= 500) {
    const afterMs = retryAfterMs(refusal.headers['retry-after'], Date.now()) ?? 0;
    const text = `the API server could not watch ${resource.plural}: it answered ${refusal.status.toString()}`;
    return new TooBusy(text, Math.min(afterMs, LONGEST_WAIT_MS));
  }
  return reader.refused(refusal, resource, listIdentity(resource, options, 'watch'));
}

/** Hands one event on, and tells which version it brings the list to. */
function take<T>(line: Buffer, { resource, project, follower }: Following<T>): string | undefined {
  const event = asRecord(parseJson(line));
  const type = asText(event?.['type']);
  const object = asRecord(event?.['object']);
  if (type === 'ERROR') {
    const said = harmless(asText(object?.['message']) ?? 'no reason given');
    if (object?.['code'] === 410) throw new HistoryLost(said);
    throw new ClusterFailure('server-error', `the API server ended the watch of ${resource.plural}: ${said}`);
  }
  const metadata = asRecord(object?.['metadata']);
  if (object === undefined || metadata === undefined) throw new DamagedBody('an event of a watch has no object');
  const reached = asText(metadata['resourceVersion']);
  if (type === 'BOOKMARK') return reached;
  const whole = { ...object, metadata: { ...metadata, managedFields: undefined } } as unknown as KubeObject;
  const isGone = type === 'DELETED';
  follower.changed(keyOf(whole), isGone ? undefined : project(whole));
  return reached;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** The lines of a body, each once it is whole. */
async function* lines(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      begun.push(chunk.subarray(from, at));
      const line = begun.length === 1 ? begun[0] : Buffer.concat(begun);
      begun = [];
      size = 0;
      from = at + 1;
      if (line !== undefined && line.length > 0) yield line;
    }
    if (from === chunk.length) continue;
    begun.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > MAX_EVENT_BYTES) throw new DamagedBody('an event of a watch is bigger than any object');
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Many clients must not come back at the same moment. */
function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}
