import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RefusedFailure } from '../errors.js';
import {
  JOURNAL_FORMAT,
  type JournalDecision,
  type JournalEnd,
  type JournalHeader,
  type JournalIntent,
  type JournalOutcome,
  type JournalRecord,
  type JournalWriter,
} from '../reconcile/journal.js';
import { systemCode, systemReason } from './failures.js';
import { argvWithoutSecrets, withoutSecrets } from '../secrets.js';

/** What a run tells of itself; the rest of the header is found out. */
export type JournalRun = Pick<
  JournalHeader,
  'command' | 'argv' | 'toolVersion' | 'cluster' | 'context' | 'who' | 'host' | 'pid'
>;

export interface JournalOptions {
  /** Made with mode 0700 where it is missing; one that is there is left as it is. */
  readonly directory: string;
  readonly run: JournalRun;
  /** The clock of the machine. */
  readonly now: () => Date;
}

const HINT = 'name another directory with --journal DIR, or set XDG_STATE_HOME';
const MOST_NAMES = 1_000;

/**
 * Makes the journal of a run: a new file with its header, durable, in a directory of its own. Throws a
 * `RefusedFailure` (exit 5) that names the path where that cannot be done.
 */
export async function openJournal({ directory, run, now }: JournalOptions): Promise<JournalWriter> {
  const folder = resolve(directory);
  const startedAt = now();
  const { path, handle } = await create(folder, startedAt, run.command);
  const header: JournalHeader = {
    type: 'header',
    apiVersion: 'ipamctl.io/v1',
    kind: 'JournalRecord',
    formatVersion: JOURNAL_FORMAT,
    run: randomUUID(),
    startedAt: startedAt.toISOString(),
    command: run.command,
    argv: argvWithoutSecrets(run.argv),
    toolVersion: run.toolVersion,
    cluster: {
      uid: run.cluster.uid,
      server: run.cluster.server === null ? null : withoutSecrets(run.cluster.server),
    },
    context: run.context,
    who: run.who,
    host: run.host,
    pid: run.pid,
  };
  const journal = new JournalFile(path, handle, header.run, now);
  try {
    await journal.begin(header);
  } catch (error) {
    // What has no header is no journal; nothing refers to it yet.
    await journal.close();
    await unlink(path).catch(() => undefined);
    throw error;
  }
  await syncDirectory(folder);
  return journal;
}

/** Creates the file exclusively: one that is there, a symbolic link too, is never opened. */
async function create(folder: string, at: Date, command: string): Promise<{ path: string; handle: FileHandle }> {
  const stamp = at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
  const name = `${stamp}-${command.replaceAll(/[^\w]+/g, '-')}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW } = constants;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw refused(folder, error);
  }
  for (let copy = 1; copy <= MOST_NAMES; copy++) {
    const path = join(folder, copy === 1 ? `${name}.jsonl` : `${name}-${copy}.jsonl`);
    try {
      const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, 0o600);
      return { path, handle };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw refused(path, error);
    }
  }
  throw new RefusedFailure(`${folder} has ${MOST_NAMES} journals of this second; nothing was released`);
}

/** Makes the name of a new file durable, where the file system can; the file itself is already. */
async function syncDirectory(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

function refused(path: string, error: unknown): RefusedFailure {
  return new RefusedFailure(`the journal ${path} cannot be written: ${systemReason(error)}; nothing was released`, {
    hints: [HINT],
    cause: error,
  });
}

/** The writer of one open file. `openJournal` makes it; a test may hand it another handle. */
export class JournalFile implements JournalWriter {
  #sequence = 0;
  #batch = 0;
  /** Bytes that are known to be whole lines. */
  #length = 0;
  #begun = false;
  /** Why nothing can be written any more. */
  #broken: unknown;
  #closed: Promise<void> | undefined;
  /** The calls, one after the other; never rejects. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    readonly run: string,
    private readonly now: () => Date,
  ) {}

  /** Writes the first line. */
  begin(header: JournalHeader): Promise<void> {
    return this.#inTurn(() => this.#append([header]));
  }

  intend(intents: readonly JournalIntent[]): Promise<readonly number[]> {
    if (intents.length === 0) return Promise.resolve([]);
    return this.#inTurn(async () => {
      const at = this.now().toISOString();
      const batch = { number: this.#batch + 1, size: intents.length };
      const first = this.#sequence + 1;
      await this.#append(
        intents.map((intent, index) => ({ type: 'intent', sequence: first + index, batch, at, ...intent })),
      );
      this.#batch = batch.number;
      this.#sequence += intents.length;
      return intents.map((_, index) => first + index);
    });
  }

  settle(outcomes: readonly JournalOutcome[]): Promise<void> {
    return this.#inTurn(() => {
      const at = this.now().toISOString();
      return this.#append(outcomes.map((outcome) => ({ type: 'outcome', at, ...outcome })));
    });
  }

  decide(decisions: readonly JournalDecision[]): Promise<void> {
    return this.#inTurn(() => {
      const at = this.now().toISOString();
      return this.#append(decisions.map((decision) => ({ type: 'decided', at, by: this.run, ...decision })));
    });
  }

  async end(end: JournalEnd): Promise<void> {
    try {
      await this.#inTurn(() => this.#append([{ type: 'end', at: this.now().toISOString(), ...end }]));
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    // Everything is durable already: a file system that complains only now has nothing to add.
    this.#closed ??= this.#queue.then(() => this.handle.close().catch(() => undefined));
    return this.#closed;
  }

  #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(write);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #append(records: readonly JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    if (this.#broken !== undefined) throw this.#failure(this.#broken);
    const lines = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    try {
      await this.handle.appendFile(lines);
    } catch (error) {
      // A line that was cut off must not stand before another one.
      await this.handle.truncate(this.#length).catch(() => {
        this.#broken = error;
      });
      throw this.#failure(error);
    }
    try {
      await this.handle.datasync();
    } catch (error) {
      // After a failed fsync nobody knows what is on disk, and a second one would say that all is well.
      this.#broken = error;
      throw this.#failure(error);
    }
    this.#length += lines.length;
    this.#begun = true;
  }

  #failure(error: unknown): RefusedFailure {
    if (!this.#begun) return refused(this.path, error);
    const message = `the journal ${this.path} can no longer be written: ${systemReason(error)}`;
    return new RefusedFailure(`${message}; nothing more is released, what was done before stands in it`, {
      hints: [HINT],
      cause: error,
    });
  }
}
