/** A schedule with moments of its own; bit n of a field stands for its value n. */
export interface Calendar {
  readonly minute: bigint;
  readonly hour: bigint;
  readonly dayOfMonth: bigint;
  readonly month: bigint;
  readonly dayOfWeek: bigint;
  /** Tells wall clock time of a moment, as if it were UTC. */
  readonly wallClock: (atMs: number) => Date;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const MINUTE: Bounds = { min: 0, max: 59 };
const HOUR: Bounds = { min: 0, max: 23 };
const DAY_OF_MONTH: Bounds = { min: 1, max: 31 };
const MONTH: Bounds = { min: 1, max: 12, names: MONTHS };
const DAY_OF_WEEK: Bounds = { min: 0, max: 6, names: DAYS };

/** Set where a field is `*` or `?`: of the two fields for days both must then hold, otherwise one is enough. */
const STAR = 1n << 63n;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Clocks are set forward and back at multiples of this, so that no hour or day ends within one. */
const QUARTER_MS = 15 * MINUTE_MS;
/** Nothing that fires at all waits longer; robfig/cron gives up there too. */
const LOOK_BACK_MS = 5 * 366 * DAY_MS;

/**
 * Reads a schedule as the reconciler's scheduler does: exactly five fields or a name like `@hourly`, in UTC or the zone of
 * a prefix `TZ=ZONE` or `CRON_TZ=ZONE`. Null for what it refuses, and for `@every`, which counts from a start that no
 * expression tells.
 * Source: whereabouts v0.9.4 pkg/reconciler/config.go (gocron.CronJob), robfig/cron v3.0.1 parser.go (ParseStandard).
 */
export function readCalendar(expression: string): Calendar | null {
  const [, zone = 'UTC', inZone] = /^(?:CRON_)?TZ=([^ ]*) (.*)$/s.exec(expression) ?? [];
  const wallClock = wallClockOf(zone);
  const spec = (inZone ?? expression).trim();
  const fields = (Object.hasOwn(DESCRIPTORS, spec) ? (DESCRIPTORS[spec] ?? '') : spec)
    .split(/\s+/)
    .filter((field) => field !== '');
  if (wallClock === null || fields.length !== 5) return null;
  const bounds = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK];
  const bits = bounds.map((each, index) => fieldBits(fields[index] ?? '', each));
  const [minute, hour, dayOfMonth, month, dayOfWeek] = bits;
  if (minute == null || hour == null || dayOfMonth == null || month == null || dayOfWeek == null) return null;
  return { minute, hour, dayOfMonth, month, dayOfWeek, wallClock };
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

/** Parts between commas, of which empty ones count for nothing. */
function fieldBits(field: string, bounds: Bounds): bigint | null {
  let bits = 0n;
  for (const part of field.split(',')) {
    if (part === '') continue;
    const range = rangeBits(part, bounds);
    if (range === null) return null;
    bits |= range;
  }
  return bits;
}

function rangeBits(part: string, bounds: Bounds): bigint | null {
  const [range = '', stepText, ...moreSteps] = part.split('/');
  const [low = '', high, ...moreEnds] = range.split('-');
  const isStar = low === '*' || low === '?';
  const step = stepText === undefined ? 1 : whole(stepText);
  if (moreSteps.length > 0 || step === null || step === 0) return null;
  let first: number | null = bounds.min;
  let last: number | null = bounds.max;
  // What follows `*-` is never looked at.
  if (!isStar) {
    if (moreEnds.length > 0) return null;
    first = valueOf(low, bounds);
    last = high === undefined ? first : valueOf(high, bounds);
    // `N/step` means from N to the end.
    if (high === undefined && stepText !== undefined) last = bounds.max;
  }
  if (first === null || last === null || first < bounds.min || last > bounds.max || first > last) return null;
  let bits = isStar && step === 1 ? STAR : 0n;
  for (let value = first; value <= last; value += step) bits |= 1n << BigInt(value);
  return bits;
}

function valueOf(text: string, { names = [] }: Bounds): number | null {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  return named === -1 ? whole(text) : named;
}

/** What Go's strconv.Atoi reads and is not negative. */
function whole(text: string): number | null {
  return /^(?:\+?\d{1,15}|-0{1,15})$/.test(text) ? Math.abs(Number(text)) : null;
}

/** Null for a zone that is not known here, or is whatever the scheduler's machine has. */
function wallClockOf(zone: string): Calendar['wallClock'] | null {
  if (zone === 'UTC' || zone === '') return (atMs) => new Date(atMs);
  if (!/^[A-Za-z]/.test(zone) || zone === 'Local') return null;
  let format: Intl.DateTimeFormat;
  try {
    // Swedes write `2026-09-01 04:30`.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  } catch {
    return null;
  }
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
