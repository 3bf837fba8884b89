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

async function answerTo(
  io: Io,
  question: { readonly type: 'confirm' | 'input'; readonly message: string; readonly default?: boolean },
): Promise<unknown> {
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
