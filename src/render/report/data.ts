import { Address } from '../../net/address.js';
import type { NodeSliceDocument } from '../../pools/slice-pools.js';
import type { AddressSpan, Report, ReportPool } from '../../report/document.js';
import { subjectOf } from '../../report/subject.js';
import { safe } from '../safe.js';
import { reasonText } from '../verdict.js';
import type { PageData, PageFinding, PageNad, PagePool, PageSlicePool } from './page-data.js';
import { SIGN_OF } from './signs.js';

/** The report as the page holds it: columns in place of fields that each of 100,000 addresses would repeat. */
export function pageData(report: Report): PageData {
  return {
    pools: report.pools.map(pagePool),
    slices: (report.nodeSlicePools ?? []).map(
      ({ namespace, name, range, sliceSize, slices, assigned, nads, nodes, problems }): PageSlicePool => ({
        name: safe(`${namespace}/${name}`),
        range: safe(range),
        sliceSize,
        slices,
        assigned,
        nads: nads.map((nad) => safe(`${nad.namespace}/${nad.name}`)),
        nodes: nodes.map((node) => [
          safe(node.nodeName),
          safe(node.sliceRange ?? ''),
          node.pool === null ? '' : safe(`${namespace}/${node.pool}`),
          node.capacity,
          node.used,
          node.usedPercent,
          oddity(node),
        ]),
        problems: problems.map(({ message }) => safe(message)),
      }),
    ),
    nads: (report.nads ?? []).map(
      ({ namespace, name, plugin, ipam, ranges, networkName, pods, findings, error }): PageNad => ({
        name: safe(`${namespace}/${name}`),
        about: [plugin ?? '', ipam ?? '', ...ranges, networkName === null ? '' : `network ${networkName}`]
          .filter((part) => part !== '')
          .map(safe),
        pods,
        errors: findings.errors,
        warnings: findings.warnings,
        infos: findings.infos,
        error: error === null ? null : safe(error),
      }),
    ),
    findings: [
      ...report.audit.findings.map((finding): PageFinding => {
        const { severity, check, message, fix } = finding;
        return [severity, check, safe(message), safe(subjectOf(finding)), safe(fix ?? ''), ''];
      }),
      ...report.lint.findings.map(({ severity, rule, message, file, upstream }): PageFinding => [
        severity,
        rule,
        safe(message),
        safe(placeOf(file)),
        `ipamctl nad rules ${rule}`,
        safe(upstream ?? ''),
      ]),
    ].sort((a, b) => RANK[a[0]] - RANK[b[0]]),
  };
}

function oddity({ exists, inForce }: NodeSliceDocument): string {
  if (exists === false) return 'no such node';
  return inForce ? '' : 'not in force: the node has an earlier slice';
}

const RANK = { error: 0, warning: 1, info: 2 } as const;
const NAD_FILE = 'network-attachment-definitions/';

/** The rules name files; here they are objects. */
function placeOf(file: string): string {
  return file.startsWith(NAD_FILE) ? `NAD ${file.slice(NAD_FILE.length)}` : file;
}

function pagePool(pool: ReportPool): PagePool {
  const { extent, addresses } = pool;
  const first = extent === null ? undefined : Address.parse(extent.first);
  const offset = (text: string): string | number => {
    const address = Address.parse(text);
    if (address === undefined || first === undefined) throw new Error(`${text} is no address of the range`);
    const value = address.value - first.value;
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
  };
  const spans = (list: readonly AddressSpan[]): (string | number)[] =>
    list.flatMap((span) => [offset(span.first), offset(span.last)]);
  const interfaces = new Map<string, number>();
  const why: Record<number, string> = {};
  const interfaceIndex = addresses.map(({ ifName }) => {
    const name = safe(ifName ?? '');
    const known = interfaces.get(name) ?? interfaces.size;
    interfaces.set(name, known);
    return known;
  });
  for (const [i, { evidence, verdict, reason, ifName, address }] of addresses.entries()) {
    if (evidence !== null) why[i] = safe(reasonText({ verdict, reason, ifName, address, evidence }));
  }
  return {
    name: safe(`${pool.namespace}/${pool.name}`),
    range: safe(pool.range),
    network: pool.networkName === null ? null : safe(pool.networkName),
    node: pool.nodeName === null ? null : safe(pool.nodeName),
    capacity: pool.capacity,
    used: pool.used,
    free: pool.free,
    blocked: pool.blocked,
    percent: pool.usedPercent,
    stale: pool.stale ?? 0,
    windows: pool.nads.map(({ namespace, name, first: from, last, exclude }) => [
      safe(`${namespace}/${name}`),
      from === null ? 'no usable address' : safe(`${from} to ${last ?? '?'}`),
      exclude.map(safe).join(', '),
    ]),
    problems: pool.problems.map(({ message }) => safe(message)),
    first: extent?.first ?? null,
    last: extent === null ? 0 : offset(extent.last),
    outside: spans(extent?.outside ?? []),
    excluded: spans(extent?.excluded ?? []),
    // A key that is no address of the range has no place in the map; the list has it.
    held: addresses.map(({ address, key }) => {
      const parsed = address === null ? undefined : Address.parse(address);
      if (first === undefined || parsed?.family !== first.family || parsed.compare(first) < 0) {
        return `!${safe(address ?? `key ${key}`)}`;
      }
      return offset(parsed.toString());
    }),
    signs: addresses.map(({ verdict }) => SIGN_OF[verdict]).join(''),
    owners: addresses.map(({ podref }) => safe(podref)),
    interfaces: [...interfaces.keys()],
    interfaceIndex: interfaces.size > 1 ? interfaceIndex : [],
    why,
  };
}
