import type { JournalDocument, JournalItem } from '../journal/document.js';
import type { JournalListItem } from '../journal/list.js';
import { grouped } from './number.js';
import { safe } from './safe.js';
import { paint, type Role } from './style.js';
import { table, type Column, type TableText } from './table.js';
import type { Screen } from './terminal.js';

interface View {
  readonly screen: Screen;
  readonly wide: boolean;
  readonly noHeaders: boolean;
}

/** The table of `journal ls`. */
export function journalTable(items: readonly JournalListItem[], view: View): TableText {
  if (items.length === 0) return { text: '', hiddenColumns: [] };
  const columns: Column<JournalListItem>[] = [
    { header: 'STARTED', value: ({ startedAt }) => momentText(startedAt) },
    { header: 'COMMAND', value: ({ command }) => command ?? '' },
    count('RELEASED', ({ released }) => released),
    count('RESTORED', ({ restored }) => restored),
    count('FAILED', ({ failed }) => failed, 'bad'),
    count('UNCERTAIN', ({ uncertain }) => uncertain, 'warn'),
    { header: 'CLUSTER', value: ({ cluster }) => cluster?.server ?? '', shorten: 'middle', drop: 2 },
    { header: 'CLUSTER-UID', value: ({ cluster }) => cluster?.uid ?? '', wideOnly: true },
    {
      header: 'STATE',
      value: stateText,
      shorten: 'end',
      style: ({ problem }) => (problem === null ? undefined : 'bad'),
    },
    { header: 'FILE', value: ({ path }) => (view.wide ? path : (path.split('/').at(-1) ?? '')), shorten: 'middle' },
  ];
  return table(items, columns, view);
}

/** The sentences under `journal ls`. */
export function journalClosing(items: readonly JournalListItem[], directory: string): string[] {
  const uncertain = items.reduce((sum, item) => sum + item.uncertain, 0);
  const [first] = items;
  if (first === undefined) return [`No journal in ${directory}.`];
  return [
    ...(uncertain === 0
      ? []
      : [
          `Of ${grouped(uncertain)} ${uncertain === 1 ? 'write' : 'writes'} it is not known whether ${uncertain === 1 ? 'it was' : 'they were'} done: the next reconcile --now or restore on that cluster finds out.`,
        ]),
    `What one did: ipamctl journal show ${first.path}`,
  ];
}

/** The screen of `journal show`: the run, then each write with what became of it. */
export function journalScreen(journal: JournalDocument, view: View): TableText {
  const { screen } = view;
  const line = (label: string, text: string | null): string[] =>
    text === null || text === '' ? [] : [`${paint(screen, 'dim', label.padEnd(10))}${safe(text)}`];
  const { who, cluster } = journal;
  const as = who.as === null ? '' : `, as ${[who.as, ...who.asGroups].join(', ')}`;
  const head = [
    `${paint(screen, 'bold', safe(journal.command))}  ${momentText(journal.startedAt)}`,
    ...line('cluster', cluster.server ?? cluster.uid),
    ...line('context', journal.context),
    ...line('by', `${who.machineUser ?? 'somebody'}@${journal.host}, kubeconfig user ${who.clusterUser ?? '-'}${as}`),
    ...line('command', journal.argv.join(' ')),
    ...line('ended', endText(journal)),
  ].join('\n');
  const columns: Column<JournalItem>[] = [
    { header: '#', value: ({ sequence }) => sequence.toString(), align: 'right', wideOnly: true },
    { header: 'WRITE', value: ({ action }) => action },
    { header: 'ADDRESS', value: ({ address, key }) => address ?? `key ${key ?? ''}` },
    {
      header: 'OBJECT',
      value: ({ pool, reservation }) => pool?.name ?? reservation?.name ?? '',
      shorten: 'middle',
      drop: 2,
    },
    { header: 'OWNER', value: ({ podref }) => podref ?? '', shorten: 'middle', drop: 3 },
    { header: 'IFACE', value: ({ ifName }) => ifName ?? '', wideOnly: true },
    {
      header: 'VERDICT',
      value: ({ verdict, reason }) => [verdict, reason].filter((word) => word !== null).join(': '),
      wideOnly: true,
    },
    { header: 'CONTAINER', value: ({ containerId }) => containerId ?? '', wideOnly: true },
    { header: 'RESULT', value: resultText, shorten: 'end', style: resultRole },
    { header: 'DECIDED-BY', value: ({ decidedBy }) => decidedBy ?? '', wideOnly: true, onlyIfAny: true },
  ];
  if (journal.items.length === 0) return { text: `${head}\n`, hiddenColumns: [] };
  const items = table(journal.items, columns, view);
  return { text: `${head}\n\n${items.text}`, hiddenColumns: items.hiddenColumns };
}

/** The sentences under `journal show`. */
export function shownClosing({ summary, items, path, decisions }: JournalDocument): string[] {
  const counts = (['done', 'not-done', 'uncertain'] as const)
    .filter((status) => summary[status] > 0)
    .map((status) => `${grouped(summary[status])} ${STATUS_WORDS[status]}`);
  const lines = [items.length === 0 ? 'That run wrote nothing.' : `${sentence(counts.join(', '))}.`];
  if (decisions.length > 0) {
    lines.push(
      `It found out about ${grouped(decisions.length)} ${decisions.length === 1 ? 'write' : 'writes'} of earlier runs.`,
    );
  }
  if (summary.released > 0) lines.push(`Undo: ipamctl restore ${path}`);
  return lines;
}

const STATUS_WORDS = { done: 'done', 'not-done': 'not done', uncertain: 'not known' } as const;

function count(header: string, of: (item: JournalListItem) => number, role?: Role): Column<JournalListItem> {
  return {
    header,
    value: (item) => grouped(of(item)),
    align: 'right',
    style: (item) => (of(item) > 0 ? role : 'dim'),
  };
}

function stateText({ problem, ended, interruptedBy }: JournalListItem): string {
  if (problem !== null) return problem;
  if (!ended) return 'not ended';
  return interruptedBy === null ? 'ended' : `stopped by ${interruptedBy}`;
}

function endText({ endedAt, interruptedBy, torn }: JournalDocument): string {
  if (endedAt === null) return `not: it was killed, or still goes on${torn ? '; its last line is cut off' : ''}`;
  return interruptedBy === null ? momentText(endedAt) : `${momentText(endedAt)}, stopped by ${interruptedBy}`;
}

/** To the second: journals are told apart by that. */
function momentText(time: string | null): string {
  return time === null ? '' : safe(time.replace(/\.\d+Z$/, 'Z'));
}

function resultText({ status, result, error, decidedBy }: JournalItem): string {
  const word = status === 'uncertain' ? 'not known whether it was done' : (result ?? 'not sent');
  const found = decidedBy === null ? '' : ' (found out later)';
  return error === null ? `${word}${found}` : `${word}${found}: ${error}`;
}

function resultRole({ status, result }: JournalItem): Role | undefined {
  if (result === 'failed') return 'bad';
  if (status === 'uncertain') return 'warn';
  return status === 'done' ? undefined : 'dim';
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
