import type { Change } from '../openshift/change.js';
import type { Entry, ShimType } from '../openshift/entry.js';
import { mergePatch, networkFragment, offlinePatch } from '../openshift/generate.js';
import type { OperatorNetwork } from '../openshift/operator-network.js';
import { json, type OutputFormat, type OutputSpec } from '../render/output.js';
import { shellWord } from '../render/shell.js';
import type { CommandResult } from './result.js';

/** Formats of a shim. */
export const GENERATED_FORMATS: readonly OutputFormat[] = ['yaml', 'json', 'json-patch', 'merge-patch'];

/** The operator's list as it was read, and what adding the entry means there. */
export interface KnownList {
  readonly network: OperatorNetwork;
  readonly change: Change;
}

const PATCH = 'oc patch network.operator.openshift.io cluster';

/**
 * A shim in each format, with the commands that apply what is asked for.
 * @param known absent: nobody looked
 */
export function generatedShim(
  entry: Entry,
  specs: readonly OutputSpec[],
  { emptyList, type }: { readonly emptyList: boolean; readonly type: ShimType },
  known: KnownList | undefined,
): CommandResult {
  const patch = known?.change.patch ?? offlinePatch(entry, emptyList);
  const merge = known === undefined ? {} : mergePatch(known.network, known.change);
  const isDone = known?.change.result === 'unchanged';
  const warnings = [...(known?.change.warnings ?? [])];
  if (isDone) warnings.push(doneWarning(known, type));
  else if (known === undefined && specs.some(({ format }) => format === 'json-patch')) {
    warnings.push(
      emptyList
        ? 'it makes spec.additionalNetworks, and is refused where that is there already'
        : 'it adds to spec.additionalNetworks, which must be there: where it is not, --empty-list makes it',
    );
  }
  return {
    document: networkFragment(entry),
    human: () => ({ text: '', hiddenColumns: [] }),
    texts: { 'json-patch': () => json(patch), 'merge-patch': () => json(merge) },
    closing: [],
    hints: isDone ? [] : specs.flatMap((spec) => hintsOf(spec, patch, merge)),
    warnings,
    exitCode: 0,
  };
}

function doneWarning({ change }: KnownList, type: ShimType): string {
  return change.by === null
    ? 'the entry is there already, and nothing is to be changed'
    : `entry ${change.by} has IPAM ${type} already, and nothing is to be changed`;
}

function hintsOf({ format, file }: OutputSpec, patch: unknown, merge: unknown): string[] {
  const line = (flag: string, value: unknown): string =>
    `${PATCH} --type=${flag} ${file === undefined ? `-p ${shellWord(JSON.stringify(value))}` : `--patch-file ${shellWord(file)}`}`;
  switch (format) {
    case 'json-patch':
      return [line('json', patch)];
    case 'merge-patch':
      return [line('merge', merge)];
    default:
      return [
        `oc apply --server-side -f ${shellWord(file ?? '-')}     adds it; without --server-side it would replace the list`,
      ];
  }
}
