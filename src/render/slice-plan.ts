import type { PlannedRange } from '../whereabouts/plan.js';
import { grouped, shortCount } from './number.js';
import { paint } from './style.js';
import type { Screen } from './terminal.js';
import { wrap } from './wrap.js';

/** What a plan was asked about. */
export interface PlanQuestion {
  readonly nodes: number | null;
  readonly podsPerNode: number | null;
}

/** Columns of a field's name. */
const LABEL = 10;
const FITS = 'Fits';
const FITS_NOT = 'No room';

/** The screen of `slices plan`: a block for each range. */
export function planScreen(plans: readonly PlannedRange[], question: PlanQuestion, screen: Screen): string {
  return plans.map((plan) => `${block(plan, question, screen).join('\n')}\n`).join('\n');
}

function block(plan: PlannedRange, question: PlanQuestion, screen: Screen): string[] {
  const { fits, limits } = plan;
  const rows: [label: string, text: string][] = [[fits ? FITS : FITS_NOT, headline(plan, question)]];
  for (const { fatal, message } of limits) if (fatal) rows.push(['Why', message]);
  if (plan.capacity !== '0') rows.push(...figures(plan, question));
  rows.push(...wayOn(plan, question));
  for (const { fatal, message } of limits) if (!fatal) rows.push(['Mind', message]);
  return rows.map(([label, text]) => {
    const line = wrap(`${label.padEnd(LABEL)}${text}`, screen.width, LABEL);
    const role = label === FITS ? 'good' : label === FITS_NOT ? 'bad' : label === 'Mind' ? 'warn' : undefined;
    return role === undefined ? line : paint(screen, role, label) + line.slice(label.length);
  });
}

function headline(
  { range, slices, nodeSliceSize, capacity }: PlannedRange,
  { nodes, podsPerNode }: PlanQuestion,
): string {
  const pods = podsPerNode === null ? '' : counted(podsPerNode, 'pod');
  const asked =
    nodes === null
      ? podsPerNode === null
        ? ''
        : `${pods} ${slices === null ? '' : 'a node '}in `
      : `${counted(nodes, 'node')}${pods === '' ? '' : ` with ${pods} each`} in `;
  if (nodeSliceSize === null) return `${asked}${range}, ${addresses(capacity)} to hand out`;
  return `${asked}${range}, ${slices === 0 ? 'no slices' : counted(slices ?? 0, 'slice')} of ${nodeSliceSize}`;
}

function figures(plan: PlannedRange, { nodes, podsPerNode }: PlanQuestion): [string, string][] {
  const { slices, perNode, capacity, wasted, idle, spare, first, last, exclude } = plan;
  const rows: [string, string][] = [];
  if (slices === null) {
    const without = exclude.length === 0 ? '' : `, without ${exclude.join(', ')}`;
    rows.push(['Window', `${first ?? ''} to ${last ?? ''}${without}`]);
    if (plan.poolName !== null) rows.push(['Pool', plan.poolName]);
    if (perNode !== null) rows.push(['Per node', `${addresses(perNode)}, shared: any node may take what is free`]);
  } else {
    const need =
      podsPerNode === null || perNode === null || BigInt(perNode) < BigInt(podsPerNode)
        ? ''
        : `; ${number(BigInt(perNode) - BigInt(podsPerNode))} more than ${counted(podsPerNode, 'pod')} need`;
    rows.push(['Per node', `${addresses(perNode ?? '0')}${need}`]);
    if (nodes !== null) {
      const left = Math.max(0, slices - nodes);
      rows.push([
        'Slices',
        `${grouped(Math.min(nodes, slices))} taken, ${grouped(left)} left for more nodes; every node takes one, control plane too`,
      ]);
    }
  }
  const total = BigInt(capacity) + BigInt(wasted);
  const why = slices === null ? '' : ', the first and last of each slice';
  const idleText = idle === null || idle === '0' ? '' : `; ${number(BigInt(idle))} lie in slices that no node has`;
  const spareText =
    spare === null || spare === '0'
      ? ''
      : `; ${number(BigInt(spare))} to spare${slices === null ? '' : ' on the nodes'}`;
  rows.push(['Wasted', `${number(BigInt(wasted))} of ${number(total)} addresses${why}${idleText}${spareText}`]);
  return rows;
}

function wayOn(plan: PlannedRange, { nodes, podsPerNode }: PlanQuestion): [string, string][] {
  const { slices, largestSliceSize, smallestRange, growth, fits, range } = plan;
  const rows: [string, string][] = [];
  if (nodes !== null && slices !== null) {
    const text =
      largestSliceSize === null
        ? podsPerNode === null
          ? 'no slice size gives every node one'
          : 'no slice size gives every node one with room for its pods'
        : `/${largestSliceSize}: the largest slices of which every node gets one${podsPerNode === null ? '' : ', with room for its pods'}`;
    rows.push(['Largest', text]);
  }
  if (growth !== null) rows.push(['+20 %', growthText(plan, growth)]);
  const isTooSmall = smallestRange !== null && smallestRange < lengthOf(range);
  if (!fits && isTooSmall && (slices === null || largestSliceSize === null)) {
    rows.push(['Needed', `a range of /${smallestRange} or larger`]);
  }
  return rows;
}

function growthText({ slices, capacity }: PlannedRange, growth: NonNullable<PlannedRange['growth']>): string {
  const { nodes, fits, nodesWithoutSlice, lacking } = growth;
  if (fits) {
    const left = slices === null ? '' : `, ${grouped(slices - nodes)} slices left`;
    return `${counted(nodes, 'node')}: fit${nodes === 1 ? 's' : ''}${left}`;
  }
  if (nodesWithoutSlice !== null && nodesWithoutSlice > 0) {
    return `${counted(nodes, 'node')}: ${grouped(nodesWithoutSlice)} of them without a slice, so without pods of the network`;
  }
  if (lacking !== null && lacking !== '0') return `${counted(nodes, 'node')}: ${addresses(lacking)} too few`;
  return `${counted(nodes, 'node')}: no room${capacity === '0' ? '' : ' either'}`;
}

function lengthOf(range: string): number {
  return Number(range.slice(range.indexOf('/') + 1));
}

function addresses(count: string): string {
  return `${number(BigInt(count))} ${count === '1' ? 'address' : 'addresses'}`;
}

/** Grouped while it can be read, short beyond. */
function number(count: bigint): string {
  return count >= 10n ** 10n ? shortCount(count) : grouped(count);
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}
