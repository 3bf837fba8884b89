import { parseIpam } from '../whereabouts/ipam.js';
import { type RangeOutcome, slicedRange, wholeRange } from '../whereabouts/ranges.js';
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

/** What whereabouts will do with one range, and where that is written. */
export type ExplainedRange = Origin & RangeOutcome;

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
    const { networkName, nodeSliceSize } = reading;
    const explained =
      nodeSliceSize === null ? wholeRange(range, networkName) : slicedRange(range, i, { networkName, nodeSliceSize });
    if ('error' in explained) refused.push({ ...origin, ...explained });
    else items.push({ ...origin, ...explained });
  }
}

/** Empty where there is none; undefined where it is not known. */
function versionOf({ form, conf }: NetworkSubject): string | undefined {
  return form === 'ipam' ? undefined : (textOf(conf, 'cniVersion') ?? '');
}
