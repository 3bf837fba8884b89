import type { ReadingObserver } from '../cluster/options.js';
import { grouped } from '../render/number.js';
import type { Io } from './io.js';

/** Nothing is shown of what is over sooner. */
const QUIET_MS = 1000;
/** A line is drawn anew no more often than this. */
const REDRAW_MS = 100;

/** Where nobody watches a line is written no more often than this. */
const LOG_MS = 10_000;

/** One line at a terminal that tells what goes on, where it takes long; what is read is told nowhere else. */
export class Progress {
  readonly #started = Date.now();
  #drawnAt = 0;
  #drawn = false;

  constructor(private readonly io: Io) {}

  /** What the reading reports to. */
  get observer(): ReadingObserver {
    if (!this.io.stderr.isTTY) return {};
    return { progress: (plural, count) => this.#show(`reading ${plural} ${grouped(count)}`) };
  }

  /** Tells how far a work is: at a terminal on its one line, elsewhere on a line of its own now and then. */
  tell(text: string): void {
    if (this.io.stderr.isTTY) {
      this.#show(text);
      return;
    }
    const now = Date.now();
    if (now - this.#started < LOG_MS || now - this.#drawnAt < LOG_MS) return;
    this.#drawnAt = now;
    this.io.stderr.write(`${text}\n`);
  }

  /** Says something that must be seen, whatever is drawn. */
  say(text: string): void {
    this.done();
    this.io.stderr.write(`${text}\n`);
  }

  /** Takes the line away; what follows starts on a clean one. */
  done(): void {
    if (this.#drawn) this.io.stderr.write('\r\u001b[K');
    this.#drawn = false;
  }

  #show(text: string): void {
    const now = Date.now();
    if (now - this.#started < QUIET_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#drawn = true;
    this.io.stderr.write(`\r\u001b[K${text}`);
  }
}
