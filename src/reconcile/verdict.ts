import type { Address } from '../net/address.js';

/** The verdicts, in the order in which people should look at them. */
export const VERDICTS = ['malformed', 'stale', 'lost', 'finished', 'unknown', 'pending', 'kept', 'live'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why a verdict was given; `schemas/` lists the same words. */
export const REASONS = [
  'key-unreadable',
  'podref-unreadable',
  'range-unreadable',
  'look-up-failed',
  'pods-not-collected',
  'statefulsets-not-readable',
  'migrations-not-readable',
  'nodes-not-readable',
  'shown-by-other-pod',
  'just-deleted',
  'no-network-status',
  'owner-not-settled',
  'address-shown',
  'statefulset-ordinal',
  'migration',
  'pod-gone-node-lost',
  'node-gone',
  'node-unreachable',
  'pod-gone',
  'other-address',
  'succeeded',
  'failed',
  'pending',
] as const;
export type Reason = (typeof REASONS)[number];

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: Reason;
}

/** A pod must have been Ready this long before its other address proves anything: ADD may take 120 s. */
export const SETTLED_AFTER_MS = 150_000;

/** A kill younger than this may still be tearing its network down. */
export const JUST_DELETED_MS = 120_000;

/** One entry of a pod's network-status, as far as a verdict needs it. */
export interface ShownEntry {
  readonly ifName: string | null;
  /** `namespace/name` of the NAD, or whatever the entry is called. */
  readonly network: string;
  readonly addresses: readonly Address[];
}

/** What a pod says of its addresses. */
export type ShownAddresses =
  { readonly state: 'absent' | 'unreadable' } | { readonly state: 'read'; readonly entries: readonly ShownEntry[] };

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/**
 * `gone`: its object was deleted. `unreachable`: its kubelet no longer reports. `not-ready`: the kubelet reports
 * that it is not. `unreadable`: nodes may not be listed, or were not collected.
 */
export type NodeState = 'ready' | 'not-ready' | 'unreachable' | 'gone' | 'unreadable';

export interface NodeEvidence {
  readonly name: string;
  readonly state: NodeState;
}

/** The pod that an allocation names, as the API shows it. */
export interface OwnerPod {
  readonly uid: string;
  /** null: the phase was not looked up because no row that needs it was reached. */
  readonly phase: PodPhase | null;
  readonly terminating: boolean;
  /** Node that it was bound to; null: none, or not looked up. */
  readonly node: NodeEvidence | null;
  /** Since when it is Ready, in ms since the epoch; null: not Ready, or not looked up. */
  readonly readySinceMs: number | null;
  /** When its last container ended, in ms since the epoch; null: it did not, or not looked up. */
  readonly finishedAtMs: number | null;
  readonly shown: ShownAddresses;
  /**
   * Interfaces of the networks that it asks for, where those are needed (an entry without `ifname`); null: not
   * known.
   */
  readonly requestedInterfaces: readonly string[] | null;
}

export type OwnerEvidence =
  | { readonly state: 'found'; readonly pod: OwnerPod }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly why: 'look-up-failed' | 'pods-not-collected' };

/** Who may want a pod's address back. `unreadable` says which list could not be read. */
export type WantedBack =
  | { readonly by: 'statefulset' | 'migration'; readonly name: string }
  | { readonly unreadable: 'statefulsets' | 'migrations' };

/** Everything that a verdict rests on, of one address that is held for one owner. */
export interface Evidence {
  /** Why the entry cannot be read at all, or null. */
  readonly malformed: 'key-unreadable' | 'podref-unreadable' | 'range-unreadable' | null;
  /** null only where `malformed` says why. */
  readonly address: Address | null;
  /** Interface of the entry; null where it has none (allocated by whereabouts 0.7 or older). */
  readonly ifName: string | null;
  readonly owner: OwnerEvidence;
  /** A pod other than the owner, not finished, that shows the address on this network. */
  readonly shownByOther: { readonly namespace: string; readonly name: string; readonly network: string } | null;
  readonly wantedBack: WantedBack | null;
  /** Where a pod that is gone ran, as far as its slice pool or an event tells. */
  readonly lastNode: NodeEvidence | null;
  /** When an event last saw the pod being killed, in ms since the epoch. */
  readonly killedAtMs: number | null;
  /** Addresses that keys of this podref and interface hold, in any pool. */
  readonly heldByOwner: readonly Address[];
}

/**
 * The verdict table: the first row that matches holds.
 * @param nowMs the clock of the API server or the snapshot, in ms since the epoch
 */
export function judge(evidence: Evidence, nowMs: number): Judgement {
  if (evidence.malformed !== null) return { verdict: 'malformed', reason: evidence.malformed };
  const { owner, address } = evidence;
  if (owner.state === 'unknown') return { verdict: 'unknown', reason: owner.why };
  const pod = owner.state === 'found' ? owner.pod : null;

  const lost = pod === null ? null : lostBecause(pod);
  if (pod !== null && address !== null && shows(pod, address) && !isFinished(pod)) {
    if (lost === null) return { verdict: 'live', reason: 'address-shown' };
    if (lost === 'nodes-not-readable') return { verdict: 'unknown', reason: lost };
  }

  if (evidence.shownByOther !== null) return { verdict: 'unknown', reason: 'shown-by-other-pod' };
  const wanted = keptBecause(evidence);
  if (wanted !== null) return wanted;
  if (pod === null) return judgeAbsent(evidence, nowMs);

  if (lost === 'nodes-not-readable') return { verdict: 'unknown', reason: lost };
  if (lost !== null) return { verdict: 'lost', reason: lost };
  if (isFinished(pod)) {
    return { verdict: 'finished', reason: pod.phase === 'Succeeded' ? 'succeeded' : 'failed' };
  }
  if (pod.phase === 'Pending') return { verdict: 'pending', reason: 'pending' };
  if (pod.shown.state !== 'read') return { verdict: 'unknown', reason: 'no-network-status' };
  if (hasOtherAddress(evidence, pod, nowMs)) return { verdict: 'stale', reason: 'other-address' };
  return { verdict: 'unknown', reason: 'owner-not-settled' };
}

/** Whether any network-status entry of the pod, the default one included, shows the address. */
export function shows(pod: Pick<OwnerPod, 'shown'>, address: Address): boolean {
  return (
    pod.shown.state === 'read' &&
    pod.shown.entries.some((entry) => entry.addresses.some((shown) => shown.equals(address)))
  );
}

export function isFinished(pod: OwnerPod): boolean {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed';
}

/** Only a pod that is going or done is lost with its node: a running one comes back with it. */
function lostBecause(pod: OwnerPod): 'node-gone' | 'node-unreachable' | 'nodes-not-readable' | null {
  if (!pod.terminating && !isFinished(pod)) return null;
  switch (pod.node?.state) {
    case 'gone':
      return 'node-gone';
    case 'unreachable':
      return 'node-unreachable';
    case 'unreadable':
      return 'nodes-not-readable';
    default:
      return null;
  }
}

function keptBecause(evidence: Evidence): Judgement | null {
  const wanted = evidence.wantedBack;
  if (wanted === null) return null;
  if ('unreadable' in wanted) {
    if (wanted.unreadable === 'migrations') return { verdict: 'unknown', reason: 'migrations-not-readable' };
    // A StatefulSet wants back only what is gone.
    return evidence.owner.state === 'absent' ? { verdict: 'unknown', reason: 'statefulsets-not-readable' } : null;
  }
  if (wanted.by === 'statefulset') {
    return evidence.owner.state === 'absent' ? { verdict: 'kept', reason: 'statefulset-ordinal' } : null;
  }
  return { verdict: 'kept', reason: 'migration' };
}

function judgeAbsent(evidence: Evidence, nowMs: number): Judgement {
  const node = evidence.lastNode?.state;
  if (node === 'not-ready' || node === 'unreachable') return { verdict: 'lost', reason: 'pod-gone-node-lost' };
  if (node === 'unreadable') return { verdict: 'unknown', reason: 'nodes-not-readable' };
  if (evidence.killedAtMs !== null && nowMs - evidence.killedAtMs < JUST_DELETED_MS) {
    return { verdict: 'unknown', reason: 'just-deleted' };
  }
  return { verdict: 'stale', reason: 'pod-gone' };
}

/**
 * The pod settled on other addresses: every address of this family that it shows on the entry's interface is held
 * by a key of its own, so this key is a leftover. Without that last condition an address that is shown on another
 * interface would be judged by what the wrong interface shows.
 */
function hasOtherAddress(evidence: Evidence, pod: OwnerPod, nowMs: number): boolean {
  if (pod.readySinceMs === null || nowMs - pod.readySinceMs < SETTLED_AFTER_MS) return false;
  if (pod.shown.state !== 'read' || evidence.address === null) return false;
  const { entries } = pod.shown;
  const interfaces = evidence.ifName === null ? pod.requestedInterfaces : [evidence.ifName];
  if (interfaces === null || interfaces.length === 0) return false;
  const { family } = evidence.address;
  const shown: Address[] = [];
  for (const ifName of interfaces) {
    const own = entries.filter((entry) => entry.ifName === ifName);
    if (own.length === 0) return false;
    for (const entry of own) shown.push(...entry.addresses.filter((address) => address.family === family));
  }
  return shown.length > 0 && shown.every((address) => evidence.heldByOwner.some((held) => held.equals(address)));
}
