import { record, records, text, timeMs } from '../cluster/fields.js';
import { InputFailure, RefusedFailure } from '../errors.js';
import type { Claim } from './claims.js';

/** What reports agree on: texts that name an entry or a reservation as it was. */
export interface Reported {
  readonly identities: ReadonlySet<string>;
  has(claim: Claim): boolean;
}

/** A report as it was read from a file. */
export interface Report {
  readonly file: string;
  readonly clusterUid: string | null;
  readonly createdAt: number;
  readonly identities: ReadonlySet<string>;
}

/** What a report must be for a release to go by it. */
export interface Acceptable {
  readonly clusterUid: string | null;
  readonly now: Date;
  readonly maxAgeMs: number;
}

/** Clocks differ. */
const SKEW_MS = 5 * 60_000;

/**
 * Reads an AuditReport or a ReconcilePlan, or what a list of either holds.
 * @returns at least one
 * @throws InputFailure for anything else
 */
export function parseReports(file: string, content: string): Report[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new InputFailure(`${file} is no JSON`, {
      hints: ['ipamctl reconcile -o json=FILE     writes a report'],
      cause,
    });
  }
  const list = record(value);
  if (list['kind'] !== 'AuditReportList' && list['kind'] !== 'ReconcilePlanList') return [reportOf(file, list)];
  const reports = records(list['items']).map((item) => reportOf(file, item));
  if (reports.length === 0) throw new InputFailure(`${file} holds no report`);
  return reports;
}

function reportOf(file: string, document: Readonly<Record<string, unknown>>): Report {
  const kind = text(document['kind']);
  const createdAt = timeMs(document['createdAt']);
  if (document['apiVersion'] !== 'ipamctl.io/v1' || (kind !== 'ReconcilePlan' && kind !== 'AuditReport')) {
    throw new InputFailure(`${file} is neither an AuditReport nor a ReconcilePlan of ipamctl`);
  }
  if (createdAt === null) throw new InputFailure(`${file} does not tell when it was made`);
  const items =
    kind === 'AuditReport'
      ? records(document['findings']).map((finding) => identityOf(finding, finding['reservation'], finding['podref']))
      : [
          ...records(document['items']).map((item) => identityOf(item, null, null)),
          ...records(document['reservations'])
            .filter((reservation) => reservation['withoutAllocation'] === true)
            .map((reservation) => identityOf({}, reservation, reservation['podref'])),
        ];
  return {
    file,
    clusterUid: text(record(document['cluster'])['uid']),
    createdAt,
    identities: new Set(items.filter((identity) => identity !== null)),
  };
}

/**
 * What all reports name; of several in one file that of the cluster counts.
 * @throws RefusedFailure where one of them is of another cluster, or too old
 */
export function agreed(files: readonly (readonly Report[])[], { clusterUid, now, maxAgeMs }: Acceptable): Reported {
  const reports = files.flatMap((each) => each.find((report) => report.clusterUid === clusterUid) ?? each[0] ?? []);
  for (const { file, clusterUid: of, createdAt } of reports) {
    if (clusterUid === null || of === null || of !== clusterUid) {
      const why =
        clusterUid === null
          ? 'the cluster does not tell which it is (uid of namespace kube-system)'
          : `${file} is of another cluster (${of ?? 'it does not tell which'})`;
      throw new RefusedFailure(`${why}; nothing was released`);
    }
    const ageMs = now.getTime() - createdAt;
    if (ageMs <= maxAgeMs && ageMs >= -SKEW_MS) continue;
    const when = new Date(createdAt).toISOString();
    throw new RefusedFailure(
      `${file} is of ${when}, ${ageMs < 0 ? 'which is yet to come' : 'too long ago'}; nothing was released`,
      {
        hints: ['make a new one, or say how old it may be: --max-age 2h'],
      },
    );
  }
  const [first, ...others] = reports.map(({ identities }) => identities);
  const identities = new Set([...(first ?? [])].filter((identity) => others.every((other) => other.has(identity))));
  return {
    identities,
    has: (claim) => identities.has(claimIdentity(claim)),
  };
}

/** An entry is known by its pool, key, owner and container; a reservation without one by itself and its owner. */
function identityOf(item: Readonly<Record<string, unknown>>, reservation: unknown, podref: unknown): string | null {
  const pool = text(record(item['pool'])['uid']);
  const { key } = item;
  if (pool !== null && typeof key === 'string') {
    return `${pool}\n${key}\n${text(item['podref']) ?? ''}\n${text(item['containerId']) ?? ''}`;
  }
  const uid = text(record(reservation)['uid']);
  return uid === null ? null : `${uid}\n${text(podref) ?? ''}`;
}

function claimIdentity({ pool, allocation, reservation, podref }: Claim): string {
  if (pool !== null && allocation !== null) return `${pool.uid}\n${allocation.key}\n${podref}\n${allocation.id}`;
  return `${reservation?.uid ?? ''}\n${podref}`;
}
