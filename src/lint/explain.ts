import { type IpamReading, parseIpam, type WhereaboutsRange } from '../whereabouts/ipam.js';
import { poolName } from '../whereabouts/names.js';
import { divideRange } from '../whereabouts/slices.js';
import { usable, windowAddresses } from '../whereabouts/window.js';
import { textOf } from './go-fields.js';
import type { IpamPart, NetworkSubject } from './model.js';
import { pathText } from './path.js';
import type { Compared } from './scope.js';

/** Where a range is written. */
interface Origin {
  readonly file: string;
  /** Number of the document in its file, from 1. */
  readonly document: number;
  /** Of the `ipam` object. */
  readonly path: string;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** What whereabouts will do with one range. */
export interface ExplainedRange extends Origin {
  /** Masked, as whereabouts keeps it. */
  readonly range: string;
  /** First and last address before exclusions; null where it hands out none. */
  readonly first: string | null;
  readonly last: string | null;
  /** As written; empty with node slices, which drop them. */
  readonly exclude: readonly string[];
  /** How many addresses it can hand out, decimal; with node slices those of all slices. */
  readonly capacity: string;
  /** Name of the IPPool; null with node slices, where each node has a pool of its own. */
  readonly poolName: string | null;
  readonly networkName: string | null;
  /** As written; null: off. */
  readonly nodeSliceSize: string | null;
  /** How many node slices there are; null without. */
  readonly slices: number | null;
}

/** An `ipam` that whereabouts refuses, and why. */
export interface RefusedIpam extends Origin {
  readonly error: string;
}

/** What `ipamctl nad lint --explain -o json` prints. */
export interface RangeReport {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'RangeReport';
  readonly items: readonly ExplainedRange[];
  readonly refused: readonly RefusedIpam[];
  /** Whether something could not be explained. */
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** Explains every range of whereabouts in what was read, in order. */
export function explainRanges(subjects: Iterable<Compared>): RangeReport {
  const items: ExplainedRange[] = [];
  const refused: RefusedIpam[] = [];
  for (const subject of subjects) {
    if (subject.kind !== 'network') continue;
    for (const ipam of subject.ipams) {
      if (ipam.type === 'whereabouts') explainIpam(subject, ipam, items, refused);
    }
  }
  const warnings = refused.map(({ file, path, error }) => `${file}: ${path || 'ipam'}: ${error}`);
  return { apiVersion: 'ipamctl.io/v1', kind: 'RangeReport', items, refused, incomplete: refused.length > 0, warnings };
}

function explainIpam(network: NetworkSubject, ipam: IpamPart, items: ExplainedRange[], refused: RefusedIpam[]): void {
  const { document, namespace, name } = network;
  const origin = { file: document.source.name, document: document.index, path: pathText(ipam.path), namespace, name };
  if (document.template !== undefined) {
    refused.push({ ...origin, error: `is a template for ${document.template}` });
    return;
  }
  const reading = parseIpam(ipam.conf, { cniName: undefined, cniVersion: versionOf(network) });
  if (!reading.ok) {
    refused.push({ ...origin, error: reading.error });
    return;
  }
  for (const [i, range] of reading.ranges.entries()) {
    const explained = reading.nodeSliceSize === null ? whole(range, reading) : sliced(range, i, reading);
    if ('error' in explained) refused.push({ ...origin, ...explained });
    else items.push({ ...origin, ...explained });
  }
}

type Explained = Omit<ExplainedRange, keyof Origin> | { readonly error: string };
type Accepted = Extract<IpamReading, { ok: true }>;

function whole(
  { range, window, addresses, excludeText, problem }: WhereaboutsRange,
  { networkName }: Accepted,
): Explained {
  if (problem !== undefined) return { error: problem };
  return {
    range: range.toString(),
    first: window?.first.toString() ?? null,
    last: window?.last.toString() ?? null,
    exclude: excludeText,
    capacity: addresses.size.toString(),
    poolName: poolName({ range: range.toString(), networkName }),
    networkName,
    nodeSliceSize: null,
    slices: null,
  };
}

/** Only the first range is divided; of the others nothing is taken. */
function sliced({ range }: WhereaboutsRange, index: number, { networkName, nodeSliceSize }: Accepted): Explained {
  const base = { range: range.toString(), exclude: [], poolName: null, networkName, nodeSliceSize };
  if (index > 0) return { ...base, first: null, last: null, capacity: '0', slices: 0 };
  const division = divideRange(range.toString(), nodeSliceSize ?? '');
  if (!division.ok) return division;
  const [first, last] = [division.slice(0n), division.slice(division.count - 1n)].map((slice) =>
    slice === undefined ? undefined : usable(slice),
  );
  return {
    ...base,
    first: first?.first.toString() ?? null,
    last: last?.last.toString() ?? null,
    capacity: (division.count * windowAddresses(first, []).size).toString(),
    slices: Number(division.count),
  };
}

/** Empty where there is none; undefined where it is not known. */
function versionOf({ form, conf }: NetworkSubject): string | undefined {
  return form === 'ipam' ? undefined : (textOf(conf, 'cniVersion') ?? '');
}
