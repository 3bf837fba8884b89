import type { Finding } from '../lint/model.js';
import type { Skipped } from '../lint/engine.js';
import type { PoolDocument } from '../pools/documents.js';
import type { NadDocument } from '../pools/nads.js';
import type { NodeSliceDocument, NodeSlicePoolDocument } from '../pools/slice-pools.js';
import type { AddressDocument, EvidenceDocument } from '../reconcile/documents.js';
import type { Verdict } from '../reconcile/verdict.js';
import type { AuditFinding } from '../audit/model.js';

/** A run of addresses, both ends included, as text. */
export interface AddressSpan {
  readonly first: string;
  readonly last: string;
}

/** Which addresses of a pool's range are not handed out. */
export interface PoolExtent extends AddressSpan {
  /** Inside the range, outside every window. */
  readonly outside: readonly AddressSpan[];
  /** Inside a window, and excluded there. */
  readonly excluded: readonly AddressSpan[];
}

/** An address that a key of the pool holds. */
export interface ReportAddress extends Pick<
  AddressDocument,
  'address' | 'key' | 'podref' | 'ifName' | 'verdict' | 'reason'
> {
  /** null for what is live: there is nothing to prove. */
  readonly evidence: EvidenceDocument | null;
}

/** A pool with every address that is held. */
export interface ReportPool extends PoolDocument {
  readonly uid: string;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** null where the range cannot be read. */
  readonly extent: PoolExtent | null;
  /** By address; what has none comes first. */
  readonly addresses: readonly ReportAddress[];
}

/** A node slice pool with the slices of its nodes. */
export interface ReportSlicePool extends NodeSlicePoolDocument {
  readonly nodes: readonly NodeSliceDocument[];
}

/** Something that a person should look at: findings of one kind. */
export interface Attention {
  readonly severity: 'error' | 'warning';
  /** The check or rule. */
  readonly check: string;
  /** One sentence without a full stop. */
  readonly message: string;
  /** How many findings stand behind it. */
  readonly count: number;
  /** How it is mended, in words; null where the command says all. */
  readonly advice: string | null;
  /** The command that mends or explains it; null: none does. */
  readonly command: string | null;
}

export interface Severities {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
}

/** How much of one family is in use, as `PoolList` counts. */
export interface FamilyUsage {
  readonly family: 4 | 6;
  readonly pools: number;
  /** Exact decimal text. */
  readonly capacity: string;
  readonly used: number;
  readonly usedPercent: number | null;
}

export interface ReportSummary extends Severities {
  readonly pools: number;
  /** Keys of pools that can be read. */
  readonly used: number;
  /** IPv4, then IPv6, as far as there are pools of it; a sum of both would say nothing. */
  readonly families: readonly FamilyUsage[];
  readonly stale: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly nads: number | null;
  readonly nodeSlicePools: number | null;
}

/** What one family of checks found. */
export interface Checked<F> {
  readonly findings: readonly F[];
  readonly skipped: readonly { readonly check: string; readonly why: string }[];
  readonly summary: Severities;
}

/** What `ipamctl report -o json` prints, and what the page is drawn from. */
export interface Report {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'Report';
  readonly cluster: { readonly uid: string | null; readonly server: string | null; readonly name: string };
  /** A running cluster, or files of one. */
  readonly source: 'cluster' | 'snapshot';
  readonly createdAt: string;
  readonly toolVersion: string;
  /** The namespace that it was narrowed to; null: the whole cluster. */
  readonly namespace: string | null;
  readonly summary: ReportSummary;
  /** The worst first. */
  readonly attention: readonly Attention[];
  /** The fullest first. */
  readonly pools: readonly ReportPool[];
  /** null: could not be read. */
  readonly nodeSlicePools: readonly ReportSlicePool[] | null;
  /** null: could not be read. */
  readonly nads: readonly NadDocument[] | null;
  readonly audit: Checked<AuditFinding>;
  /** Of the rules of `nad lint`, over the whole cluster. */
  readonly lint: Omit<Checked<Finding>, 'skipped'> & { readonly skipped: readonly Skipped[] };
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}
