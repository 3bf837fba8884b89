import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { journalState, withDecisions, type IntentRecord, type JournalState } from '../../../src/reconcile/journal.js';
import { readJournal } from '../../../src/journal/read.js';
import { schemaFile } from '../../support/schemas.js';
import type { Stock } from './leftovers.js';

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
formats.default(ajv);
ajv.addSchema(schemaFile('common'));
const validate = ajv.compile(schemaFile('JournalRecord'));

/** Paths of all journals of a directory, oldest first; none where there is no such directory. */
export function journalsOf(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(directory, name));
}

/** The whole lines of a journal, as they stand in it; a run that was killed may leave the beginning of one more, or none. */
export function linesOf(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What is wrong with the lines of a journal by their schema. */
export function violationsOf(path: string): string[] {
  return linesOf(path).flatMap((line, at) => {
    if (validate(line)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${at + 1}${instancePath} ${message ?? ''}`);
  });
}

/** What all journals of a directory say, each with what later ones decided of it. */
export async function statesOf(directory: string): Promise<JournalState<IntentRecord>[]> {
  const states: JournalState<IntentRecord>[] = [];
  for (const path of journalsOf(directory)) states.push(await journalState(readJournal(path), (intent) => intent));
  const decisions = states.flatMap((state) => state.decisions);
  return states.map((state) => withDecisions(state, decisions));
}

/**
 * Where the journals of some directories and the cluster disagree, in words. Every entry here has a container id of its own
 * and every reservation a uid, and only ipamctl takes them: what any run calls done must be gone for good, what all call
 * not done must be there, and only the uncertain may be either.
 */
export async function untruthsOf(directories: readonly string[], stock: Stock): Promise<string[]> {
  const said = new Map<string, { isThere: boolean; results: Set<string> }>();
  const states = await Promise.all(directories.map(statesOf));
  for (const { intents } of states.flat()) {
    for (const { intent, status, result } of intents) {
      const { action, pool, key, containerId, reservation } = intent;
      if (action !== 'release-key' && action !== 'release-reservation') continue;
      const place = `${pool?.name ?? ''}/${key ?? ''}`;
      const [what, isThere] =
        reservation === null
          ? [`${place} ${containerId ?? ''}`, stock.keys.get(place) === containerId]
          : [`${reservation.name} ${reservation.uid}`, stock.uids.has(reservation.uid)];
      const known = said.get(what) ?? { isThere, results: new Set() };
      known.results.add(status === 'not-done' ? (result ?? status) : status);
      said.set(what, known);
    }
  }
  return [...said].flatMap(([what, { isThere, results }]) => {
    const all = [...results].join(', ');
    if ((results.has('done') || results.has('gone')) && isThere) return [`${what} is there: ${all}`];
    const isOpen = ['done', 'gone', 'uncertain', 'changed'].some((result) => results.has(result));
    return isOpen || isThere ? [] : [`${what} is gone: ${all}`];
  });
}
