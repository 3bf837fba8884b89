/** Up to here a table shows every digit: all of IPv4 fits. Above, two digits and the power of ten say enough. */
const LONGEST_EXACT = 10;

/** A count for a table: exact as far as IPv4 goes, then as `9.2e18`. Machine formats show the exact number. */
export function shortCount(count: bigint): string {
  const sign = count < 0n ? '-' : '';
  const digits = (count < 0n ? -count : count).toString();
  if (digits.length <= LONGEST_EXACT) return sign + digits;
  let leading = Number(digits.slice(0, 2)) + (digits.charCodeAt(2) >= 0x35 ? 1 : 0);
  let exponent = digits.length - 1;
  if (leading === 100) {
    leading = 10;
    exponent += 1;
  }
  return `${sign}${(leading / 10).toFixed(1)}e${exponent}`;
}

/** A count within a sentence: `1,039`. */
export function grouped(count: bigint | number): string {
  return count.toString().replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ','));
}

/** `92.3%`, and `-` for nothing. What is not quite full never reads as `100.0%`. */
export function percent(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '-';
  return `${(value < 100 ? Math.min(value, 99.9) : value).toFixed(1)}%`;
}
