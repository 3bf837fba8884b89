import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { IP_POOLS, NADS, RESERVATIONS } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import type { MissingEntry, SnapshotManifest, SnapshotResult } from './document.js';
import { gather, type Gathered } from './gather.js';
import { notWritable, Place } from './place.js';
import { networkNamesIn, Redactor } from './redact.js';
import { Spool } from './spool.js';
import { packFiles, writeFiles } from './write.js';

/** What is wanted. */
export interface SaveOptions {
  /** A directory, or a file that ends in `.tar.gz` or `.tgz`. */
  readonly path: string;
  /** Replaces an earlier snapshot. */
  readonly force: boolean;
  /** Key of the hashes that names become; null: names stay. */
  readonly redactKey: Buffer | null;
  readonly toolVersion: string;
}

/**
 * Saves what ipamctl reads of a cluster. Nothing is there under the asked name before all of it is.
 * @throws ClusterFailure where nothing could be read; RefusedFailure where something is there already; InputFailure
 * where nothing can be written
 */
export async function saveSnapshot(reader: ClusterReader, options: SaveOptions): Promise<SnapshotResult> {
  const place = await Place.take(options.path, options.force);
  try {
    return await saveTo(place, reader, options);
  } catch (error) {
    throw notWritable(options.path, error);
  } finally {
    place.leave();
  }
}

/** Who may not ask for it is not told; that lessens nothing. */
async function versionOf(reader: ClusterReader): Promise<string | null> {
  try {
    return (await reader.serverVersion?.()) ?? null;
  } catch (failure) {
    if (failure instanceof ClusterFailure && failure.reason === 'forbidden') return null;
    throw failure;
  }
}

async function saveTo(place: Place, reader: ClusterReader, options: SaveOptions): Promise<SnapshotResult> {
  const { toolVersion } = options;
  const { uid, server, name } = await reader.identity();
  const createdAt = reader.now().toISOString();
  const serverVersion = await versionOf(reader);
  const spool = new Spool(join(place.workshop, 'spool'));
  try {
    const { objects, collected, missing, logs } = await gather(reader, spool);
    const redactor = options.redactKey === null ? null : await redactorOf(options.redactKey, objects, spool);
    const whole: SnapshotManifest = {
      apiVersion: 'ipamctl.io/v1',
      kind: 'Snapshot',
      createdAt,
      toolVersion,
      serverVersion,
      cluster: { uid, server },
      context: name,
      contextNamespace: reader.contextNamespace,
      redacted: redactor !== null,
      collected,
      missing,
      logs: logs.map(({ piece: _where, ...log }) => log),
    };
    const manifest = redactor === null ? whole : redactor.manifest(whole);
    const root = join(place.workshop, 'files');
    await mkdir(root, { mode: 0o700 });
    const files = await writeFiles(root, manifest, { objects, logs, spool }, redactor);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (place.format === 'archive') {
      const archive = join(place.workshop, 'archive');
      bytes = await packFiles(root, files, archive);
      place.publish(archive);
    } else {
      place.publish(root);
    }
    const { kind: _kind, contextNamespace: _namespace, ...said } = manifest;
    return {
      ...said,
      kind: 'SnapshotResult',
      path: options.path,
      format: place.format,
      objects: objects.length,
      bytes,
      incomplete: missing.some(isGap),
      warnings: [...reader.notes, ...missing.flatMap(warningOf)],
    };
  } finally {
    await spool.close();
  }
}

/** Learns how names are joined before the first of them is written. */
async function redactorOf(key: Buffer, objects: readonly Gathered[], spool: Spool): Promise<Redactor> {
  const networks = new Set<string>();
  for (const { resource, piece } of objects) {
    if (resource === NADS) for (const network of networkNamesIn(await spool.read(piece))) networks.add(network);
  }
  const redactor = new Redactor(key, networks);
  for (const { resource, name, piece } of objects) {
    if (resource === RESERVATIONS) redactor.learnReservation(name);
    if (resource === IP_POOLS) redactor.learnPool(name, JSON.parse(await spool.read(piece)) as KubeObject);
  }
  return redactor;
}

const LOGS = 'pods/log';

/** A kind that is there and could not be read. Logs are evidence that may be lacking. */
function isGap({ resource, reason }: MissingEntry): boolean {
  return resource !== LOGS && reason !== 'not-defined';
}

function warningOf(entry: MissingEntry): string[] {
  if (entry.reason === 'not-defined' || entry.message === null) return [];
  const consequence = entry.resource === LOGS ? 'that log is not in the snapshot' : 'not in the snapshot';
  return [`${entry.message}: ${consequence}`];
}
