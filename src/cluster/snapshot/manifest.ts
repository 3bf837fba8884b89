import type { ClusterFailureReason } from '../../errors.js';
import { type Resource, resourceName } from '../resources.js';
import { resourceByName } from './kinds.js';
import { Unreadable } from './problems.js';
import { isMapping, textOf } from './values.js';

/** The name of our own snapshots' manifest, in whatever folder of the snapshot. */
export const MANIFEST_FILE = 'ipamctl-snapshot.json';

/** A list that was read to its end when the snapshot was taken, or one object that was asked for by its name. */
export interface Collected {
  readonly resource: Resource;
  /** `null`: of the whole cluster. */
  readonly namespace: string | null;
  /** `null`: all of them. */
  readonly name: string | null;
  /** Objects that the list held; `null` where the manifest does not tell. */
  readonly count: number | null;
}

/** What could not be read when the snapshot was taken. */
export interface Missing {
  /** `plural.group`, or `plural` for the core group. */
  readonly resource: string;
  readonly verb: string;
  /** `null`: everywhere. */
  readonly namespace: string | null;
  /** `null`: any. */
  readonly name: string | null;
  /** Of a log; `null`: any. */
  readonly container: string | null;
  readonly reason: ClusterFailureReason;
  /** What was said then. */
  readonly message: string | null;
}

/** A log that is in the snapshot. */
export interface SavedLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** What our own snapshot says of itself. */
export interface Manifest {
  readonly createdAt: Date;
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  readonly collected: readonly Collected[];
  readonly missing: readonly Missing[];
  readonly logs: readonly SavedLog[];
}

const REASONS: ReadonlySet<string> = new Set<ClusterFailureReason>([
  'unauthorized',
  'forbidden',
  'not-defined',
  'timeout',
  'unreachable',
  'certificate',
  'not-kubernetes',
  'not-found',
  'credential-plugin',
  'server-error',
]);

/**
 * Reads a manifest.
 * @throws Unreadable where it is none of `ipamctl.io/v1`: its claims are then not believed, the files still are read.
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new Unreadable('is no JSON; what it says of the snapshot is not known');
  }
  if (!isMapping(value) || value['kind'] !== 'Snapshot') throw new Unreadable('is no manifest of a snapshot');
  if (value['apiVersion'] !== 'ipamctl.io/v1') {
    const version = textOf(value['apiVersion']) ?? 'none';
    throw new Unreadable(`is of apiVersion ${version}, and this program reads ipamctl.io/v1`);
  }
  const createdAt = new Date(textOf(value['createdAt']) ?? '');
  if (Number.isNaN(createdAt.getTime())) throw new Unreadable('has no readable createdAt');
  const cluster = isMapping(value['cluster']) ? value['cluster'] : {};
  return {
    createdAt,
    cluster: { uid: textOf(cluster['uid']) ?? null, server: textOf(cluster['server']) ?? null },
    collected: entries(value['collected']).flatMap((entry) => {
      // Resources that this program does not read (a younger one saved them) are no loss.
      const resource = resourceByName(textOf(entry['resource']) ?? '');
      if (resource === undefined) return [];
      const count = entry['count'];
      return [{ resource, ...placeIn(entry), count: typeof count === 'number' ? count : null }];
    }),
    missing: entries(value['missing']).map((entry) => {
      const name = textOf(entry['resource']) ?? '';
      const resource = resourceByName(name);
      const reason = textOf(entry['reason']) ?? '';
      return {
        resource: resource === undefined ? name : resourceName(resource),
        verb: textOf(entry['verb']) ?? 'list',
        ...placeIn(entry),
        container: nonEmpty(entry['container']),
        message: nonEmpty(entry['message']),
        reason: REASONS.has(reason) ? (reason as ClusterFailureReason) : 'not-collected',
      };
    }),
    logs: entries(value['logs']).map((entry) => ({
      namespace: nonEmpty(entry['namespace']) ?? '',
      pod: nonEmpty(entry['pod']) ?? '',
      container: nonEmpty(entry['container']) ?? '',
    })),
  };
}

function entries(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isMapping) : [];
}

function placeIn(entry: Record<string, unknown>): { readonly namespace: string | null; readonly name: string | null } {
  return { namespace: nonEmpty(entry['namespace']), name: nonEmpty(entry['name']) };
}

function nonEmpty(value: unknown): string | null {
  const text = textOf(value);
  return text === undefined || text === '' ? null : text;
}
