/** A stretch of a text: offsets of its first character and after its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The same stretch of a text that this one is a part of. */
export function moved({ from, to }: Span, by: number): Span {
  return { from: from + by, to: to + by };
}

/** Where the characters of a decoded text are written in the text that it was decoded from. */
export class Places {
  /**
   * @param pairs for each UTF-16 unit where it begins and where it ends
   * @param end where the whole ends
   */
  constructor(
    private readonly pairs: Uint32Array,
    private readonly end: number,
  ) {}

  /** Of a text of which only the whole is known. */
  static unknown(from: number, to: number): Places {
    return new Places(Uint32Array.of(from, to), to);
  }

  /** Where a stretch of the decoded text is written; an empty one is a place between two characters. */
  span({ from, to }: Span): Span {
    if (to > from) {
      const start = this.pairs[2 * from] ?? this.end;
      return { from: start, to: Math.max(start, this.pairs[2 * to - 1] ?? this.end) };
    }
    const at = from > 0 ? (this.pairs[2 * from - 1] ?? this.end) : (this.pairs[0] ?? this.end);
    return { from: at, to: at };
  }
}
