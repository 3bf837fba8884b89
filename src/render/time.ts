const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** From where on, the units, and whether the smaller one is still worth its place: apimachinery's `HumanDuration`. */
const STEPS: readonly (readonly [below: number, unit: number, name: string, rest: number, restName: string])[] = [
  [2 * MINUTE, 1, 's', 0, ''],
  [10 * MINUTE, MINUTE, 'm', 1, 's'],
  [3 * HOUR, MINUTE, 'm', 0, ''],
  [8 * HOUR, HOUR, 'h', MINUTE, 'm'],
  [48 * HOUR, HOUR, 'h', 0, ''],
  [8 * DAY, DAY, 'd', HOUR, 'h'],
  [2 * YEAR, DAY, 'd', 0, ''],
  [8 * YEAR, YEAR, 'y', DAY, 'd'],
  [Infinity, YEAR, 'y', 0, ''],
];

/** A length of time as kubectl prints ages: `90s`, `3m20s`, `5h`, `2d4h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  for (const [below, unit, name, rest, restName] of STEPS) {
    if (seconds >= below) continue;
    const left = rest === 0 ? 0 : Math.floor((seconds % unit) / rest);
    return `${Math.floor(seconds / unit)}${name}${left === 0 ? '' : `${left}${restName}`}`;
  }
  return '-';
}

/** A moment as a person says it: `3m ago`, `in 5m`, `just now`; `-` where the moment is none. */
export function relative(then: Date, now: Date): string {
  const elapsed = now.getTime() - then.getTime();
  if (Number.isNaN(elapsed)) return '-';
  if (Math.abs(elapsed) < 1000) return 'just now';
  return elapsed > 0 ? `${duration(elapsed)} ago` : `in ${duration(elapsed)}`;
}

/** A moment for machines, in UTC, without the fraction where there is none. */
export function rfc3339(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}
