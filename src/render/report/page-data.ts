import type { Severity } from '../../lint/model.js';

/** A number of any size: as text where it is too large to be exact. */
export type Count = string | number;

/** One pool in the page; all texts are harmless for people, and still have to be put in as text. */
export interface PagePool {
  readonly name: string;
  readonly range: string;
  readonly network: string | null;
  readonly node: string | null;
  readonly capacity: string | null;
  readonly used: number;
  readonly free: string | null;
  readonly blocked: string | null;
  readonly percent: number | null;
  readonly stale: number;
  readonly windows: readonly (readonly [nad: string, window: string, exclude: string])[];
  readonly problems: readonly string[];
  /** First address of the range; null where it cannot be read. */
  readonly first: string | null;
  /** Offset of the last one. */
  readonly last: Count;
  /** Offsets in pairs, both ends included. */
  readonly outside: readonly Count[];
  readonly excluded: readonly Count[];
  /** Offsets of the addresses held, sorted; a text after `!` is no address of the range. The next four go by its index. */
  readonly held: readonly Count[];
  readonly signs: string;
  readonly owners: readonly string[];
  readonly interfaces: readonly string[];
  /** Empty where all have the same. */
  readonly interfaceIndex: readonly number[];
  /** Why, for those that are not live. */
  readonly why: Readonly<Record<number, string>>;
}

export interface PageSlicePool {
  readonly name: string;
  readonly range: string;
  readonly sliceSize: number | null;
  readonly slices: number;
  readonly assigned: number;
  readonly nads: readonly string[];
  readonly nodes: readonly (readonly [
    node: string,
    /** Empty: it has none. */
    slice: string,
    pool: string,
    capacity: string,
    used: number,
    percent: number | null,
    /** What is odd about it. */
    note: string,
  ])[];
  readonly problems: readonly string[];
}

export interface PageNad {
  readonly name: string;
  readonly about: readonly string[];
  readonly pods: number | null;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly error: string | null;
}

export type PageFinding = readonly [
  severity: Severity,
  check: string,
  message: string,
  object: string,
  fix: string,
  upstream: string,
];

/** What the script of the page draws. */
export interface PageData {
  readonly pools: readonly PagePool[];
  readonly slices: readonly PageSlicePool[];
  readonly nads: readonly PageNad[];
  /** The worst first. */
  readonly findings: readonly PageFinding[];
}
