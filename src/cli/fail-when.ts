import * as Flags from '@oclif/core/flags';
import { meets, parseCondition, type Condition, type ConditionFields, type ConditionRow } from './condition.js';
import { variableOf } from './flags.js';

/** So many rows are named; the rest is counted. */
const NAMED = 5;

/** `--fail-when`: any row that meets it makes the exit code 1. */
export const failWhenFlag = ({ numbers }: ConditionFields) => ({
  'fail-when': Flags.string({
    summary: `exit code 1 when any row meets it, such as 'used>=80%'; fields are ${numbers.join(', ')}`,
    helpValue: 'FIELD>=N[%]',
    env: variableOf('fail-when'),
    multiple: true,
    multipleNonGreedy: true,
    exclusive: ['watch'],
  }),
});

/** A `--fail-when`, and how it was written. */
export interface FailWhen {
  readonly text: string;
  readonly condition: Condition;
}

/**
 * Reads what `failWhenFlag` was given.
 * @throws UsageFailure naming what is wrong and what is allowed
 */
export function failWhenOf(
  flags: { readonly 'fail-when'?: readonly string[] | undefined },
  fields: ConditionFields,
): FailWhen[] {
  return (flags['fail-when'] ?? []).map((text) => ({ text, condition: parseCondition('--fail-when', text, fields) }));
}

/** A sentence for each condition that is met, and by which rows; none: the gate is green. */
export function metConditions(
  conditions: readonly FailWhen[],
  rows: readonly (ConditionRow & { readonly name: string })[],
  fields: ConditionFields,
): string[] {
  return conditions.flatMap(({ text, condition }) => {
    const met = rows.filter((row) => meets(condition, row, fields)).map(({ name }) => name);
    if (met.length === 0) return [];
    const rest = met.length > NAMED ? ` and ${(met.length - NAMED).toString()} more` : '';
    return [`--fail-when ${text.trim()}: met by ${met.slice(0, NAMED).join(', ')}${rest}`];
  });
}
