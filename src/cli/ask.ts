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
  const { createPromptModule } = await import('inquirer');
  const prompt = createPromptModule({ input: io.stdin, output: io.stderr });
  try {
    const { yes } = await prompt<{ yes: boolean }>([
      { type: 'confirm', name: 'yes', message: safe(question), default: false },
    ]);
    return yes;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') {
      throw new Failure('interrupted', 'interrupted; nothing was changed');
    }
    throw error;
  }
}
