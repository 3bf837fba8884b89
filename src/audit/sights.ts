import { record, records, text } from '../cluster/fields.js';
import type { KubeObject } from '../cluster/port.js';
import {
  readNetworkStatus,
  readRequestedNetworks,
  type NetworkStatus,
  type RequestedNetwork,
} from '../nad/network-status.js';
import type { Address } from '../net/address.js';
import { refKey } from '../pools/belonging.js';
import { Words } from '../pools/words.js';

/** What a pod says of its networks. */
export interface PodSight {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly terminating: boolean;
  /** `running` is whatever is neither of the others. */
  readonly phase: 'pending' | 'running' | 'finished';
  readonly status: NetworkStatus;
  readonly asks: readonly RequestedNetwork[] | 'absent' | 'unreadable';
  /** Node that it runs on; null: not known, as of metadata alone. */
  readonly nodeName: string | null;
  /** Whether it uses the node's own network, so that it gets no other; null: not known. */
  readonly hostNetwork: boolean | null;
  /** The virtual machine that it runs: several pods do while it migrates; null: none. */
  readonly machine: string | null;
}

/** The pods that ask for a network or show one besides the cluster's. */
export interface PodSights {
  /** How many pods the complete list held. */
  readonly podCount: number;
  readonly pods: readonly PodSight[];
}

/** What its metadata tells. */
export type PodGlimpse = Omit<PodSight, 'phase'>;

/** Phases of pods, as far as checks tell them apart. */
export const PHASES = { Pending: 'pending', Succeeded: 'finished', Failed: 'finished' } as const;
export type ListedPhase = keyof typeof PHASES;

/** A pod that was read whole, as the second look does. */
export function wholeSight(object: KubeObject): PodSight {
  const status = record(object['status']);
  const phase = status['phase'];
  const listed = typeof phase === 'string' && Object.hasOwn(PHASES, phase) ? PHASES[phase as ListedPhase] : 'running';
  // kubelet takes the network down once the last container has ended, and may tell of the phase a moment later.
  const containers = records(status['containerStatuses']);
  const isOver = containers.length > 0 && containers.every(({ state }) => record(state)['terminated'] !== undefined);
  return { ...sightOf(object, (word) => word), phase: listed === 'running' && isOver ? 'finished' : listed };
}

/** Sees what is worth keeping, with words that many pods have in common kept once. */
export class Eye {
  readonly #words = new Words();

  /** Undefined for a pod that neither asks for a network nor shows one. */
  see(object: KubeObject): PodGlimpse | undefined {
    const sight = sightOf(object, (word) => this.#words.shared(word));
    const shows = sight.status.state === 'read' && sight.status.entries.some(({ nad }) => nad !== undefined);
    return shows || sight.asks !== 'absent' ? sight : undefined;
  }
}

function sightOf({ metadata, ...object }: KubeObject, shared: (word: string) => string): PodGlimpse {
  const { namespace = '', name = '', uid = '', labels = {}, annotations } = metadata;
  const status = readNetworkStatus(annotations);
  const asks = readRequestedNetworks(annotations, namespace);
  // A list of metadata has no spec, or an empty one.
  const spec = record(object['spec']);
  const isWhole = Object.keys(spec).length > 0;
  return {
    namespace: shared(namespace),
    name,
    uid,
    terminating: metadata.deletionTimestamp !== undefined,
    status:
      status.state === 'read'
        ? { state: 'read', entries: status.entries.map((entry) => ({ ...entry, name: shared(entry.name) })) }
        : status,
    asks,
    nodeName: text(spec['nodeName']),
    hostNetwork: isWhole ? spec['hostNetwork'] === true : null,
    // KubeVirt sets both on its virt-launcher pods; the older one alone on those of its older versions.
    machine: labels['vm.kubevirt.io/name'] ?? labels['kubevirt.io/domain'] ?? null,
  };
}

/** Whether the network of a pod has been set up and not been taken down: its ADD is over, no DEL has begun. */
export function isSettled({ terminating, phase, status }: PodSight): boolean {
  return !terminating && phase !== 'finished' && status.state === 'read';
}

/** Finds the pod of a podref that is settled and shows an address. */
export function settledAddresses(
  pods: readonly PodSight[],
): (podref: string, address: Address) => PodSight | undefined {
  const byPodref = new Map(pods.filter(isSettled).map((pod) => [refKey(pod), pod]));
  return (podref, address) => {
    const pod = byPodref.get(podref);
    if (pod?.status.state !== 'read') return undefined;
    const shows = pod.status.entries.some(({ addresses }) => addresses.some((shown) => shown.equals(address)));
    return shows ? pod : undefined;
  };
}
