import type { Address } from '../../../net/address.js';
import { type Cell, PoolMap, type Stretch } from '../cells.js';
import type { PagePool } from '../page-data.js';
import { MEANINGS, SIGNS } from '../signs.js';
import { button, el, grouped } from './dom.js';

/** Two eights a row, or one where there is no room: a cell stays large enough for a finger. */
const WIDE = 16;
const NARROW = 8;
const narrow = globalThis.matchMedia('(max-width: 559px)');
const ROWS_A_PAGE = 4;
const HINT = 'Point at a cell, or move to it with the arrow keys: Enter opens a block, Backspace goes back.';

/**
 * The addresses of a pool: a cell an address, or equal blocks that open. It is one stop of the tab key; the arrows move
 * within. What a cell tells on hover it tells on focus, in a line below and, for a screen reader, by its name.
 */
export class AddressMap {
  readonly element: HTMLElement;
  readonly #map: PoolMap;
  readonly #first: Address;
  readonly #path = el('div', { class: 'path' });
  readonly #grid: HTMLElement;
  readonly #detail = el('p', { class: 'detail' });
  readonly #legend = el('ul', { class: 'legend', 'aria-label': 'Legend' });
  #stack: Stretch[];
  #cells: readonly Cell[] = [];
  #at = 0;
  #perRow = WIDE;

  /** @param first the first address of the range */
  constructor(
    readonly pool: PagePool,
    first: Address,
  ) {
    this.#map = new PoolMap(pool);
    this.#first = first;
    const whole = { from: 0n, count: this.#map.size };
    const shown = this.#map.first();
    this.#stack = shown.count < whole.count ? [whole, shown] : [whole];
    this.#grid = el('div', { role: 'grid', class: 'cells', 'aria-label': `Addresses of ${pool.name}. ${HINT}` });
    this.#grid.addEventListener('keydown', (event) => this.#key(event));
    this.#grid.addEventListener('focusin', ({ target }) => this.#point(target));
    this.#grid.addEventListener('mouseover', ({ target }) => this.#point(target));
    this.#grid.addEventListener('mouseout', () => this.#tellFocused());
    this.#grid.addEventListener('focusout', () => (this.#detail.textContent = HINT));
    this.#grid.addEventListener('click', ({ target }) => {
      const index = indexOf(target);
      if (index === undefined) return;
      this.#move(index);
      this.#open(index);
    });
    this.element = el('div', { class: 'map' }, this.#path, this.#grid, this.#detail, this.#legend);
    narrow.addEventListener('change', () => this.#draw());
    this.#draw();
  }

  /** Goes to where an address has a cell of its own, and marks it. */
  find(offset: bigint): void {
    this.#stack = [{ from: 0n, count: this.#map.size }];
    const path = this.#map.pathTo(offset, { from: 0n, count: this.#map.size });
    this.#stack.push(...path);
    this.#at = this.#cellsOf().findIndex(({ from, count }) => offset >= from && offset < from + count);
    this.#draw();
    this.#cell(this.#at)?.classList.add('found');
    this.#tell(this.#cells[this.#at]);
  }

  get #stretch(): Stretch {
    return this.#stack.at(-1) ?? { from: 0n, count: this.#map.size };
  }

  #cellsOf(): readonly Cell[] {
    return this.#map.cells(this.#stretch);
  }

  #draw(): void {
    this.#perRow = narrow.matches ? NARROW : WIDE;
    this.#cells = this.#cellsOf();
    this.#at = Math.min(Math.max(this.#at, 0), this.#cells.length - 1);
    this.#grid.setAttribute('aria-rowcount', Math.ceil(this.#cells.length / this.#perRow).toString());
    this.#grid.setAttribute('aria-colcount', this.#perRow.toString());
    const rows: HTMLElement[] = [];
    for (let start = 0; start < this.#cells.length; start += this.#perRow) {
      const cells = this.#cells.slice(start, start + this.#perRow);
      const label = el('span', { class: 'row-label', 'aria-hidden': 'true' }, this.#rowLabel(cells[0]));
      rows.push(
        el('div', { role: 'row', class: 'row' }, label, ...cells.map((cell, i) => this.#drawCell(cell, start + i))),
      );
    }
    this.#grid.replaceChildren(...rows);
    this.#drawPath();
    this.#drawLegend();
    this.#tellFocused();
  }

  #drawCell(cell: Cell, index: number): HTMLElement {
    const isBlock = cell.count > 1n;
    const shown = isBlock
      ? cell.stale > 0
        ? 'S'
        : cell.held > 0
          ? ''
          : cell.sign === '.'
            ? ''
            : cell.sign
      : cell.sign;
    const element = el(
      'div',
      {
        role: 'gridcell',
        class: `cell ${CLASS_OF[cell.sign] ?? ''}${isBlock ? ' block' : ''}`,
        tabindex: index === this.#at ? 0 : -1,
        'aria-label': this.#text(cell),
        'data-cell': index,
      },
      shown === '.' ? '' : shown,
    );
    if (isBlock && cell.held > 0) element.style.setProperty('--fill', `${fillOf(cell).toString()}%`);
    return element;
  }

  #drawPath(): void {
    const depth = this.#stack.length - 1;
    const steps = this.#stack.map((stretch, i) => {
      const name = i === 0 ? 'Whole range' : this.#span(stretch);
      return i === depth
        ? el('span', { 'aria-current': 'true' }, name)
        : button(name, () => this.#up(depth - i), { class: 'step' });
    });
    const [first] = this.#cells;
    const size = first === undefined || first.count === 1n ? 'one address' : `${sizeText(first.count)} addresses`;
    this.#path.replaceChildren(
      ...steps.flatMap((step, i) => (i === 0 ? [step] : [' › ', step])),
      el('span', { class: 'dim' }, ` a cell is ${size}`),
    );
  }

  #drawLegend(): void {
    const there = new Set(this.#cells.map(({ sign }) => sign));
    const isBlocks = this.#cells.some(({ count }) => count > 1n);
    const entries = SIGNS.filter((sign) => there.has(sign)).map((sign) =>
      el(
        'li',
        {},
        el('span', { class: `cell ${CLASS_OF[sign] ?? ''}`, 'aria-hidden': 'true' }, sign === '.' ? '' : sign),
        ` ${MEANINGS[sign] ?? ''}`,
      ),
    );
    if (isBlocks) entries.push(el('li', {}, 'a block has the colour of the worst in it, as high as it is full'));
    this.#legend.replaceChildren(...entries);
  }

  #key(event: KeyboardEvent): void {
    const row = this.#perRow;
    const start = this.#at - (this.#at % row);
    const last = this.#cells.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: this.#at - 1,
      ArrowRight: this.#at + 1,
      ArrowUp: this.#at - row,
      ArrowDown: this.#at + row,
      PageUp: Math.max(this.#at % row, this.#at - ROWS_A_PAGE * row),
      PageDown: Math.min(last, this.#at + ROWS_A_PAGE * row),
      Home: event.ctrlKey ? 0 : start,
      End: event.ctrlKey ? last : Math.min(start + row - 1, last),
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (to >= 0 && to <= last) this.#move(to);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#open(this.#at);
    } else if ((event.key === 'Backspace' || event.key === 'Escape') && this.#stack.length > 1) {
      event.preventDefault();
      this.#up(1);
    }
  }

  #move(to: number): void {
    const before = this.#cell(this.#at);
    before?.setAttribute('tabindex', '-1');
    this.#at = to;
    const now = this.#cell(to);
    now?.setAttribute('tabindex', '0');
    now?.focus();
  }

  /** Opens a block; an address has nothing more to show. */
  #open(index: number): void {
    const cell = this.#cells[index];
    if (cell === undefined || cell.count === 1n) return;
    this.#stack.push({ from: cell.from, count: cell.count });
    this.#at = 0;
    this.#draw();
    this.#cell(0)?.focus();
  }

  #up(levels: number): void {
    const from = this.#stretch.from;
    this.#stack = this.#stack.slice(0, Math.max(1, this.#stack.length - levels));
    this.#at = this.#cellsOf().findIndex((cell) => from >= cell.from && from < cell.from + cell.count);
    this.#draw();
    this.#cell(this.#at)?.focus();
  }

  #point(target: EventTarget | null): void {
    const index = indexOf(target);
    if (index !== undefined) this.#tell(this.#cells[index]);
  }

  #tell(cell: Cell | undefined): void {
    this.#detail.textContent = cell === undefined ? HINT : this.#text(cell);
  }

  #tellFocused(): void {
    this.#tell(this.#grid.contains(document.activeElement) ? this.#cells[this.#at] : undefined);
  }

  #cell(index: number): HTMLElement | null {
    return this.#grid.querySelector<HTMLElement>(`[data-cell="${index.toString()}"]`);
  }

  #text(cell: Cell): string {
    if (cell.count > 1n) return this.#blockText(cell);
    const address = this.#address(cell.from);
    if (cell.index < 0) return `${address}: ${MEANINGS[cell.sign] ?? ''}`;
    return `${address}: ${holderText(this.pool, cell.index)}`;
  }

  #blockText(cell: Cell): string {
    const stale = cell.stale === 0 ? '' : `, ${grouped(cell.stale)} stale`;
    const what =
      cell.held === 0
        ? cell.open === 0n
          ? (MEANINGS[cell.sign] ?? '')
          : 'none held'
        : `${grouped(cell.held)} of ${sizeText(cell.count)} held${stale}`;
    return `${this.#span(cell)}: ${what}`;
  }

  #span({ from, count }: Stretch): string {
    return `${this.#address(from)} to ${this.#address(from + count - 1n)}`;
  }

  #address(offset: bigint): string {
    return this.#first.plus(offset)?.toString() ?? '?';
  }

  /** What tells rows apart: the last octet of a small IPv4 range, the end of a long address. */
  #rowLabel(cell: Cell | undefined): string {
    const text = cell === undefined ? '' : this.#address(cell.from);
    const { count } = this.#stretch;
    if (this.#first.family === 4) return count <= 256n ? text.slice(text.lastIndexOf('.')) : text;
    return text.length > 12 ? `…${text.slice(-11)}` : text;
  }
}

const CLASS_OF: Readonly<Record<string, string>> = {
  S: 'stale',
  '!': 'stale',
  N: 'maybe',
  '?': 'maybe',
  F: 'maybe',
  P: 'waiting',
  K: 'waiting',
  L: 'live',
  '.': 'free',
  x: 'shut',
  '-': 'shut',
};

/** Owner, interface and verdict of a held address. */
function holderText(pool: PagePool, index: number): string {
  const owner = pool.owners[index] ?? '';
  const name = interfaceOf(pool, index);
  const verdict = MEANINGS[pool.signs[index] ?? ''] ?? '';
  const why = pool.why[index] ?? '';
  return `${owner === '' ? 'no owner' : owner}${name === '' ? '' : `, ${name}`}, ${verdict}${why === '' ? '' : `: ${why}`}`;
}

export function interfaceOf(pool: PagePool, index: number): string {
  return pool.interfaces[pool.interfaceIndex[index] ?? 0] ?? '';
}

function indexOf(target: EventTarget | null): number | undefined {
  if (!(target instanceof Element)) return undefined;
  const index = target.closest('[data-cell]')?.getAttribute('data-cell');
  return index === null || index === undefined ? undefined : Number(index);
}

/** In percent of what is handed out; something held is never nothing. */
function fillOf({ held, open, count }: Cell): number {
  const whole = open > 0n ? open : count;
  return Math.min(100, Math.max(12, Number((BigInt(held) * 100n) / whole)));
}

function sizeText(count: bigint): string {
  const bits = count.toString(2).length - 1;
  return bits > 20 ? `2^${bits.toString()}` : grouped(count);
}
