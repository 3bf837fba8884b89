/** The two ways in which a run is asked to stop, and the exit codes that say so. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof CODES;

let interrupt: ((signal: StopSignal) => void) | undefined;

/** Ends the process when it is asked to, unless a run said that it stops by itself; asked again, it ends at once. */
export function stopOnSignals(): void {
  for (const signal of Object.keys(CODES) as StopSignal[]) {
    process.on(signal, () => {
      const stop = interrupt;
      interrupt = undefined;
      if (stop === undefined) process.exit(CODES[signal]);
      stop(signal);
    });
  }
}

/** Ends the process, whatever it still waits for, once the time is over; returns what calls that off. */
export function endAfter(ms: number, before: () => void): () => void {
  const timer = setTimeout(() => {
    before();
    process.exit(0);
  }, ms);
  return () => {
    clearTimeout(timer);
  };
}

/** For work that must not be cut off in the middle: it is told, and stops at the next place that is whole. */
export class Interruption {
  readonly #controller = new AbortController();
  #by: StopSignal | null = null;

  /** Takes the first signal from now on, and says so: until the next whole place nothing else would be seen of it. */
  begin(say: (text: string) => void): void {
    interrupt = (signal) => {
      this.#by = signal;
      say('Stopping: what is begun is brought to its end. Once more ends at once.');
      this.#controller.abort();
    };
  }

  end(): void {
    interrupt = undefined;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get by(): StopSignal | null {
    return this.#by;
  }

  /** The exit code that says who stopped the run; null: nobody did. */
  get exitCode(): 130 | 143 | null {
    return this.#by === null ? null : CODES[this.#by];
  }
}
