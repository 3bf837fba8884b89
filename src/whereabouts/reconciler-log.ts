/** What the end of a reconciler's log tells. */
export interface ReconcilerLog {
  /** `unclear`: no line that tells is in what was read. */
  readonly state: 'running' | 'idle' | 'unclear';
  /** When the first run began that has not ended; null where none is, or its line has no time. */
  readonly sinceMs: number | null;
  /** The schedule that was last put in force; null where no line tells it. */
  readonly schedule: string | null;
}

/** One run of a reconciler, as its log tells it. Moments are null where a line has no time. */
export interface ReconcilerRun {
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly result: 'succeeded' | 'failed' | 'running';
  /** What it failed of; null where it did not, or the log does not tell. */
  readonly error: string | null;
}

/** What a reconciler's log tells from its first line to its last. */
export interface ReconcilerStory {
  /** Time stamp of the first line that has one. */
  readonly firstMs: number | null;
  /** The schedule that was last put in force, and when; null where no line tells it. */
  readonly schedule: { readonly expression: string; readonly atMs: number | null } | null;
  /** The last run that began. */
  readonly lastRun: ReconcilerRun | null;
  /** When the last run that succeeded ended. */
  readonly lastSuccessMs: number | null;
  /** Why a changed schedule could not be taken; the scheduler has none any more then, and panics. */
  readonly refusal: string | null;
  /** `run`: the spelling of v0.9.4 and newer; null where no run ended. */
  readonly spelling: 'run' | 'old' | null;
}

/**
 * What counts in a log, wherever in a line it stands: header, message and line end are three writes
 * (pkg/logging/logging.go), so that lines of several goroutines run into each other.
 */
const MARKS = new RegExp(
  [
    /(?<stamp>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) \[/,
    /(?<start>starting reconciler run)/,
    // The first two: v0.9.4. The others: up to v0.9.3, and OpenShift.
    /(?<end>reconciler (?:run succeeded|run failed|success|failure))(?=(?:: (?<error>[^\n]*))?)/,
    /(?:using expression(?: from flatfile)?|defaulting to expression from configuration): (?<read>[^\n]*)/,
    /configuration updated to file [^\n]*New cron expression: (?<updated>[^\n]*)/,
    /error updating job (?=[^\n]*? configuration: (?<refusal>[^\n]*))/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/**
 * Reads whether a run of the reconciler is under way. A run that is longer than the schedule's period overlaps with the
 * next, so begun and ended ones are counted; a container that starts again begins a new log.
 * Source: whereabouts v0.9.4 pkg/reconciler/ip.go (ReconcileIPs), pkg/reconciler/config.go, cmd/reconciler/main.go.
 */
export function readReconcilerLog(text: string): ReconcilerLog {
  const open: (number | null)[] = [];
  let stampMs: number | null = null;
  let schedule: string | null = null;
  let known = false;
  // The schedule is read when the container starts, and again before each line that says it was updated.
  let justRead = false;
  for (const { groups = {} } of text.matchAll(MARKS)) {
    const { stamp, start, end, read, updated, refusal } = groups;
    if (refusal !== undefined) continue;
    if (stamp !== undefined) {
      stampMs = Date.parse(stamp);
      continue;
    }
    if (justRead && updated === undefined) known = true;
    justRead = read !== undefined;
    if (start !== undefined) open.push(stampMs);
    if (end !== undefined) open.shift();
    if (start !== undefined || end !== undefined) known = true;
    schedule = (read ?? updated)?.trim() ?? schedule;
  }
  if (open.length > 0) return { state: 'running', sinceMs: open[0] ?? null, schedule };
  return { state: known || justRead ? 'idle' : 'unclear', sinceMs: null, schedule };
}

/**
 * Reads the whole story of a log, or of a part of it that has no gap.
 * Source: as of `readReconcilerLog`; the error of a schedule that is refused: pkg/reconciler/config.go (syncConfig).
 */
export function readReconcilerStory(text: string): ReconcilerStory {
  const open: (number | null)[] = [];
  let firstMs: number | null = null;
  let stampMs: number | null = null;
  let schedule: ReconcilerStory['schedule'] = null;
  let lastRun: ReconcilerRun | null = null;
  let lastSuccessMs: number | null = null;
  let refusal: string | null = null;
  let spelling: ReconcilerStory['spelling'] = null;
  for (const { groups = {} } of text.matchAll(MARKS)) {
    const { stamp, start, end, error, read, updated } = groups;
    if (stamp !== undefined) {
      stampMs = Date.parse(stamp);
      firstMs ??= stampMs;
    }
    if (start !== undefined) {
      open.push(stampMs);
      lastRun = { startedMs: stampMs, endedMs: null, result: 'running', error: null };
    }
    if (end !== undefined) {
      const succeeded = /success|succeeded/.test(end);
      const startedMs = open.shift() ?? null;
      // Of runs that overlap, the one that began last is told of.
      if (open.length === 0) {
        lastRun = {
          startedMs,
          endedMs: stampMs,
          result: succeeded ? 'succeeded' : 'failed',
          error: error?.trim() ?? null,
        };
      }
      if (succeeded) lastSuccessMs = stampMs;
      spelling = end.includes(' run ') ? 'run' : 'old';
    }
    const expression = (read ?? updated)?.trim();
    if (expression !== undefined) {
      schedule = { expression, atMs: stampMs };
      refusal = null;
    }
    refusal = groups['refusal']?.trim() ?? refusal;
  }
  return { firstMs, schedule, lastRun, lastSuccessMs, refusal, spelling };
}
