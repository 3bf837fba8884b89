import { safe } from '../render/safe.js';
import { paint } from '../render/style.js';
import { asInvoked } from './invocation.js';
import { resultScreen, writeAll, type Io } from './io.js';
import type { CommandResult } from './result.js';

/**
 * A second screen, so that what stood on the first one is untouched, and hidden there the cursor. Lines that are too long end
 * at its edge: wrapped, they would push the frame out of its place.
 */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
/** What lies between is shown at once by terminals that know it, and without harm by the others. */
const BEGIN_FRAME = '\u001b[?2026h\u001b[H';
const END_FRAME = '\u001b[J\u001b[?2026l';
const CLEAR_LINE_END = '\u001b[K';

/** Lines that a terminal has when it does not tell. */
const ASSUMED_ROWS = 24;

export interface LiveScreenOptions {
  readonly io: Io;
  readonly bin: string;
  readonly wide: boolean;
  readonly noHeaders: boolean;
}

/** A table at a terminal that is always the newest. When it ends, the last one stays on the ordinary screen. */
export class LiveScreen {
  readonly isClosed = false;
  #last: CommandResult | undefined;
  #trouble: string | null = null;
  #isOpen = false;
  readonly #redraw = (): void => {
    this.#draw();
  };
  readonly #leave = (): void => {
    if (this.#isOpen) this.options.io.stdout.write(LEAVE);
    this.#isOpen = false;
  };

  constructor(private readonly options: LiveScreenOptions) {}

  show(result: CommandResult): Promise<void> {
    this.#last = result;
    this.#draw();
    return Promise.resolve();
  }

  trouble(message: string | null): void {
    this.#trouble = message;
    this.#draw();
  }

  async end(): Promise<void> {
    const { io } = this.options;
    io.stdout.off('resize', this.#redraw);
    process.off('exit', this.#leave);
    if (!this.#isOpen) return;
    this.#leave();
    await writeAll(io.stdout, [this.#lines().join('\n'), '\n']);
  }

  #draw(): void {
    if (this.#last === undefined) return;
    const { io } = this.options;
    if (!this.#isOpen) {
      io.stdout.write(ENTER);
      io.stdout.on('resize', this.#redraw);
      // Whatever ends the program must not leave a terminal without a cursor.
      process.on('exit', this.#leave);
      this.#isOpen = true;
    }
    const screen = resultScreen(io);
    const foot = [
      ...(this.#trouble === null ? [] : [paint(screen, 'bad', `${safe(this.#trouble)}; trying again`)]),
      paint(screen, 'dim', `${new Date().toTimeString().slice(0, 8)}  watching; Ctrl-C ends`),
    ];
    const room = Math.max((io.stdout.rows || ASSUMED_ROWS) - foot.length, 1);
    const lines = this.#lines();
    const shown = lines.length <= room ? lines : lines.slice(0, room - 1);
    if (shown.length < lines.length) shown.push(paint(screen, 'dim', `${lines.length - shown.length} more lines`));
    const frame = [...shown, ...foot].join(`${CLEAR_LINE_END}\n`);
    io.stdout.write(`${BEGIN_FRAME}${frame}${CLEAR_LINE_END}${END_FRAME}`);
  }

  #lines(): string[] {
    const { io, bin, wide, noHeaders } = this.options;
    if (this.#last === undefined) return [];
    const { text } = this.#last.human({ screen: resultScreen(io), wide, noHeaders });
    const told = [...this.#last.warnings.map((warning) => `Warning: ${warning}`), ...this.#last.closing.slice(0, 1)];
    const lines = text.trimEnd().split('\n');
    return [...lines, '', ...told.map((line) => asInvoked(safe(line), bin))];
  }
}
