import * as Args from '@oclif/core/args';
import { BaseCommand, exitCodeFor, inventoryOptions } from '../../cli/base.js';
import { outputFlags, sourceFlags } from '../../cli/flags.js';
import { METRIC_FORMATS } from '../../cli/result.js';
import { findNamed } from '../../pools/find.js';
import { showSlicePool, SLICE_POOL, surveySlices } from '../../pools/slices.js';
import { sliceMetrics } from '../../render/metrics.js';
import { nearest } from '../../render/nearest.js';
import { names } from '../../render/output.js';
import { slicePoolScreen, slicePoolScreenClosing } from '../../render/slices.js';

export default class SlicesShow extends BaseCommand {
  static override summary = 'show one node slice pool: the slice, pool and fill of each node';
  static override description =
    'Nodes without a slice, slices of nodes that are gone, nodes with several slices and pools of earlier slices are named.';
  static override examples = [
    '<%= config.bin %> slices show slices',
    '<%= config.bin %> slices show openshift-multus/slices -o wide',
    "<%= config.bin %> slices show slices -o jsonpath='{.nodes[?(@.usedPercent>80)].nodeName}'",
  ];
  static override args = {
    slicepool: Args.string({ required: true, description: 'NAME or NAMESPACE/NAME of a NodeSlicePool' }),
  };
  static override flags = { ...sourceFlags, ...outputFlags(METRIC_FORMATS) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SlicesShow);
    await this.presentFrom(flags, METRIC_FORMATS, async (reader) => {
      const survey = await surveySlices(reader, inventoryOptions(flags));
      const rows = survey.views.map((view) => ({ ...view.document, view }));
      const { view } = findNamed(rows, args.slicepool, SLICE_POOL, reader, nearest);
      const report = showSlicePool(survey, view);
      const warnings = [...new Set([...report.warnings, ...reader.notes])];
      return {
        document: { ...report, warnings },
        human: (screen) => slicePoolScreen(report, screen),
        names: () => names('nodeslicepool.whereabouts.cni.cncf.io', [report]),
        texts: { prometheus: () => sliceMetrics([view], null, [survey]) },
        closing: slicePoolScreenClosing(report),
        warnings,
        exitCode: exitCodeFor(survey.incomplete),
      };
    });
  }
}
