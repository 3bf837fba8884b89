import type { Interval } from '../net/interval.js';

/** A stretch of addresses, the place of its owner in the list, and whether the owner has been told of. */
interface Active extends Interval {
  readonly owner: number;
}

/**
 * Of things in their order, those that have addresses in common with an earlier one, each with one of those. In one sweep
 * over the addresses, however many there are.
 */
export function overlapsOf<T>(things: readonly T[], intervalsOf: (thing: T) => readonly Interval[]): Map<T, T> {
  const stretches = things.flatMap((thing, owner) =>
    intervalsOf(thing).map(({ first, last }) => ({ first, last, owner })),
  );
  stretches.sort((a, b) => a.first.compare(b.first));
  const earliest = new Heap<Active>((a, b) => a.owner - b.owner);
  const latest = new Heap<Active>((a, b) => b.owner - a.owner);
  const met = new Map<number, number>();
  const meet = (later: number, earlier: number): void => {
    if (!met.has(later)) met.set(later, earlier);
  };
  for (const stretch of stretches) {
    const isOver = ({ last }: Active): boolean => last.compare(stretch.first) < 0;
    earliest.dropWhile(isOver);
    // Later ones are told of once, and need no more look.
    latest.dropWhile((other) => {
      const isLater = other.owner > stretch.owner && !isOver(other);
      if (isLater) meet(other.owner, stretch.owner);
      return isLater || isOver(other);
    });
    const first = earliest.top;
    if (first !== undefined && first.owner < stretch.owner) meet(stretch.owner, first.owner);
    earliest.push(stretch);
    latest.push(stretch);
  }
  const pairs = [...met].sort(([a], [b]) => a - b);
  return new Map(pairs.map(([later, earlier]) => [things[later] as T, things[earlier] as T]));
}

/** What comes first by an order, at once. */
class Heap<T> {
  readonly #items: T[] = [];

  constructor(private readonly order: (a: T, b: T) => number) {}

  get top(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    let at = this.#items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, above)) break;
      at = above;
    }
  }

  /** Takes items from the top for as long as the condition holds. */
  dropWhile(isDropped: (item: T) => boolean): void {
    for (let top = this.top; top !== undefined && isDropped(top); top = this.top) this.#pop();
  }

  #pop(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const next = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(next, at)) break;
      at = next;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    return one !== undefined && other !== undefined && this.order(one, other) < 0;
  }

  #swapIfBefore(a: number, b: number): boolean {
    if (!this.#isBefore(a, b)) return false;
    const [one, other] = [this.#items[a], this.#items[b]];
    this.#items[a] = other as T;
    this.#items[b] = one as T;
    return true;
  }
}
