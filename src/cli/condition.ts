import { UsageFailure } from '../errors.js';
import { nearest } from '../render/nearest.js';

const OPERATORS = ['>=', '<=', '==', '>', '<'] as const;
type Operator = (typeof OPERATORS)[number];

/** `FIELD(>|>=|<|<=|==)N[%]` of `--exit-when` and `--fail-when`. */
export interface Condition {
  readonly field: string;
  readonly operator: Operator;
  /** The number, times ten to the power of `scale`: exact, whatever its size. */
  readonly digits: bigint;
  readonly scale: bigint;
  /** The number is a part in a hundred of the row's whole. */
  readonly percent: boolean;
}

/** What conditions may be about. */
export interface ConditionFields {
  /** Fields that hold a number, or a count as decimal text. */
  readonly numbers: readonly string[];
  /** Of what `N%` is a part: the field that holds a row's whole, by the field that is compared. */
  readonly wholeOf: Readonly<Record<string, string>>;
}

/** A row as `-o json` prints it. */
export type ConditionRow = Readonly<Record<string, unknown>>;

/**
 * Reads a condition.
 * @param flag the flag that it stands in, for the message
 * @throws UsageFailure naming what is wrong and what is allowed
 */
export function parseCondition(flag: string, text: string, fields: ConditionFields): Condition {
  const [, field = '', operator, number, percent] =
    /^\s*([A-Za-z]+)\s*(>=|<=|==|>|<)\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text) ?? [];
  const known = fields.numbers.join(', ');
  if (operator === undefined || number === undefined) {
    throw new UsageFailure(`${flag} "${text}" is no condition`, {
      facts: [`it is written FIELD, one of ${OPERATORS.join(' ')}, and a number or a percentage`],
      hints: [`${flag} '${fields.numbers[0] ?? 'field'}>=80'; fields are ${known}`],
    });
  }
  if (!fields.numbers.includes(field)) {
    const near = nearest(field, fields.numbers);
    throw new UsageFailure(`${flag}: there is no number "${field}" in a row`, {
      hints: [...(near === undefined ? [] : [`did you mean ${near}?`]), `fields are ${known}`],
    });
  }
  if (percent === '%' && fields.wholeOf[field] === undefined) {
    const parts = Object.keys(fields.wholeOf);
    throw new UsageFailure(`${flag}: "${field}" is no part of a whole, so % says nothing of it`, {
      hints: [parts.length === 0 ? 'leave % out' : `leave % out, or compare one of ${parts.join(', ')}`],
    });
  }
  const [whole = '', fraction = ''] = number.split('.');
  return {
    field,
    operator: operator as Operator,
    digits: BigInt(whole + fraction),
    scale: 10n ** BigInt(fraction.length),
    percent: percent === '%',
  };
}

/** Whether a row meets it. What is not known (`null`), and a part of nothing, meets no condition. */
export function meets(condition: Condition, row: ConditionRow, fields: ConditionFields): boolean {
  const value = exact(row[condition.field]);
  if (value === undefined) return false;
  let left = value.digits * condition.scale;
  let right = condition.digits * value.scale;
  if (condition.percent) {
    const whole = exact(row[fields.wholeOf[condition.field] ?? '']);
    if (whole === undefined || whole.digits === 0n) return false;
    left *= 100n * whole.scale;
    right *= whole.digits;
  }
  switch (condition.operator) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '==':
      return left === right;
  }
}

function exact(value: unknown): { readonly digits: bigint; readonly scale: bigint } | undefined {
  const text = typeof value === 'number' ? value.toString() : value;
  if (typeof text !== 'string' || !/^\d+(\.\d+)?$/.test(text)) return undefined;
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) };
}
