import { isValidCron } from 'cron-validator';
import { nextTick, readSchedule, trimExpression } from '../whereabouts/schedule.js';
import { scheduleWarnings, scheduleWords } from '../whereabouts/schedule-words.js';

/** What the scheduler of whereabouts' reconciler does with an expression. */
export interface ScheduleFacts {
  /** Without the white space around it, which whereabouts takes off. */
  readonly expression: string;
  /** Whether the scheduler takes it. One that it refuses makes its pods crash. */
  readonly valid: boolean;
  /** Whether it is plain five fields in UTC, which is what OpenShift supports. */
  readonly supported: boolean;
  /** Why it is refused; null where it is valid. */
  readonly error: string | null;
  /** In words; null where it is not valid. */
  readonly description: string | null;
  /** The next runs, RFC 3339 in UTC; fewer than five where no more come within five years of one another. */
  readonly next: readonly string[];
  readonly warnings: readonly string[];
}

const RUNS = 5;

/** @param after the runs that are told come after it */
export function scheduleFacts(text: string, after: Date): ScheduleFacts {
  const expression = trimExpression(text);
  const read = readSchedule(expression);
  const refused = (error: string): ScheduleFacts => ({
    expression,
    valid: false,
    supported: false,
    error,
    description: null,
    next: [],
    warnings: [],
  });
  if (!read.ok) return refused(read.error);
  const next: number[] = [];
  while (next.length < RUNS) {
    const tick = nextTick(read.schedule, next.at(-1) ?? after.getTime());
    if (tick === null) break;
    next.push(tick);
  }
  if (next.length === 0) return refused('it never fires: no such day comes within five years');
  return {
    expression,
    valid: true,
    supported: read.fields.length > 0 && !read.hasZone,
    error: null,
    description: scheduleWords(read.schedule),
    next: next.map((tick) => new Date(tick).toISOString().replace('.000Z', 'Z')),
    warnings: [
      ...scheduleWarnings(read.schedule, read.fields, read.hasZone),
      ...(isUsual(read.fields) ? [] : ['only this scheduler reads it so: other tools that check schedules refuse it']),
    ],
  };
}

/** Whether it is written as cron expressions usually are; of a name like `@hourly` there is nothing to say. */
function isUsual(fields: readonly string[]): boolean {
  const spelled = fields.map((field) => (field === '?' ? '*' : field)).join(' ');
  return fields.length === 0 || isValidCron(spelled, { alias: true });
}
