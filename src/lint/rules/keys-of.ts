import { COMMON_KEYS, entryOf, type GoStructKeys } from '../keys.js';

/** Keys that somebody reads, and what is said of others by them. */
export class KnownKeys {
  readonly names: readonly string[];
  readonly #exact: ReadonlySet<string>;
  readonly #folded: ReadonlyMap<string, string>;

  constructor(names: Iterable<string>) {
    this.names = [...names];
    this.#exact = new Set(this.names);
    // Reversed: of two that fold alike the first counts.
    this.#folded = new Map(this.names.toReversed().map((name) => [name.toLowerCase(), name]));
  }

  /** Whether a key is read: Go takes one in any case. */
  has(key: string): boolean {
    return this.#exact.has(key) || this.#folded.has(key.toLowerCase());
  }

  /** The known key that a key differs from by case alone; undefined when it is that key, or none. */
  nearestByCase(key: string): string | undefined {
    return this.#exact.has(key) ? undefined : this.#folded.get(key.toLowerCase());
  }
}

/** The keys of each type of a table, with those that all have. */
export class KnownKeysByType {
  readonly #known = new Map<string | undefined, KnownKeys>();

  constructor(
    private readonly table: Readonly<Record<string, GoStructKeys>>,
    private readonly common: readonly string[],
  ) {}

  /** Those that all have, of a type that is not in the table. */
  of(type: string | undefined): KnownKeys {
    const own = entryOf(this.table, type);
    const key = own === undefined ? undefined : type;
    let known = this.#known.get(key);
    if (known === undefined) {
      known = new KnownKeys([...this.common, ...Object.keys(own?.keys ?? {})]);
      this.#known.set(key, known);
    }
    return known;
  }
}

/** The names of the keys that every plugin has. */
export const COMMON = Object.keys(COMMON_KEYS);
