import { spawn } from '@lydell/node-pty';
import { waitFor } from '../../cluster/wait.js';
import { cleanEnvironment, programOf } from '../../support/program.js';

/** The built program at a terminal that a test types into. */
export interface Terminal {
  /** All that was shown so far, without colours and without what a prompt painted over. */
  readonly shown: string;
  /** The same with all that steers the terminal. */
  readonly raw: string;
  readonly pid: number;
  type(text: string): void;
  /** Waits until it shows this. */
  sees(pattern: RegExp): Promise<void>;
  readonly code: Promise<number>;
}

const ESCAPES = /\u001b\[[\d;?]*[A-Za-z]/g;

/** Starts it with all streams at one pty; `redirect` is shell text such as `>"$FILE"`. */
export function openTerminal(
  args: readonly string[],
  {
    env = {},
    redirect = '',
    command = programOf(),
    columns = 160,
  }: {
    env?: Record<string, string>;
    redirect?: string;
    command?: readonly [string, ...string[]];
    columns?: number;
  } = {},
): Terminal {
  const terminal = spawn('/bin/sh', ['-c', `exec "$@" ${redirect}`, 'sh', ...command, ...args], {
    cols: columns,
    rows: 50,
    env: { ...cleanEnvironment(), TZ: 'UTC', ...env },
  });
  let raw = '';
  terminal.onData((data) => (raw += data));
  const code = new Promise<number>((done) => {
    terminal.onExit(({ exitCode }) => {
      done(exitCode);
    });
  });
  const shown = (): string => raw.replaceAll('\r\n', '\n').replace(ESCAPES, '');
  return {
    get shown() {
      return shown();
    },
    get raw() {
      return raw;
    },
    pid: terminal.pid,
    type: (text) => {
      terminal.write(text);
    },
    sees: async (pattern) => {
      await waitFor(`a terminal that shows ${String(pattern)}`, () => pattern.test(shown()), 60_000).catch(
        (error: unknown) => {
          throw new Error(`${String(error)}; it shows:\n${shown()}`);
        },
      );
    },
    code,
  };
}
