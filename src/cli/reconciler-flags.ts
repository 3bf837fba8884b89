import * as Flags from '@oclif/core/flags';
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
