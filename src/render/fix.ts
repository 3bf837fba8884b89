import type { FixItem, FixResult } from '../audit/fix-result.js';
import { grouped } from './number.js';
import type { Role } from './style.js';
import { table, type TableText } from './table.js';
import type { Screen } from './terminal.js';

const ACTIONS = {
  'create-reservation': 'make its reservation',
  'add-key': 'add its entry',
  'delete-pool': 'delete the pool',
} as const;

/** The table of `audit --fix`: what is done about each finding, and what came of it. */
export function fixScreen(
  { items }: FixResult,
  { screen, wide, noHeaders }: { readonly screen: Screen; readonly wide: boolean; readonly noHeaders: boolean },
): TableText {
  if (items.length === 0) return { text: '', hiddenColumns: [] };
  return table<FixItem>(
    items,
    [
      { header: 'WHAT', value: ({ address, object }) => address ?? object.name },
      { header: 'POOL', value: ({ pool }) => pool?.name ?? '', shorten: 'middle', drop: 1 },
      { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', shorten: 'middle', drop: 3, onlyIfAny: true },
      { header: 'OWNER', value: ({ podref }) => podref ?? '', shorten: 'middle', onlyIfAny: true },
      { header: 'IFACE', value: ({ ifName }) => ifName ?? '', wideOnly: true, onlyIfAny: true },
      { header: 'CHECK', value: ({ check }) => check, drop: 2 },
      { header: 'ACTION', value: ({ action }) => (action === null ? 'keep' : ACTIONS[action]), style: actionRole },
      {
        header: 'RESULT',
        value: ({ result, error }) => [result ?? '', error ?? ''].filter((text) => text !== '').join(': '),
        shorten: 'end',
        onlyIfAny: true,
        style: ({ result }) => resultRole(result),
      },
    ],
    { screen, wide, noHeaders },
  );
}

function actionRole({ action }: FixItem): Role {
  return action === null ? 'dim' : 'bold';
}

function resultRole(result: FixItem['result']): Role | undefined {
  if (result === 'fixed') return 'good';
  return result === 'failed' ? 'bad' : result === null ? undefined : 'warn';
}

/** What a person is asked. */
export function fixQuestion(
  { items }: FixResult,
  { name, server }: { readonly name: string; readonly server: string | null },
): string {
  const counts = (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).flatMap((action) => {
    const count = items.filter((item) => item.action === action).length;
    return count === 0 ? [] : [QUESTIONS[action](count)];
  });
  const where = server === null ? `"${name}"` : `"${name}" (${server})`;
  const text = counts.join(', and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} of cluster ${where}?`;
}

const QUESTIONS = {
  'create-reservation': (count: number) => `make ${counted(count, 'reservation')}`,
  'add-key': (count: number) => `add ${grouped(count)} ${count === 1 ? 'entry' : 'entries'}`,
  'delete-pool': (count: number) => `delete ${counted(count, 'pool')}`,
} as const;

/** The sentences under it. */
export function fixClosing({ items, summary, journal, writes }: FixResult): string[] {
  if (items.length === 0) return ['Nothing to mend: no findings.'];
  if (writes !== null) return [];
  const rest = (['gone', 'changed', 'failed', 'skipped'] as const).flatMap((result) =>
    summary[result] === 0 ? [] : [`${grouped(summary[result])} ${result}`],
  );
  const lines = [`${[`${grouped(summary.fixed)} of ${counted(items.length, 'finding')} mended`, ...rest].join(', ')}.`];
  if (items.some(({ action, result }) => action === 'delete-pool' && result === 'fixed')) {
    lines.push('A pool is made again by the next ADD that needs it; restore does not.');
  }
  if (items.some(({ action, result }) => action === 'add-key' && result === 'fixed')) {
    lines.push(
      'No DEL frees an entry that was added, since nobody knows its container: a reconciler does, or ipamctl reconcile --now',
    );
  }
  if (journal !== null) lines.push(`Journal: ${journal}`);
  return lines;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
