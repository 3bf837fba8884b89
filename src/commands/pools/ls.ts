import * as Flags from '@oclif/core/flags';
import { BaseCommand, exitCodeFor, inventoryOptions } from '../../cli/base.js';
import {
  fleetFlags,
  namespaceFlags,
  outputFlags,
  repeated,
  selectorFlag,
  sourceFlags,
  variableOf,
  watchFlags,
} from '../../cli/flags.js';
import { completenessOf, joinLists, withFound, type Fleet } from '../../cli/fleet.js';
import { failWhenFlag, failWhenOf, metConditions } from '../../cli/fail-when.js';
import { METRIC_FORMATS, type CommandResult } from '../../cli/result.js';
import { judgedPoolView, POOL_FIELDS, poolView } from '../../cli/watched-views.js';
import type { ClusterReader } from '../../cluster/port.js';
import { POOL_SORT_KEYS, sortDocuments } from '../../pools/documents.js';
import { readInventory } from '../../pools/inventory.js';
import { listPools, selectPools, type PoolList } from '../../pools/list.js';
import { staleCounts } from '../../reconcile/stale-counts.js';
import { strays } from '../../pools/strays.js';
import { survey } from '../../reconcile/survey.js';
import { poolMetrics, type Completeness } from '../../render/metrics.js';
import { names } from '../../render/output.js';
import { poolClosing, poolTable } from '../../render/pools.js';

interface FoundPools {
  readonly list: PoolList;
  /** Where was looked; null: everywhere. */
  readonly namespaces: readonly string[] | null;
  readonly completeness?: readonly Completeness[];
}

export default class PoolsLs extends BaseCommand {
  static override summary = 'list the pools of whereabouts: range, capacity, used, free';
  static override description =
    'Capacity is what the NADs that draw from a pool may hand out; without any NAD, all usable addresses of the range.';
  static override hiddenAliases = ['pools:list'];
  static override examples = [
    '<%= config.bin %> pools ls --sort-by used',
    '<%= config.bin %> pools ls --stale',
    "<%= config.bin %> pools ls --fail-when 'used>=80%' --fail-when 'stale>0'",
    '<%= config.bin %> pools ls -o prometheus',
    "<%= config.bin %> pools ls -o jsonpath='{.items[*].name}'",
    '<%= config.bin %> pools ls --from must-gather.tar.gz',
    '<%= config.bin %> pools ls --all-contexts --sort-by used',
    "<%= config.bin %> pools ls -w --exit-when 'used>=50%' --timeout 10m",
  ];
  static override flags = {
    ...sourceFlags,
    ...fleetFlags,
    ...namespaceFlags('only pools in this namespace'),
    ...selectorFlag,
    ...outputFlags(METRIC_FORMATS),
    ...watchFlags,
    ...failWhenFlag(POOL_FIELDS),
    'sort-by': Flags.option({
      options: POOL_SORT_KEYS,
      summary: 'used: the fullest first; free: the least free first',
      default: 'name' as const,
      env: variableOf('sort-by'),
    })(),
    network: repeated('network', 'only pools of this network name; may be given several times', 'NAME'),
    stale: Flags.boolean({ summary: 'count stale addresses too: reads the pods', env: variableOf('stale') }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(PoolsLs);
    const conditions = failWhenOf(flags, POOL_FIELDS);
    // Whoever asks about stale addresses wants them counted.
    const stale = flags.stale || conditions.some(({ condition }) => condition.field === 'stale');
    const look = async (reader: ClusterReader): Promise<FoundPools> => {
      const judged = stale ? await survey(reader, { ...inventoryOptions(flags), findingsOnly: true }) : null;
      const inventory =
        judged?.inventory ?? (await readInventory(reader, { ...inventoryOptions(flags), sideBySide: true }));
      const selected = await selectPools(reader, flags.selector);
      const list = listPools(inventory, {
        sortBy: flags['sort-by'],
        namespace: flags.namespace,
        networks: flags.network,
        uids: selected,
        staleOf: judged === null ? undefined : staleCounts(judged),
      });
      const incomplete = list.incomplete || (judged?.incomplete ?? false);
      const stray = strays(inventory, { networks: flags.network, namespace: flags.namespace }, 'pool');
      const warnings = [...new Set([...stray, ...list.warnings, ...(judged?.warnings ?? []), ...reader.notes])];
      return { list: { ...list, incomplete, warnings }, namespaces: inventory.namespaces };
    };
    const show = ({ list, namespaces, completeness = [list] }: FoundPools): CommandResult => {
      const { incomplete, warnings } = list;
      const rows = list.items.map((item) => ({ ...item }));
      const met = metConditions(conditions, rows, POOL_FIELDS);
      return {
        document: list,
        human: (view) => poolTable(list.items, { ...view, stale }),
        names: () => names('ippool.whereabouts.cni.cncf.io', list.items),
        texts: { prometheus: () => poolMetrics(list.items, completeness) },
        closing: poolClosing(list.items, {
          stale,
          namespaces,
          narrowed: [flags.namespace, flags.selector, flags.network].some((value) => value !== undefined),
        }),
        warnings: [...warnings, ...met],
        exitCode: exitCodeFor(incomplete, met.length > 0),
      };
    };
    const join = (fleet: Fleet<FoundPools>): CommandResult => {
      const lists = withFound(fleet, ({ list }) => list);
      const { items, ...list } = joinLists(lists.answers, ['items']);
      const sorted = { ...list, items: sortDocuments(items, flags['sort-by']) };
      return show({ list: sorted, namespaces: null, completeness: completenessOf(lists) });
    };
    if (flags.watch) {
      await this.watchFrom(flags, stale ? judgedPoolView : poolView, async (reader) => show(await look(reader)));
    } else await this.presentFleet(flags, METRIC_FORMATS, { look, show, join });
  }
}
