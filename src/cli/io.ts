import { once } from 'node:events';
import { screenOf, type Screen } from '../render/terminal.js';

/** The streams of a run and what is known of them; a test hands in its own. */
export interface Io {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-truncate`: nothing is dropped or cut, however narrow the terminal is. */
  readonly whole?: boolean;
}

export const processIo: Io & { whole: boolean } = {
  // Opened only by who asks: a stdin that was looked at keeps a pipe's writer waiting.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  whole: false,
};

/** What the result is shown on. */
export function resultScreen(io: Io): Screen {
  return screenOn(io.stdout, io);
}

/** What warnings and closing sentences are shown on. */
export function messageScreen(io: Io): Screen {
  return screenOn(io.stderr, io);
}

/** Writes all of it, no faster than the reader takes it. A reader that went away (`| head`) is no failure. */
export async function writeAll(stream: NodeJS.WriteStream, chunks: Iterable<string>): Promise<void> {
  let pending = '';
  for (const chunk of chunks) {
    pending += chunk;
    if (pending.length < 65_536) continue;
    if (!(await write(stream, pending))) return;
    pending = '';
  }
  await write(stream, pending);
}

async function write(stream: NodeJS.WriteStream, text: string): Promise<boolean> {
  if (text === '' || stream.destroyed || stream.errored !== null) return stream.errored === null;
  if (!stream.write(text)) {
    try {
      await once(stream, 'drain');
    } catch (error) {
      if (isClosedPipe(error)) return false;
      throw error;
    }
  }
  return true;
}

export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

function screenOn({ isTTY, columns }: NodeJS.WriteStream, { env, whole = false }: Io): Screen {
  const screen = screenOf({ isTTY, columns, env, platform: process.platform });
  return whole ? { ...screen, whole } : screen;
}
