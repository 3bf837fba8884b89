import type { ClusterIdentity, OfCluster } from '../cluster/port.js';
import { networkIsKnown } from '../pools/belonging.js';
import { poolIsNamed } from '../pools/find.js';
import type { Reservation } from '../whereabouts/objects.js';
import { evidenceDocument, reservationId, type EvidenceDocument, type ObjectId } from './documents.js';
import type { Claim } from './claims.js';
import type { JudgedClaim } from './judged.js';
import type { Survey } from './survey.js';
import type { Reason, Verdict } from './verdict.js';

export const RESULTS = ['released', 'restored', 'gone', 'changed', 'failed', 'skipped'] as const;
export type Result = (typeof RESULTS)[number];
export type Action = 'release' | 'keep' | 'restore';

/** Which verdicts beside `stale` are to be released, and what is looked at. */
export interface PlanOptions {
  readonly includeCompleted: boolean;
  readonly includeLost: boolean;
  /** Holds back `finished` owners that ended less than so many ms ago; 0: none. */
  readonly minAgeMs: number;
  /** Lists the live ones too. */
  readonly all: boolean;
}

/** Which claims are looked at; undefined and null: all. */
export interface Selection {
  /** `NAME` or `NAMESPACE/NAME` of pools. */
  readonly pools: readonly string[] | undefined;
  /** Network names; the empty one is the unnamed network. */
  readonly networks: readonly string[] | undefined;
  /** The owner's namespace. */
  readonly namespace: string | undefined;
  /** uids of the pools that a label selector keeps. */
  readonly uids: ReadonlySet<string> | null;
}

export const NEEDS = ['--include-completed', '--include-lost', '--min-age', '--force', '--force --live'] as const;
/** What would have to be asked for besides. */
export type Needs = (typeof NEEDS)[number];

/** What is to be done with a claim, and what it would take to release it. */
export interface Decision {
  readonly action: Action;
  readonly needs: Needs | null;
}

/** Decides what a run does with a claim, by its verdict. */
export type Decide = (judged: JudgedClaim, now: Date) => Decision;

export interface PlanItem extends OfCluster {
  readonly address: string | null;
  readonly networkName: string | null;
  readonly pool: ObjectId;
  readonly key: string;
  readonly podref: string;
  readonly containerId: string;
  readonly ifName: string | null;
  readonly nodeName: string | null;
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly action: Action;
  /** The flag that would release it, where there is one. */
  readonly needs: Needs | null;
  readonly result: Result | null;
  readonly error: string | null;
  readonly reservation: (ObjectId & { readonly podref: string }) | null;
  readonly evidence: EvidenceDocument;
}

/** A reservation that goes with a released key, or that has none. */
export interface PlanReservation extends ObjectId, OfCluster {
  readonly podref: string;
  readonly address: string | null;
  readonly networkName: string | null;
  readonly ifName: string | null;
  /** Whether no key of a pool belongs to it. */
  readonly withoutAllocation: boolean;
  readonly evidence: EvidenceDocument;
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly action: Action;
  readonly result: Result | null;
  readonly error: string | null;
}

export type PlanSummary = {
  readonly pools: number;
  readonly allocations: number;
  readonly reservations: number;
} & Readonly<Record<Verdict | Result, number>>;

export interface ReconcilePlan {
  readonly apiVersion: 'ipamctl.io/v1';
  /** `ReconcileResult` where it was told to release. */
  readonly kind: 'ReconcilePlan' | 'ReconcileResult';
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  readonly createdAt: string;
  readonly toolVersion: string;
  readonly incomplete: boolean;
  readonly items: readonly PlanItem[];
  readonly reservations: readonly PlanReservation[];
  readonly summary: PlanSummary;
  readonly journal: string | null;
  readonly warnings: readonly string[];
}

/** The counts of several plans together. */
export function summed(summaries: readonly PlanSummary[]): PlanSummary {
  const [first = {}] = summaries;
  const keys = Object.keys(first) as (keyof PlanSummary)[];
  const sum = (key: keyof PlanSummary): number => summaries.reduce((total, summary) => total + summary[key], 0);
  return Object.fromEntries(keys.map((key) => [key, sum(key)])) as PlanSummary;
}

/** Whether a claim is among those that the selection asks for. */
export function isSelected(claim: Claim, selection: Selection): boolean {
  const { pools, networks, namespace, uids } = selection;
  if (uids !== null && (claim.pool === null || !uids.has(claim.pool.uid))) return false;
  if (namespace !== undefined && claim.owner?.namespace !== namespace) return false;
  if (networks !== undefined && !(claim.networkKnown && networks.includes(claim.networkName ?? ''))) return false;
  return pools === undefined || (claim.pool !== null && poolIsNamed(claim.pool, pools));
}

/** What became of one entry or reservation. */
export interface ItemOutcome {
  readonly result: Result;
  /** Why it was not released, or what people should know, in one line. */
  readonly error: string | null;
}

/** What a release did. */
export interface Outcomes {
  readonly entries: ReadonlyMap<Claim, ItemOutcome>;
  readonly reservations: ReadonlyMap<Reservation, ItemOutcome>;
}

/** Claims that a release run takes: those of keys, and of reservations without one. */
export function claimsToRelease(survey: Survey, options: PlanOptions): JudgedClaim[] {
  return survey.claims.filter((judged) => decide(judged, options, survey.readAt).action === 'release');
}

/** A reservation without a key goes only when nobody at all can need it. */
export function isGuardOfSomebody({ claim, evidence }: JudgedClaim): boolean {
  return claim.pool === null && (evidence.owner.state !== 'absent' || !claim.networkKnown);
}

/** Whether there is something to release. */
export function isPending({ items, reservations }: ReconcilePlan): boolean {
  return [...items, ...reservations].some(({ action }) => action === 'release');
}

/** Whether a claim may go with what was asked for. */
export function mayRelease(judged: JudgedClaim, options: PlanOptions, now: Date): boolean {
  return decide(judged, options, now).action === 'release';
}

/**
 * Decides for each claim what a release run would do; changes nothing.
 * @param options or, in place of its flags, who decides
 * @param outcomes what a release did with it
 */
export function planOf(
  survey: Survey,
  identity: ClusterIdentity,
  options: PlanOptions | { readonly all: boolean; readonly decide: Decide },
  selection: Selection,
  toolVersion: string,
  outcomes: Outcomes | null = null,
): ReconcilePlan {
  const items: PlanItem[] = [];
  const reservations: PlanReservation[] = [];
  const decided: Decide = 'decide' in options ? options.decide : (judged, now) => decide(judged, options, now);
  for (const judged of survey.claims) {
    const { claim, verdict } = judged;
    const decision = decided(judged, survey.readAt);
    if (claim.pool === null || claim.allocation === null) {
      if (verdict !== 'live' || options.all) {
        reservations.push(...planReservation(judged, survey, decision.action, outcomes));
      }
      continue;
    }
    if (verdict === 'live' && !options.all) continue;
    const { namespace, name, uid } = claim.pool;
    items.push({
      address: claim.address?.toString() ?? null,
      networkName: claim.networkName,
      pool: { namespace, name, uid },
      key: claim.allocation.key,
      podref: claim.podref,
      containerId: claim.allocation.id,
      ifName: claim.ifName,
      nodeName: judged.nodeName,
      verdict,
      reason: judged.reason,
      ...decision,
      ...outcomeOf(outcomes?.entries.get(claim)),
      reservation: reservationId(judged),
      evidence: evidenceDocument(judged, survey),
    });
    // A reservation goes with its key only where it names the same owner.
    if (decision.action === 'release' && claim.reservation?.podref === claim.podref) {
      reservations.push(...planReservation(judged, survey, 'release', outcomes));
    }
  }
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: outcomes === null ? 'ReconcilePlan' : 'ReconcileResult',
    cluster: { uid: identity.uid, server: identity.server },
    createdAt: survey.readAt.toISOString(),
    toolVersion,
    incomplete: survey.incomplete || hasUnanswered(survey.claims),
    items,
    reservations,
    summary: {
      pools: poolsLookedAt(survey, selection),
      allocations: Object.values(survey.counts).reduce((sum, count) => sum + count, 0),
      reservations: survey.reservationCount,
      ...survey.counts,
      ...countResults(items),
    },
    journal: null,
    warnings: survey.warnings,
  };
}

/** Counts the addresses; what became of their reservations is told by those themselves. */
export function countResults(items: readonly PlanItem[]): Record<Result, number> {
  const counts = Object.fromEntries(RESULTS.map((result) => [result, 0])) as Record<Result, number>;
  for (const { result } of items) if (result !== null) counts[result]++;
  return counts;
}

function outcomeOf(outcome: ItemOutcome | undefined): Pick<PlanItem, 'result' | 'error'> {
  return { result: outcome?.result ?? null, error: outcome?.error ?? null };
}

function poolsLookedAt({ inventory }: Survey, { pools, networks, uids }: Selection): number {
  return inventory.pools.filter((pool) => {
    if (uids !== null && !uids.has(pool.uid)) return false;
    const belonging = inventory.belongings.get(pool);
    const inNetwork =
      networks === undefined ||
      (belonging !== undefined && networkIsKnown(belonging) && networks.includes(belonging.networkName ?? ''));
    return inNetwork && (pools === undefined || poolIsNamed(pool, pools));
  }).length;
}

/** Whether some verdict is missing because a right, an answer or a collected file was lacking. */
export function hasUnanswered(claims: readonly JudgedClaim[]): boolean {
  return claims.some(isUnanswered);
}

/** Whether that is so of one. */
export function isUnanswered({ reason }: JudgedClaim): boolean {
  return UNANSWERED.has(reason);
}

const UNANSWERED: ReadonlySet<Reason> = new Set<Reason>([
  'look-up-failed',
  'pods-not-collected',
  'statefulsets-not-readable',
  'migrations-not-readable',
  'nodes-not-readable',
]);

function decide(judged: JudgedClaim, options: PlanOptions, now: Date): Decision {
  const release = { action: 'release', needs: null } as const;
  if (isGuardOfSomebody(judged)) return { action: 'keep', needs: null };
  switch (judged.verdict) {
    case 'stale':
      return release;
    case 'finished':
      if (!options.includeCompleted) return { action: 'keep', needs: '--include-completed' };
      return isOldEnough(judged, options.minAgeMs, now) ? release : { action: 'keep', needs: '--min-age' };
    case 'lost':
      return options.includeLost ? release : { action: 'keep', needs: '--include-lost' };
    default:
      return { action: 'keep', needs: null };
  }
}

/** A pod whose end is not known is not known to be old. */
function isOldEnough({ evidence }: JudgedClaim, minAgeMs: number, now: Date): boolean {
  if (minAgeMs === 0) return true;
  const finishedAt = evidence.owner.state === 'found' ? evidence.owner.pod.finishedAtMs : null;
  return finishedAt !== null && now.getTime() - finishedAt >= minAgeMs;
}

function planReservation(
  judged: JudgedClaim,
  survey: Survey,
  action: Action,
  outcomes: Outcomes | null,
): PlanReservation[] {
  const id = reservationId(judged);
  if (id === null) return [];
  const { claim, verdict, reason } = judged;
  return [
    {
      ...id,
      address: claim.address?.toString() ?? null,
      networkName: claim.networkName,
      ifName: claim.reservation?.ifName ?? null,
      withoutAllocation: claim.pool === null,
      evidence: evidenceDocument(judged, survey),
      verdict,
      reason,
      // Where the network is not known, no reservation is touched.
      action: claim.networkKnown ? action : 'keep',
      ...outcomeOf(claim.reservation === null ? undefined : outcomes?.reservations.get(claim.reservation)),
    },
  ];
}
