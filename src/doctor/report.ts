import { CLUSTER_CHECKS, clusterChecks, skipped, type Doctored } from './cluster.js';
import type { Check, CheckStatus, DoctorReport } from './documents.js';
import { isConnection, localChecks, type LocalFacts } from './local.js';

/**
 * Tells what works here and what does not.
 * @param reader the cluster of the connection; null where there is none to ask
 */
export async function diagnose(facts: LocalFacts, reader: Doctored | null, here: () => Date): Promise<DoctorReport> {
  const connection = isConnection(facts.connection) ? facts.connection : null;
  const checks = [
    ...localChecks(facts),
    ...(reader === null ? skipped(CLUSTER_CHECKS, 'there is no cluster to ask') : await clusterChecks(reader, here)),
  ];
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'DoctorReport',
    toolVersion: facts.toolVersion,
    context: connection?.context ?? null,
    server: connection?.server ?? null,
    checks,
    summary: summaryOf(checks),
  };
}

function summaryOf(checks: readonly Check[]): Record<CheckStatus, number> {
  const summary: Record<CheckStatus, number> = { ok: 0, info: 0, warning: 0, problem: 0, skipped: 0 };
  for (const { status } of checks) summary[status]++;
  return summary;
}
