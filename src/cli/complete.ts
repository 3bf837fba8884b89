import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readGrammar } from './completion/grammar.js';
import { placeOf, type Candidate } from './completion/place.js';
import { endAfter } from './signals.js';

/** Directives of cobra's protocol, which kubectl and the scripts of `ipamctl completion` read. */
const NO_SPACE = 2;
const NO_FILES = 4;
const DIRECTORIES = 16;

/** At a prompt no answer is better than a late one. */
const LONGEST_MS = 3_000;
/** More candidates than this help nobody. */
const MOST = 1_000;
const LONGEST_DESCRIPTION = 60;

/** As a first word: what is typed at the cursor, for a shell that cannot hand on an empty word as the last one. */
const CURRENT = '--current=';

/**
 * `ipamctl __complete WORD…`: prints what may stand where the last word is, one candidate a line with its description
 * after a tab, and a last line `:N` of cobra's directives. Whatever fails, it fails in silence: nobody wants to read of it
 * at a prompt (`DEBUG` does).
 * @param root URL of a file of the package
 */
export async function complete(words: readonly string[], root: string): Promise<void> {
  const inTime = endAfter(LONGEST_MS, () => {
    answer([], NO_FILES);
  });
  try {
    const { candidates, directive } = await candidatesFor(words, fileURLToPath(new URL('..', root)));
    answer(candidates, directive);
  } catch (error) {
    if ((process.env['DEBUG'] ?? '') !== '') process.stderr.write(`${String(error)}\n`);
    answer([], NO_FILES);
  } finally {
    inTime();
  }
}

async function candidatesFor(
  words: readonly string[],
  root: string,
): Promise<{ readonly candidates: readonly Candidate[]; readonly directive: number }> {
  const [first = ''] = words;
  const line = first.startsWith(CURRENT) ? [...words.slice(1), first.slice(CURRENT.length)] : words;
  const grammar = readGrammar(root);
  const place = placeOf(grammar, line, process.env);
  if (place.kind === 'words') {
    const isTopic = line[0] === 'help' && line.length === 2;
    const topics = isTopic ? (await import('./completion/values.js')).topicWords() : [];
    return { candidates: fitting([...place.words, ...topics], place.typed), directive: NO_FILES };
  }
  const { valuesFor } = await import('./completion/values.js');
  const { candidates, paths } = await valuesFor(place, grammar, process.env);
  const fit = fitting(candidates, place.typed).map((each) => ({ ...each, value: place.lead + each.value }));
  if (fit.length === 0 && paths !== null) return { candidates: [], directive: paths === 'files' ? 0 : DIRECTORIES };
  const goesOn = fit.length > 0 && fit.every(({ value }) => /[=/]$/.test(value));
  return { candidates: fit, directive: NO_FILES + (goesOn ? NO_SPACE : 0) };
}

function fitting(candidates: readonly Candidate[], typed: string): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed)).slice(0, MOST);
}

function answer(candidates: readonly Candidate[], directive: number): void {
  const lines = candidates.map(({ value, description = '' }) => {
    const text = oneLine(description);
    return text === '' ? oneLine(value) : `${oneLine(value)}\t${text}`;
  });
  try {
    writeSync(1, `${[...lines, `:${directive.toString()}`].join('\n')}\n`);
  } catch {
    // Whoever asked went away.
  }
}

/** Names come from a cluster: none may bring a second line, or steer the terminal. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').trim();
  return line.length > LONGEST_DESCRIPTION && line.includes(' ') ? `${line.slice(0, LONGEST_DESCRIPTION - 1)}…` : line;
}
