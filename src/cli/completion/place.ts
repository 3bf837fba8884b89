import type { ArgSpec, CommandSpec, FlagSpec, Grammar } from './grammar.js';

/** A word that may stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** Values of the flags that the line has, by name; a variable stands for a flag that is not there. */
export type GivenFlags = ReadonlyMap<string, readonly string[]>;

/** What is wanted where the cursor is. */
export type Place =
  /** One of these words, and nothing else. */
  | { readonly kind: 'words'; readonly words: readonly Candidate[]; readonly typed: string }
  | {
      readonly kind: 'value';
      readonly command: CommandSpec;
      readonly flag: FlagSpec | null;
      readonly arg: ArgSpec | null;
      readonly given: GivenFlags;
      /** What of the value is there already. */
      readonly typed: string;
      /** What stands before it in the same word and must be there in each candidate: `-o` of `-ojson`. */
      readonly lead: string;
    };

const EVERYWHERE: readonly Candidate[] = [{ value: '--help', description: 'show help' }];
const AT_ROOT: readonly Candidate[] = [...EVERYWHERE, { value: '--version', description: 'show the version' }];

/**
 * Works out what is wanted.
 * @param line the words after the program's name; the last is the one at the cursor, and may be empty
 */
export function placeOf(grammar: Grammar, line: readonly string[], env: NodeJS.ProcessEnv): Place {
  const typed = line.at(-1) ?? '';
  const before = line.slice(0, -1);
  const isHelp = before[0] === 'help';
  const words = isHelp ? before.slice(1) : before;
  const found = commandOf(grammar, words);
  if (found === undefined || isHelp) {
    if (words.some((word) => word.startsWith('-'))) return { kind: 'words', words: [], typed };
    if (typed.startsWith('-')) return { kind: 'words', words: isHelp ? [] : AT_ROOT, typed };
    return { kind: 'words', words: nextWords(grammar, words), typed };
  }
  const { command, length } = found;
  const place = parse(command, words.slice(length), typed, env);
  // `audit` is a command, and begins others.
  if (words.length === length && !typed.startsWith('-') && (place.kind === 'words' || place.flag === null)) {
    const more = nextWords(grammar, words);
    if (more.length > 0) return { kind: 'words', words: more, typed };
  }
  return place;
}

/** The longest command that the words begin with. */
function commandOf(
  { commands }: Grammar,
  words: readonly string[],
): { readonly command: CommandSpec; readonly length: number } | undefined {
  const flag = words.findIndex((word) => word.startsWith('-'));
  for (let length = flag === -1 ? words.length : flag; length > 0; length--) {
    const id = words.slice(0, length).join(':');
    const command = commands.find((each) => each.id === id || each.hiddenAliases?.includes(id) === true);
    if (command !== undefined) return { command, length };
  }
  return undefined;
}

function nextWords({ commands, topics }: Grammar, words: readonly string[]): Candidate[] {
  const next = new Map<string, string>();
  for (const { id, summary = '' } of commands) {
    const parts = id.split(':');
    const word = parts[words.length];
    if (word === undefined || words.some((given, at) => parts[at] !== given)) continue;
    const isWhole = parts.length === words.length + 1;
    if (isWhole) next.set(word, summary);
    else if (!next.has(word)) next.set(word, topics[word] ?? '');
  }
  return [...next].map(([value, description]) => ({ value, description }));
}

/** Goes through the words after the command as the parser will. */
function parse(command: CommandSpec, words: readonly string[], typed: string, env: NodeJS.ProcessEnv): Place {
  const flags = Object.values(command.flags);
  const args = Object.values(command.args);
  const given = new Map<string, string[]>();
  let pending: FlagSpec | undefined;
  let onlyArgs = false;
  let position = 0;
  const note = (flag: FlagSpec, value: string): void => {
    given.set(flag.name, [...(given.get(flag.name) ?? []), value]);
  };
  for (const word of words) {
    if (pending !== undefined) {
      note(pending, word);
      pending = undefined;
    } else if (!onlyArgs && word === '--') onlyArgs = true;
    else if (!onlyArgs && word.startsWith('-') && word !== '-') {
      const { flag, value } = flagOf(flags, word);
      if (flag === undefined) continue;
      if (flag.type === 'boolean') note(flag, 'true');
      else if (value === undefined) pending = flag;
      else note(flag, value);
    } else position++;
  }
  for (const { name, env: variable } of flags) {
    const value = variable === undefined ? undefined : env[variable];
    if (value !== undefined && value !== '' && !given.has(name)) given.set(name, [value]);
  }
  const at = (flag: FlagSpec | null, arg: ArgSpec | null, value: string, lead: string): Place => {
    return { kind: 'value', command, flag, arg, given, typed: value, lead };
  };
  if (pending !== undefined) return at(pending, null, typed, '');
  if (!onlyArgs && typed.startsWith('-') && typed !== '-') {
    const { flag, value } = flagOf(flags, typed);
    if (flag?.type === 'option' && value !== undefined) {
      // Shells know that a value begins after the sign; what stands joined to a letter they take for one word.
      const isJoined = !typed.startsWith('--');
      return at(flag, null, value, isJoined ? typed.slice(0, typed.length - value.length) : '');
    }
  }
  if (!onlyArgs && typed.startsWith('-')) return { kind: 'words', words: flagWords(flags, given), typed };
  const arg = args[position] ?? (command.strict === false ? args.at(-1) : undefined);
  if (arg === undefined && command.strict !== false) return { kind: 'words', words: [], typed };
  return at(null, arg ?? null, typed, '');
}

/** The flag of a word, and its value where that is in the same word. */
function flagOf(flags: readonly FlagSpec[], word: string): { readonly flag?: FlagSpec; readonly value?: string } {
  if (word.startsWith('--')) {
    const sign = word.indexOf('=');
    const name = word.slice(2, sign === -1 ? undefined : sign);
    const flag = flags.find((each) => each.name === name);
    if (flag === undefined) return {};
    return sign === -1 ? { flag } : { flag, value: word.slice(sign + 1) };
  }
  // `-Ao json`: flags without a value may stand before the one that has one.
  for (let at = 1; at < word.length; at++) {
    const flag = flags.find(({ char }) => char === word[at]);
    if (flag === undefined) return {};
    const rest = word.slice(at + 1);
    if (flag.type === 'option') return rest === '' ? { flag } : { flag, value: rest.replace(/^=/, '') };
    if (rest === '') return { flag };
  }
  return {};
}

function flagWords(flags: readonly FlagSpec[], given: GivenFlags): Candidate[] {
  const left = flags.filter(({ name, hidden, multiple }) => hidden !== true && (multiple === true || !given.has(name)));
  return [...left.map(({ name, summary = '' }) => ({ value: `--${name}`, description: summary })), ...EVERYWHERE].sort(
    (a, b) => (a.value < b.value ? -1 : 1),
  );
}
