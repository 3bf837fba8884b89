/** What the end of a reconciler's log tells. */
export interface ReconcilerLog {
  /** `unclear`: no line that tells is in what was read. */
  readonly state: 'running' | 'idle' | 'unclear';
  /** When the first run began that has not ended; null where none is, or its line has no time. */
  readonly sinceMs: number | null;
  /** The schedule that was last put in force; null where no line tells it. */
  readonly schedule: string | null;
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
    /(?<end>reconciler (?:run succeeded|run failed|success|failure))/,
    /(?:using expression(?: from flatfile)?|defaulting to expression from configuration): (?<read>[^\n]*)/,
    /configuration updated to file [^\n]*New cron expression: (?<updated>[^\n]*)/,
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
    const { stamp, start, end, read, updated } = groups;
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
