import type { ClusterReader } from '../cluster/port.js';
import type { Address } from '../net/address.js';
import { Gaps, readInventory, type Inventory, type InventoryOptions } from '../pools/inventory.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import { Claimants, readTraces, recentlyRemovedNodes, type PodTraces } from './bystanders.js';
import { attachmentKey, claimsOf, type Claim } from './claims.js';
import { confirm } from './confirm.js';
import type { JudgedClaim } from './judged.js';
import { Nodes } from './nodes.js';
import { readPods, type OtherPod, type Owner, type PodReading } from './owners.js';
import { judge, VERDICTS, type Evidence, type OwnerEvidence, type Verdict } from './verdict.js';

/** Every claim of a cluster, judged. */
export interface Survey {
  readonly inventory: Inventory;
  /** With `findingsOnly`, without the live ones. */
  readonly claims: readonly JudgedClaim[];
  /** How many keys of pools have which verdict, the live ones included. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Reservations behind the claims, and those without a key. */
  readonly reservationCount: number;
  /** Pods that the complete list held. */
  readonly podCount: number;
  /** Pods, not finished, that show a watched address. */
  podsThatShow(address: Address): readonly OtherPod[];
  readonly readAt: Date;
  readonly warnings: readonly string[];
  readonly incomplete: boolean;
}

/** What is judged. */
export interface SurveyOptions extends InventoryOptions {
  /**
   * Narrows the claims once the pools are read; absent: all. The pods are listed completely all the same, since any pod
   * may be an objection.
   */
  readonly only?: (inventory: Inventory) => (claim: Claim) => boolean;
  /** Addresses of which every pod that shows them is wanted, whoever holds them. */
  readonly watched?: readonly Address[];
  /** Only counts what is live: nearly everything is, and a plan names the rest. */
  readonly findingsOnly?: boolean;
}

/**
 * Reads pools, reservations and pods, in this order, judges every claim that is asked for, and reads the pools and
 * reservations behind what it found once more: what a busy cluster changed meanwhile is no finding.
 * @throws ClusterFailure where pools or pods cannot be read
 */
export async function survey(reader: ClusterReader, options: SurveyOptions = {}): Promise<Survey> {
  const inventory = await readInventory(reader, options);
  const gaps = new Gaps();
  const everyClaim = claimsOf(inventory);
  const claims = options.only === undefined ? everyClaim : everyClaim.filter(options.only(inventory));
  const nodes = new Nodes(reader, gaps);
  const watched = options.watched ?? [];
  const pods =
    claims.length === 0 && watched.length === 0
      ? null
      : await readPods(
          reader,
          { claims, watched, nads: inventory.nads, evidenceOfLive: options.findingsOnly !== true },
          nodes,
          gaps,
        );
  const court = pods === null ? null : new Judge(claims, pods, new Claimants(reader, gaps), nodes, everyClaim);
  const judged = court === null ? [] : await court.all(reader, gaps, options.findingsOnly ?? false);
  const readAt = reader.now();
  const confirmed = await confirm(reader, inventory, judged);
  await warnOfNodes(reader, nodes, confirmed, readAt, gaps);
  return {
    inventory,
    claims: confirmed,
    counts: countVerdicts(confirmed, options.findingsOnly === true ? (court?.live ?? 0) : 0),
    reservationCount: claims.reduce((count, { reservation }) => count + (reservation === null ? 0 : 1), 0),
    podCount: pods?.podCount ?? 0,
    podsThatShow: (address) => pods?.podsThatShow(address) ?? [],
    readAt,
    warnings: [...new Set([...inventory.warnings, ...gaps.warnings])],
    incomplete: inventory.incomplete || gaps.incomplete,
  };
}

/** An owner of which more is known than that it is plainly there. */
type ReadOwner = Exclude<Owner, { readonly state: 'plain' }>;

/** Brings the evidence for each claim together and applies the table. */
class Judge {
  /** Keys of pools that are live. */
  live = 0;
  /** Addresses that the unsettled owners hold, by podref and interface. */
  #held: ReadonlyMap<string, readonly Address[]> = new Map();

  constructor(
    private readonly claims: readonly Claim[],
    private readonly pods: PodReading,
    private readonly claimants: Claimants,
    private readonly nodes: Nodes,
    private readonly everyClaim: readonly Claim[],
  ) {}

  async all(reader: ClusterReader, gaps: Gaps, findingsOnly: boolean): Promise<JudgedClaim[]> {
    const gone = new Map<string, ObjectRef>();
    const leaving = new Map<string, ObjectRef & { readonly uid: string }>();
    for (const claim of this.claims) {
      if (claim.owner === null) continue;
      const owner = this.pods.ownerOf(claim);
      if (owner.state === 'absent') gone.set(claim.podref, claim.owner);
      else if (owner.state === 'found' && !isPlain(owner))
        leaving.set(claim.podref, { ...claim.owner, uid: owner.pod.uid });
    }
    await this.claimants.read([...gone.values()], [...leaving.values()]);
    const nodeDecides = gone.size > 0 && ((await this.nodes.notReady()).length > 0 || !(await this.nodes.areKnown()));
    const traces = await readTraces(reader, new Set(gone.keys()), nodeDecides, gaps);
    const nowMs = reader.now().getTime();
    this.#held = heldByAttachment(this.everyClaim, leaving);
    const judged: JudgedClaim[] = [];
    for (const claim of this.claims) {
      const owner = this.pods.ownerOf(claim);
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
    const otherPods = this.pods.otherPodsThatShow(claim);
    const evidence: Evidence = {
      malformed: claim.malformed,
      address: claim.address,
      ifName: claim.ifName,
      owner: await this.#ownerEvidence(owner),
      shownByOther: otherPods[0] ?? null,
      wantedBack: claim.owner === null ? null : this.#wantedBack(claim.owner, owner),
      lastNode: lastNode === null ? null : await this.nodes.of(lastNode),
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
    return this.claimants.wants(ref, owner.state === 'absent');
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
        node: ending && whole !== null && whole.nodeName !== null ? await this.nodes.of(whole.nodeName) : null,
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

function countVerdicts(claims: readonly JudgedClaim[], live: number): Record<Verdict, number> {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { claim, verdict } of claims) if (claim.pool !== null) counts[verdict]++;
  counts.live += live;
  return counts;
}

/** The addresses that the podrefs among these pods hold by a key, in any pool, for each interface. */
function heldByAttachment(claims: readonly Claim[], pods: ReadonlyMap<string, unknown>): Map<string, Address[]> {
  const held = new Map<string, Address[]>();
  if (pods.size === 0) return held;
  for (const { pool, address, podref, ifName } of claims) {
    if (pool === null || address === null || !pods.has(podref)) continue;
    const key = attachmentKey(podref, ifName);
    const list = held.get(key);
    if (list === undefined) held.set(key, [address]);
    else list.push(address);
  }
  return held;
}

/** `pod-gone` proves that the API has no such pod, not that no container answers. */
async function warnOfNodes(
  reader: ClusterReader,
  nodes: Nodes,
  judged: readonly JudgedClaim[],
  now: Date,
  gaps: Gaps,
): Promise<void> {
  if (!judged.some(({ verdict }) => verdict === 'stale' || verdict === 'lost')) return;
  const down = await nodes.notReady();
  if (down.length > 0) {
    gaps.warn(
      `${few(down, 'is', 'are')} not Ready: a pod that was deleted by force may still run there and use an address that looks stale`,
    );
  }
  const removed = await recentlyRemovedNodes(reader, now.getTime());
  if (removed.length > 0) {
    gaps.warn(
      `${few(removed, 'was', 'were')} removed within the last hour: a machine that still runs may use an address that looks stale`,
    );
  }
}

function few(names: readonly string[], one: string, several: string): string {
  const shown = names.slice(0, 3).join(', ');
  const rest = names.length - 3;
  const list = rest > 0 ? `${shown} and ${rest.toString()} more` : shown;
  return names.length === 1 ? `node ${list} ${one}` : `nodes ${list} ${several}`;
}
