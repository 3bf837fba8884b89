import type { Restart, ScheduleChange } from './reconciler-change.js';
import type { ReconcilerPod } from './reconciler-pods.js';
import type { ConfiguredSchedule, ReconcilerSight } from './reconciler-status.js';
import type { ScheduleFacts } from './schedule-document.js';

/** The answer of `reconciler schedule`, with and without a change. */
export interface ScheduleResult {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'ScheduleResult';
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  readonly createdAt: string;
  /** What was done, or would be in a dry run; null: nothing was asked for, or agreed to. */
  readonly result: ScheduleChange['result'] | null;
  readonly dryRun: 'client' | 'server' | null;
  /** As it was set before; null: it was not. */
  readonly before: string | null;
  /** What is sent; null: nothing. */
  readonly write: ScheduleChange['write'];
  /** As it is set now, or in a dry run would be. */
  readonly configured: ConfiguredSchedule;
  /** Which pods go by it. */
  readonly pods: readonly ReconcilerPod[];
  /** Pods that were deleted so that new ones go by it. */
  readonly restarted: readonly Restart[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** What was done, for `scheduleResult`. */
export interface ScheduleDone {
  readonly change: ScheduleChange | null;
  readonly dryRun: 'client' | 'server' | null;
  readonly restarted: readonly Restart[];
  readonly warnings: readonly string[];
}

/** @param facts of what is to be set, where that is not yet what the sight has */
export function scheduleResult(
  { status }: ReconcilerSight,
  { change, dryRun, restarted, warnings }: ScheduleDone,
  facts: ScheduleFacts | null,
): ScheduleResult {
  const { apiVersion, cluster, createdAt, configured, pods, incomplete } = status;
  const isAhead = dryRun !== null && change !== null && facts !== null;
  return {
    apiVersion,
    kind: 'ScheduleResult',
    cluster,
    createdAt,
    result: change?.result ?? null,
    dryRun,
    before:
      change === null
        ? configured.source === 'configmap'
          ? (configured.schedule?.expression ?? null)
          : null
        : change.before,
    write: change?.write ?? null,
    configured: isAhead ? { ...configured, source: 'configmap', schedule: facts } : configured,
    pods,
    restarted,
    incomplete,
    warnings: [...new Set([...warnings, ...status.warnings, ...(facts?.warnings ?? [])])],
  };
}
