/** Runs a few lines in a process of their own, which may be killed. */
import { spawn } from 'node:child_process';
import { ROOT } from '../support/program.js';

export interface ChildRan {
  /** What it said, line by line; a line that was cut off is left out. */
  readonly lines: readonly string[];
}

export interface ChildOptions {
  /** A shell command to begin with. */
  readonly before?: string;
  /** Kills it with SIGKILL once it has said so many lines. */
  readonly killAfter?: number;
}

/** What a script has: `load` imports a file of the repository, `say` writes a line before it returns. */
const PRELUDE = `
  import { writeSync } from 'node:fs';
  import { pathToFileURL } from 'node:url';
  const load = (file) => import(pathToFileURL(${JSON.stringify(`${ROOT}/`)} + file).href);
  const say = (line) => { writeSync(1, line + '\\n'); };
`;

/** Runs a script to its end, or kills it. Rejects where it fails. */
export async function child(script: string, options: ChildOptions = {}): Promise<ChildRan> {
  const { before = ':', killAfter = Infinity } = options;
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', PRELUDE + script];
  const running = spawn('/bin/sh', ['-c', `${before}; exec "$@"`, 'sh', ...node], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let stdout = '';
  let stderr = '';
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    if (stdout.split('\n').length > killAfter) running.kill('SIGKILL');
  });
  running.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    running.on('error', reject).on('close', (exit, by) => resolve([exit, by]));
  });
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the script ended with ${String(code)}: ${stderr}`);
  return { lines: stdout.split('\n').slice(0, -1) };
}
