import type { NadDocument } from '../pools/nads.js';
import { CLUSTER_COLUMN, inItsCluster, placeOf } from './fleet.js';
import { percent } from './number.js';
import { NEARLY_FULL } from './pools.js';
import type { Role } from './style.js';
import { type Column, table, type TableText } from './table.js';
import type { Screen } from './terminal.js';

/** From here on a pool is as good as full (per cent). */
const FULL = 95;

/** The table of `nad ls`. */
export function nadTable(
  nads: readonly NadDocument[],
  options: {
    readonly screen: Screen;
    readonly wide: boolean;
    readonly noHeaders: boolean;
    readonly allNamespaces: boolean;
  },
): TableText {
  if (nads.length === 0) return { text: '', hiddenColumns: [] };
  const columns: Column<NadDocument>[] = [
    CLUSTER_COLUMN,
    {
      header: 'NAMESPACE',
      value: ({ namespace }) => namespace,
      shorten: 'middle',
      wideOnly: !options.allNamespaces,
    },
    { header: 'NAME', value: ({ name }) => name, shorten: 'middle' },
    { header: 'PLUGIN', value: ({ plugin }) => plugin ?? '', drop: 2 },
    { header: 'IPAM', value: ({ ipam }) => ipam ?? '', drop: 3 },
    { header: 'RANGES', value: ({ ranges }) => ranges.join(','), drop: 4 },
    { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', wideOnly: true },
    { header: 'SLICES', value: ({ nodeSliceSize }) => nodeSliceSize ?? '', wideOnly: true },
    { header: 'POOLS', value: poolNames, drop: 5, shorten: 'middle' },
    { header: 'USED%', value: usedText, align: 'right', style: fillRole },
    { header: 'PODS', value: ({ pods }) => pods?.toString() ?? '', align: 'right', drop: 1 },
    { header: 'FINDINGS', value: findingText, shorten: 'end', style: findingRole },
  ];
  return table(nads, columns, options);
}

/** The sentences under `nad ls`. */
export function nadClosing(
  nads: readonly NadDocument[],
  { namespace, narrowed }: { readonly namespace: string | null; readonly narrowed: boolean },
): string[] {
  if (nads.length === 0) {
    if (narrowed) return ['No NetworkAttachmentDefinition matches.'];
    return namespace === null
      ? ['No NetworkAttachmentDefinitions in any namespace. To write one: ipamctl nad generate']
      : [
          `No NetworkAttachmentDefinitions in namespace ${namespace}; -A looks in all. To write one: ipamctl nad generate`,
        ];
  }
  const parts = [`${nads.length.toString()} ${nads.length === 1 ? 'NAD' : 'NADs'} in ${placeOf(nads)}`];
  const withErrors = nads.filter(({ findings }) => findings.errors > 0).length;
  const withWarnings = nads.filter(({ findings }) => findings.errors === 0 && findings.warnings > 0).length;
  if (withErrors > 0) parts.push(`${withErrors.toString()} with errors`);
  if (withWarnings > 0) parts.push(`${withWarnings.toString()} with warnings`);
  const sum = `${parts.join('; ')}.`;
  const wrong = nads.find(({ findings }) => findings.errors > 0) ?? nads.find(({ findings }) => findings.warnings > 0);
  if (wrong === undefined) return [sum];
  return [
    sum,
    `What is wrong: ipamctl nad lint${namespace === null ? ' -A' : ` -n ${namespace}`}${inItsCluster(wrong)}`,
  ];
}

function poolNames({ pools }: NadDocument): string {
  const [first, ...others] = pools ?? [];
  // With node slices there is one for each node.
  if (first === undefined || others.length < 3) return (pools ?? []).map(({ name }) => name).join(',');
  return `${first.name} and ${others.length.toString()} more`;
}

/** Of the fullest: the one that runs out first. */
function fullest({ pools }: NadDocument): number | null {
  const percents = (pools ?? []).flatMap(({ usedPercent }) => usedPercent ?? []);
  return percents.length === 0 ? null : Math.max(...percents);
}

function usedText(nad: NadDocument): string {
  const used = fullest(nad);
  return used === null ? '' : percent(used);
}

function fillRole(nad: NadDocument): Role | undefined {
  const used = fullest(nad);
  if (used === null || used < NEARLY_FULL) return undefined;
  return used >= FULL ? 'bad' : 'warn';
}

/** The worst, and how many more there are that matter. */
function findingText({ findings: { worst, errors, warnings } }: NadDocument): string {
  if (worst === null || worst.severity === 'info') return '';
  const others = errors + warnings - 1;
  return `${worst.severity} ${worst.rule}${others === 0 ? '' : ` and ${others.toString()} more`}`;
}

function findingRole({ findings: { errors, warnings } }: NadDocument): Role | undefined {
  if (errors > 0) return 'bad';
  return warnings > 0 ? 'warn' : undefined;
}
