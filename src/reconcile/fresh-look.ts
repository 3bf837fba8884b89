import type { ClusterReader } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import { objectKey } from '../pools/belonging.js';
import { Gaps, type Inventory } from '../pools/inventory.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import { inBatches } from './batches.js';
import { Claimants, readTraces, type PodTraces } from './bystanders.js';
import type { Claim } from './claims.js';
import { Court, heldByAttachment } from './court.js';
import type { JudgedClaim } from './judged.js';
import { Nodes } from './nodes.js';
import { found, type Owner } from './owners.js';
import { wholePod } from './pods.js';
import { isFinished } from './verdict.js';

/** How nodes are, and who wants pods back, is asked for again when it is older than this; owners are asked for each time. */
const SURROUNDINGS_AGE_MS = 10_000;
/** One of this many pods: from there on a list of all pods' metadata costs less than as many GETs. */
const LIST_ABOVE_SHARE = 20;
const LIST_ABOVE = 100;

/** What the owners of claims are like now. */
export interface FreshVerdicts {
  /** When the first owner was asked for, on the monotonic clock; no answer is older. */
  readonly askedAt: number;
  of(claim: Claim): JudgedClaim;
  /** Why the owner of a claim with reason `look-up-failed` could not be looked up. */
  failureOf(claim: Claim): ClusterFailure | undefined;
}

export interface FreshLookPorts {
  readonly reader: ClusterReader;
  readonly clock: { monotonic(): number };
}

/** What a first reading found, as far as a second look rests on it. */
export interface FirstLook {
  readonly inventory: Pick<Inventory, 'pools'>;
  readonly podCount: number;
}

/**
 * The owner verdict of the release protocol: the verdict table on what the API server says of each owner right now.
 * Who else shows an address, and what events told of pods that were gone already, is known from the first reading.
 */
export class FreshLook {
  #surroundings: { readonly nodes: Nodes; readonly claimants: Claimants; readonly at: number } | undefined;

  constructor(
    private readonly ports: FreshLookPorts,
    private readonly first: FirstLook,
  ) {}

  /**
   * Judges the claims again. An owner that cannot be looked up is `unknown` (`look-up-failed`), whatever the cause.
   * @param by `get`: each owner by a GET of its own; `cheaper`: a complete list of metadata where the owners are many
   * @throws ClusterFailure where StatefulSets, migrations or nodes cannot be asked for at all
   */
  async judge(claims: readonly JudgedClaim[], by: 'get' | 'cheaper' = 'get'): Promise<FreshVerdicts> {
    const { reader, clock } = this.ports;
    const askedAt = clock.monotonic();
    const refs = new Map<string, ObjectRef>();
    for (const { claim } of claims) if (claim.owner !== null) refs.set(claim.podref, claim.owner);
    const failures = new Map<string, ClusterFailure>();
    const isMany = refs.size > Math.max(LIST_ABOVE, this.first.podCount / LIST_ABOVE_SHARE);
    const present = by === 'cheaper' && isMany ? await this.#listed(refs) : null;
    const owners = await this.#owners(refs, present, failures);

    const before = new Map(claims.map((judged) => [judged.claim, judged]));
    const { nodes, claimants } = this.#surroundingsNow();
    const court = new Court({
      pods: {
        ownerOf: ({ podref }) => owners.get(podref) ?? LOOK_UP_FAILED,
        otherPodsThatShow: (claim) => before.get(claim)?.otherPods ?? [],
      },
      claimants,
      nodes,
      traces: (gone, withNodes) => this.#traces(claims, gone, withNodes),
      held: (asked) => heldByAttachment(keysOf(this.first.inventory.pools, asked), asked),
      now: () => reader.now(),
    });
    const judged = new Map<Claim, JudgedClaim>();
    for (const item of await court.judge([...before.keys()], false)) judged.set(item.claim, item);
    return {
      askedAt,
      of: (claim) => {
        const item = judged.get(claim);
        if (item === undefined) throw new Error('a claim that was not asked for');
        return item;
      },
      failureOf: ({ podref }) => failures.get(podref),
    };
  }

  /** Which of the owners one complete list of pods has; null where it could not be read. */
  async #listed(refs: ReadonlyMap<string, ObjectRef>): Promise<ReadonlySet<string> | null> {
    try {
      const listed = await this.ports.reader.collect(PODS, { metadataOnly: true }, ({ metadata }) => {
        const key = objectKey(metadata.namespace ?? '', metadata.name ?? '');
        return refs.has(key) ? key : undefined;
      });
      return new Set(listed);
    } catch (failure) {
      if (failure instanceof ClusterFailure) return null;
      throw failure;
    }
  }

  async #owners(
    refs: ReadonlyMap<string, ObjectRef>,
    present: ReadonlySet<string> | null,
    failures: Map<string, ClusterFailure>,
  ): Promise<Map<string, Owner>> {
    const owners = new Map<string, Owner>();
    await inBatches([...refs], async ([podref, { namespace, name }]) => {
      if (present !== null && !present.has(podref)) {
        owners.set(podref, { state: 'absent', confirmedByGet: false });
        return;
      }
      try {
        const object = await this.ports.reader.get(PODS, namespace, name);
        owners.set(podref, object === undefined ? ABSENT : found(wholePod(object)));
      } catch (failure) {
        if (!(failure instanceof ClusterFailure)) throw failure;
        failures.set(podref, failure);
      }
    });
    return owners;
  }

  /** Events are asked for only of pods that went since the first reading. */
  async #traces(
    claims: readonly JudgedClaim[],
    gone: ReadonlySet<string>,
    withNodes: boolean,
  ): Promise<ReadonlyMap<string, PodTraces>> {
    const known = new Map<string, PodTraces>();
    const justGone = new Set(gone);
    const nowMs = this.ports.reader.now().getTime();
    for (const { claim, evidence } of claims) {
      if (evidence.owner.state === 'absent') {
        justGone.delete(claim.podref);
        known.set(claim.podref, { killedAtMs: evidence.killedAtMs, nodeName: evidence.lastNode?.name ?? null });
      } else if (evidence.owner.state === 'found') {
        // Seen moments ago, so killed since, with or without an event; what had finished has nothing left to tear down.
        const { pod } = evidence.owner;
        known.set(claim.podref, { killedAtMs: isFinished(pod) ? null : nowMs, nodeName: pod.node?.name ?? null });
      }
    }
    const fresh = await readTraces(this.ports.reader, justGone, withNodes, new Gaps());
    for (const [podref, { killedAtMs, nodeName }] of fresh) {
      const seen = known.get(podref);
      known.set(podref, {
        killedAtMs: killedAtMs ?? seen?.killedAtMs ?? null,
        nodeName: nodeName ?? seen?.nodeName ?? null,
      });
    }
    return known;
  }

  #surroundingsNow(): { readonly nodes: Nodes; readonly claimants: Claimants } {
    const now = this.ports.clock.monotonic();
    if (this.#surroundings === undefined || now - this.#surroundings.at > SURROUNDINGS_AGE_MS) {
      const gaps = new Gaps();
      const { reader } = this.ports;
      this.#surroundings = { nodes: new Nodes(reader, gaps), claimants: new Claimants(reader, gaps), at: now };
    }
    return this.#surroundings;
  }
}

const ABSENT: Owner = { state: 'absent', confirmedByGet: true };
const LOOK_UP_FAILED: Owner = { state: 'unknown', why: 'look-up-failed' };

/** What the pools hold for these owners; an address is worked out only for theirs. */
function* keysOf(
  pools: Inventory['pools'],
  owners: ReadonlyMap<string, unknown>,
): Generator<Pick<Claim, 'podref' | 'ifName' | 'address'>> {
  for (const { allocations } of pools) {
    for (const allocation of allocations) {
      const { podref, ifName } = allocation;
      if (!owners.has(podref)) continue;
      const { reading } = allocation;
      yield { podref, ifName, address: reading.ok ? reading.address : null };
    }
  }
}
