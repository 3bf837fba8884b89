/** A schedule with moments of its own; bit n of a field stands for its value n. */
export interface Calendar {
  readonly minute: bigint;
  readonly hour: bigint;
  readonly dayOfMonth: bigint;
  readonly month: bigint;
  readonly dayOfWeek: bigint;
  /** The zone whose clock counts, as it was written; `UTC` where none was. */
  readonly zone: string;
  /** Tells wall clock time of a moment, as if it were UTC. */
  readonly wallClock: (atMs: number) => Date;
}

/** What the scheduler makes of an expression. */
export type Schedule =
  | { readonly kind: 'calendar'; readonly calendar: Calendar }
  /** `@every`: it counts from the moment at which the scheduler took the expression. */
  | { readonly kind: 'interval'; readonly everyMs: number };

/** An expression, read as the scheduler reads it. */
export type ReadSchedule =
  | {
      readonly ok: true;
      readonly schedule: Schedule;
      /** The fields as written; of a name like `@hourly`, none. */ readonly fields: readonly string[];
      readonly hasZone: boolean;
    }
  | { readonly ok: false; /** Why it is refused, for people. */ readonly error: string };

interface Bounds {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const MINUTE: Bounds = { title: 'minute', min: 0, max: 59 };
const HOUR: Bounds = { title: 'hour', min: 0, max: 23 };
const DAY_OF_MONTH: Bounds = { title: 'day of month', min: 1, max: 31 };
const MONTH: Bounds = { title: 'month', min: 1, max: 12, names: MONTHS };
const DAY_OF_WEEK: Bounds = { title: 'day of week', min: 0, max: 6, names: DAYS };
const FIELDS = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK] as const;

/** Set where a field is `*` or `?`: of the two fields for days both must then hold, otherwise one is enough. */
export const STAR = 1n << 63n;

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Clocks are set forward and back at multiples of this, so that no hour or day ends within one. */
const QUARTER_MS = 15 * MINUTE_MS;
/** Nothing that fires at all waits longer; robfig/cron gives up there too. */
const MOST_YEARS = 5;
const LOOK_BACK_MS = MOST_YEARS * 366 * DAY_MS;

/** White space as Go's `unicode.IsSpace` has it. */
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
const OUTER_SPACE = new RegExp(`^${SPACE.source}|${SPACE.source}$`, 'gu');

/** What whereabouts takes of the file that holds an expression: all but the white space around it. */
export function trimExpression(text: string): string {
  return text.replace(OUTER_SPACE, '');
}

/**
 * Reads an expression as the reconciler's scheduler does: exactly five fields, a name like `@hourly`, or `@every 30s`; in
 * UTC or the zone of a prefix `TZ=ZONE` or `CRON_TZ=ZONE`. Whether it ever fires is `nextTick`'s to tell.
 * Source: whereabouts v0.9.4 pkg/reconciler/config.go (gocron.CronJob), robfig/cron v3.0.1 parser.go (ParseStandard).
 */
export function readSchedule(expression: string): ReadSchedule {
  const prefix = /^(?:CRON_)?TZ=/.exec(expression)?.[0];
  const [, zone, inZone] = prefix === undefined ? [] : (/^([^ ]*) (.*)$/s.exec(expression.slice(prefix.length)) ?? []);
  if (prefix !== undefined && inZone === undefined) {
    return refused(`a time zone without a schedule after it makes the scheduler panic, and its pod restart for ever`);
  }
  const spec = trimExpression(inZone ?? expression);
  const wallClock = wallClockOf(zone ?? 'UTC');
  if (wallClock === null) return refused(`there is no time zone "${zone ?? ''}"${zoneHint(zone ?? '')}`);
  const hasZone = prefix !== undefined;
  if (spec.startsWith('@every ')) {
    const everyMs = everyOf(spec.slice('@every '.length));
    if (everyMs === null) return refused(`"${spec.slice(7)}" is no duration as Go writes it, such as 30m or 1h30m`);
    return { ok: true, schedule: { kind: 'interval', everyMs }, fields: [], hasZone };
  }
  if (spec.startsWith('@') && !DESCRIPTORS.has(spec)) {
    return refused(`the scheduler knows no ${spec}, only ${[...DESCRIPTORS.keys()].join(', ')} and @every DURATION`);
  }
  const descriptor = DESCRIPTORS.get(spec);
  const fields = (descriptor ?? spec).split(SPACE).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) return refused(countError(fields.length));
  const bits: bigint[] = [];
  for (const [index, bounds] of FIELDS.entries()) {
    const read = fieldBits(fields[index] ?? '', bounds);
    if (typeof read === 'string') return refused(`${bounds.title}: ${read}`);
    bits.push(read);
  }
  const [minute = 0n, hour = 0n, dayOfMonth = 0n, month = 0n, dayOfWeek = 0n] = bits;
  const calendar = { minute, hour, dayOfMonth, month, dayOfWeek, zone: zone ?? 'UTC', wallClock };
  return {
    ok: true,
    schedule: { kind: 'calendar', calendar },
    fields: descriptor === undefined ? fields : [],
    hasZone,
  };
}

/**
 * The calendar of an expression; null for what the scheduler refuses, and for what has no moments that an expression
 * tells: `@every` counts from a start, and `Local` is the clock of the container.
 */
export function readCalendar(expression: string): Calendar | null {
  const read = readSchedule(expression);
  if (!read.ok || read.schedule.kind !== 'calendar') return null;
  return read.schedule.calendar.zone === LOCAL ? null : read.schedule.calendar;
}

/**
 * The first moment after `afterMs` at which the schedule fires; null where it does not for five years, and such an
 * expression the scheduler refuses. An interval counts from `afterMs`.
 * Source: robfig/cron v3.0.1 spec.go (SpecSchedule.Next), constantdelay.go.
 */
export function nextTick(schedule: Schedule, afterMs: number): number | null {
  if (schedule.kind === 'interval') return Math.floor((afterMs + schedule.everyMs) / 1000) * 1000;
  const { calendar } = schedule;
  let at = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const lastYear = calendar.wallClock(Math.floor(afterMs / 1000) * 1000 + 1000).getUTCFullYear() + MOST_YEARS;
  for (;;) {
    const wall = calendar.wallClock(at);
    if (wall.getUTCFullYear() > lastYear) return null;
    if (!isItsDay(calendar, wall)) {
      // To the day's end at most, less what a clock may be set by on its way there.
      const left = DAY_MS - (wall.getTime() % DAY_MS);
      at = Math.floor(at / QUARTER_MS) * QUARTER_MS + Math.max(QUARTER_MS, left - MOST_SET_MS);
      at = Math.floor(at / QUARTER_MS) * QUARTER_MS;
    } else if (!has(calendar.hour, wall.getUTCHours())) {
      at = Math.floor(at / QUARTER_MS) * QUARTER_MS + QUARTER_MS;
    } else if (has(calendar.minute, wall.getUTCMinutes())) {
      return at;
    } else {
      at += MINUTE_MS;
    }
  }
}

/** No zone's clock was ever set by more since there are containers. */
const MOST_SET_MS = 3 * HOUR_MS;

function refused(error: string): ReadSchedule {
  return { ok: false, error };
}

function countError(count: number): string {
  if (count === 0) return 'it is empty';
  if (count === 6 || count === 7) return `seconds are not supported: ${count.toString()} fields, where there are five`;
  return `${count.toString()} ${count === 1 ? 'field' : 'fields'}, where there are five: minute, hour, day of month, month, day of week`;
}

function zoneHint(zone: string): string {
  const known = canonicalZone(zone);
  return known === null || known === zone ? '' : `; it is written ${known}`;
}

/**
 * The last moment at or before `atMs` at which the schedule fires; null where it did not for five years.
 * Source: robfig/cron v3.0.1 spec.go (SpecSchedule.Next, dayMatches).
 */
export function lastTick(calendar: Calendar, atMs: number): number | null {
  let at = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  while (at > atMs - LOOK_BACK_MS) {
    const wall = calendar.wallClock(at);
    if (!has(calendar.hour, wall.getUTCHours()) || !isItsDay(calendar, wall)) {
      at = Math.floor(at / QUARTER_MS) * QUARTER_MS - MINUTE_MS;
    } else if (has(calendar.minute, wall.getUTCMinutes())) {
      return at;
    } else {
      at -= MINUTE_MS;
    }
  }
  return null;
}

function isItsDay({ dayOfMonth, month, dayOfWeek }: Calendar, wall: Date): boolean {
  if (!has(month, wall.getUTCMonth() + 1)) return false;
  const byDate = has(dayOfMonth, wall.getUTCDate());
  const byWeekday = has(dayOfWeek, wall.getUTCDay());
  const both = ((dayOfMonth | dayOfWeek) & STAR) !== 0n;
  return both ? byDate && byWeekday : byDate || byWeekday;
}

function has(bits: bigint, value: number): boolean {
  return (bits & (1n << BigInt(value))) !== 0n;
}

/** Parts between commas, of which empty ones count for nothing; a text says what is wrong. */
function fieldBits(field: string, bounds: Bounds): bigint | string {
  let bits = 0n;
  for (const part of field.split(',')) {
    if (part === '') continue;
    const range = rangeBits(part, bounds);
    if (typeof range === 'string') return range;
    bits |= range;
  }
  return bits;
}

function rangeBits(part: string, bounds: Bounds): bigint | string {
  const [range = '', stepText, ...moreSteps] = part.split('/');
  const [low = '', high, ...moreEnds] = range.split('-');
  const isStar = low === '*' || low === '?';
  if (moreSteps.length > 0) return `"${part}" has more than one step`;
  const step = stepText === undefined ? 1 : whole(stepText);
  if (step === null) return `"${stepText ?? ''}" is no step`;
  if (step === 0) return 'a step of 0 goes nowhere';
  let first: number | null = bounds.min;
  let last: number | null = bounds.max;
  // What follows `*-` is never looked at.
  if (!isStar) {
    if (moreEnds.length > 0) return `"${part}" has more than two ends`;
    first = valueOf(low, bounds);
    last = high === undefined ? first : valueOf(high, bounds);
    if (first === null || last === null) return unknownValue(first === null ? low : (high ?? ''), bounds);
    // `N/step` means from N to the end.
    if (high === undefined && stepText !== undefined) last = bounds.max;
  }
  const outside = [first, last].find((value) => value < bounds.min || value > bounds.max);
  if (outside !== undefined) return outsideOf(outside, bounds);
  if (first > last) return `${part} goes backwards: write ${wrapped(first, last, bounds)}`;
  let bits = isStar && step === 1 ? STAR : 0n;
  for (let value = first; value <= last; value += step) bits |= 1n << BigInt(value);
  return bits;
}

function unknownValue(text: string, bounds: Bounds): string {
  const { names = [], min, max } = bounds;
  const short = names.find((name) => name !== '' && text.toLowerCase().startsWith(name));
  if (short !== undefined) return `"${text}" is no name that the scheduler knows: write ${short}`;
  if (/[LW#]/i.test(text)) return `the scheduler does not know L, W and # ("${text}")`;
  return `"${text}" is no number from ${min.toString()} to ${max.toString()}${names.length > 0 ? ' and no name' : ''}`;
}

function outsideOf(value: number, { min, max, names }: Bounds): string {
  const sunday = names === DAYS && value === 7 ? ', and Sunday is 0' : '';
  const shown = value > 999 ? 'a number' : value.toString();
  return `${shown} is not between ${min.toString()} and ${max.toString()}${sunday}`;
}

/** A range over the field's end, as two. */
function wrapped(first: number, last: number, { min, max }: Bounds): string {
  const part = (from: number, to: number): string =>
    from === to ? from.toString() : `${from.toString()}-${to.toString()}`;
  return `${part(first, max)},${part(min, last)}`;
}

function valueOf(text: string, { names = [] }: Bounds): number | null {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  return named === -1 ? whole(text) : named;
}

/** A number beyond all bounds, that still counts well. */
const FAR = 1_000_000;
const MOST_INT64 = 2n ** 63n - 1n;

/** What Go's strconv.Atoi reads and is not negative; what is beyond all bounds is one of them. */
function whole(text: string): number | null {
  const [, sign, digits] = /^([+-]?)(\d{1,40})$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const value = BigInt(digits);
  if (value > MOST_INT64 || (sign === '-' && value > 0n)) return null;
  return Math.min(Number(value), FAR);
}

const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  '\u00b5s': 1e3,
  '\u03bcs': 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * The milliseconds of `@every DURATION`: whole seconds, and one at least; null for what is no duration.
 * Source: Go's time.ParseDuration, robfig/cron v3.0.1 constantdelay.go (Every).
 */
function everyOf(text: string): number | null {
  const [, sign, amount = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (amount === '0') return 1000;
  const part = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/uy;
  let total = 0;
  let at = 0;
  while (at < amount.length) {
    part.lastIndex = at;
    const [matched, digits = '', fraction = '', unit = ''] = part.exec(amount) ?? [];
    if (matched === undefined || digits + fraction === '') return null;
    total += Number(`${digits === '' ? '0' : digits}.${fraction === '' ? '0' : fraction}`) * (UNITS_NS[unit] ?? 0);
    at += matched.length;
  }
  // What no int64 of nanoseconds holds is refused.
  if (at === 0 || total > Number(MOST_INT64)) return null;
  return sign === '-' ? 1000 : Math.max(1000, Math.floor(total / 1e9) * 1000);
}

/** The clock of whatever machine the scheduler runs on. */
export const LOCAL = 'Local';

/** The name of a zone as it is spelled; null for one that is not known. */
function canonicalZone(zone: string): string | null {
  if (!/^[A-Za-z]/.test(zone)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** Null for a zone that is not known here. A container's own clock most often is UTC. */
function wallClockOf(zone: string): Calendar['wallClock'] | null {
  if (zone === 'UTC' || zone === '' || zone === LOCAL) return (atMs) => new Date(atMs);
  const canonical = canonicalZone(zone);
  if (canonical === null) return null;
  // Zones are files there, and their names are told apart by case.
  if (canonical !== zone && canonical.toLowerCase() === zone.toLowerCase()) return null;
  // Swedes write `2026-09-01 04:30`.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const asked = (atMs: number): number => {
    const minute = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    return Date.parse(`${format.format(minute).replace(' ', 'T')}Z`) - minute;
  };
  // To ask is slow, and clocks are not changed twice a day.
  let day = Number.NaN;
  let offset: number | undefined;
  return (atMs) => {
    if (Math.floor(atMs / DAY_MS) !== day) {
      day = Math.floor(atMs / DAY_MS);
      const [begin, end] = [asked(day * DAY_MS), asked((day + 1) * DAY_MS)];
      offset = begin === end ? begin : undefined;
    }
    return new Date(atMs + (offset ?? asked(atMs)));
  };
}
