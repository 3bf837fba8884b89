import type { ClusterIdentity } from '../cluster/port.js';
import type { PlannedWrite } from '../reconcile/release/dry-run.js';
import type { Result } from '../reconcile/plan.js';
import type { AuditFinding, AuditObject, FindingFields } from './model.js';
import type { Mend, MendAction } from './mends.js';

export const FIX_RESULTS = ['fixed', 'gone', 'changed', 'failed', 'skipped'] as const;
export type FixOutcomeResult = (typeof FIX_RESULTS)[number];

/** One finding, what is done about it, and what came of it. */
export interface FixItem {
  readonly check: string;
  readonly message: string;
  readonly object: AuditObject;
  readonly address: string | null;
  readonly networkName: string | null;
  readonly pool: FindingFields['pool'];
  readonly key: string | null;
  readonly podref: string | null;
  readonly ifName: string | null;
  /** null: nothing, `error` says why. */
  readonly action: MendAction | null;
  /** null in a plan. */
  readonly result: FixOutcomeResult | null;
  readonly error: string | null;
}

/** What `ipamctl audit --fix` prints. */
export interface FixResult {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'FixResult';
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  readonly createdAt: string;
  readonly toolVersion: string;
  readonly incomplete: boolean;
  readonly items: readonly FixItem[];
  readonly summary: Readonly<Record<FixOutcomeResult, number>> & { readonly findings: number };
  readonly journal: string | null;
  /** How long the Leases were held each time, in ms. */
  readonly heldMs: readonly number[];
  /** The exact writes of a dry run; null: it was none. */
  readonly writes: readonly PlannedWrite[] | null;
  readonly warnings: readonly string[];
}

/** What became of a mend. */
export interface FixOutcome {
  readonly result: Result;
  readonly error: string | null;
}

/** What is known when the result is put together. */
export interface FixTelling {
  readonly findings: readonly AuditFinding[];
  readonly mends: readonly Mend[];
  /** Why a mend is not begun. */
  readonly refused: ReadonlyMap<Mend, string>;
  /** null: a plan. */
  readonly outcomes: ReadonlyMap<Mend, FixOutcome> | null;
  readonly identity: ClusterIdentity;
  readonly createdAt: Date;
  readonly toolVersion: string;
  readonly incomplete: boolean;
  readonly journal: string | null;
  readonly heldMs: readonly number[];
  readonly writes: readonly PlannedWrite[] | null;
  readonly warnings: readonly string[];
}

/** Puts the result together: every finding, mended or not. */
export function fixResult(telling: FixTelling): FixResult {
  const { findings, mends, refused, outcomes, identity } = telling;
  const mendOf = new Map(mends.map((mend) => [mend.finding, mend]));
  const items = findings.map((finding): FixItem => {
    const { check, message, object, address, networkName, pool, key, podref, ifName } = finding;
    const about = { check, message, object, address, networkName, pool, key, podref, ifName };
    const mend = mendOf.get(finding);
    if (mend === undefined) {
      return { ...about, action: null, result: outcomes === null ? null : 'skipped', error: UNMENDABLE };
    }
    const why = refused.get(mend);
    if (why !== undefined) {
      return { ...about, action: null, result: outcomes === null ? null : 'changed', error: why };
    }
    const outcome = outcomes?.get(mend);
    const result = outcome === undefined ? null : resultOf(outcome.result);
    return { ...about, action: mend.action, result, error: outcome?.error ?? null };
  });
  const count = (result: FixOutcomeResult): number => items.filter((item) => item.result === result).length;
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'FixResult',
    cluster: { uid: identity.uid, server: identity.server },
    createdAt: telling.createdAt.toISOString(),
    toolVersion: telling.toolVersion,
    incomplete: telling.incomplete,
    items,
    summary: {
      findings: items.length,
      fixed: count('fixed'),
      gone: count('gone'),
      changed: count('changed'),
      failed: count('failed'),
      skipped: count('skipped'),
    },
    journal: telling.journal,
    heldMs: telling.heldMs,
    writes: telling.writes,
    warnings: telling.warnings,
  };
}

const UNMENDABLE = 'no pool tells where its entry belongs: recycle the pod';

function resultOf(result: Result): FixOutcomeResult {
  return result === 'restored' || result === 'released' ? 'fixed' : result;
}
