/** Clusters that show where a check begins and ends to report. */
import type { AuditSettings, Example } from '../../src/audit/model.js';
import type { Severity } from '../../src/lint/model.js';

/** A cluster, and what one check finds on it. */
export interface Case {
  readonly said: string;
  readonly cluster: Pick<Example, 'objects' | 'logs'> & {
    /** Kinds that the API server does not know, as `PLURAL.GROUP`. */
    readonly undefined?: readonly string[];
  };
  readonly settings?: Partial<AuditSettings>;
  /** `SEVERITY SUBJECT` or `SEVERITY SUBJECT: COMMAND`; the subject is an address, or the name of an object. */
  readonly finds: readonly string[];
}

/** How grave each check is. */
export const SEVERITY_OF: Readonly<Record<string, Severity>> = {
  'audit/allocation-without-reservation': 'warning',
  'audit/capacity': 'warning',
  'audit/collection-failed-event': 'info',
  'audit/crd-drift': 'error',
  'audit/duplicate-allocation': 'error',
  'audit/duplicate-live-ip': 'error',
  'audit/finished-pod': 'info',
  'audit/foreign-namespace': 'warning',
  'audit/invalid-offset': 'warning',
  'audit/invalid-podref': 'warning',
  'audit/invalid-pool-range': 'error',
  'audit/lease-contention': 'info',
  'audit/leftover-slice-pool': 'warning',
  'audit/lost-node': 'warning',
  'audit/missing-ifname': 'info',
  'audit/missing-network-status': 'warning',
  'audit/missing-slice-pool': 'error',
  'audit/object-size': 'warning',
  'audit/orphan-pool': 'info',
  'audit/outside-window': 'info',
  'audit/owner-mismatch': 'error',
  'audit/pending-for-address': 'error',
  'audit/reconciler-missing': 'error',
  'audit/reconciler-not-running': 'warning',
  'audit/reservation-without-allocation': 'warning',
  'audit/schedule-not-in-force': 'warning',
  'audit/slice-node-mismatch': 'error',
  'audit/stale-allocation': 'warning',
  'audit/unmasked-pool-range': 'warning',
  'audit/untracked-live-ip': 'error',
};

export const CASES: Readonly<Record<string, readonly Case[]>> = {};
