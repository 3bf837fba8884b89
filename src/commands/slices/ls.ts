import { BaseCommand, exitCodeFor, inventoryOptions } from '../../cli/base.js';
import type { ConditionFields, ConditionRow } from '../../cli/condition.js';
import { failWhenFlag, failWhenOf, metConditions } from '../../cli/fail-when.js';
import { namespaceFlags, outputFlags, selectorFlag, sourceFlags } from '../../cli/flags.js';
import { METRIC_FORMATS } from '../../cli/result.js';
import { NODE_SLICE_POOLS } from '../../cluster/resources.js';
import { selectUids } from '../../pools/list.js';
import type { NodeSlicePoolDocument } from '../../pools/slice-pools.js';
import { listSlicePools, surveySlices } from '../../pools/slices.js';
import { sliceMetrics } from '../../render/metrics.js';
import { names } from '../../render/output.js';
import { slicePoolClosing, slicePoolTable } from '../../render/slices.js';

/** Numbers of a row that a condition may be about; of lists it is how many they have. */
const FIELDS: ConditionFields = {
  numbers: [
    'slices',
    'assigned',
    'free',
    'used',
    'usedPercent',
    'nodesWithoutSlice',
    'nodesGone',
    'leftoverPools',
    'problems',
  ],
  wholeOf: { assigned: 'slices', free: 'slices', used: 'capacity' },
};

function conditionRow(item: NodeSlicePoolDocument): ConditionRow & { readonly name: string } {
  const { nodesWithoutSlice, nodesGone, leftoverPools, problems } = item;
  return {
    ...item,
    nodesWithoutSlice: nodesWithoutSlice?.length ?? null,
    nodesGone: nodesGone?.length ?? null,
    leftoverPools: leftoverPools.length,
    problems: problems.length,
  };
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
    '<%= config.bin %> slices ls --from must-gather.tar.gz',
  ];
  static override flags = {
    ...sourceFlags,
    ...namespaceFlags('only node slice pools in this namespace'),
    ...selectorFlag,
    ...outputFlags(METRIC_FORMATS),
    ...failWhenFlag(FIELDS),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SlicesLs);
    const conditions = failWhenOf(flags, FIELDS);
    await this.presentFrom(flags, METRIC_FORMATS, async (reader) => {
      const survey = await surveySlices(reader, inventoryOptions(flags));
      const uids = await selectUids(reader, NODE_SLICE_POOLS, flags.selector);
      const list = listSlicePools(survey, { namespace: flags.namespace, uids });
      const { items, incomplete, missing } = list;
      const met = metConditions(conditions, items.map(conditionRow), FIELDS);
      const warnings = [...new Set([...list.warnings, ...reader.notes])];
      return {
        document: { ...list, warnings },
        human: (view) => slicePoolTable(items, view),
        names: () => names('nodeslicepool.whereabouts.cni.cncf.io', items),
        texts: {
          prometheus: () => {
            const shown = survey.views.filter(({ document }) => items.includes(document));
            return sliceMetrics(shown, { incomplete, missing: missing.length });
          },
        },
        closing: slicePoolClosing(list, {
          narrowed: flags.namespace !== undefined || flags.selector !== undefined,
        }),
        warnings: [...warnings, ...met],
        exitCode: exitCodeFor(incomplete, met.length > 0),
      };
    });
  }
}
