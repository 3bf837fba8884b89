import type { Severity } from '../lint/model.js';
import type { ObjectId } from '../reconcile/documents.js';
import { reservationId } from '../reconcile/documents.js';
import type { JudgedClaim } from '../reconcile/judged.js';
import type { Survey } from '../reconcile/survey.js';
import type { Reason, Verdict } from '../reconcile/verdict.js';
import type { ReportPool } from './document.js';

/** A finding about the cluster's addresses; field names are those of an AuditReport. */
export interface ReportFinding {
  readonly check: string;
  readonly severity: Severity;
  readonly message: string;
  readonly object: { readonly kind: string; readonly namespace: string | null; readonly name: string };
  readonly address: string | null;
  readonly networkName: string | null;
  readonly pool: ObjectId | null;
  readonly key: string | null;
  readonly podref: string | null;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  /** The command that mends it; null: none does. */
  readonly fix: string | null;
}

/** From so many per cent on a pool is nearly full, and as good as full. */
const NEARLY_FULL = 80;
const FULL = 95;
/** A fixed address is a window of one: what is this small is meant to be full. */
const SMALLEST_POOL = 8n;

/** What the verdicts and the pools themselves say; the worst first. */
export function findingsOf(survey: Survey, pools: readonly ReportPool[]): ReportFinding[] {
  const found = [...survey.claims.flatMap((judged) => claimFinding(judged) ?? []), ...pools.flatMap(poolFindings)];
  const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };
  return found.sort((a, b) => rank[a.severity] - rank[b.severity] || compareText(a.check, b.check));
}

function claimFinding(judged: JudgedClaim): ReportFinding | undefined {
  const { claim, verdict, reason } = judged;
  const address = claim.address?.toString() ?? null;
  const told = CHECKS[verdict];
  const isReservation = claim.pool === null;
  if (told === undefined || (isReservation && verdict !== 'stale')) return undefined;
  const [severity, check, message, fix] = isReservation
    ? ([
        'warning',
        'audit/reservation-without-allocation',
        'no key of a pool holds it, and its owner is gone',
        RECONCILE,
      ] as const)
    : told;
  const reservation = reservationId(judged);
  const object = claim.pool === null ? reservation : claim.pool;
  return {
    check: verdict === 'malformed' && reason !== 'podref-unreadable' ? 'audit/invalid-offset' : check,
    severity,
    message: `${address ?? `key ${claim.allocation?.key ?? ''}`} of ${claim.podref === '' ? 'nobody' : claim.podref}: ${message}`,
    object: {
      kind: isReservation ? 'OverlappingRangeIPReservation' : 'IPPool',
      namespace: object?.namespace ?? null,
      name: object?.name ?? '',
    },
    address,
    networkName: claim.networkName,
    pool: claim.pool === null ? null : { namespace: claim.pool.namespace, name: claim.pool.name, uid: claim.pool.uid },
    key: claim.allocation?.key ?? null,
    podref: claim.podref,
    verdict,
    reason,
    fix,
  };
}

const RECONCILE = 'ipamctl reconcile';

/** Verdicts that are findings, with their check; absent: none. */
const CHECKS: Partial<
  Record<Verdict, readonly [severity: Severity, check: string, message: string, fix: string | null]>
> = {
  stale: ['warning', 'audit/stale-allocation', 'the owner does not need it any more', RECONCILE],
  finished: ['info', 'audit/finished-pod', 'the pod has finished', `${RECONCILE} --include-completed`],
  lost: ['warning', 'audit/lost-node', 'the pod went with its node', `${RECONCILE} --include-lost`],
  malformed: [
    'warning',
    'audit/invalid-podref',
    'it cannot be read, and the reconciler of whereabouts leaves it',
    null,
  ],
};

function poolFindings(pool: ReportPool): ReportFinding[] {
  const { namespace, name, uid, networkName, capacity, usedPercent } = pool;
  const finding = (check: string, severity: Severity, message: string, fix: string | null): ReportFinding => ({
    check,
    severity,
    message: `${name}: ${message}`,
    object: { kind: 'IPPool', namespace, name },
    address: null,
    networkName,
    pool: { namespace, name, uid },
    key: null,
    podref: null,
    verdict: null,
    reason: null,
    fix,
  });
  const found = pool.problems.flatMap(({ code, message }) => {
    if (code === 'range-unreadable') return finding('audit/invalid-pool-range', 'error', message, null);
    if (code === 'range-has-host-bits') return finding('audit/unmasked-pool-range', 'warning', message, null);
    if (code === 'key-outside-windows') return finding('audit/outside-window', 'info', message, null);
    return [];
  });
  if (usedPercent !== null && usedPercent >= NEARLY_FULL && capacity !== null && BigInt(capacity) >= SMALLEST_POOL) {
    const severity = usedPercent >= FULL ? 'error' : 'warning';
    found.push(
      finding('audit/capacity', severity, `${String(usedPercent)} % of it is in use`, `ipamctl pools show ${name}`),
    );
  }
  return found;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
