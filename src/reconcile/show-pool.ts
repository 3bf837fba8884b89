import { describePools, type PoolDocument, type PoolView } from '../pools/documents.js';
import { extentOf, type Extent } from '../pools/extent.js';
import type { Pool } from '../whereabouts/objects.js';
import { addressDocument, type AddressDocument } from './documents.js';
import type { JudgedClaim } from './judged.js';
import type { Survey } from './survey.js';
import { VERDICTS, type Verdict } from './verdict.js';

/** One pool with its owners (`-o json` of `pools show`). */
export interface PoolReport extends PoolDocument {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'Pool';
  readonly uid: string;
  readonly createdAt: string | null;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** What needs a person comes first. */
  readonly owners: readonly AddressDocument[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** A pool, judged: the document, and what its map is drawn from. */
export interface ShownPool {
  readonly report: PoolReport;
  readonly view: PoolView;
  readonly claims: readonly JudgedClaim[];
  readonly extent: Extent | undefined;
}

/** Describes one pool of a survey that judged at least its claims. */
export function showPool(survey: Survey, pool: Pool): ShownPool {
  const claims = survey.claims.filter(({ claim }) => claim.pool === pool);
  const stale = claims.filter(({ verdict }) => verdict === 'stale').length;
  const [view] = describePools(survey.inventory, [pool], () => stale);
  if (view === undefined) throw new Error(`pool ${pool.name} is not of this survey`);
  const verdicts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of claims) verdicts[verdict]++;
  const sorted = [...claims].sort(byUrgency);
  const report: PoolReport = {
    apiVersion: 'ipamctl.io/v1',
    kind: 'Pool',
    ...view.document,
    uid: pool.uid,
    createdAt: pool.creationTimestamp,
    verdicts,
    owners: sorted.flatMap((judged) => addressDocument(judged, survey) ?? []),
    incomplete: survey.incomplete,
    warnings: survey.warnings,
  };
  return { report, view, claims, extent: extentOf(view) };
}

/** In the order of the verdicts, then by address; an entry without address is the first thing to look at. */
export function byUrgency(a: JudgedClaim, b: JudgedClaim): number {
  const order = VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict);
  if (order !== 0) return order;
  if (a.claim.address === null || b.claim.address === null) {
    return Number(b.claim.address === null) - Number(a.claim.address === null);
  }
  return a.claim.address.compare(b.claim.address);
}
