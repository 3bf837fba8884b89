import { lint } from '../lint/engine.js';
import { clusterDocuments, clusterGaps } from '../lint/cluster/documents.js';
import { countsOf } from '../lint/cluster/nads.js';
import { readCluster } from '../lint/cluster/read.js';
import { readDocuments } from '../lint/read-document.js';
import { RULES } from '../lint/registry.js';
import { type LintReport, reportOf } from '../lint/report.js';
import type { ClusterReader } from '../cluster/port.js';
import { Gaps, type Inventory } from '../pools/inventory.js';
import { groupedBy } from '../pools/multimap.js';
import { listNads, nadUse, type NadDocument } from '../pools/nads.js';

/** The NADs of a cluster, and what the rules of `nad lint` say of it. */
export interface JudgedNads {
  /** null: could not be read. */
  readonly nads: readonly NadDocument[] | null;
  readonly lint: Pick<LintReport, 'findings' | 'skipped'>;
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** Judges every NAD with the cluster around it; what may not be read lessens the answer, and does not prevent it. */
export async function reportNads(reader: ClusterReader, inventory: Inventory): Promise<JudgedNads> {
  const gaps = new Gaps();
  const [checked, use] = await Promise.all([lintCluster(reader, gaps), nadUse(reader, inventory)]);
  const byName = groupedBy(checked?.findings ?? [], ({ file }) => file);
  const nads =
    inventory.nads?.map((nad) => ({
      nad,
      findings: countsOf(byName.get(`network-attachment-definitions/${nad.namespace}/${nad.name}`) ?? []),
    })) ?? null;
  return {
    nads: nads === null ? null : listNads(nads, use, []).items,
    lint: { findings: checked?.findings ?? [], skipped: checked?.skipped ?? [] },
    incomplete: gaps.incomplete || use.incomplete || checked?.incomplete === true,
    warnings: [...new Set([...gaps.warnings, ...use.warnings, ...(checked?.warnings ?? [])])],
  };
}

async function lintCluster(reader: ClusterReader, gaps: Gaps): Promise<LintReport | null> {
  try {
    const [documents, cluster] = await Promise.all([
      clusterDocuments(reader, { namespace: null, selector: undefined }),
      readCluster(reader, RULES),
    ]);
    const texts = (await Promise.all(documents.sources.map(readDocuments))).flat();
    const outcome = await lint(texts, { rules: RULES, profile: 'openshift', scope: 'all', cluster });
    const report = reportOf(outcome, { unreadable: [], fixed: [], clusterGaps: clusterGaps(documents, RULES) });
    if (report.incomplete) gaps.warn('some rules of nad lint lacked something: see what was not checked');
    return report;
  } catch (failure) {
    gaps.note(failure, 'no rule of nad lint was applied');
    return null;
  }
}
