import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program as it is built; a test that runs it needs `npm run build` first. */
const PROGRAM = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));

/** A home without a kubeconfig, so that nobody's own cluster is ever asked. */
const NO_HOME = '/nonexistent';

/** A run that hangs is ended, and its exit code is then null. */
const LONGEST_MS = 150_000;

/** How the program is run. */
export interface CliOptions {
  /** Handed over as KUBECONFIG; absent: none. */
  kubeconfig?: string;
  /** Added to a bare environment (PATH, HOME, TZ). */
  env?: Record<string, string>;
  /** Text on stdin; absent: an empty one. */
  stdin?: string;
  /** The folder that it runs in. */
  cwd?: string;
}

/** What a run left. */
export interface CliResult {
  /** null: ended by a signal. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built program as a script would: all streams are pipes. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: NO_HOME,
      TZ: 'UTC',
      ...(options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig }),
      ...options.env,
    },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: 'pipe',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // Whoever ends before it read all of its input is no failure of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  return { code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') };
}

/** The one JSON document of a result; throws, with all that was printed, where stdout is none. */
export function jsonOf(result: CliResult): unknown {
  try {
    return JSON.parse(result.stdout);
  } catch {
    const code = String(result.code);
    throw new Error(`no JSON on stdout (exit code ${code}):\n${result.stdout}\nstderr:\n${result.stderr}`);
  }
}
