import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base.js';
import { isForPeople, planOutput } from '../../cli/emit.js';
import { duration, outputFlags, sourceFlags, variableOf } from '../../cli/flags.js';
import { scheduleChangeFlags, scheduleFlags, scheduleJob, sourceOf } from '../../cli/reconciler-flags.js';
import { checkExpression, lookedResult, runSchedule } from '../../cli/reconciler-scheduling.js';
import { OBJECT_FORMATS, type CommandResult } from '../../cli/result.js';
import { UsageFailure } from '../../errors.js';
import { readStatus } from '../../openshift/reconciler-status.js';
import { scheduleFacts } from '../../openshift/schedule-document.js';
import { scheduleText } from '../../render/reconciler.js';

export default class ReconcilerSchedule extends BaseCommand {
  static override summary = "show, check or change the schedule of whereabouts' reconciler";
  static override description =
    'Without CRON: where the schedule is set, in words, its next runs, and which pods go by it. With CRON: checks it by ' +
    'the rules of the scheduler itself and writes it; elsewhere than at a terminal that needs --yes.';
  static override examples = [
    '<%= config.bin %> reconciler schedule',
    "<%= config.bin %> reconciler schedule --check '*/15 * * * *'",
    "<%= config.bin %> reconciler schedule '*/15 * * * *' --wait",
    '<%= config.bin %> reconciler schedule --unset --dry-run=client --diff',
    '<%= config.bin %> reconciler schedule --restart-missed',
  ];
  static override args = {
    cron: Args.string({ description: 'five fields: minute, hour, day of month, month, day of week; in UTC' }),
  };
  static override flags = {
    ...sourceFlags,
    ...scheduleFlags,
    ...outputFlags(OBJECT_FORMATS),
    ...scheduleChangeFlags,
    check: Flags.boolean({ summary: 'only say what the scheduler would do with CRON; needs no cluster' }),
    after: Flags.string({
      summary: 'with --check: the runs after this moment instead of now',
      helpValue: 'TIME',
      dependsOn: ['check'],
      env: variableOf('after'),
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ReconcilerSchedule);
    const source = sourceOf(flags);
    if (flags.check) {
      await this.present(flags, OBJECT_FORMATS, () => Promise.resolve(checked(args.cron, flags)));
      return;
    }
    const job = scheduleJob(args.cron, flags);
    if (job === null) {
      await this.presentFrom(flags, OBJECT_FORMATS, async (reader) =>
        lookedResult(await readStatus(reader, source), flags.diff),
      );
      return;
    }
    if (typeof job.wanted === 'string') checkExpression(job.wanted, new Date());
    const waitMs = flags.wait ? duration('--timeout', flags.timeout ?? '5m') : null;
    const forPeople = isForPeople(await planOutput(flags.output, OBJECT_FORMATS, false));
    const { yes, diff } = flags;
    const settings = { io: this.io, yes, diff, dryRun: flags['dry-run'], forPeople, waitMs };
    await this.present(flags, OBJECT_FORMATS, () =>
      this.withCluster(flags, (cluster, progress) =>
        runSchedule(cluster, { ...job, source }, { ...settings, progress }),
      ),
    );
  }
}

function checked(cron: string | undefined, { after }: { readonly after?: string | undefined }): CommandResult {
  if (cron === undefined)
    throw new UsageFailure('--check needs an expression', {
      hints: ["ipamctl reconciler schedule --check '*/15 * * * *'"],
    });
  const moment = after === undefined ? new Date() : new Date(after);
  if (Number.isNaN(moment.getTime())) {
    throw new UsageFailure(`--after "${after ?? ''}" is no time`, { hints: ['write it as 2026-09-01T12:00:00Z'] });
  }
  const facts = scheduleFacts(cron, moment);
  return {
    document: { apiVersion: 'ipamctl.io/v1', kind: 'Schedule', ...facts },
    human: ({ screen }) => ({ text: scheduleText(facts, screen), hiddenColumns: [] }),
    names: () => '',
    closing: facts.valid && !facts.supported ? ['OpenShift supports plain five fields in UTC only.'] : [],
    warnings: facts.warnings,
    exitCode: facts.valid ? 0 : 1,
  };
}
