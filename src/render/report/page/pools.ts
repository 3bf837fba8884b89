import { Address } from '../../../net/address.js';
import { isPlace } from '../cells.js';
import type { PageData, PagePool } from '../page-data.js';
import { HELD_SIGNS, MEANINGS } from '../signs.js';
import {
  bar,
  button,
  byId,
  countText,
  el,
  grouped,
  percentText,
  plural,
  Portion,
  row,
  searchField,
  selectField,
  tableOf,
} from './dom.js';
import { AddressMap, interfaceOf } from './map.js';

/** So many pools are drawn at once, and of those so many opened where the list is longer. */
const STEP = 50;
const OPEN_ALL = 8;
const OPEN_FEW = 2;
/** A line each; the map has all of them. */
const ADDRESSES = 50;

const FILTERS: readonly (readonly [value: string, text: string, keeps: (pool: PagePool) => boolean])[] = [
  ['all', 'All pools', () => true],
  ['stale', 'With stale addresses', ({ stale }) => stale > 0],
  ['full', '80% full or more', ({ percent }) => (percent ?? 0) >= 80],
  ['problems', 'With problems', ({ problems }) => problems.length > 0],
];

/** The pools, the fullest first: found by name, network, node, NAD, owner, or an address in them. */
export class Pools {
  readonly #list: Portion<PagePool>;
  readonly #status = el('p', { class: 'status', role: 'status' });
  readonly #opened = new Map<Element, () => void>();
  #query = '';
  #filter = 'all';
  #address: Address | undefined;
  #found: readonly PagePool[] = [];

  constructor(readonly data: PageData) {
    this.#list = new Portion(el('div', { class: 'pools' }), (pool, index) => this.#draw(pool, index), {
      step: STEP,
      noun: 'pools',
    });
  }

  start(): void {
    const body = byId('pools-body');
    if (this.data.pools.length === 0) {
      body.append(el('p', { class: 'empty' }, 'No pools: whereabouts has handed out no address yet.'));
      return;
    }
    body.append(
      el(
        'div',
        { class: 'controls' },
        searchField('Find a pool, an address or an owner', 'pool-search', (text) => {
          this.#query = text.toLowerCase();
          this.#address = Address.parse(text);
          this.#show();
        }),
        selectField(
          'Show',
          'pool-filter',
          FILTERS.map(([value, text]) => [value, text] as const),
          (value) => {
            this.#filter = value;
            this.#show();
          },
        ),
      ),
      this.#status,
      this.#list.element,
    );
    this.#show();
  }

  /** Shows one pool, open, and goes there. */
  goTo(name: string): void {
    const search = byId('pool-search') as HTMLInputElement;
    search.value = name;
    this.#query = name.toLowerCase();
    this.#address = undefined;
    this.#filter = 'all';
    (byId('pool-filter') as HTMLSelectElement).value = 'all';
    this.#show();
    const [first] = this.#list.list.children;
    if (!(first instanceof HTMLDetailsElement)) return;
    first.open = true;
    first.querySelector('summary')?.focus();
  }

  /** On paper there is nothing to open. */
  openForPrint(): void {
    for (const pool of this.#list.list.children) {
      if (!(pool instanceof HTMLDetailsElement)) continue;
      this.#fill(pool);
      pool.open = true;
    }
  }

  #show(): void {
    const keeps = FILTERS.find(([value]) => value === this.#filter)?.[2] ?? (() => true);
    this.#found = this.data.pools.filter((pool) => keeps(pool) && this.#matches(pool));
    this.#status.textContent =
      this.#found.length === 0
        ? `No pool matches: none of ${grouped(this.data.pools.length)} has that name, network, node, NAD, owner or address.`
        : `${plural(this.#found.length, 'pool')}, the fullest first.`;
    this.#opened.clear();
    this.#list.show(this.#found);
  }

  #matches(pool: PagePool): boolean {
    if (this.#query === '') return true;
    if (this.#address !== undefined) return offsetIn(pool, this.#address) !== undefined;
    const { name, range, network, node, windows, owners } = pool;
    const has = (text: string | null): boolean => text?.toLowerCase().includes(this.#query) === true;
    return (
      has(name) || has(range) || has(network) || has(node) || windows.some(([nad]) => has(nad)) || owners.some(has)
    );
  }

  /** Where the owner that was asked for holds its first address. */
  #ownersPlace({ owners, held }: PagePool): bigint | undefined {
    if (this.#query === '') return undefined;
    const index = owners.findIndex((owner) => owner.toLowerCase().includes(this.#query));
    const place = held[index];
    return place === undefined || !isPlace(place) ? undefined : BigInt(place);
  }

  #draw(pool: PagePool, index: number): HTMLElement {
    const { name, range, network, node, capacity, used, percent, stale, problems } = pool;
    const about = [range, network === null ? null : `network ${network}`, node === null ? null : `node ${node}`];
    const counts = [
      `${grouped(used)}${capacity === null ? '' : ` of ${countText(capacity)}`} used`,
      ...(stale > 0 ? [`${grouped(stale)} stale`] : []),
      ...(problems.length > 0 ? [plural(problems.length, 'problem')] : []),
    ];
    const summary = el(
      'summary',
      {},
      el('span', { class: 'name' }, name),
      el('span', { class: 'about dim' }, about.filter((part) => part !== null).join(' · ')),
      bar(percent),
      el('span', { class: 'percent' }, percentText(percent)),
      el('span', { class: `counts${stale > 0 || problems.length > 0 ? ' bad' : ''}` }, counts.join(', ')),
    );
    const details = el('details', { class: 'pool' }, summary);
    this.#opened.set(details, () => details.append(this.#body(pool)));
    details.addEventListener('toggle', () => {
      if (details.open) this.#fill(details);
    });
    if (this.#found.length <= OPEN_ALL || index < OPEN_FEW) details.open = true;
    return details;
  }

  /** Draws what is inside, once. */
  #fill(details: Element): void {
    const draw = this.#opened.get(details);
    this.#opened.delete(details);
    draw?.();
  }

  #body(pool: PagePool): HTMLElement {
    const first = pool.first === null ? undefined : Address.parse(pool.first);
    const map = first === undefined ? null : new AddressMap(pool, first);
    const offset = this.#address === undefined ? this.#ownersPlace(pool) : offsetIn(pool, this.#address);
    if (offset !== undefined) map?.find(offset);
    return el(
      'div',
      { class: map === null ? 'inside' : 'inside split' },
      facts(pool),
      map?.element ?? null,
      addresses(pool, first),
    );
  }
}

function offsetIn({ first: text, last }: PagePool, address: Address): bigint | undefined {
  const first = text === null ? undefined : Address.parse(text);
  if (first?.family !== address.family) return undefined;
  const offset = address.value - first.value;
  return offset >= 0n && offset <= BigInt(last) ? offset : undefined;
}

function facts(pool: PagePool): HTMLElement {
  const { windows, free, blocked, problems } = pool;
  const items: [string, string][] = windows.map(([nad, window, exclude]) => [
    nad,
    `${window}${exclude === '' ? '' : `, without ${exclude}`}`,
  ]);
  if (windows.length === 0) items.push(['NADs', 'none draws from it']);
  if (free !== null) {
    const held = blocked === null || blocked === '0' ? '' : `, ${blocked} of them held by another range of the network`;
    items.push(['Free', `${countText(free)}${held}`]);
  }
  const list = el(
    'dl',
    { class: 'facts' },
    ...items.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  );
  if (problems.length === 0) return list;
  return el('div', {}, list, el('ul', { class: 'problems' }, ...problems.map((problem) => el('li', {}, problem))));
}

/** What needs a person first, each with why; the live ones on demand. */
function addresses(pool: PagePool, first: Address | undefined): HTMLElement {
  const order = [...pool.held.keys()];
  const rank = (index: number): number => HELD_SIGNS.indexOf(pool.signs[index] ?? '');
  const notLive = order.filter((index) => pool.signs[index] !== 'L').sort((a, b) => rank(a) - rank(b) || a - b);
  const live = order.filter((index) => pool.signs[index] === 'L');
  const { table, body } = tableOf(`Held addresses of ${pool.name}`, ['Address', 'Owner', 'Interface', 'Verdict']);
  const portion = new Portion<number>(body, (index) => addressRow(pool, first, index), {
    step: ADDRESSES,
    noun: 'addresses',
  });
  portion.show(notLive);
  table.hidden = notLive.length === 0;
  const everything = button(`List ${plural(live.length, 'live address', 'live addresses')} too`, () => {
    table.hidden = false;
    portion.show([...notLive, ...live]);
    everything.remove();
  });
  if (pool.held.length === 0) return el('p', { class: 'empty' }, 'Nothing is held.');
  return el('div', { class: 'addresses' }, portion.element, live.length === 0 ? null : everything);
}

function addressRow(pool: PagePool, first: Address | undefined, index: number): HTMLElement {
  const offset = pool.held[index] ?? '';
  const text = isPlace(offset) ? (first?.plus(BigInt(offset))?.toString() ?? '?') : String(offset).slice(1);
  const sign = pool.signs[index] ?? '';
  const why = pool.why[index] ?? '';
  const verdict = el(
    'span',
    {},
    el('strong', { class: `verdict v-${VERDICT_CLASS[sign] ?? ''}` }, MEANINGS[sign] ?? ''),
    why === '' ? '' : `: ${why}`,
  );
  return row(el('code', {}, text), pool.owners[index] ?? '', interfaceOf(pool, index), verdict);
}

const VERDICT_CLASS: Readonly<Record<string, string>> = { S: 'bad', '!': 'bad', N: 'warn', '?': 'warn', F: 'warn' };
