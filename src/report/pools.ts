import { describePools, type PoolView, sortPools } from '../pools/documents.js';
import { extentOf } from '../pools/extent.js';
import { append } from '../pools/multimap.js';
import type { Interval } from '../net/interval.js';
import { evidenceDocument } from '../reconcile/documents.js';
import type { JudgedClaim } from '../reconcile/judged.js';
import { staleCounts } from '../reconcile/stale-counts.js';
import type { Survey } from '../reconcile/survey.js';
import { VERDICTS, type Verdict } from '../reconcile/verdict.js';
import type { Pool } from '../whereabouts/objects.js';
import type { AddressSpan, PoolExtent, ReportAddress, ReportPool } from './document.js';

/** Every pool of a survey with its addresses, the fullest first. */
export function reportPools(survey: Survey): ReportPool[] {
  const claims = new Map<Pool, JudgedClaim[]>();
  for (const judged of survey.claims) if (judged.claim.pool !== null) append(claims, judged.claim.pool, judged);
  const views = describePools(survey.inventory, survey.inventory.pools, staleCounts(survey));
  return sortPools(views, 'used').map((view) => reportPool(view, claims.get(view.pool) ?? [], survey));
}

function reportPool(view: PoolView, claims: readonly JudgedClaim[], survey: Survey): ReportPool {
  const verdicts = noVerdicts();
  for (const { verdict } of claims) verdicts[verdict]++;
  const addresses = [...claims].sort(byAddress).map((judged) => reportAddress(judged, survey));
  return { ...view.document, uid: view.pool.uid, verdicts, extent: poolExtent(view), addresses };
}

/** A count of nothing for each verdict. */
export function noVerdicts(): Record<Verdict, number> {
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
}

function reportAddress(judged: JudgedClaim, survey: Survey): ReportAddress {
  const { claim, verdict, reason } = judged;
  return {
    address: claim.address?.toString() ?? null,
    key: claim.allocation?.key ?? '',
    podref: claim.podref,
    ifName: claim.ifName,
    verdict,
    reason,
    evidence: verdict === 'live' ? null : evidenceDocument(judged, survey),
  };
}

function byAddress({ claim: a }: JudgedClaim, { claim: b }: JudgedClaim): number {
  if (a.address === null || b.address === null) return Number(b.address === null) - Number(a.address === null);
  return a.address.compare(b.address);
}

function poolExtent(view: PoolView): PoolExtent | null {
  const extent = extentOf(view);
  if (extent === undefined) return null;
  const { range, outside, excluded } = extent;
  return { ...span(range), outside: outside.intervals.map(span), excluded: excluded.intervals.map(span) };
}

function span({ first, last }: Interval): AddressSpan {
  return { first: first.toString(), last: last.toString() };
}
