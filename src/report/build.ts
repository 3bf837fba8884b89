import { audit, type AuditClock } from '../audit/engine.js';
import { DEFAULT_SETTINGS, type Source } from '../audit/model.js';
import { CHECKS } from '../audit/registry.js';
import { auditReport } from '../audit/report.js';
import { SharedReader } from '../audit/shared-reader.js';
import { claims } from '../audit/sources/claims.js';
import { inventory } from '../audit/sources/inventory.js';
import type { ClusterReader } from '../cluster/port.js';
import type { Severity } from '../lint/model.js';
import type { InventoryOptions } from '../pools/inventory.js';
import { percentOf } from '../pools/usage.js';
import { isUnanswered } from '../reconcile/plan.js';
import { survey } from '../reconcile/survey.js';
import { VERDICTS } from '../reconcile/verdict.js';
import { attentionOf } from './attention.js';
import type { FamilyUsage, Report, ReportPool, ReportSummary, Severities } from './document.js';
import { reportNads } from './nads.js';
import { noVerdicts, reportPools } from './pools.js';
import { reportSlices } from './slices.js';

export interface ReportOptions extends InventoryOptions {
  readonly toolVersion: string;
  /** Narrows the report to what pods and NADs of this namespace have to do with; null: the whole cluster. */
  readonly namespace: string | null;
  /** How the audit in it waits for what is under way. */
  readonly clock: AuditClock;
}

/**
 * Looks at everything and puts it in one document: pools with their addresses judged, node slices, NADs, findings.
 * @throws ClusterFailure where pools or pods cannot be read
 */
export async function buildReport(reader: ClusterReader, options: ReportOptions): Promise<Report> {
  const { namespace, toolVersion } = options;
  const identity = await reader.identity();
  const shared = new SharedReader(reader);
  const judged = await survey(shared, options);
  const outcome = await audit(shared, {
    checks: CHECKS,
    settings: { ...DEFAULT_SETTINGS, ipamNamespace: options.ipamNamespace },
    clock: options.clock,
    known: new Map<Source<unknown>, unknown>([
      [inventory, judged.inventory],
      // As the audit reads it: nearly everything is live, and no check asks for that.
      [claims, { ...judged, claims: judged.claims.filter(({ verdict }) => verdict !== 'live') }],
    ]),
  });
  const audited = auditReport(outcome, identity, {
    checks: CHECKS.length,
    namespace: namespace ?? undefined,
    uids: null,
    toolVersion,
    notes: [],
  });
  const checked = await reportNads(reader, judged.inventory);
  const isOwn = (object: { readonly namespace: string | null }): boolean =>
    namespace === null || object.namespace === namespace;
  const everyPool = reportPools(judged);
  const pools = namespace === null ? everyPool : everyPool.filter((pool) => concerns(pool, namespace));
  const divided = await reportSlices(shared, judged.inventory);
  const slices = divided.slicePools?.filter(({ nads }) => namespace === null || nads.some(isOwn));
  const nads = checked.nads?.filter(isOwn);
  const findings = checked.lint.findings.filter(isOwn);
  const { errors, warnings, infos } = audited.summary;
  const open = judged.claims.filter(isUnanswered).length;
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'Report',
    cluster: { uid: identity.uid, server: identity.server, name: identity.name },
    source: reader.source,
    createdAt: judged.readAt.toISOString(),
    toolVersion,
    namespace,
    summary: {
      ...poolSummary(pools),
      ...severitiesOf([...audited.findings, ...findings]),
      nads: nads?.length ?? null,
      nodeSlicePools: slices?.length ?? null,
    },
    attention: attentionOf(audited.findings, findings),
    pools,
    nodeSlicePools: slices ?? null,
    nads: nads ?? null,
    audit: { findings: audited.findings, skipped: audited.skipped, summary: { errors, warnings, infos } },
    lint: { findings, skipped: checked.lint.skipped, summary: severitiesOf(findings) },
    incomplete: judged.incomplete || open > 0 || audited.incomplete || checked.incomplete || divided.incomplete,
    warnings: [
      ...new Set([
        ...judged.warnings,
        ...(open > 0
          ? [
              `${open.toString()} ${open === 1 ? 'verdict is' : 'verdicts are'} open, because something could not be read`,
            ]
          : []),
        ...audited.warnings,
        ...checked.warnings,
        ...divided.warnings,
        ...reader.notes,
      ]),
    ],
  };
}

/** Whether a namespace has to do with a pool: a pod of it holds an address, or a NAD of it draws from the pool. */
function concerns({ nads, addresses }: ReportPool, namespace: string): boolean {
  return (
    nads.some((nad) => nad.namespace === namespace) ||
    addresses.some(({ podref }) => podref.startsWith(`${namespace}/`))
  );
}

function poolSummary(pools: readonly ReportPool[]): Omit<ReportSummary, keyof Severities | 'nads' | 'nodeSlicePools'> {
  const verdicts = noVerdicts();
  for (const pool of pools) {
    for (const verdict of VERDICTS) verdicts[verdict] += pool.verdicts[verdict];
  }
  return {
    pools: pools.length,
    used: pools.reduce((sum, pool) => sum + pool.used, 0),
    families: [4, 6].flatMap((family) => familyUsage(family as 4 | 6, pools)),
    stale: verdicts.stale,
    verdicts,
  };
}

function familyUsage(family: 4 | 6, all: readonly ReportPool[]): FamilyUsage[] {
  const pools = all.filter((pool) => pool.family === family);
  if (pools.length === 0) return [];
  const total = (counts: readonly (string | null)[]): bigint =>
    counts.reduce((sum, text) => sum + BigInt(text ?? 0), 0n);
  const capacity = total(pools.map((pool) => pool.capacity));
  const free = total(pools.map((pool) => pool.free));
  return [
    {
      family,
      pools: pools.length,
      capacity: capacity.toString(),
      used: pools.reduce((sum, { used }) => sum + used, 0),
      usedPercent: percentOf(capacity - free, capacity),
    },
  ];
}

function severitiesOf(findings: readonly { readonly severity: Severity }[]): Severities {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return { errors: counts.error, warnings: counts.warning, infos: counts.info };
}
