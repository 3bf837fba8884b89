import { Gaps } from '../pools/inventory.js';
import type { AnyCheck, AuditSettings, Given, Source } from './model.js';
import type { SharedReader } from './shared-reader.js';

/** Reads sources, each once, and only those that are asked for. */
export class Readings implements Given {
  readonly #known = new Map<Source<unknown>, Promise<unknown>>();
  readonly #wanted: ReadonlySet<Source<unknown>>;

  constructor(
    readonly reader: SharedReader,
    readonly settings: AuditSettings,
    checks: readonly AnyCheck[],
    known: ReadonlyMap<Source<unknown>, unknown> = new Map(),
    readonly gaps = new Gaps(),
  ) {
    for (const [source, value] of known) this.#known.set(source, Promise.resolve(value));
    this.#wanted = new Set(checks.flatMap(({ needs }) => Object.values(needs)));
  }

  of<T>(source: Source<T>): Promise<T> {
    const known = this.#known.get(source);
    // By the source that it was kept under.
    if (known !== undefined) return known as Promise<T>;
    const reading = source.read(this);
    this.#known.set(source, reading);
    // Told to whoever awaits it; nobody may be doing so yet.
    reading.catch(() => undefined);
    return reading;
  }

  /** Whether it was read, and could be. */
  async has(source: Source<unknown>): Promise<boolean> {
    const known = this.#known.get(source);
    if (known === undefined) return false;
    return known.then(
      () => true,
      () => false,
    );
  }

  isWanted(source: Source<unknown>): boolean {
    return this.#wanted.has(source);
  }

  /** The same with some sources as they are by now: what was made of them is made anew, nothing else is read again. */
  with(replaced: ReadonlyMap<Source<unknown>, unknown>): Given {
    const derived = new Map<Source<unknown>, Promise<unknown>>();
    const given: Given = {
      reader: this.reader,
      settings: this.settings,
      gaps: this.gaps,
      isWanted: (source) => this.isWanted(source),
      of: <T>(source: Source<T>): Promise<T> => {
        if (replaced.has(source)) return Promise.resolve(replaced.get(source) as T);
        if (source.isDerived !== true) return this.of(source);
        const known = derived.get(source);
        if (known !== undefined) return known as Promise<T>;
        const made = source.read(given);
        derived.set(source, made);
        made.catch(() => undefined);
        return made;
      },
    };
    return given;
  }
}
