import * as Flags from '@oclif/core/flags';
import { UsageFailure } from '../errors.js';
import { variableOf } from './flags.js';

/** Where the reconciler's schedule is set, where that is not what the running workload tells. */
export const scheduleFlags = {
  configmap: Flags.string({
    summary: 'ConfigMap that holds the schedule; found by the volume of the running workload otherwise',
    helpValue: '[NAMESPACE/]NAME',
    env: variableOf('configmap'),
  }),
  key: Flags.string({ summary: 'its key', helpValue: 'KEY', env: variableOf('key') }),
};

/** The flags of `scheduleFlags`, as the operations take them. */
export function sourceOf(flags: {
  readonly configmap?: string | undefined;
  readonly key?: string | undefined;
  readonly 'ipam-namespace'?: string | undefined;
}): { configMap: string | undefined; key: string | undefined; ipamNamespace: string | undefined } {
  return { configMap: flags.configmap, key: flags.key, ipamNamespace: flags['ipam-namespace'] };
}

/** What is to be done with the schedule, and how. */
export const scheduleChangeFlags = {
  unset: Flags.boolean({
    summary: 'go back to the default; other keys of the ConfigMap stay',
    env: variableOf('unset'),
  }),
  'restart-missed': Flags.boolean({
    summary: 'delete just those pods that a change did not reach, so that new ones start with it',
  }),
  'dry-run': Flags.option({
    options: ['client', 'server'] as const,
    summary: 'print the exact write and send nothing; server: the API server checks it',
  })(),
  diff: Flags.boolean({ summary: 'show what changes of the ConfigMap, as a unified diff', env: variableOf('diff') }),
  yes: Flags.boolean({ char: 'y', summary: 'go on without asking' }),
  wait: Flags.boolean({
    summary: "wait until each pod's log tells that it goes by the schedule",
    env: variableOf('wait'),
  }),
  timeout: Flags.string({
    summary: 'with --wait: for how long at most; then exit code 8; 5m where it is not said',
    helpValue: 'DURATION',
    dependsOn: ['wait'],
    env: variableOf('timeout'),
  }),
};

/**
 * What the flags ask to be done; null: only to look.
 * @throws UsageFailure where they contradict each other
 */
export function scheduleJob(
  cron: string | undefined,
  flags: {
    readonly unset: boolean;
    readonly 'restart-missed': boolean;
    readonly wait: boolean;
    readonly 'dry-run'?: string | undefined;
  },
): { readonly wanted: string | null | undefined; readonly restartMissed: boolean } | null {
  const restartMissed = flags['restart-missed'];
  if (cron !== undefined && flags.unset) {
    throw new UsageFailure('--unset takes no schedule', { hints: ['leave one of the two out'] });
  }
  if (flags.wait && flags['dry-run'] !== undefined) {
    throw new UsageFailure('--wait has nothing to wait for with --dry-run', { hints: ['leave one of the two out'] });
  }
  if (cron === undefined && !flags.unset && !restartMissed && !flags.wait) {
    if (flags['dry-run'] === undefined) return null;
    throw new UsageFailure('--dry-run has nothing to try', { hints: ['give a schedule, --unset or --restart-missed'] });
  }
  return { wanted: cron ?? (flags.unset ? null : undefined), restartMissed };
}
