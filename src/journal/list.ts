import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Failure, InputFailure } from '../errors.js';
import {
  journalState,
  withDecisions,
  type JournalAction,
  type JournalHeader,
  type JournalRecord,
  type JournalState,
  type TornLine,
} from '../reconcile/journal.js';
import { systemCode, systemReason } from './failures.js';
import { readJournal } from './read.js';

/** One journal of a directory (`JournalList.items[]`). */
export interface JournalListItem {
  readonly path: string;
  /** Of the run, as other journals name it; null where the header cannot be read, as are the next three. */
  readonly run: string | null;
  readonly startedAt: string | null;
  readonly command: string | null;
  readonly cluster: { readonly uid: string | null; readonly server: string | null } | null;
  /** Keys that the run took, and those that it put back. */
  readonly released: number;
  readonly restored: number;
  /** Writes, of keys and of reservations, that failed, and those whose fate no run has decided yet. */
  readonly failed: number;
  readonly uncertain: number;
  /** Whether it has its last line; without it the run was killed or still goes on. */
  readonly ended: boolean;
  readonly interruptedBy: string | null;
  /** What is wrong with the file, in one line; the counts of a damaged one are 0. */
  readonly problem: string | null;
}

interface Read {
  readonly path: string;
  readonly header: JournalHeader | null;
  readonly state: JournalState<JournalAction> | null;
  readonly problem: string | null;
}

/**
 * The journals of a directory, newest first. A damaged one is listed with its problem. What a run decided of an
 * earlier one's uncertain writes counts for that one. A directory that is not there holds none; one that cannot be
 * read is an `InputFailure`.
 */
export async function listJournals(directory: string): Promise<JournalListItem[]> {
  const folder = resolve(directory);
  const files: Read[] = [];
  for (const path of await journalsIn(folder)) files.push(await read(path));
  const decisions = files
    .flatMap(({ state }) => state?.decisions ?? [])
    .sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
  return files
    .map((file) => itemOf({ ...file, state: file.state && withDecisions(file.state, decisions) }))
    .sort(newestFirst);
}

/** Paths of the journals of a directory; names begin with the moment of their run, so oldest first. */
export async function journalsIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.name.endsWith('.jsonl') && !entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new InputFailure(`${folder} cannot be read: ${systemReason(error)}`, { cause: error });
  }
}

async function read(path: string): Promise<Read> {
  // Kept aside, so that of a damaged journal it is known whose it is.
  const seen: { header: JournalHeader | null } = { header: null };
  async function* records(): AsyncGenerator<JournalRecord | TornLine> {
    for await (const record of readJournal(path)) {
      if (record.type === 'header') seen.header = record;
      yield record;
    }
  }
  try {
    const state = await journalState(records(), ({ action }) => action);
    const problem = state.header === null ? 'ends within its first line: that run wrote nothing to the cluster' : null;
    return { path, header: seen.header, state, problem };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { path, header: seen.header, state: null, problem: error.message };
  }
}

function itemOf({ path, header, state, problem }: Read): JournalListItem {
  const counts = { released: 0, restored: 0, failed: 0, uncertain: 0 };
  for (const { intent, result, status } of state?.intents ?? []) {
    if (status === 'uncertain') counts.uncertain++;
    else if (result === 'failed') counts.failed++;
    else if (result === 'released' && intent === 'release-key') counts.released++;
    else if (result === 'restored' && intent === 'restore-key') counts.restored++;
  }
  return {
    path,
    run: header?.run ?? null,
    startedAt: header?.startedAt ?? null,
    command: header?.command ?? null,
    cluster: header === null ? null : { uid: header.cluster.uid, server: header.cluster.server },
    ...counts,
    ended: state !== null && state.end !== null,
    interruptedBy: state?.end?.interruptedBy ?? null,
    problem,
  };
}

/** By the start; a file that does not tell it goes by its name, which begins with the same moment. */
function newestFirst(one: JournalListItem, other: JournalListItem): number {
  const [a, b] = [momentOf(one), momentOf(other)];
  if (a !== b) return a < b ? 1 : -1;
  return one.path < other.path ? 1 : -1;
}

function momentOf({ startedAt, path }: JournalListItem): string {
  return startedAt?.replaceAll(':', '-') ?? basename(path).slice(0, '2026-11-24T14-02-11Z'.length);
}
