import type { EvidenceDocument } from '../reconcile/documents.js';
import { SETTLED_AFTER_MS, type Reason, type Verdict } from '../reconcile/verdict.js';
import type { Role } from './style.js';
import { duration, relative } from './time.js';

/** What a verdict is told from. */
export interface Judged {
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly ifName: string | null;
  readonly address: string | null;
  readonly evidence: EvidenceDocument;
}

/** The colour of a verdict: red for what is wrong now, yellow for what may be, dim for what stays as it is. */
export function verdictRole(verdict: Verdict): Role | undefined {
  switch (verdict) {
    case 'stale':
    case 'malformed':
      return 'bad';
    case 'lost':
    case 'finished':
    case 'unknown':
      return 'warn';
    case 'kept':
    case 'pending':
      return 'dim';
    case 'live':
      return undefined;
  }
}

/** `stale: the pod is gone`: the word, and why in a few more. */
export function verdictText(judged: Judged): string {
  const why = reasonText(judged);
  return why === '' ? judged.verdict : `${judged.verdict}: ${why}`;
}

/** Why, in a few words for a table. */
export function reasonText({ reason, ifName, address, evidence }: Judged): string {
  const { owner, shownBy, wantedBack, lastNode } = evidence;
  switch (reason) {
    case 'address-shown':
      return '';
    case 'pod-gone':
      return 'the pod is gone';
    case 'other-address':
      return `has ${otherAddresses(ifName, address, owner)} now`;
    case 'succeeded':
    case 'failed':
      return `${reason === 'succeeded' ? 'Succeeded' : 'Failed'}${ago(owner?.finishedAt, evidence.readAt)}`;
    case 'pod-gone-node-lost':
      return `the pod is gone, and node ${lastNode?.name ?? '?'} is not Ready`;
    case 'node-gone':
      return `node ${owner?.node?.name ?? '?'} is gone`;
    case 'node-unreachable':
      return `node ${owner?.node?.name ?? '?'} does not report`;
    case 'statefulset-ordinal':
      return `StatefulSet ${wantedBack?.name ?? '?'} wants the pod back`;
    case 'migration':
      return `migration ${wantedBack?.name ?? '?'} needs the pod`;
    case 'pending':
      return 'the pod has not started';
    case 'shown-by-other-pod':
      return `${shownBy[0]?.namespace ?? '?'}/${shownBy[0]?.name ?? '?'} shows the address`;
    case 'just-deleted':
      return `the pod was being killed${ago(evidence.killedAt, evidence.readAt)}`;
    case 'no-network-status':
      return 'the pod has no readable network-status';
    case 'owner-not-settled':
      return unsettledText(evidence);
    case 'look-up-failed':
      return 'the pod could not be looked up';
    case 'pods-not-collected':
      return 'the pods of its namespace were not collected';
    case 'statefulsets-not-readable':
      return 'StatefulSets could not be read';
    case 'migrations-not-readable':
      return 'migrations could not be read';
    case 'nodes-not-readable':
      return 'nodes could not be read';
    case 'key-unreadable':
      return 'the key is no offset';
    case 'podref-unreadable':
      return 'the owner cannot be read';
    case 'range-unreadable':
      return "the pool's range cannot be read";
  }
}

function otherAddresses(ifName: string | null, address: string | null, owner: EvidenceDocument['owner']): string {
  const shown = (owner?.shows ?? [])
    // Without an interface every secondary network counts; the cluster's own network is no `namespace/name`.
    .filter((entry) => (ifName === null ? entry.network.includes('/') : entry.ifName === ifName))
    .flatMap(({ addresses }) => addresses);
  const sameFamily = shown.filter((other) => address === null || other.includes(':') === address.includes(':'));
  return sameFamily.length === 0 ? 'another address' : sameFamily.join(', ');
}

/** What keeps a pod from having settled (src/reconcile/verdict.ts, SETTLED_AFTER_MS). */
function unsettledText({ owner, readAt }: EvidenceDocument): string {
  if (owner === null) return 'the entry changed while it was read';
  if (owner.terminating) return 'the pod is terminating';
  if (owner.readySince === null) return 'the pod is not Ready';
  const readyMs = Date.parse(readAt) - Date.parse(owner.readySince);
  if (readyMs < SETTLED_AFTER_MS) return `the pod is Ready only ${duration(Math.max(0, readyMs))}`;
  return 'the pod shows no other address that is its own';
}

/** ` 3h ago`, or nothing where the moment is not known. */
function ago(then: string | null | undefined, now: string): string {
  return then === null || then === undefined ? '' : ` ${relative(new Date(then), new Date(now))}`;
}
