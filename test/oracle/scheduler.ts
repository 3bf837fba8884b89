import { fileURLToPath } from 'node:url';
import { askProgram, buildProgram } from './oracle.js';

/** What the scheduler of whereabouts' reconciler makes of an expression. */
export interface SchedulerAnswer {
  readonly valid: boolean;
  /** Of a panic it begins with `panic:`. */
  readonly error?: string;
  /** Unix milliseconds. */
  readonly next: readonly number[];
}

export interface SchedulerQuestion {
  readonly expression: string;
  /** RFC 3339. */
  readonly after: string;
  /** So many runs after that moment. */
  readonly count: number;
}

/** The scheduler's program: from the cache, else built from gocron (some seconds). */
export function buildScheduler(): string {
  return buildProgram(
    'scheduler',
    fileURLToPath(new URL('./scheduler/', import.meta.url)),
    'from gocron (some seconds)',
  );
}

/** Asks everything in one run of the program; answers come in the order of the questions. */
export function askScheduler(program: string, questions: readonly SchedulerQuestion[]): Promise<SchedulerAnswer[]> {
  return askProgram(program, questions);
}
