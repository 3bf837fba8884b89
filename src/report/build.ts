import type { ClusterReader } from '../cluster/port.js';
import type { Severity } from '../lint/model.js';
import type { InventoryOptions } from '../pools/inventory.js';
import { percentOf } from '../pools/usage.js';
import { survey } from '../reconcile/survey.js';
import { VERDICTS } from '../reconcile/verdict.js';
import { attentionOf } from './attention.js';
import type { FamilyUsage, Report, ReportPool, ReportSummary, Severities } from './document.js';
import { findingsOf, type ReportFinding } from './findings.js';
import { reportNads } from './nads.js';
import { noVerdicts, reportPools } from './pools.js';
import { reportSlices } from './slices.js';

export interface ReportOptions extends InventoryOptions {
  readonly toolVersion: string;
  /** Narrows the report to what pods and NADs of this namespace have to do with; null: the whole cluster. */
  readonly namespace: string | null;
}

/**
 * Looks at everything and puts it in one document: pools with their addresses judged, node slices, NADs, findings.
 * @throws ClusterFailure where pools or pods cannot be read
 */
export async function buildReport(reader: ClusterReader, options: ReportOptions): Promise<Report> {
  const { namespace, toolVersion } = options;
  const identity = await reader.identity();
  const judged = await survey(reader, options);
  const nads = await reportNads(reader, judged.inventory);
  const all = reportPools(judged);
  const pools = namespace === null ? all : all.filter((pool) => concerns(pool, namespace));
  const shown = new Set(pools.map(({ uid }) => uid));
  const isShown = (finding: ReportFinding): boolean =>
    namespace === null ||
    (finding.pool !== null && shown.has(finding.pool.uid) && finding.podref === null) ||
    finding.podref?.startsWith(`${namespace}/`) === true;
  const audit = findingsOf(judged, all).filter(isShown);
  const lint = nads.lint.findings.filter((finding) => namespace === null || finding.namespace === namespace);
  const slices = reportSlices(judged.inventory, all);
  const ownSlices = slices?.filter(
    (slice) => namespace === null || slice.nads.some((nad) => nad.namespace === namespace),
  );
  const ownNads = nads.nads?.filter((nad) => namespace === null || nad.namespace === namespace);
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
      ...severitiesOf([...audit, ...lint]),
      nads: ownNads?.length ?? null,
      nodeSlicePools: ownSlices?.length ?? null,
    },
    attention: attentionOf(audit, lint),
    pools,
    nodeSlicePools: ownSlices ?? null,
    nads: ownNads ?? null,
    audit: { findings: audit, skipped: [], summary: severitiesOf(audit) },
    lint: { findings: lint, skipped: nads.lint.skipped, summary: severitiesOf(lint) },
    incomplete: judged.incomplete || nads.incomplete,
    warnings: [...new Set([...judged.warnings, ...nads.warnings, ...reader.notes])],
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
