import * as Flags from '@oclif/core/flags';
import { UsageFailure } from '../errors.js';
import { nearest } from '../render/nearest.js';
import { variableOf } from './flags.js';

/** Fields of a row that a threshold may be about, each with the field that 100 % of it is; null: it has none. */
export type ThresholdFields = Readonly<Record<string, string | null>>;

/** A condition on a row, as `used>=80%`. */
export interface Threshold {
  readonly text: string;
  readonly field: string;
  /** Whether a row meets it; what is not known meets nothing. */
  readonly isMet: (row: object) => boolean;
}

/** A field that is a percentage already: `usedPercent>=80` and `usedPercent>=80%` are the same. */
const PERCENT = 'usedPercent';

const FORM = /^\s*([A-Za-z]\w*)\s*(>=|<=|==|>|<)\s*(\d+)(?:\.(\d{1,6}))?\s*(%?)\s*$/;

const MEETS: Readonly<Record<string, (difference: bigint) => boolean>> = {
  '>': (difference) => difference > 0n,
  '>=': (difference) => difference >= 0n,
  '<': (difference) => difference < 0n,
  '<=': (difference) => difference <= 0n,
  '==': (difference) => difference === 0n,
};

/** `--fail-when`: any row that meets it makes the exit code 1. */
export const failWhenFlag = (fields: ThresholdFields) => ({
  'fail-when': Flags.string({
    summary: `exit code 1 when any row meets it, as 'used>=80%'; fields: ${Object.keys(fields).join(', ')}`,
    helpValue: 'FIELD(>|>=|<|<=|==)N[%]',
    env: variableOf('fail-when'),
    multiple: true,
    multipleNonGreedy: true,
  }),
});

/**
 * Reads `FIELD(>|>=|<|<=|==)N[%]`. With `%` a count is compared as a share of its whole, exactly.
 * @throws UsageFailure naming the flag
 */
export function parseThreshold(flag: string, text: string, fields: ThresholdFields): Threshold {
  const [, field = '', operator = '', whole = '', fraction = '', percent] = FORM.exec(text) ?? [];
  const meets = MEETS[operator];
  if (meets === undefined) {
    throw new UsageFailure(`${flag} "${text}" is no condition`, {
      hints: [`${flag} 'used>=80%'     a field, one of > >= < <= ==, a number, and % for a share`],
    });
  }
  if (!Object.hasOwn(fields, field)) {
    const close = nearest(field, Object.keys(fields));
    throw new UsageFailure(`${flag} "${text}": there is no field "${field}"`, {
      hints: [...(close === undefined ? [] : [`did you mean ${close}?`]), `fields: ${Object.keys(fields).join(', ')}`],
    });
  }
  const of = fields[field] ?? null;
  const isShare = percent === '%' && field !== PERCENT;
  if (isShare && of === null) {
    throw new UsageFailure(`${flag} "${text}": ${field} is no share of anything; leave % out`);
  }
  const scale = 10n ** BigInt(fraction.length);
  const bound = BigInt(whole + fraction);
  const isMet = (row: object): boolean => {
    const value = countOf(row, field);
    if (value === undefined) return false;
    // value / whole * 100 against bound / scale, without a division.
    const total = isShare ? countOf(row, of ?? '') : ONE;
    if (total === undefined || total.units === 0n) return false;
    const left = value.units * total.per * scale * (isShare ? 100n : 1n);
    return meets(left - bound * total.units * value.per);
  };
  return { text, field, isMet };
}

/** A number as a fraction. */
interface Count {
  readonly units: bigint;
  readonly per: bigint;
}

const ONE: Count = { units: 1n, per: 1n };

/** Counts are numbers or decimal text; lists count by their length. */
function countOf(row: object, field: string): Count | undefined {
  const value: unknown = (row as Readonly<Record<string, unknown>>)[field];
  if (Array.isArray(value)) return { units: BigInt(value.length), per: 1n };
  if (typeof value === 'string' && /^\d+$/.test(value)) return { units: BigInt(value), per: 1n };
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const [whole = '', fraction = ''] = value.toFixed(6).split('.');
  return { units: BigInt(whole + fraction), per: 10n ** BigInt(fraction.length) };
}

/** What a person is told of the rows that meet a threshold. */
export function metSentence(thresholds: readonly Threshold[], rows: readonly { readonly name: string }[]): string[] {
  return thresholds.flatMap(({ text, isMet }) => {
    const met = rows.filter(isMet).map(({ name }) => name);
    if (met.length === 0) return [];
    const named = met.slice(0, 5).join(', ');
    const rest = met.length > 5 ? ` and ${(met.length - 5).toString()} more` : '';
    return [`--fail-when ${text.trim()}: met by ${named}${rest}`];
  });
}
