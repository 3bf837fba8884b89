import type { PlanItem, PlanReservation, ReconcilePlan } from '../reconcile/plan.js';
import { grouped } from './number.js';
import { table, type Column, type TableText } from './table.js';
import type { Screen } from './terminal.js';
import { verdictRole, verdictText } from './verdict.js';

/** The screen of `reconcile`: what would be released, and what is kept although it is not live. */
export function planScreen(
  plan: ReconcilePlan,
  { screen, wide, noHeaders }: { screen: Screen; wide: boolean; noHeaders: boolean },
): TableText {
  const columns: Column<PlanItem>[] = [
    { header: 'ADDRESS', value: ({ address, key }) => address ?? `key ${key}` },
    { header: 'POOL', value: ({ pool }) => pool.name, shorten: 'middle', drop: 1 },
    { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', shorten: 'middle', drop: 3, onlyIfAny: true },
    { header: 'OWNER', value: ({ podref }) => podref, shorten: 'middle' },
    { header: 'IFACE', value: ({ ifName }) => ifName ?? '', wideOnly: true },
    { header: 'NODE', value: ({ nodeName }) => nodeName ?? '', wideOnly: true, onlyIfAny: true },
    { header: 'VERDICT', value: verdictText, shorten: 'end', style: ({ verdict }) => verdictRole(verdict) },
    { header: 'ACTION', value: ({ action }) => action, style: ({ action }) => (action === 'keep' ? 'dim' : 'bold') },
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
  const lone = plan.reservations.filter(({ withoutAllocation }) => withoutAllocation);
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
      { header: 'ADDRESS', value: ({ address }) => address ?? '' },
      { header: 'RESERVATION', value: ({ name }) => name, shorten: 'middle', drop: 1 },
      { header: 'OWNER', value: ({ podref }) => podref, shorten: 'middle' },
      {
        header: 'VERDICT',
        value: (reservation) => `${verdictText(reservation)}; no pool has a key for it`,
        shorten: 'end',
        style: ({ verdict }) => verdictRole(verdict),
      },
      { header: 'ACTION', value: ({ action }) => action, style: ({ action }) => (action === 'keep' ? 'dim' : 'bold') },
    ],
    options,
  );
}
