import { Failure } from '../errors.js';
import { safe } from '../render/safe.js';
import type { Io } from './io.js';

/** Whether there is a person who can be asked. */
export function canAsk(io: Io): boolean {
  return io.stdin.isTTY && io.stderr.isTTY;
}

/**
 * Asks a question on stderr; the answer without a word is no.
 * @throws Failure `interrupted` for Ctrl-C
 */
export async function confirm(io: Io, question: string): Promise<boolean> {
  const answer = await answerTo(io, { type: 'confirm', message: safe(question), default: false });
  return answer === true;
}

/**
 * Asks on stderr for words that only somebody types who has read them.
 * @throws Failure `interrupted` for Ctrl-C
 */
export async function typed(io: Io, question: string, words: string): Promise<boolean> {
  const answer = await answerTo(io, { type: 'input', message: safe(question) });
  return typeof answer === 'string' && answer.trim() === words;
}

/** One of several answers, with a line of what it means. */
export interface Choice {
  readonly value: string;
  readonly meaning: string;
}

/**
 * Lets a person choose on stderr; the first is what a mere Enter gives.
 * @throws Failure `interrupted` for Ctrl-C
 */
export async function choose(io: Io, question: string, choices: readonly Choice[]): Promise<string> {
  const longest = Math.max(...choices.map(({ value }) => value.length));
  const lines = choices.map(({ value, meaning }) => ({
    value,
    short: value,
    name: `${value.padEnd(longest)}  ${meaning}`,
  }));
  const answer = await answerTo(io, { type: 'select', message: safe(question), choices: lines });
  return String(answer);
}

/**
 * Has a person type a text on stderr, and says what is wrong with it as soon as it is typed.
 * @param check why a text is no answer; undefined where it is one
 * @throws Failure `interrupted` for Ctrl-C
 */
export async function fill(
  io: Io,
  question: string,
  check: (text: string) => string | undefined,
  usual?: string,
): Promise<string> {
  const validate = (text: string): true | string => check(text.trim()) ?? true;
  const more = usual === undefined ? {} : { default: usual };
  const answer = await answerTo(io, { type: 'input', message: safe(question), validate, ...more });
  return String(answer).trim();
}

type Asked =
  | { readonly type: 'confirm'; readonly message: string; readonly default: boolean }
  | {
      readonly type: 'input';
      readonly message: string;
      readonly default?: string;
      readonly validate?: (text: string) => true | string;
    }
  | {
      readonly type: 'select';
      readonly message: string;
      readonly choices: { value: string; name: string; short: string }[];
    };

async function answerTo(io: Io, question: Asked): Promise<unknown> {
  const { createPromptModule } = await import('inquirer');
  const prompt = createPromptModule({ input: io.stdin, output: io.stderr });
  try {
    const { answer } = await prompt<{ answer: unknown }>([{ ...question, name: 'answer' }]);
    return answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') {
      throw new Failure('interrupted', 'interrupted; nothing was changed');
    }
    throw error;
  }
}
