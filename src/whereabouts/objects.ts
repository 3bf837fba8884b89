import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import type { Address } from '../net/address.js';
import { Prefix } from '../net/prefix.js';
import { type KeyReading, readKey } from './offset.js';

/** Namespace and name of an object. */
export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}

/** What every custom resource carries; missing fields are empty. */
export interface ObjectHead extends ObjectRef {
  readonly uid: string;
  readonly resourceVersion: string;
  /** RFC 3339, as the API server writes it. */
  readonly creationTimestamp: string | null;
}

/** An entry of `IPPool.spec.allocations`. */
export interface Allocation {
  /** The key as written: an offset from the pool's base. */
  readonly key: string;
  /** The container's id; empty when missing. */
  readonly id: string;
  /** The owner, `namespace/name` of a pod; empty when missing. */
  readonly podref: string;
  /** The interface; null when missing (allocated by whereabouts 0.7 or older). */
  readonly ifName: string | null;
  /** The very entry as read, for tests in patches; empty when the entry is no object. */
  readonly raw: JsonObject;
  /** What the key says; computed at each access, so that 50,000 entries stay small. */
  readonly reading: KeyReading;
}

/** An IPPool. Source: whereabouts v0.9.4 pkg/api/whereabouts.cni.cncf.io/v1alpha1/ippool_types.go. */
export interface Pool extends ObjectHead {
  /** `spec.range` as written. */
  readonly rangeText: string;
  /** `spec.range` read, host bits kept: its address is the base of the keys. Undefined when unreadable. */
  readonly range: Prefix | undefined;
  readonly allocations: readonly Allocation[];
}

/** An OverlappingRangeIPReservation; its name holds network and address. */
export interface Reservation extends ObjectHead {
  /** The owner, `namespace/name` of a pod; empty when missing. */
  readonly podref: string;
  readonly ifName: string | null;
}

/** A slice of a NodeSlicePool. */
export interface NodeSlice {
  /** The node that has the slice; empty when it is free. */
  readonly nodeName: string;
  /** The slice as written. */
  readonly sliceText: string;
  /** The slice read; undefined when unreadable. */
  readonly slice: Prefix | undefined;
}

/** A NodeSlicePool. Source: whereabouts v0.9.4 pkg/api/whereabouts.cni.cncf.io/v1alpha1/nodeslicepool_types.go. */
export interface NodeSlicePool extends ObjectHead {
  /** `spec.range` as written. */
  readonly rangeText: string;
  readonly range: Prefix | undefined;
  /** `spec.sliceSize` as written, with or without a slash. */
  readonly sliceSizeText: string;
  /** The prefix length of a slice; undefined when it is no number, for which whereabouts makes no slices. */
  readonly sliceSize: number | undefined;
  readonly allocations: readonly NodeSlice[];
}

const NO_ENTRY: JsonObject = Object.freeze({});

/** Plain fields but for the reading, of which only the shared base is kept, and the entry where the fields say it all. */
class PoolAllocation implements Allocation {
  readonly #base: Address | undefined;
  readonly #raw: JsonObject | undefined;

  constructor(
    readonly key: string,
    readonly id: string,
    readonly podref: string,
    readonly ifName: string | null,
    raw: JsonObject,
    base: Address | undefined,
  ) {
    this.#base = base;
    this.#raw = isUsual(raw) ? undefined : raw;
  }

  get raw(): JsonObject {
    const { id, podref, ifName } = this;
    return this.#raw ?? (ifName === null ? { id, podref } : { id, podref, ifname: ifName });
  }

  get reading(): KeyReading {
    return this.#base === undefined ? { ok: false, reason: 'no-address' } : readKey(this.key, this.#base);
  }
}

/** Whether an entry has the fields that whereabouts writes, as text, and no others. */
function isUsual(raw: JsonObject): boolean {
  const { id, podref, ifname } = raw;
  if (typeof id !== 'string' || typeof podref !== 'string') return false;
  return Object.keys(raw).length === (typeof ifname === 'string' ? 3 : 2);
}

/** An allocation from its key and entry; `base` is the address part of the pool's range, undefined when unreadable. */
export function parseAllocation(key: string, entry: unknown, base: Address | undefined): Allocation {
  const raw = isJsonObject(entry) ? entry : NO_ENTRY;
  return new PoolAllocation(key, text(raw, 'id'), text(raw, 'podref'), optionalText(raw, 'ifname'), raw, base);
}

/** Reads an IPPool; what is missing is empty, never an error. */
export function parsePool(value: unknown): Pool {
  const spec = section(value, 'spec');
  const rangeText = text(spec, 'range');
  const range = Prefix.parse(rangeText);
  const base = range?.address;
  const entries = Object.entries(section(spec, 'allocations'));
  return {
    ...head(value),
    rangeText,
    range,
    allocations: entries.map(([key, entry]) => parseAllocation(key, entry, base)),
  };
}

/**
 * Reads an OverlappingRangeIPReservation; what is missing is empty, never an error.
 * @param shared gives one copy of a word that many reservations have in common
 */
export function parseReservation(value: unknown, shared: (word: string) => string = (word) => word): Reservation {
  const { namespace, name, uid, resourceVersion, creationTimestamp } = head(value);
  const spec = section(value, 'spec');
  const ifName = optionalText(spec, 'ifname');
  // Written out: a spread would give each of them a hidden class of its own.
  return {
    namespace: shared(namespace),
    name,
    uid,
    resourceVersion,
    creationTimestamp: creationTimestamp === null ? null : shared(creationTimestamp),
    podref: text(spec, 'podref'),
    ifName: ifName === null ? null : shared(ifName),
  };
}

/** Reads a NodeSlicePool; what is missing is empty, never an error. */
export function parseNodeSlicePool(value: unknown): NodeSlicePool {
  const spec = section(value, 'spec');
  const rangeText = text(spec, 'range');
  const sliceSizeText = text(spec, 'sliceSize');
  const allocations = own(section(value, 'status'), 'allocations');
  return {
    ...head(value),
    rangeText,
    range: Prefix.parse(rangeText),
    sliceSizeText,
    sliceSize: parseSliceSize(sliceSizeText),
    allocations: (Array.isArray(allocations) ? allocations : []).map((entry: unknown) => {
      const sliceText = text(entry, 'sliceRange');
      return { nodeName: text(entry, 'nodeName'), sliceText, slice: Prefix.parse(sliceText) };
    }),
  };
}

/**
 * Reads a slice size: a number, with a slash before it or not. Undefined when whereabouts cannot read it.
 * Source: whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (DivideRangeBySize).
 */
export function parseSliceSize(sizeText: string): number | undefined {
  const digits = sizeText.startsWith('/') ? sizeText.slice(1) : sizeText;
  if (!/^[+-]?\d+$/.test(digits)) return undefined;
  const size = Number(digits);
  return Number.isSafeInteger(size) ? size : undefined;
}

/**
 * Reads `namespace/name`. Undefined when it is not exactly that: two parts, neither empty nor with white space or
 * control characters.
 */
export function parsePodref(podref: string): ObjectRef | undefined {
  const parts = podref.split('/');
  const [namespace, name] = parts;
  if (parts.length !== 2 || !namespace || !name) return undefined;
  return /[\s\u0000-\u001f\u007f-\u009f]/.test(podref) ? undefined : { namespace, name };
}

function head(value: unknown): ObjectHead {
  const metadata = section(value, 'metadata');
  return {
    namespace: text(metadata, 'namespace'),
    name: text(metadata, 'name'),
    uid: text(metadata, 'uid'),
    resourceVersion: text(metadata, 'resourceVersion'),
    creationTimestamp: optionalText(metadata, 'creationTimestamp'),
  };
}

function own(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function section(value: unknown, key: string): JsonObject {
  const content = own(value, key);
  return isJsonObject(content) ? content : NO_ENTRY;
}

function text(value: unknown, key: string): string {
  const content = own(value, key);
  return typeof content === 'string' ? content : '';
}

/** Null for missing and for empty, which Go's omitempty does not write. */
function optionalText(value: unknown, key: string): string | null {
  return text(value, key) || null;
}
