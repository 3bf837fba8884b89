import { LOCAL, STAR, type Calendar, type Schedule } from './schedule.js';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  '',
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** So many times of day are listed one by one. */
const MOST_TIMES = 6;

/**
 * A schedule in words. They are made of the moments that it has, not of how it is written, so that another spelling of
 * the same schedule has the same words and a step that does not mean what it says cannot deceive.
 */
export function scheduleWords(schedule: Schedule): string {
  if (schedule.kind === 'interval')
    return `every ${spanWords(schedule.everyMs / 1000)}, counted from the start of each pod`;
  const { calendar } = schedule;
  const [time, isWholeDay] = timeWords(calendar);
  const days = dayWords(calendar);
  return `${time}${days === '' ? (isWholeDay ? '' : ' every day') : ` ${days}`}, ${zoneWords(calendar.zone)}`;
}

/** A zone, for people. */
export function zoneWords(zone: string): string {
  if (zone === '' || zone === 'UTC') return 'UTC';
  return zone === LOCAL ? "the container's own clock" : `${zone} time`;
}

/** Times of a day, and whether they go around the clock. */
function timeWords({ minute, hour }: Calendar): readonly [words: string, isWholeDay: boolean] {
  const [minutes, hours] = [valuesOf(minute, 59), valuesOf(hour, 23)];
  const allHours = hours.length === 24;
  const [first = 0] = minutes;
  const within = allHours ? '' : ` ${hoursWords(hours)}`;
  const everyMinutes = stepOf(minutes, 60);
  if (minutes.length === 60) return [`every minute${within}`, allHours];
  if (minutes.length > 1 && everyMinutes !== null && first === 0) {
    return [`every ${everyMinutes.toString()} minutes${within}`, allHours];
  }
  const past = minutes.length === 1 ? pastWords(first) : `at minutes ${listed(minutes.map(String), minutes)} of`;
  if (allHours) return [minutes.length === 1 ? `every hour${past}` : `${past} every hour`, true];
  if (minutes.length * hours.length <= MOST_TIMES) {
    const times = hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`));
    return [`at ${sentence(times)}`, false];
  }
  const everyHours = stepOf(hours, 24);
  if (minutes.length === 1 && everyHours !== null && hours[0] === 0) {
    return [`every ${everyHours.toString()} hours${past}`, true];
  }
  return minutes.length === 1
    ? [`every hour${past}${within}`, false]
    : [`${past} the hours ${listed(hours.map(two), hours)}`, false];
}

function pastWords(minute: number): string {
  if (minute === 0) return ', on the hour';
  return `, ${minute.toString()} ${minute === 1 ? 'minute' : 'minutes'} past`;
}

function hoursWords(hours: readonly number[]): string {
  return hours.length === 1
    ? `from ${two(hours[0] ?? 0)}:00 to ${two(hours[0] ?? 0)}:59`
    : `in the hours ${listed(hours.map(two), hours)}`;
}

function dayWords({ dayOfMonth, dayOfWeek, month }: Calendar): string {
  const [dates, weekdays] = [valuesOf(dayOfMonth, 31), valuesOf(dayOfWeek, 6)];
  const months = valuesOf(month, 12);
  // Where one of the two is a star the other alone decides; else either is enough, and a full field is every day.
  const both = ((dayOfMonth | dayOfWeek) & STAR) !== 0n;
  const byDate = dates.length < 31;
  const byWeekday = weekdays.length < 7;
  const dateWords = `on ${dates.length === 1 ? 'day' : 'days'} ${listed(dates.map(String), dates)} of the month`;
  const weekdayWords = `on ${listed(
    weekdays.map((day) => DAYS[day] ?? ''),
    weekdays,
  )}`;
  let words = '';
  if (both) words = [byDate ? dateWords : '', byWeekday ? weekdayWords : ''].filter((text) => text !== '').join(', ');
  else if (byDate && byWeekday) words = `${dateWords} and ${weekdayWords}, whichever it is`;
  if (months.length === 12) return words;
  const inMonths = `in ${listed(
    months.map((at) => MONTHS[at] ?? ''),
    months,
  )}`;
  return words === '' ? `every day ${inMonths}` : `${words} ${inMonths}`;
}

/**
 * What people should know of a schedule that the scheduler takes.
 * @param fields as they are written; none where they are not
 */
export function scheduleWarnings(schedule: Schedule, fields: readonly string[], hasZone: boolean): string[] {
  const warnings: string[] = [];
  const gapS = shortestGap(schedule);
  if (gapS < SHORT_S) {
    warnings.push(
      `${spanWords(gapS)} between runs is less than a run may take on a busy cluster: runs then overlap, and fail on each other's changes`,
    );
  }
  if (schedule.kind === 'interval') {
    warnings.push('it counts from the start of each pod, so no two pods run at the same time');
    return warnings;
  }
  const { calendar } = schedule;
  warnings.push(...fields.flatMap((field, at) => stepWarning(field, at, calendar)));
  const [, , date = '*', , weekday = '*'] = fields;
  if (((calendar.dayOfMonth | calendar.dayOfWeek) & STAR) === 0n && fields.length > 0) {
    warnings.push(`of day of month (${date}) and day of week (${weekday}) one is enough: it runs on either`);
  }
  if (hasZone && calendar.zone === LOCAL) warnings.push('Local is the clock of the container, most often UTC');
  else if (hasZone && calendar.zone !== '' && calendar.zone !== 'UTC') {
    warnings.push(
      `it needs time zone files in the reconciler's image, or its pods crash; where clocks change it skips or repeats a run`,
    );
  }
  return warnings;
}

/** In this time a reconcile is done on nearly every cluster. */
const SHORT_S = 300;

/** Seconds between two runs at the least. */
function shortestGap(schedule: Schedule): number {
  if (schedule.kind === 'interval') return schedule.everyMs / 1000;
  const minutes = valuesOf(schedule.calendar.minute, 59);
  const hours = valuesOf(schedule.calendar.hour, 23);
  const gaps = minutes.slice(1).map((minute, at) => minute - (minutes[at] ?? 0));
  const isNextHour = hours.some((hour) => hours.includes((hour + 1) % 24));
  if (isNextHour) gaps.push((minutes[0] ?? 0) + 60 - (minutes.at(-1) ?? 0));
  return Math.min(...gaps, 60 * 24) * 60;
}

const UNITS = [
  { title: 'minute', span: 60, min: 0 },
  { title: 'hour', span: 24, min: 0 },
  { title: 'day of month', span: 31, min: 1 },
  { title: 'month', span: 12, min: 1 },
  { title: 'day of week', span: 7, min: 0 },
] as const;

/** A step counts from the field's start each time, and stops at its end. */
function stepWarning(field: string, at: number, calendar: Calendar): string[] {
  const unit = UNITS[at];
  const step = Number(/^[*?]\/\+?(\d+)$/.exec(field)?.[1] ?? 1);
  if (unit === undefined || step <= 1) return [];
  const { title, span, min } = unit;
  if (step >= span) {
    const words = scheduleWords({ kind: 'calendar', calendar });
    return [
      `${field} does not mean every ${step.toString()}: ${title} only has ${span.toString()} values, so it means ${min.toString()} alone (${words})`,
    ];
  }
  if (span % step === 0) return [];
  const last = min + Math.floor((span - 1) / step) * step;
  return [
    `${field} starts anew with each ${at === 0 ? 'hour' : at === 1 ? 'day' : at === 4 ? 'week' : at === 2 ? 'month' : 'year'}: after ${title} ${last.toString()} comes ${min.toString()}`,
  ];
}

function valuesOf(bits: bigint, last: number): number[] {
  return Array.from({ length: last + 1 }, (_, value) => value).filter((value) => (bits & (1n << BigInt(value))) !== 0n);
}

/** The distance of values that go around their span evenly; null for others. */
function stepOf(values: readonly number[], span: number): number | null {
  const step = span / values.length;
  return values.every((value, at) => value === (values[0] ?? 0) + at * step) ? step : null;
}

/** Words for values, runs of three and more as `first to last`. */
function listed(words: readonly string[], values: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < values.length;) {
    let end = at;
    while (values[end + 1] === (values[end] ?? 0) + 1) end += 1;
    if (end - at >= 2) parts.push(`${words[at] ?? ''} to ${words[end] ?? ''}`);
    else parts.push(...words.slice(at, end + 1));
    at = end + 1;
  }
  return sentence(parts);
}

function sentence(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function two(value: number): string {
  return value.toString().padStart(2, '0');
}

/** A length of time in its largest whole units. */
function spanWords(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, name] of [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count.toString()} ${name}${count === 1 ? '' : 's'}`);
  }
  return sentence(parts);
}
