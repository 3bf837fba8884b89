import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { Failure } from '../errors.js';
import {
  journalState,
  withDecisions,
  type DecidedRecord,
  type IntentRecord,
  type JournalState,
  type UncertainIntent,
} from '../reconcile/journal.js';
import { systemCode } from './failures.js';
import { journalsIn } from './list.js';
import { readJournal } from './read.js';

/** What earlier runs left open, and journals that could not be read. */
export interface OpenIntents {
  readonly intents: readonly UncertainIntent[];
  readonly problems: readonly string[];
}

/**
 * The writes of earlier runs on a cluster whose fate nobody knows yet, oldest journal first. A run that still goes on
 * here is left alone: it knows better. A directory that is not there holds none.
 * @throws InputFailure where the directory cannot be read
 */
export async function uncertainIntents(directory: string, clusterUid: string): Promise<OpenIntents> {
  const states: JournalState<IntentRecord>[] = [];
  const problems: string[] = [];
  const decisions: DecidedRecord[] = [];
  for (const path of await journalsIn(resolve(directory))) {
    try {
      const state = await journalState(readJournal(path), (intent) => intent);
      if (state.header?.cluster.uid !== clusterUid) continue;
      decisions.push(...state.decisions);
      if (state.intents.some(({ status }) => status === 'uncertain') && !isAlive(state)) states.push(state);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      problems.push(failure.message);
    }
  }
  decisions.sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
  const intents = states.flatMap((state) => {
    const run = state.header?.run ?? '';
    return withDecisions(state, decisions)
      .intents.filter(({ status }) => status === 'uncertain')
      .map(({ sequence, intent }) => ({ run, sequence, intent }));
  });
  return { intents, problems };
}

/** Whether the process that writes this journal is still there, as far as this machine can tell. */
export function isAlive({ header, end }: JournalState<unknown>): boolean {
  if (header === null || end !== null || header.host !== hostname() || header.pid === process.pid) return false;
  try {
    process.kill(header.pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
