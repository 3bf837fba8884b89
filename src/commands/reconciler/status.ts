import { BaseCommand, exitCodeFor } from '../../cli/base.js';
import { outputFlags, sourceFlags } from '../../cli/flags.js';
import { sourceOf, scheduleFlags } from '../../cli/reconciler-flags.js';
import { OBJECT_FORMATS } from '../../cli/result.js';
import { readStatus } from '../../openshift/reconciler-status.js';
import { names } from '../../render/output.js';
import { statusClosing, statusScreen } from '../../render/reconciler.js';

export default class ReconcilerStatusCommand extends BaseCommand {
  static override summary = "show how whereabouts' reconciler is: its schedule, whether that is in force, its runs";
  static override description =
    "Reads the beginning and the end of each reconciler pod's log. What no line of it tells is not seen, which says " +
    'nothing either way. Exit code 1: something is wrong, or could not be seen.';
  static override examples = [
    '<%= config.bin %> reconciler status',
    "<%= config.bin %> reconciler status -o jsonpath='{.lastRun.result}'",
    '<%= config.bin %> reconciler status --from must-gather',
  ];
  static override flags = { ...sourceFlags, ...scheduleFlags, ...outputFlags(OBJECT_FORMATS) };

  async run(): Promise<void> {
    const { flags } = await this.parse(ReconcilerStatusCommand);
    await this.presentFrom(flags, OBJECT_FORMATS, async (reader) => {
      const { status, source } = await readStatus(reader, sourceOf(flags));
      const warnings = [...status.warnings, ...reader.notes];
      return {
        document: { ...status, warnings },
        human: (view) => statusScreen(status, view),
        names: () => names('pod', status.pods),
        closing: statusClosing(status, source.isOpenShift),
        warnings,
        exitCode: exitCodeFor(status.incomplete, status.problems.length > 0),
      };
    });
  }
}
