import type { PageData, PageFinding, PageNad, PageSlicePool } from '../page-data.js';
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
import type { Pools } from './pools.js';

const STEP = 50;

/** Node slices: a table of nodes for each slice pool. */
export function startSlices({ slices }: PageData, pools: Pools): void {
  const body = document.getElementById('slices-body');
  if (body === null) return;
  if (slices.length === 0) {
    body.append(el('p', { class: 'empty' }, 'No node slice pools: no network gives each node a slice of its own.'));
    return;
  }
  const list = new Portion<PageSlicePool>(
    el('div'),
    (slice, i) => slicePool(slice, pools, slices.length <= 3 || i === 0),
    {
      step: STEP,
      noun: 'slice pools',
    },
  );
  body.append(list.element);
  list.show(slices);
}

function slicePool(
  { name, range, sliceSize, slices, assigned, nads, nodes, problems }: PageSlicePool,
  pools: Pools,
  open: boolean,
): HTMLElement {
  const percent = slices === 0 ? null : (assigned / slices) * 100;
  const about = [range, sliceSize === null ? 'no slice size' : `slices of /${sliceSize.toString()}`, ...nads];
  const details = el(
    'details',
    { class: 'pool' },
    el(
      'summary',
      {},
      el('span', { class: 'name' }, name),
      el('span', { class: 'about dim' }, about.join(' · ')),
      bar(percent),
      el('span', { class: 'percent' }, percentText(percent)),
      el('span', { class: 'counts' }, `${grouped(assigned)} of ${plural(slices, 'slice')} assigned`),
    ),
  );
  lazily(details, () => {
    const { body } = tableOf(`Nodes of ${name}`, ['Node', 'Slice', 'Pool', 'Used', 'Fill']);
    const list = new Portion(
      body,
      ([node, slice, pool, capacity, used, full, note]: PageSlicePool['nodes'][number]) => {
        const who = note === '' ? node : el('span', {}, node, ' ', el('span', { class: 'dim' }, `(${note})`));
        if (slice === '') return row(who, el('span', { class: 'dim' }, 'none: pods there do not start'), '', '', '');
        const go =
          pool === ''
            ? el('span', { class: 'dim' }, 'nothing was allocated yet')
            : button(pool, () => pools.goTo(pool), { class: 'link' });
        const count = `${grouped(used)} of ${countText(capacity)}`;
        return row(who, el('code', {}, slice), go, count, full === null ? '' : bar(full));
      },
      { step: STEP, noun: 'nodes' },
    );
    list.show(nodes);
    const table = nodes.length === 0 ? el('p', { class: 'empty' }, 'No node has a slice.') : list.element;
    if (problems.length === 0) return table;
    return el('div', {}, el('ul', { class: 'problems' }, ...problems.map((problem) => el('li', {}, problem))), table);
  });
  details.open = open;
  return details;
}

/** NADs: those with findings first, each with what was found. */
export function startNads(data: PageData): void {
  const body = document.getElementById('nads-body');
  if (body === null) return;
  if (data.nads.length === 0) {
    body.append(el('p', { class: 'empty' }, 'No NetworkAttachmentDefinitions.'));
    return;
  }
  const found = new Map<string, PageFinding[]>();
  for (const finding of data.findings) {
    const own = found.get(finding[3]);
    if (own === undefined) found.set(finding[3], [finding]);
    else own.push(finding);
  }
  const weight = ({ errors, warnings, infos }: PageNad): number => errors * 1e6 + warnings * 1e3 + infos;
  const sorted = [...data.nads].sort((a, b) => weight(b) - weight(a));
  const status = el('p', { class: 'status', role: 'status' });
  const list = new Portion<PageNad>(el('div'), (nad) => nadItem(nad, found.get(`NAD ${nad.name}`) ?? []), {
    step: STEP,
    noun: 'NADs',
  });
  let query = '';
  let onlyFound = 'all';
  const show = (): void => {
    const kept = sorted.filter(
      (nad) =>
        (onlyFound === 'all' || weight(nad) > 0) &&
        (query === '' || [nad.name, ...nad.about].some((text) => text.toLowerCase().includes(query))),
    );
    status.textContent = kept.length === 0 ? 'No NAD matches.' : plural(kept.length, 'NAD');
    list.show(kept);
  };
  body.append(
    el(
      'div',
      { class: 'controls' },
      searchField('Find a NAD', 'nad-search', (text) => {
        query = text.toLowerCase();
        show();
      }),
      selectField(
        'Show',
        'nad-filter',
        [
          ['all', 'All'],
          ['found', 'With findings'],
        ],
        (value) => {
          onlyFound = value;
          show();
        },
      ),
    ),
    status,
    list.element,
  );
  show();
}

function nadItem(
  { name, about, pods, errors, warnings, infos, error }: PageNad,
  findings: readonly PageFinding[],
): HTMLElement {
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(infos > 0 ? [plural(infos, 'info')] : []),
  ];
  const details = el(
    'details',
    { class: 'nad' },
    el(
      'summary',
      {},
      el('span', { class: 'name' }, name),
      el(
        'span',
        { class: 'about dim' },
        [...about, pods === null ? 'pods not known' : plural(pods, 'pod')].join(' · '),
      ),
      el(
        'span',
        { class: `counts${errors > 0 ? ' bad' : ''}` },
        counts.length === 0 ? 'no findings' : counts.join(', '),
      ),
    ),
  );
  lazily(details, () => {
    const items = findings.map(([severity, check, message, , fix, upstream]) =>
      el(
        'li',
        {},
        el('strong', { class: `tag ${severity}` }, severity),
        ` ${message} `,
        el('code', { class: 'check' }, check),
        upstream === '' ? null : el('div', { class: 'dim' }, 'pods will fail with ', el('code', {}, upstream)),
        el('div', { class: 'command' }, el('code', {}, fix)),
      ),
    );
    if (error !== null) items.unshift(el('li', {}, el('strong', { class: 'tag error' }, 'unreadable'), ` ${error}`));
    return items.length === 0
      ? el('p', { class: 'empty' }, 'Nothing was found.')
      : el('ul', { class: 'attention' }, ...items);
  });
  return details;
}

/** All findings, by severity, by check, and by any word. */
export class Findings {
  readonly #texts: readonly string[];
  readonly #status = el('p', { class: 'status', role: 'status' });
  readonly #list: Portion<PageFinding>;
  readonly #table: HTMLElement;
  #query = '';
  #severity = 'all';
  #check = 'all';

  constructor(readonly findings: readonly PageFinding[]) {
    this.#texts = findings.map((finding) => finding.join('\n').toLowerCase());
    const { table, body } = tableOf('Findings', [
      'Severity',
      'Finding',
      'Object',
      'Check',
      'What mends or explains it',
    ]);
    this.#list = new Portion(body, findingRow, { step: STEP, noun: 'findings' });
    this.#table = table;
  }

  start(): void {
    const body = byId('findings-body');
    if (this.findings.length === 0) {
      body.append(el('p', { class: 'empty' }, 'No findings.'));
      return;
    }
    const counts = new Map<string, number>();
    for (const [, check] of this.findings) counts.set(check, (counts.get(check) ?? 0) + 1);
    const checks = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    body.append(
      el(
        'div',
        { class: 'controls' },
        searchField('Search', 'finding-search', (text) => {
          this.#query = text.toLowerCase();
          this.#show();
        }),
        selectField(
          'Severity',
          'finding-severity',
          [
            ['all', 'All'],
            ['error', 'Errors'],
            ['warning', 'Warnings'],
            ['info', 'Infos'],
          ],
          (value) => {
            this.#severity = value;
            this.#show();
          },
        ),
        selectField(
          'Check',
          'finding-check',
          [['all', 'All'], ...checks.map(([check, count]) => [check, `${check} (${grouped(count)})`] as const)],
          (value) => {
            this.#check = value;
            this.#show();
          },
        ),
      ),
      this.#status,
      this.#list.element,
    );
    this.#show();
  }

  /** Shows those of one check, and goes there. */
  goTo(check: string): void {
    this.#query = '';
    this.#severity = 'all';
    this.#check = check;
    (byId('finding-search') as HTMLInputElement).value = '';
    (byId('finding-severity') as HTMLSelectElement).value = 'all';
    const select = byId('finding-check') as HTMLSelectElement;
    select.value = check;
    this.#show();
    byId('findings').scrollIntoView();
    select.focus({ preventScroll: true });
  }

  #show(): void {
    const kept = this.findings.filter(
      ([severity, check], i) =>
        (this.#severity === 'all' || severity === this.#severity) &&
        (this.#check === 'all' || check === this.#check) &&
        (this.#query === '' || this.#texts[i]?.includes(this.#query) === true),
    );
    this.#status.textContent =
      kept.length === 0
        ? 'No finding matches.'
        : `${grouped(kept.length)} of ${plural(this.findings.length, 'finding')}`;
    this.#table.hidden = kept.length === 0;
    this.#list.show(kept);
  }
}

function findingRow([severity, check, message, object, fix]: PageFinding): HTMLElement {
  const finding = el(
    'div',
    {},
    el('div', { class: 'dim' }, object),
    el('div', {}, message),
    el('code', { class: 'check' }, check),
  );
  return row(el('strong', { class: `tag ${severity}` }, severity), finding, fix === '' ? '' : el('code', {}, fix));
}

/** Draws what is inside when it is first opened. */
function lazily(details: HTMLDetailsElement, draw: () => Node): void {
  let isDrawn = false;
  details.addEventListener('toggle', () => {
    if (isDrawn || !details.open) return;
    isDrawn = true;
    details.append(el('div', { class: 'inside' }, draw()));
  });
}
