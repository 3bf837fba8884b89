/** A place in a text: both count from 1; a column is a UTF-16 code unit, as editors and SARIF have it. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds line and column of an offset. The lines are found when the first place is asked for. */
export class Lines {
  #starts: number[] | undefined;

  constructor(private readonly text: string) {}

  /** Where an offset is. */
  position(offset: number): Position {
    const starts = this.#lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The text of a line (from 1), without its end. */
  line(number: number): string {
    const starts = this.#lineStarts();
    const from = starts[number - 1];
    if (from === undefined) return '';
    return this.text.slice(from, starts[number] ?? this.text.length).replace(/\r?\n$/, '');
  }

  /** How many lines there are. */
  get count(): number {
    return this.#lineStarts().length;
  }

  #lineStarts(): number[] {
    if (this.#starts === undefined) {
      this.#starts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
    }
    return this.#starts;
  }
}
