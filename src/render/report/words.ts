import type { Report, ReportSummary } from '../../report/document.js';
import { grouped, percent, shortCount } from '../number.js';

/** The worst first. */
export const KINDS_OF_SEVERITY = ['error', 'warning', 'info'] as const;

/** When and of which cluster a report is, and how it was made: a few words each. */
export function aboutReport({ cluster, createdAt, toolVersion, source, namespace, incomplete }: Report): string[] {
  return [
    ...(cluster.server === null ? [] : [cluster.server]),
    createdAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'),
    source === 'cluster' ? 'read from the running cluster' : 'read from files',
    namespace === null ? 'the whole cluster' : `namespace ${namespace}`,
    `ipamctl ${toolVersion}`,
    ...(incomplete ? ['incomplete'] : []),
  ];
}

/** `IPv4 812 of 65,534 (1.2%)` for each family, with which a number of addresses says something. */
export function usedOf({ families }: ReportSummary): string[] {
  return families.map(({ family, used, capacity, usedPercent }) => {
    const whole = capacity.length > 10 ? shortCount(BigInt(capacity)) : grouped(BigInt(capacity));
    return `IPv${String(family)} ${grouped(used)} of ${whole}${usedPercent === null ? '' : ` (${percent(usedPercent)})`}`;
  });
}
