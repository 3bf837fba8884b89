import type { TestCluster } from '../test/cluster/cluster.js';
import { compare, type Measured, type Subject } from './measure.js';
import { trafficOf, type Traffic } from './traffic.js';

/** A subject and what is wanted of it. */
export interface Entry {
  readonly subject: Subject;
  /** The most that it may take, as a multiple of the anchor's time. */
  readonly aim?: number;
  /** The most memory that it may take, in MB. */
  readonly aimMb?: number;
}

/** What was measured of a subject, beside the anchor of its section. */
export interface Row extends Measured {
  /** Of the anchor's time. */
  readonly ratio: number;
  readonly aim?: number;
  readonly aimMb?: number;
  readonly traffic?: Traffic;
}

/** Subjects that were run in turn, the anchor first. */
export interface Section {
  readonly title: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

/** Rounds of a section, unless it says another number. */
export const ROUNDS = 5;

/**
 * Measures subjects in turn. With a cluster it counts one more run of each for the requests, which nobody else may make
 * meanwhile.
 */
export async function measureSection(
  title: string,
  entries: readonly Entry[],
  { cluster, rounds = ROUNDS }: { cluster?: TestCluster; rounds?: number } = {},
): Promise<Section> {
  console.error(`measuring: ${title}`);
  const measured = await compare(
    entries.map(({ subject }) => subject),
    rounds,
  );
  const anchor = measured[0]?.wallMs ?? Number.NaN;
  const rows: Row[] = [];
  for (const [index, { subject, ...aims }] of entries.entries()) {
    const row = measured[index];
    if (row === undefined) continue;
    const traffic = cluster === undefined ? undefined : await trafficOf(cluster, () => compare([subject], 0));
    rows.push({ ...row, ...aims, ratio: row.wallMs / anchor, ...(traffic === undefined ? {} : { traffic }) });
  }
  return { title, rounds, rows };
}

/** The exponent with which a cost grows between its first and last point: 1 is linear. */
export function exponent(points: readonly (readonly [size: number, cost: number])[]): number {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return Math.log(last[1] / first[1]) / Math.log(last[0] / first[0]);
}
