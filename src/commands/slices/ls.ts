import { BaseCommand, exitCodeFor, inventoryOptions } from '../../cli/base.js';
import { failWhenFlag, failWhenOf, metConditions } from '../../cli/fail-when.js';
import { completenessOf, joinLists, withFound, type Fleet } from '../../cli/fleet.js';
import { fleetFlags, namespaceFlags, outputFlags, selectorFlag, sourceFlags, watchFlags } from '../../cli/flags.js';
import { METRIC_FORMATS, type CommandResult } from '../../cli/result.js';
import { SLICE_FIELDS, slicePoolRow, slicePoolView } from '../../cli/watched-views.js';
import type { ClusterReader, OfCluster } from '../../cluster/port.js';
import { NODE_SLICE_POOLS } from '../../cluster/resources.js';
import { selectUids } from '../../pools/list.js';
import { listSlicePools, surveySlices, type NodeSlicePoolList } from '../../pools/slices.js';
import { sliceMetrics, type Completeness, type MeasuredSlicePool } from '../../render/metrics.js';
import { names } from '../../render/output.js';
import { slicePoolClosing, slicePoolTable } from '../../render/slices.js';

interface FoundSlices {
  readonly list: NodeSlicePoolList;
  /** Those of the list with the slices of their nodes. */
  readonly shown: readonly MeasuredSlicePool[];
  readonly missing?: readonly (OfCluster & { readonly count: number })[];
  readonly completeness?: readonly Completeness[];
}

export default class SlicesLs extends BaseCommand {
  static override summary = 'list node slice pools: range, slices, assigned, free, nodes without one';
  static override description =
    'NO-SLICE counts nodes of the cluster that have no slice, GONE slices of nodes that are no more, LEFTOVER pools of ' +
    'slices that their node has no more. FULLEST is the fill of the fullest node.';
  static override hiddenAliases = ['slices:list'];
  static override examples = [
    '<%= config.bin %> slices ls',
    '<%= config.bin %> slices ls -o wide',
    "<%= config.bin %> slices ls --fail-when 'nodesWithoutSlice>0' --fail-when 'free<10%'",
    '<%= config.bin %> slices ls -o prometheus',
    "<%= config.bin %> slices ls -w --exit-when 'assigned>0' --timeout 5m",
    '<%= config.bin %> slices ls --from must-gather.tar.gz',
  ];
  static override flags = {
    ...sourceFlags,
    ...fleetFlags,
    ...namespaceFlags('only node slice pools in this namespace'),
    ...selectorFlag,
    ...outputFlags(METRIC_FORMATS),
    ...watchFlags,
    ...failWhenFlag(SLICE_FIELDS),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SlicesLs);
    const conditions = failWhenOf(flags, SLICE_FIELDS);
    const look = async (reader: ClusterReader): Promise<FoundSlices> => {
      const survey = await surveySlices(reader, inventoryOptions(flags));
      const uids = await selectUids(reader, NODE_SLICE_POOLS, flags.selector);
      const list = listSlicePools(survey, { namespace: flags.namespace, uids });
      const shown = survey.views.filter(({ document }) => list.items.includes(document));
      return { list: { ...list, warnings: [...new Set([...list.warnings, ...reader.notes])] }, shown };
    };
    const show = (found: FoundSlices): CommandResult => {
      const { list, shown, missing = [{ count: list.missing.length }], completeness = [list] } = found;
      const { items, incomplete, warnings } = list;
      const met = metConditions(conditions, items.map(slicePoolRow), SLICE_FIELDS);
      return {
        document: list,
        human: (view) => slicePoolTable(items, view),
        names: () => names('nodeslicepool.whereabouts.cni.cncf.io', items),
        texts: {
          prometheus: () => sliceMetrics(shown, missing, completeness),
        },
        closing: slicePoolClosing(list, {
          narrowed: flags.namespace !== undefined || flags.selector !== undefined,
        }),
        warnings: [...warnings, ...met],
        exitCode: exitCodeFor(incomplete, met.length > 0),
      };
    };
    const join = (fleet: Fleet<FoundSlices>): CommandResult => {
      const lists = withFound(fleet, ({ list }) => list);
      return show({
        list: joinLists(lists.answers, ['items', 'leftoverPools', 'missing']),
        shown: fleet.answers.flatMap(({ name, found }) =>
          found.shown.map(({ document, nodes }) => ({ document: { cluster: name, ...document }, nodes })),
        ),
        missing: lists.answers.map(({ name, found }) => ({ cluster: name, count: found.missing.length })),
        completeness: completenessOf(lists),
      });
    };
    if (flags.watch) await this.watchFrom(flags, slicePoolView, async (reader) => show(await look(reader)));
    else await this.presentFleet(flags, METRIC_FORMATS, { look, show, join });
  }
}
