/** Attributes of an element; `true` is an attribute without value, `false` and null leave it out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;
export type Child = Node | string | null;

/** An element. Every text becomes a text node: nothing of the data is ever read as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that does something in the page. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', act);
  return element;
}

/** The element that the page surely has. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page lacks #${id}`);
  return element;
}

/** `812,000`, as in the rest of the report. */
export function grouped(count: number | bigint): string {
  return count.toString().replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `9.2e18` where nobody reads the digits. */
export function countText(digits: string): string {
  if (digits.length <= 10) return grouped(BigInt(digits));
  return `${digits.slice(0, 1)}.${digits.slice(1, 2)}e${(digits.length - 1).toString()}`;
}

export function percentText(percent: number | null): string {
  return percent === null ? '-' : `${percent.toFixed(1)}%`;
}

export function plural(count: number, one: string, several = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : several}`;
}

/** A bar of how full something is; the number beside it says the same. */
export function bar(percent: number | null): HTMLElement {
  const full = percent ?? 0;
  const inner = el('span');
  inner.style.setProperty('width', `${Math.min(Math.max(full, 0), 100).toString()}%`);
  const role = full >= 95 ? 'bad' : full >= 80 ? 'warn' : '';
  return el('span', { class: `bar ${role}`, 'aria-hidden': 'true' }, inner);
}

/**
 * A list that draws its items as far as somebody looks: so many at once, the rest by a button.
 * Drawing 10,000 pools or 100,000 addresses would stop the page for seconds.
 */
export class Portion<T> {
  readonly element: HTMLElement;
  readonly #more: HTMLElement;
  #items: readonly T[] = [];
  #drawn = 0;

  constructor(
    readonly list: HTMLElement,
    readonly draw: (item: T, index: number) => Node,
    readonly options: { readonly step: number; readonly noun: string },
  ) {
    this.#more = el('p', { class: 'more' });
    this.element = el('div', {}, wide(list), this.#more);
  }

  show(items: readonly T[]): void {
    this.#items = items;
    this.#drawn = 0;
    this.list.replaceChildren();
    this.#extend(this.options.step);
  }

  /** Draws at least so many. */
  reach(count: number): void {
    if (count > this.#drawn) this.#extend(count - this.#drawn);
  }

  #extend(count: number): void {
    const from = this.#drawn;
    const items = this.#items.slice(from, from + count);
    this.list.append(...items.map((item, i) => this.draw(item, from + i)));
    this.#drawn = from + items.length;
    const rest = this.#items.length - this.#drawn;
    this.#more.replaceChildren();
    if (rest === 0) return;
    const { step, noun } = this.options;
    this.#more.append(
      `${grouped(this.#drawn)} of ${grouped(this.#items.length)} ${noun} shown. `,
      button(`Show ${grouped(Math.min(step, rest))} more`, () => {
        this.#extend(step);
        // Whoever came by keyboard goes on where the list goes on.
        focusWithin(this.list.children[from]);
      }),
    );
  }
}

/** A table may be wider than a telephone; then it scrolls by itself, also by keyboard. */
function wide(list: HTMLElement): HTMLElement {
  const table = list.closest('table');
  if (table === null) return list;
  return el(
    'div',
    { class: 'wide', tabindex: 0, role: 'group', 'aria-label': table.getAttribute('aria-label') },
    table,
  );
}

function focusWithin(element: Element | undefined): void {
  const target = element?.querySelector<HTMLElement>('summary, a, button') ?? element;
  if (!(target instanceof HTMLElement)) return;
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus();
}

/** A table with its header; the rows are drawn into its body. */
export function tableOf(label: string, headers: readonly string[]): { table: HTMLTableElement; body: HTMLElement } {
  const body = el('tbody');
  const head = el('tr', {}, ...headers.map((header) => el('th', { scope: 'col' }, header)));
  return { table: el('table', { 'aria-label': label }, el('thead', {}, head), body), body };
}

export function row(...cells: readonly Child[]): HTMLTableRowElement {
  return el('tr', {}, ...cells.map((cell) => el('td', {}, cell)));
}

/** A labelled field that searches while one types. */
export function searchField(label: string, id: string, act: (text: string) => void): HTMLElement {
  const input = el('input', { type: 'search', id, autocomplete: 'off', spellcheck: 'false' });
  input.addEventListener('input', () => act(input.value.trim()));
  return el('div', { class: 'field' }, el('label', { for: id }, label), input);
}

export function selectField(
  label: string,
  id: string,
  choices: readonly (readonly [value: string, text: string])[],
  act: (value: string) => void,
): HTMLElement {
  const select = el('select', { id }, ...choices.map(([value, text]) => el('option', { value }, text)));
  select.addEventListener('change', () => act(select.value));
  return el('div', { class: 'field' }, el('label', { for: id }, label), select);
}
