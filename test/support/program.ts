/** Runs the built program as a user does, in surroundings that the machine of the test has no say in. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** A run that hangs is ended, and its exit code is then null. */
const LONGEST_MS = 150_000;

/** What a run left behind. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** null: ended by a signal. */
  readonly code: number | null;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Gets what it prints, as it comes. */
  readonly onStdout?: (text: string) => void;
  /** Another way to start it than `node bin/run.js`. */
  readonly command?: readonly [string, ...string[]];
}

/** No kubeconfig, no settings, no colours, a UTF-8 locale: unless the test says so. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(tmpdir(), 'ipamctl-test-nobody'),
    KUBECONFIG: '/nonexistent/kubeconfig',
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm-256color',
    ...more,
  };
}

/** How the built program is started; throws where it was not built. */
export function programOf(bin = 'run.js'): [string, ...string[]] {
  if (!existsSync(join(ROOT, 'dist/cli/main.js'))) throw new Error('the program is not built: npm run build');
  return [process.execPath, join(ROOT, 'bin', bin)];
}

/** A run that has begun. */
export interface Running {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** What it wrote to stderr so far. */
  told(): string;
  readonly ended: Promise<Ran>;
}

/** Runs it to its end. */
export function ipamctl(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return startIpamctl(args, options).ended;
}

/** Starts it. */
export function startIpamctl(args: readonly string[], options: RunOptions = {}): Running {
  const [file, ...before] = options.command ?? programOf();
  const child = spawn(file, [...before, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: cleanEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    options.onStdout?.(chunk.toString());
  });
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // It may end before it has read what it was given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const told = (): string => Buffer.concat(stderr).toString();
  const ended = new Promise<Ran>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ stdout: Buffer.concat(stdout).toString(), stderr: told(), code });
    });
  });
  return {
    pid: child.pid ?? 0,
    kill: (signal) => {
      child.kill(signal);
    },
    told,
    ended,
  };
}
