import type { PlanItem, PlanReservation, ReconcilePlan, Result } from '../reconcile/plan.js';
import { CLUSTER_COLUMN } from './fleet.js';
import { grouped } from './number.js';
import type { Role } from './style.js';
import { table, type Column, type TableText } from './table.js';
import type { Screen } from './terminal.js';
import { verdictRole, verdictText } from './verdict.js';

/** The screen of `reconcile`: what would be released, and what is kept although it is not live. */
export function planScreen(
  plan: ReconcilePlan,
  { screen, wide, noHeaders }: { screen: Screen; wide: boolean; noHeaders: boolean },
): TableText {
  const columns: Column<PlanItem>[] = [
    CLUSTER_COLUMN,
    { header: 'ADDRESS', value: ({ address, key }) => address ?? `key ${key}` },
    { header: 'POOL', value: ({ pool }) => pool.name, shorten: 'middle', drop: 1 },
    { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', shorten: 'middle', drop: 3, onlyIfAny: true },
    { header: 'OWNER', value: ({ podref }) => podref, shorten: 'middle' },
    { header: 'IFACE', value: ({ ifName }) => ifName ?? '', wideOnly: true },
    { header: 'NODE', value: ({ nodeName }) => nodeName ?? '', wideOnly: true, onlyIfAny: true },
    { header: 'VERDICT', value: verdictText, shorten: 'end', style: ({ verdict }) => verdictRole(verdict) },
    { header: 'ACTION', value: ({ action }) => action, style: ({ action }) => (action === 'keep' ? 'dim' : 'bold') },
    {
      header: 'RESULT',
      value: resultText,
      shorten: 'end',
      onlyIfAny: true,
      style: ({ result }) => resultRole(result),
    },
    { header: 'NEEDS', value: ({ needs }) => needs ?? '', drop: 4, onlyIfAny: true, style: () => 'dim' },
    { header: 'CONTAINER', value: ({ containerId }) => containerId, wideOnly: true },
    { header: 'RESERVATION', value: ({ reservation }) => reservation?.name ?? '', wideOnly: true, onlyIfAny: true },
  ];
  const sections: string[] = [];
  const hidden: string[] = [];
  if (plan.items.length > 0) {
    const sorted = [...plan.items].sort((a, b) => Number(b.action === 'release') - Number(a.action === 'release'));
    const items = table(sorted, columns, { screen, wide, noHeaders });
    sections.push(items.text);
    hidden.push(...items.hiddenColumns);
  }
  // A reservation goes with its key; only what went otherwise is worth a line of its own.
  const lone = plan.reservations.filter(
    ({ withoutAllocation, result }) => withoutAllocation || (result !== null && result !== 'released'),
  );
  if (lone.length > 0) {
    const alone = loneTable(lone, { screen, wide, noHeaders });
    sections.push(alone.text);
    hidden.push(...alone.hiddenColumns.map((header) => `${header} (reservations)`));
  }
  return { text: sections.join('\n'), hiddenColumns: hidden };
}

/** The sentences under `reconcile`. */
export function planClosing(plan: ReconcilePlan): string[] {
  const { summary } = plan;
  const release = plan.items.filter(({ action }) => action === 'release').length;
  const alone = plan.reservations.filter((entry) => entry.withoutAllocation && entry.action === 'release').length;
  const of = `${grouped(summary.allocations)} ${summary.allocations === 1 ? 'allocation' : 'allocations'} in ${grouped(summary.pools)} ${summary.pools === 1 ? 'pool' : 'pools'}`;
  const lines =
    release === 0 && alone === 0
      ? [`Nothing to release among ${of}.`]
      : [
          `${grouped(release)} of ${of} ${release === 1 ? 'is' : 'are'} to be released${alone === 0 ? '' : `, and ${grouped(alone)} ${alone === 1 ? 'reservation' : 'reservations'} without a key`}. Nothing was changed.`,
        ];
  const held = (['--include-completed', '--include-lost', '--min-age'] as const).flatMap((flag) => {
    const count = plan.items.filter(({ needs }) => needs === flag).length;
    return count === 0 ? [] : [`${grouped(count)} ${flag === '--min-age' ? 'younger than' : 'with'} ${flag}`];
  });
  if (held.length > 0) lines.push(`Kept unless asked for: ${held.join(', ')}.`);
  if (plan.incomplete) lines.push('The answer is incomplete: see the warnings.');
  return lines;
}

function loneTable(
  reservations: readonly PlanReservation[],
  options: { screen: Screen; wide: boolean; noHeaders: boolean },
): TableText {
  return table<PlanReservation>(
    reservations,
    [
      CLUSTER_COLUMN,
      { header: 'ADDRESS', value: ({ address }) => address ?? '' },
      { header: 'RESERVATION', value: ({ name }) => name, shorten: 'middle', drop: 1 },
      { header: 'OWNER', value: ({ podref }) => podref, shorten: 'middle' },
      {
        header: 'VERDICT',
        value: (reservation) =>
          reservation.withoutAllocation
            ? `${verdictText(reservation)}; no pool has a key for it`
            : verdictText(reservation),
        shorten: 'end',
        style: ({ verdict }) => verdictRole(verdict),
      },
      { header: 'ACTION', value: ({ action }) => action, style: ({ action }) => (action === 'keep' ? 'dim' : 'bold') },
      {
        header: 'RESULT',
        value: resultText,
        shorten: 'end',
        onlyIfAny: true,
        style: ({ result }) => resultRole(result),
      },
    ],
    options,
  );
}

/** The sentences under `reconcile --now`. */
export function releaseClosing(plan: ReconcilePlan): string[] {
  const { items, reservations, summary, journal } = plan;
  const freed = reservations.filter(({ result }) => result === 'released').length;
  const told = [...items, ...reservations];
  const count = (result: Result): number => told.filter((item) => item.result === result).length;
  const addresses = `${grouped(summary.released)} ${summary.released === 1 ? 'address' : 'addresses'}`;
  const guards = `${grouped(freed)} ${freed === 1 ? 'reservation' : 'reservations'}`;
  const kept = items.filter(({ action, verdict }) => action === 'keep' && verdict !== 'live').length;
  const rest = [`${grouped(count('failed'))} failed`];
  for (const result of ['gone', 'changed', 'restored', 'skipped'] as const) {
    if (count(result) > 0) rest.push(`${grouped(count(result))} ${RESULT_WORDS[result]}`);
  }
  if (kept > 0) rest.push(`${grouped(kept)} kept`);
  const nothing = told.every(({ result }) => result === null);
  const of = `${grouped(summary.allocations)} ${summary.allocations === 1 ? 'allocation' : 'allocations'} in ${grouped(summary.pools)} ${summary.pools === 1 ? 'pool' : 'pools'}`;
  const lines = nothing
    ? [`Nothing to release among ${of}${kept > 0 ? `; ${grouped(kept)} kept` : ''}.`]
    : [`Released ${addresses} and ${guards}; ${rest.join(', ')}.`];
  if (journal !== null && summary.released + freed > 0) lines.push(`Undo: ipamctl restore ${journal}`);
  else if (journal !== null) lines.push(`Journal: ${journal}`);
  if (plan.incomplete) lines.push('The answer is incomplete: see the warnings.');
  return lines;
}

/** The sentences under `restore`. */
export function restoreClosing(plan: ReconcilePlan): string[] {
  const { items, reservations, summary, journal } = plan;
  const lone = reservations.filter(({ withoutAllocation }) => withoutAllocation);
  const told = [...items, ...lone];
  const made = reservations.filter(({ result }) => result === 'restored').length;
  const addresses = `${grouped(summary.restored)} ${summary.restored === 1 ? 'address' : 'addresses'}`;
  const guards = `${grouped(made)} ${made === 1 ? 'reservation' : 'reservations'}`;
  const inPlace = told.filter(({ action, result }) => action === 'keep' && result === null).length;
  const count = (result: Result): number => told.filter((item) => item.result === result).length;
  const rest = [`${grouped(count('failed'))} failed`];
  for (const result of ['changed', 'skipped'] as const) {
    if (count(result) > 0) rest.push(`${grouped(count(result))} ${RESULT_WORDS[result]}`);
  }
  if (inPlace > 0) rest.push(`${grouped(inPlace)} in place already`);
  const lines =
    told.length === 0
      ? ['Nothing to put back: that run took nothing of this.']
      : inPlace === told.length
        ? [`Nothing to put back: ${inPlace === 1 ? 'it is' : `all ${grouped(inPlace)} are`} in place.`]
        : [`Put back ${addresses} and ${guards}; ${rest.join(', ')}.`];
  if (journal !== null) lines.push(`Journal: ${journal}`);
  if (plan.incomplete) lines.push('The answer is incomplete: see the warnings.');
  return lines;
}

/** The question before a restore: how much, where. */
export function restoreQuestion(
  { items, reservations }: ReconcilePlan,
  cluster: { readonly name: string; readonly server: string | null },
): string {
  const back = items.filter(({ action }) => action === 'restore');
  const made = reservations.filter(({ action }) => action === 'restore').length;
  const pools = new Set(back.map(({ pool }) => pool.uid)).size;
  const what = [
    ...(back.length > 0
      ? [
          `${grouped(back.length)} ${back.length === 1 ? 'address' : 'addresses'} in ${grouped(pools)} ${pools === 1 ? 'pool' : 'pools'}`,
        ]
      : []),
    ...(made > 0 ? [`${grouped(made)} ${made === 1 ? 'reservation' : 'reservations'}`] : []),
  ];
  const where = cluster.server === null ? '' : ` (${cluster.server})`;
  return `Put back ${what.join(' and ')} of cluster "${cluster.name}"${where}?`;
}

/** The question before a release: what, how much, where. */
export function releaseQuestion(
  targets: { readonly addresses: number; readonly reservations: number; readonly pools: number },
  cluster: { readonly name: string; readonly server: string | null },
): string {
  const { addresses, reservations, pools } = targets;
  const what = [
    ...(addresses > 0 || reservations === 0
      ? [
          `${grouped(addresses)} ${addresses === 1 ? 'address' : 'addresses'} in ${grouped(pools)} ${pools === 1 ? 'pool' : 'pools'}`,
        ]
      : []),
    ...(reservations > 0
      ? [`${grouped(reservations)} ${reservations === 1 ? 'reservation' : 'reservations'} without a key`]
      : []),
  ];
  const where = cluster.server === null ? '' : ` (${cluster.server})`;
  return `Release ${what.join(' and ')} of cluster "${cluster.name}"${where}?`;
}

/** What each result is called where it is counted. */
const RESULT_WORDS: Readonly<Record<Result, string>> = {
  released: 'released',
  restored: 'restored',
  gone: 'already gone',
  changed: 'changed meanwhile',
  failed: 'failed',
  skipped: 'left',
};

function resultText({ result, error }: { readonly result: Result | null; readonly error: string | null }): string {
  if (result === null) return error ?? '';
  return error === null ? result : `${result}: ${error}`;
}

function resultRole(result: Result | null): Role | undefined {
  if (result === 'failed') return 'bad';
  return result === 'changed' || result === 'skipped' ? 'warn' : undefined;
}
