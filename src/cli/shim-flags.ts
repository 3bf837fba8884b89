import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { UsageFailure } from '../errors.js';
import { CNI_VERSIONS, question } from '../nad/generate/questions.js';
import { SHIM_TYPES, type ShimOptions, type ShimType } from '../openshift/entry.js';
import { connectionFlags, sourceFlags, variableOf } from './flags.js';

const arg = { description: 'IPAM type that it is for', options: [...SHIM_TYPES] };
/** The argument of a command about one shim. */
export const shimArg = Args.string({ ...arg, required: true });
/** The argument of a command about one shim or all. */
export const anyShimArg = Args.string(arg);

/** Which cluster, or which snapshot of one. */
export const shimSourceFlags = { ...connectionFlags, from: sourceFlags.from };

/** How the entry is to be named. */
export const shimNameFlag = {
  name: Flags.string({
    summary: 'name of the entry and of its NetworkAttachmentDefinition; TYPE-shim where it is not said',
    helpValue: 'NAME',
    env: variableOf('name'),
  }),
};

/** How the entry is to be. */
export const shimEntryFlags = {
  ...shimNameFlag,
  namespace: Flags.string({
    char: 'n',
    summary: 'namespace of its NetworkAttachmentDefinition; default where it is not said',
    helpValue: 'NAME',
    env: variableOf('namespace'),
  }),
  'cni-version': Flags.string({
    summary: 'version of CNI in its configuration; 0.3.1 where it is not said',
    options: [...CNI_VERSIONS],
    env: variableOf('cni-version'),
  }),
};

/** How a change is made. */
export const shimChangeFlags = {
  'dry-run': Flags.option({
    options: ['client', 'server'] as const,
    summary: 'print the exact patch and send nothing; server: the API server checks it',
  })(),
  diff: Flags.boolean({ summary: 'show what changes of the entry, as a unified diff', env: variableOf('diff') }),
  yes: Flags.boolean({ char: 'y', summary: 'go on without asking' }),
};

/** The values of `shimEntryFlags`. */
export interface ShimEntryValues {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly 'cni-version'?: string | undefined;
}

/**
 * What the flags say of the entry.
 * @throws UsageFailure for what can be no name
 */
export function shimOptions(type: string, flags: ShimEntryValues): ShimOptions {
  for (const id of ['name', 'namespace'] as const) {
    const value = flags[id];
    const problem = value === undefined ? undefined : question(id)?.check?.(value);
    if (problem !== undefined) throw new UsageFailure(`--${id}: ${problem}`);
  }
  return {
    type: shimType(type),
    name: flags.name,
    namespace: flags.namespace,
    cniVersion: flags['cni-version'],
  };
}

/** The argument, which oclif has checked. */
export function shimType(text: string): ShimType {
  const type = SHIM_TYPES.find((each) => each === text);
  if (type === undefined) throw new UsageFailure(`"${text}" is none of ${SHIM_TYPES.join(', ')}`);
  return type;
}
