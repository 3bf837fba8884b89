import type { Address } from '../net/address.js';
import { append } from '../pools/multimap.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import type { Claimants, PodTraces } from './bystanders.js';
import { attachmentKey, type Claim } from './claims.js';
import type { JudgedClaim } from './judged.js';
import type { Nodes } from './nodes.js';
import type { Owner, PodReading } from './owners.js';
import { judge, type Evidence, type OwnerEvidence } from './verdict.js';

/** Who answers what a verdict rests on. */
export interface CourtPorts {
  readonly pods: Pick<PodReading, 'ownerOf' | 'otherPodsThatShow'>;
  readonly claimants: Claimants;
  readonly nodes: Nodes;
  /** Tells of pods that are gone, and of their nodes where some node is not Ready. */
  readonly traces: (gone: ReadonlySet<string>, withNodes: boolean) => Promise<ReadonlyMap<string, PodTraces>>;
  /** Addresses that keys of a podref and interface hold, for pods that are there, by `attachmentKey`. */
  readonly held: (owners: ReadonlyMap<string, unknown>) => ReadonlyMap<string, readonly Address[]>;
  /** The clock of the API server or the snapshot. */
  readonly now: () => Date;
}

/** An owner of which more is known than that it is plainly there. */
type ReadOwner = Exclude<Owner, { readonly state: 'plain' }>;

/** Brings the evidence for each claim together and applies the table. */
export class Court {
  /** Keys of pools that are live. */
  live = 0;
  #held: ReadonlyMap<string, readonly Address[]> = new Map();

  constructor(private readonly ports: CourtPorts) {}

  /** @param findingsOnly leaves out what is live, which is only counted */
  async judge(claims: readonly Claim[], findingsOnly: boolean): Promise<JudgedClaim[]> {
    const { pods, claimants, nodes } = this.ports;
    const gone = new Map<string, ObjectRef>();
    const leaving = new Map<string, ObjectRef & { readonly uid: string }>();
    for (const claim of claims) {
      if (claim.owner === null) continue;
      const owner = pods.ownerOf(claim);
      if (owner.state === 'absent') gone.set(claim.podref, claim.owner);
      else if (owner.state === 'found' && !isPlain(owner))
        leaving.set(claim.podref, { ...claim.owner, uid: owner.pod.uid });
    }
    await claimants.read([...gone.values()], [...leaving.values()]);
    const nodeDecides = gone.size > 0 && ((await nodes.notReady()).length > 0 || !(await nodes.areKnown()));
    const traces = await this.ports.traces(new Set(gone.keys()), nodeDecides);
    const nowMs = this.ports.now().getTime();
    this.#held = this.ports.held(leaving);
    const judged: JudgedClaim[] = [];
    for (const claim of claims) {
      const owner = pods.ownerOf(claim);
      if (owner.state === 'plain') {
        if (claim.pool !== null) this.live++;
        continue;
      }
      const item = await this.#one(claim, owner, traces, nowMs);
      const isLive = item.verdict === 'live';
      if (isLive && claim.pool !== null) this.live++;
      if (!isLive || !findingsOnly) judged.push(item);
    }
    return judged;
  }

  async #one(
    claim: Claim,
    owner: ReadOwner,
    traces: ReadonlyMap<string, PodTraces>,
    nowMs: number,
  ): Promise<JudgedClaim> {
    const trace = claim.owner === null ? undefined : traces.get(claim.podref);
    const ownerNode = owner.state === 'found' ? (owner.whole?.nodeName ?? null) : null;
    const lastNode = owner.state === 'absent' ? (claim.sliceNode ?? trace?.nodeName ?? null) : null;
    const otherPods = this.ports.pods.otherPodsThatShow(claim);
    const evidence: Evidence = {
      malformed: claim.malformed,
      address: claim.address,
      ifName: claim.ifName,
      owner: await this.#ownerEvidence(owner),
      shownByOther: otherPods[0] ?? null,
      wantedBack: claim.owner === null ? null : this.#wantedBack(claim.owner, owner),
      lastNode: lastNode === null ? null : await this.ports.nodes.of(lastNode),
      killedAtMs: trace?.killedAtMs ?? null,
      heldByOwner: this.#held.get(attachmentKey(claim.podref, claim.ifName)) ?? [],
    };
    return {
      claim,
      evidence,
      ...judge(evidence, nowMs),
      confirmedByGet: owner.state === 'absent' && owner.confirmedByGet,
      nodeName: claim.sliceNode ?? ownerNode ?? lastNode,
      otherPods,
    };
  }

  /** A pod that plainly shows the address needs nobody's word; for any other it counts who wants it. */
  #wantedBack(ref: ObjectRef, owner: ReadOwner): Evidence['wantedBack'] {
    if (owner.state === 'unknown' || (owner.state === 'found' && isPlain(owner))) return null;
    return this.ports.claimants.wants(ref, owner.state === 'absent');
  }

  async #ownerEvidence(owner: ReadOwner): Promise<OwnerEvidence> {
    if (owner.state !== 'found') return owner.state === 'absent' ? { state: 'absent' } : owner;
    const { pod, whole } = owner;
    const ending = pod.terminating || whole?.phase === 'Succeeded' || whole?.phase === 'Failed';
    return {
      state: 'found',
      pod: {
        uid: pod.uid,
        phase: whole?.phase ?? (owner.pending ? 'Pending' : null),
        terminating: pod.terminating,
        // Only a pod that is going or done is lost with its node.
        node: ending && whole !== null && whole.nodeName !== null ? await this.ports.nodes.of(whole.nodeName) : null,
        readySinceMs: whole?.readySinceMs ?? null,
        finishedAtMs: whole?.finishedAtMs ?? null,
        shown: pod.shown,
        requestedInterfaces: pod.requestedInterfaces,
      },
    };
  }
}

/** Metadata alone said that the pod shows everything that is held for it. */
function isPlain(owner: Owner & { readonly state: 'found' }): boolean {
  return owner.whole === null && !owner.pending;
}

/** The addresses that the podrefs among these pods hold by a key of some pool, for each interface. */
export function heldByAttachment(
  keys: Iterable<Pick<Claim, 'podref' | 'ifName' | 'address'>>,
  pods: ReadonlyMap<string, unknown>,
): Map<string, Address[]> {
  const held = new Map<string, Address[]>();
  if (pods.size === 0) return held;
  for (const { podref, ifName, address } of keys) {
    if (address !== null && pods.has(podref)) append(held, attachmentKey(podref, ifName), address);
  }
  return held;
}
