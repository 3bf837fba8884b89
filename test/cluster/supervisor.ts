import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** How a supervised process ended: an exit code, a signal, or the reason why it never started. */
export interface Exit {
  code: number | null;
  signal: string | null;
  message?: string;
}

/**
 * What to run. `log` gets both output streams, unless `errorLog` takes one; `input` is its standard input. A `quickKill`
 * process gets SIGKILL when the supervisor closes.
 */
export interface Program {
  name: string;
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  log: string;
  errorLog?: string;
  input?: string;
  quickKill?: boolean;
}

/** A running program of a supervisor. */
export interface Supervised {
  pid: number;
  /** Fulfilled once it has ended, never rejected. */
  ended: Promise<Exit>;
}

interface Event {
  event: 'started' | 'failed' | 'exited';
  name: string;
  pid?: number;
  code?: number | null;
  signal?: string | null;
  message?: string;
}

interface Watched {
  onStart: (pid: number) => void;
  onEnd: (exit: Exit) => void;
  ended: Promise<Exit>;
}

/**
 * Starts programs that cannot outlive this process, not even when it is SIGKILLed: they are children of a small process of
 * its own (supervisor-process.mjs) that ends them when the pipe to it closes. It also removes `removeDir` then.
 */
export class Supervisor {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #watched = new Map<string, Watched>();
  readonly #closed: Promise<void>;

  constructor(removeDir = '') {
    // Detached, so that Ctrl-C at a terminal reaches only the process that owns the cluster.
    this.#child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./supervisor-process.mjs', import.meta.url)), removeDir],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        detached: true,
        env: { PATH: process.env['PATH'] ?? '' },
      },
    );
    this.pid = this.#child.pid ?? 0;
    this.#closed = new Promise((resolve) => {
      this.#child.once('exit', () => {
        for (const watched of this.#watched.values())
          watched.onEnd({ code: null, signal: null, message: 'supervisor ended' });
        resolve();
      });
    });
    const { stdin, stdout } = this.#child;
    if (stdin === null || stdout === null) throw new Error('the supervisor has no pipes');
    stdin.on('error', () => undefined);
    createInterface({ input: stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Event));
    // An idle cluster must not keep the process alive: its end is what cleans up.
    this.#child.unref();
    (stdin as Socket).unref();
    (stdout as Socket).unref();
  }

  /** Starts a program; rejected when it cannot be started at all. */
  async start(program: Program): Promise<Supervised> {
    if (this.#watched.has(program.name)) throw new Error(`${program.name} is running already`);
    let onEnd: (exit: Exit) => void = () => undefined;
    const ended = new Promise<Exit>((resolve) => (onEnd = resolve));
    const started = new Promise<number>((resolve, reject) => {
      this.#watched.set(program.name, {
        ended,
        onStart: resolve,
        onEnd: (exit) => {
          this.#watched.delete(program.name);
          onEnd(exit);
          reject(new Error(`${program.file}: ${exit.message ?? 'ended at once'}`));
        },
      });
    });
    this.#send({ op: 'start', ...program });
    return { pid: await awake(started), ended };
  }

  /** Ends a program (SIGTERM and, after ten seconds, SIGKILL; `hard`: SIGKILL at once) and waits until it is gone. */
  async stop(name: string, options: { hard?: boolean } = {}): Promise<void> {
    const watched = this.#watched.get(name);
    if (watched === undefined) return;
    this.#send({ op: 'stop', name, hard: options.hard === true });
    await awake(watched.ended);
  }

  /** Ends everything and removes the folder; fulfilled once no process is left. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    await awake(this.#closed);
  }

  #send(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #hear(event: Event): void {
    const watched = this.#watched.get(event.name);
    if (watched === undefined) return;
    if (event.event === 'started') watched.onStart(event.pid ?? 0);
    else {
      watched.onEnd({
        code: event.code ?? null,
        signal: event.signal ?? null,
        ...(event.message === undefined ? {} : { message: event.message }),
      });
    }
  }
}

/** Waits with the event loop held open, since the supervisor's pipes do not hold it. */
async function awake<T>(promise: Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, 60_000);
  try {
    return await promise;
  } finally {
    clearInterval(hold);
  }
}
