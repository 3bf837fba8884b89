import * as Flags from '@oclif/core/flags';
import { BaseCommand, exitCodeFor, inventoryOptions } from '../cli/base.js';
import {
  duration,
  namespaceFlags,
  outputFlags,
  repeated,
  selectorFlag,
  sourceFlags,
  variableOf,
} from '../cli/flags.js';
import { LIST_FORMATS } from '../cli/result.js';
import { UsageFailure } from '../errors.js';
import { selectPools } from '../pools/list.js';
import { isSelected, planOf } from '../reconcile/plan.js';
import { survey } from '../reconcile/survey.js';
import { names } from '../render/output.js';
import { planClosing, planScreen } from '../render/plan.js';

export default class Reconcile extends BaseCommand {
  static override summary = 'find addresses that nobody needs any more, and print the plan to release them';
  static override description =
    'Reads only. Exit code 1 when there is something to release, or when something that was needed could not be read.';
  static override examples = [
    '<%= config.bin %> reconcile',
    '<%= config.bin %> reconcile --include-completed --min-age 1h',
    '<%= config.bin %> reconcile --pool 192.0.2.192-27 -o json',
    '<%= config.bin %> reconcile --from must-gather/',
  ];
  static override flags = {
    ...sourceFlags,
    ...namespaceFlags('only addresses of pods in this namespace'),
    ...selectorFlag,
    ...outputFlags(LIST_FORMATS),
    now: Flags.boolean({ summary: 'release what the plan says (not in this version yet)' }),
    all: Flags.boolean({ summary: 'list what is live too', env: variableOf('all') }),
    'include-completed': Flags.boolean({ summary: 'also addresses of pods that Succeeded or Failed' }),
    'include-lost': Flags.boolean({
      summary: 'also addresses of pods that went with their node; they may still answer',
    }),
    'min-age': Flags.string({
      summary: 'keep what finished less than this ago, such as 30m or 1h',
      helpValue: 'DURATION',
      env: variableOf('min-age'),
      parse: (text) => Promise.resolve(duration('--min-age', text).toString()),
    }),
    pool: repeated('pool', 'only this pool; may be given several times', 'NAME'),
    network: repeated('network', 'only this network name; may be given several times', 'NAME'),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Reconcile);
    if (flags.now) {
      throw new UsageFailure(
        '--now is not in this version yet; without it the plan is printed and nothing is released',
        {
          hints: ['ipamctl reconcile'],
        },
      );
    }
    await this.presentFrom(flags, LIST_FORMATS, async (reader) => {
      const uids = await selectPools(reader, flags.selector);
      const selection = { pools: flags.pool, networks: flags.network, namespace: flags.namespace, uids };
      const judged = await survey(reader, {
        ...inventoryOptions(flags),
        only: () => (claim) => isSelected(claim, selection),
        findingsOnly: !flags.all,
      });
      const plan = planOf(
        judged,
        await reader.identity(),
        {
          includeCompleted: flags['include-completed'],
          includeLost: flags['include-lost'],
          minAgeMs: Number(flags['min-age'] ?? 0),
          all: flags.all,
        },
        selection,
        this.config.version,
      );
      const warnings = [...plan.warnings, ...reader.notes];
      const pending = [...plan.items, ...plan.reservations].some(({ action }) => action === 'release');
      return {
        document: { ...plan, warnings },
        human: (view) => planScreen(plan, view),
        names: () =>
          names(
            'ip',
            plan.items.map(({ address, key }) => ({ name: address ?? key })),
          ),
        closing: planClosing(plan),
        warnings,
        exitCode: exitCodeFor(plan.incomplete, pending),
      };
    });
  }
}
