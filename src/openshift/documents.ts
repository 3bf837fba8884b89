import type { JsonPatchOperation } from '../cluster/writer.js';
import type { Entry, ShimType } from './entry.js';
import type { WorkloadDocument } from './readiness.js';

/** What an IPAM type needs. */
export type PartName = 'entry' | 'nad' | 'plugin' | 'reconciler' | 'controller' | 'daemon' | 'operator';

/**
 * `pending`: there, and not ready. `warning`: it works, and somebody should look. `unknown`: it could not be seen.
 * `not-needed`: nothing here asks for it.
 */
export type PartState = 'ready' | 'pending' | 'missing' | 'warning' | 'unknown' | 'not-needed';

/** One thing that an IPAM type needs, and how it is. */
export interface ShimPart {
  readonly part: PartName;
  readonly state: PartState;
  /** What it is, or would be; `namespace` is null for what has none. */
  readonly object: { readonly kind: string; readonly namespace: string | null; readonly name: string };
  /** Why it is not ready, or what is to be known of it; null: nothing. */
  readonly message: string | null;
  /** The command that mends it; null where none does, or none is needed. */
  readonly mend: string | null;
  readonly workload: WorkloadDocument | null;
}

/** How one IPAM type is served (`ShimStatus.items[]`). */
export interface ShimItem {
  readonly type: ShimType;
  /** The worst of its parts. */
  readonly state: 'ready' | 'pending' | 'missing' | 'unknown';
  /** NADs that use this IPAM, other than those of shims; null: could not be read. */
  readonly nads: readonly { readonly namespace: string; readonly name: string }[] | null;
  readonly parts: readonly ShimPart[];
}

/** How the Cluster Network Operator is, by its own word. */
export interface OperatorDocument {
  readonly version: string | null;
  readonly managementState: string;
  readonly disableMultiNetwork: boolean;
  /** Null: it does not say. */
  readonly degraded: boolean | null;
  readonly progressing: boolean | null;
  readonly available: boolean | null;
  /** What it says of what is not as it should be. */
  readonly messages: readonly string[];
}

/** `shim status`. */
export interface ShimStatus {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'ShimStatus';
  /** Null: a snapshot that does not tell. */
  readonly platform: 'openshift' | 'kubernetes' | null;
  /** Null: there is none, or it could not be read. */
  readonly operator: OperatorDocument | null;
  readonly items: readonly ShimItem[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** What a change of the operator's list came to: `shim apply`, `shim remove`, `nad generate --apply`. */
export interface ShimResult {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'ShimResult';
  /** The IPAM type that the operator sees in the entry; null: one for which it deploys nothing. */
  readonly type: ShimType | null;
  /** The entry. */
  readonly name: string;
  /** Null: somebody said no. */
  readonly result: 'added' | 'replaced' | 'removed' | 'unchanged' | null;
  /** Another entry that already has, or still has, the effect; null: none. */
  readonly by: string | null;
  /** As it was read; null: it was not there. */
  readonly before: Entry | null;
  /** As it is or would be; null: not there. */
  readonly after: Entry | null;
  /** What changes, as a unified diff; empty: nothing. */
  readonly diff: string;
  /** What was sent, or would be. */
  readonly patch: readonly JsonPatchOperation[];
  readonly dryRun: 'client' | 'server' | null;
  /** How what the operator deploys for it is, where it was waited for; null elsewhere. */
  readonly status: ShimItem | null;
  readonly warnings: readonly string[];
}
