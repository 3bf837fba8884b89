import type { OfCluster } from '../cluster/port.js';
import type { JudgedClaim } from './judged.js';
import type { Survey } from './survey.js';
import type { NodeEvidence, PodPhase, Reason, Verdict } from './verdict.js';

/** A namespaced object by name and uid. */
export interface ObjectId {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What a verdict rests on, in the form that scripts read. Times are RFC 3339. */
export interface EvidenceDocument {
  /** Whether a GET of the owner itself answered 404; else one complete list of pods did. */
  readonly confirmedByGet: boolean;
  /** Pods in the complete list. */
  readonly podCount: number;
  readonly readAt: string;
  /** null: no such pod, or it could not be looked up (`reason` says which). */
  readonly owner: {
    readonly uid: string;
    readonly phase: PodPhase | null;
    readonly terminating: boolean;
    readonly node: NodeEvidence | null;
    readonly readySince: string | null;
    readonly finishedAt: string | null;
    readonly networkStatus: 'absent' | 'unreadable' | 'read';
    readonly shows: readonly {
      readonly ifName: string | null;
      readonly network: string;
      readonly addresses: readonly string[];
    }[];
  } | null;
  readonly shownBy: readonly { readonly namespace: string; readonly name: string; readonly network: string }[];
  readonly wantedBack: { readonly by: 'statefulset' | 'migration'; readonly name: string } | null;
  /** Node that a pod which is gone ran on, where its slice pool or an event tells. */
  readonly lastNode: NodeEvidence | null;
  readonly killedAt: string | null;
}

/** One address that is held, judged (`IPList.items[]`). */
export interface AddressDocument extends OfCluster {
  readonly address: string | null;
  readonly pool: { readonly namespace: string; readonly name: string };
  readonly key: string;
  readonly podref: string;
  readonly containerId: string;
  readonly ifName: string | null;
  readonly nodeName: string | null;
  readonly networkName: string | null;
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly reservation: (ObjectId & { readonly podref: string }) | null;
  readonly evidence: EvidenceDocument;
}

/** The claims of pool keys as documents; reservations without a key are no addresses of a pool. */
export function addressDocument(judged: JudgedClaim, survey: Survey): AddressDocument | undefined {
  const { claim } = judged;
  if (claim.pool === null || claim.allocation === null) return undefined;
  return {
    address: claim.address?.toString() ?? null,
    pool: { namespace: claim.pool.namespace, name: claim.pool.name },
    key: claim.allocation.key,
    podref: claim.podref,
    containerId: claim.allocation.id,
    ifName: claim.ifName,
    nodeName: judged.nodeName,
    networkName: claim.networkName,
    verdict: judged.verdict,
    reason: judged.reason,
    reservation: reservationId(judged),
    evidence: evidenceDocument(judged, survey),
  };
}

/** The reservation of the address, whoever owns it. */
export function reservationId({ claim }: JudgedClaim): (ObjectId & { readonly podref: string }) | null {
  if (claim.reservation === null) return null;
  const { namespace, name, uid, podref } = claim.reservation;
  return { namespace, name, uid, podref };
}

export function evidenceDocument(judged: JudgedClaim, survey: Survey): EvidenceDocument {
  const { evidence } = judged;
  const pod = evidence.owner.state === 'found' ? evidence.owner.pod : null;
  return {
    confirmedByGet: judged.confirmedByGet,
    podCount: survey.podCount,
    readAt: survey.readAt.toISOString(),
    owner:
      pod === null
        ? null
        : {
            uid: pod.uid,
            phase: pod.phase,
            terminating: pod.terminating,
            node: pod.node,
            readySince: time(pod.readySinceMs),
            finishedAt: time(pod.finishedAtMs),
            networkStatus: pod.shown.state,
            shows:
              pod.shown.state === 'read'
                ? pod.shown.entries.map(({ ifName, network, addresses }) => ({
                    ifName,
                    network,
                    addresses: addresses.map(String),
                  }))
                : [],
          },
    shownBy: judged.otherPods,
    wantedBack: evidence.wantedBack !== null && 'by' in evidence.wantedBack ? evidence.wantedBack : null,
    lastNode: evidence.lastNode,
    killedAt: time(evidence.killedAtMs),
  };
}

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
