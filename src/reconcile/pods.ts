import { record, records, text, timeMs } from '../cluster/fields.js';
import type { KubeObject } from '../cluster/port.js';
import { readNetworkStatus, readRequestedNetworks } from '../nad/network-status.js';
import type { PodPhase, ShownAddresses } from './verdict.js';

/** What metadata alone tells of a pod. */
export interface PodMetadata {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly terminating: boolean;
  readonly shown: ShownAddresses;
  readonly requestedInterfaces: readonly string[] | null;
}

/** What the whole object tells besides. */
export interface WholePod extends PodMetadata {
  readonly phase: PodPhase;
  /** Node that it was bound to; null: none yet. */
  readonly nodeName: string | null;
  /** Since when the condition Ready is True, in ms since the epoch. */
  readonly readySinceMs: number | null;
  /** When its last container ended, in ms since the epoch. */
  readonly finishedAtMs: number | null;
}

/** Reads a pod's metadata; tolerant, since annotations are written by whoever may. */
export function podMetadata({ metadata }: KubeObject): PodMetadata {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    terminating: metadata.deletionTimestamp !== undefined,
    shown: shownAddresses(metadata.annotations),
    requestedInterfaces: requestedInterfaces(metadata.annotations, metadata.namespace ?? ''),
  };
}

/** Reads a whole pod. */
export function wholePod(object: KubeObject): WholePod {
  const status = record(object['status']);
  const spec = record(object['spec']);
  const ready = records(status['conditions']).find((condition) => condition['type'] === 'Ready');
  return {
    ...podMetadata(object),
    phase: phaseOf(status['phase']),
    nodeName: text(spec['nodeName']),
    readySinceMs: ready?.['status'] === 'True' ? timeMs(ready['lastTransitionTime']) : null,
    finishedAtMs: finishedAt(status),
  };
}

function shownAddresses(annotations: KubeObject['metadata']['annotations']): ShownAddresses {
  const reading = readNetworkStatus(annotations);
  if (reading.state !== 'read') return { state: reading.state };
  return {
    state: 'read',
    entries: reading.entries.map(({ ifName, name, addresses }) => ({ ifName, network: name, addresses })),
  };
}

/**
 * Interfaces in the order of the request: multus names those without a name of their own `net1`, `net2`, … by their
 * place in the list (multus-cni pkg/multus/multus.go getIfname).
 */
function requestedInterfaces(
  annotations: KubeObject['metadata']['annotations'],
  namespace: string,
): readonly string[] | null {
  const requested = readRequestedNetworks(annotations, namespace);
  if (typeof requested === 'string') return null;
  return requested.map(({ ifName }, index) => ifName ?? `net${(index + 1).toString()}`);
}

function phaseOf(phase: unknown): PodPhase {
  return phase === 'Pending' || phase === 'Running' || phase === 'Succeeded' || phase === 'Failed' ? phase : 'Unknown';
}

function finishedAt(status: Readonly<Record<string, unknown>>): number | null {
  let latest: number | null = null;
  for (const container of records(status['containerStatuses'])) {
    const ended = timeMs(record(record(container['state'])['terminated'])['finishedAt']);
    if (ended !== null && (latest === null || ended > latest)) latest = ended;
  }
  if (latest !== null) return latest;
  // An evicted pod has no container status; its Ready condition turned when it ended.
  const ready = records(status['conditions']).find((condition) => condition['type'] === 'Ready');
  return ready?.['status'] === 'False' ? timeMs(ready['lastTransitionTime']) : null;
}
