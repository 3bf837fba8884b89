import { UsageFailure, isPassing } from '../errors.js';
import type { ClusterReader } from '../cluster/port.js';
import { canFollow, WatchedReader, type Watching } from '../cluster/watched.js';
import { safe, safeJson } from '../render/safe.js';
import { meets, parseCondition, type ConditionFields, type ConditionRow } from './condition.js';
import { PENDING, type ExitCode } from './exit-codes.js';
import { duration } from './flags.js';
import { writeAll, type Io } from './io.js';
import { asInvoked } from './invocation.js';
import { LiveScreen } from './live-screen.js';
import { Interruption } from './signals.js';
import type { CommandResult } from './result.js';

/** Changes come in bursts: a look takes all of one. */
const BURST_MS = 200;
/** At most every so manieth part of the time goes into looking, however big the cluster and however much changes. */
const REST_FACTOR = 4;
/** After a look that failed. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

/** What `-w`, `--exit-when` and `--timeout` say. */
export interface WatchFlags {
  readonly output?: readonly string[] | undefined;
  readonly 'no-headers'?: boolean | undefined;
  readonly from?: readonly string[] | undefined;
  readonly 'exit-when'?: string | undefined;
  readonly timeout?: string | undefined;
}

/** How a list is watched. */
export interface WatchedView<Row> {
  /** Kind of the document that a line in a pipe is. */
  readonly kind: string;
  readonly watching: Watching;
  /** Looks again after so long although nothing changed: some verdicts ripen with time. null: never. */
  readonly refreshMs: number | null;
  readonly keyOf: (row: Row) => string;
  /** Whatever differs between two looks at the same thing; a row whose image is the same did not change. */
  readonly imageOf: (row: Row) => unknown;
  readonly fields: ConditionFields;
  /** What a condition is held against. */
  readonly conditionRows: (rows: readonly Row[]) => Iterable<ConditionRow>;
}

/** A look at the cluster: its rows are the items of its document. */
export type Look = (reader: ClusterReader) => Promise<CommandResult>;

/**
 * Watches until it is interrupted (130, 143), its condition is met (0) or its time is over (8 with a condition, 0 without).
 * At a terminal a table that is always the newest; elsewhere one JSON document a line: what is there, then what changes.
 * @throws UsageFailure for flags that do not go with watching; ClusterFailure as `look`
 */
export async function watch<Row>(
  cluster: ClusterReader,
  view: WatchedView<Row>,
  flags: WatchFlags,
  { io, bin }: { readonly io: Io; readonly bin: string },
  look: Look,
): Promise<ExitCode> {
  if (!canFollow(cluster)) throw neverChanges();
  const output = outputOf(flags, io);
  const condition =
    flags['exit-when'] === undefined ? null : parseCondition('--exit-when', flags['exit-when'], view.fields);
  const timeoutMs = flags.timeout === undefined ? null : duration('--timeout', flags.timeout);

  const bell = new Bell();
  let failure: { readonly error: unknown } | undefined;
  let trouble: string | null = null;
  const sink =
    output === 'lines'
      ? new EventLines(view, io, cluster)
      : new LiveScreen({ io, bin, wide: output === 'wide', noHeaders: flags['no-headers'] ?? false });
  const say = (message: string | null): void => {
    if (message === trouble) return;
    trouble = message;
    sink.trouble(message);
  };
  const watched = new WatchedReader(cluster, view.watching, {
    changed: () => {
      bell.ring();
    },
    trouble: say,
    failed: (error) => {
      failure ??= { error };
      bell.ring();
    },
  });
  const interruption = new Interruption();
  interruption.begin(() => undefined);
  interruption.signal.addEventListener('abort', () => {
    bell.ring();
  });
  const endMs = timeoutMs === null ? Infinity : performance.now() + timeoutMs;
  const isOver = (): boolean => interruption.by !== null || failure !== undefined || performance.now() >= endMs;
  const left = (ms: number): number => Math.max(0, Math.min(ms, endMs - performance.now()));
  let met = false;
  try {
    await watched.begin();
    let retryMs = RETRY_MS;
    for (let first = true; ; first = false) {
      const startedMs = performance.now();
      try {
        const result = await look(watched);
        const rows = (result.document as { readonly items: readonly Row[] }).items;
        await sink.show(result, rows);
        retryMs = RETRY_MS;
        if (!first) say(null);
        met = condition !== null && some(view.conditionRows(rows), (row) => meets(condition, row, view.fields));
      } catch (error) {
        if (first || !isPassing(error)) throw error;
        say(error.message);
        await bell.rest(left(retryMs), isOver);
        bell.ring();
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
      if (met || isOver() || sink.isClosed) break;
      const tookMs = performance.now() - startedMs;
      // A ring of before this look is heard too; it costs one more look at most.
      await bell.wait(left(view.refreshMs ?? Infinity));
      if (isOver()) break;
      await bell.rest(left(Math.max(BURST_MS, tookMs * REST_FACTOR)), isOver);
      if (isOver()) break;
    }
  } finally {
    interruption.end();
    await sink.end();
    await watched.close();
  }
  if (interruption.exitCode !== null) return interruption.exitCode;
  if (failure !== undefined) throw failure.error;
  if (met || condition === null) return 0;
  const text = `${safe(flags['exit-when'] ?? '')} was not met within ${safe(flags.timeout ?? '')}`;
  await writeAll(io.stderr, [`${asInvoked(text, bin)}\n`]);
  return PENDING;
}

function neverChanges(): UsageFailure {
  return new UsageFailure('-w watches a cluster, and --from reads files, which do not change', {
    hints: ['leave one of the two out'],
  });
}

function outputOf(flags: WatchFlags, io: Io): 'table' | 'wide' | 'lines' {
  if (flags.from !== undefined) throw neverChanges();
  const [format = 'table', ...more] = flags.output ?? [];
  if (more.length > 0) throw new UsageFailure('-w prints in one way, so it takes one -o');
  if (format !== 'table' && format !== 'wide' && format !== 'json') {
    throw new UsageFailure(`-w does not print ${safe(format)}`, {
      hints: ['-o json prints one JSON document a line; table and wide are for a terminal'],
    });
  }
  return format === 'json' || !io.stdout.isTTY ? 'lines' : format;
}

function some<T>(items: Iterable<T>, holds: (item: T) => boolean): boolean {
  for (const item of items) if (holds(item)) return true;
  return false;
}

/** Where the results of the looks go. */
export interface Sink {
  show(result: CommandResult, rows: readonly unknown[]): Promise<void>;
  /** The API server does not answer; null: it does again. */
  trouble(message: string | null): void;
  /** Nobody reads any more. */
  readonly isClosed: boolean;
  end(): Promise<void>;
}

/** One JSON document a line: each row that is new, that changed, or that is gone. */
class EventLines<Row> implements Sink {
  #rows = new Map<string, { readonly row: Row; readonly image: string }>();
  readonly #told = new Set<string>();

  constructor(
    private readonly view: WatchedView<Row>,
    private readonly io: Io,
    private readonly clock: Pick<ClusterReader, 'now'>,
  ) {}

  get isClosed(): boolean {
    return this.io.stdout.destroyed || this.io.stdout.errored !== null;
  }

  async show({ warnings }: CommandResult, rows: readonly unknown[]): Promise<void> {
    const before = this.#rows;
    const now = new Map<string, { readonly row: Row; readonly image: string }>();
    for (const row of rows as readonly Row[]) {
      now.set(this.view.keyOf(row), { row, image: JSON.stringify(this.view.imageOf(row)) });
    }
    this.#rows = now;
    await writeAll(this.io.stdout, this.#lines(before, now));
    const news = warnings.filter((warning) => !this.#told.has(warning));
    for (const warning of news) this.#told.add(warning);
    await writeAll(
      this.io.stderr,
      news.map((warning) => `Warning: ${safe(warning)}\n`),
    );
  }

  trouble(message: string | null): void {
    this.io.stderr.write(`${message === null ? 'connected again' : `${safe(message)}; trying again`}\n`);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  *#lines(
    before: ReadonlyMap<string, { readonly row: Row; readonly image: string }>,
    now: ReadonlyMap<string, { readonly row: Row; readonly image: string }>,
  ): Generator<string> {
    for (const [key, { row }] of before) if (!now.has(key)) yield this.#line('DELETED', row);
    for (const [key, { row, image }] of now) {
      const was = before.get(key);
      if (was === undefined) yield this.#line('ADDED', row);
      else if (was.image !== image) yield this.#line('MODIFIED', row);
    }
  }

  #line(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: Row): string {
    const time = this.clock.now().toISOString();
    return `${safeJson({ apiVersion: 'ipamctl.io/v1', kind: this.view.kind, type, time, item })}\n`;
  }
}

/** Node fires longer timers at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Wakes whoever waits. */
class Bell {
  #ring: () => void = () => undefined;
  #isRung = false;

  ring(): void {
    this.#isRung = true;
    this.#ring();
  }

  /** Until it rings, or the time is over. */
  async wait(ms: number): Promise<void> {
    if (!this.#isRung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#ring = resolve;
        timer = setTimeout(resolve, Math.min(ms, LONGEST_TIMER_MS));
      });
      clearTimeout(timer);
    }
    this.#isRung = false;
    this.#ring = () => undefined;
  }

  /** So long, whatever rings, unless that ended everything. */
  async rest(ms: number, isOver: () => boolean): Promise<void> {
    const endMs = performance.now() + ms;
    for (let restMs = ms; restMs > 0 && !isOver(); restMs = endMs - performance.now()) await this.wait(restMs);
  }
}
