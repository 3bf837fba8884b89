import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure, InputFailure } from '../errors.js';
import {
  journalState,
  withDecisions,
  type DecidedRecord,
  type IntentRecord,
  type JournalHeader,
  type JournalState,
} from '../reconcile/journal.js';
import { journalsIn } from './list.js';
import { readJournal } from './read.js';

/** The file that is meant: a path, or the name of a file of the journals' directory. */
export function journalPath(text: string, directory: string): string {
  const path = resolve(text);
  const inside = join(resolve(directory), text);
  return basename(text) === text && !existsSync(path) && existsSync(inside) ? inside : path;
}

/** A journal whose first line is there. */
export type LoadedJournal = JournalState<IntentRecord> & { readonly header: JournalHeader };

/**
 * Reads one journal whole, with what later runs decided of its uncertain writes: those whose journals lie beside it, or
 * in another directory.
 * @throws InputFailure where it is damaged or no journal, naming the line
 */
export async function loadJournal(file: string, directory: string): Promise<LoadedJournal> {
  const state = await journalState(readJournal(file), (intent) => intent);
  const { header } = state;
  if (header === null) {
    throw new InputFailure(`${file} ends within its first line: that run wrote nothing to the cluster`);
  }
  return { ...withDecisions(state, await decisionsOn(header.run, file, directory)), header };
}

/** What other journals say of the writes of a run, the first word first. Who cannot be read says nothing. */
async function decisionsOn(run: string, file: string, directory: string): Promise<DecidedRecord[]> {
  const decisions: DecidedRecord[] = [];
  for (const folder of new Set([dirname(file), resolve(directory)])) {
    for (const other of await journalsIn(folder)) {
      if (other === file) continue;
      try {
        for await (const record of readJournal(other)) {
          if (record.type === 'decided' && record.run === run) decisions.push(record);
        }
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
      }
    }
  }
  return decisions.sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
}
