import * as Flags from '@oclif/core/flags';
import { exitCodeFor, inventoryOptions } from '../cli/base.js';
import {
  duration,
  fleetFlags,
  namespaceFlags,
  outputFlags,
  repeated,
  selectorFlag,
  sourceFlags,
  variableOf,
} from '../cli/flags.js';
import { joinLists, reportList } from '../cli/fleet.js';
import { ReleaseCommand, type FoundTargets } from '../cli/release-command.js';
import { releaseFlags } from '../cli/releasing.js';
import { LIST_FORMATS, type CommandResult } from '../cli/result.js';
import type { ClusterReader } from '../cluster/port.js';
import { selectPools } from '../pools/list.js';
import {
  claimsToRelease,
  isPending,
  isSelected,
  mayRelease,
  planOf,
  summed,
  type ReconcilePlan,
} from '../reconcile/plan.js';
import { strays } from '../pools/strays.js';
import { survey } from '../reconcile/survey.js';
import { planClosing } from '../render/plan.js';

export default class Reconcile extends ReleaseCommand {
  static override summary = 'find addresses that nobody needs any more, and release them with --now';
  static override description =
    'Without --now it reads only and prints the plan; exit code 1 when there is something to release, or when something that was needed could not be read. --now releases what the plan says, looks at each owner again before and after it, keeps a journal, and leaves alone what changed meanwhile.';
  static override examples = [
    '<%= config.bin %> reconcile',
    '<%= config.bin %> reconcile --all-contexts',
    '<%= config.bin %> reconcile --now',
    '<%= config.bin %> reconcile --now --max-release 50 -o json',
    '<%= config.bin %> reconcile --now --dry-run=client',
    '<%= config.bin %> reconcile --include-completed --min-age 1h',
    '<%= config.bin %> reconcile --pool 192.168.2.0-27 -o json',
    '<%= config.bin %> reconcile --from must-gather/',
  ];
  static override flags = {
    ...sourceFlags,
    ...fleetFlags,
    ...namespaceFlags('only addresses of pods in this namespace'),
    ...selectorFlag,
    ...outputFlags(LIST_FORMATS),
    ...releaseFlags,
    now: Flags.boolean({ summary: 'release what the plan says; asks first where a person can be asked' }),
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
    const options = {
      includeCompleted: flags['include-completed'],
      includeLost: flags['include-lost'],
      minAgeMs: Number(flags['min-age'] ?? 0),
      all: flags.all,
    };
    const find = async (reader: ClusterReader): Promise<FoundTargets> => {
      const uids = await selectPools(reader, flags.selector);
      const selection = { pools: flags.pool, networks: flags.network, namespace: flags.namespace, uids };
      const judged = await survey(reader, {
        ...inventoryOptions(flags),
        only: () => (claim) => isSelected(claim, selection),
        findingsOnly: !flags.all,
      });
      const found = { ...judged, warnings: [...strays(judged.inventory, selection, 'owner'), ...judged.warnings] };
      const identity = await reader.identity();
      return {
        survey: found,
        targets: claimsToRelease(found, options),
        mayRelease: (judged) => mayRelease(judged, options, reader.now()),
        describe: (outcomes) => planOf(found, identity, options, selection, this.config.version, outcomes),
      };
    };
    if (flags.now || flags['dry-run'] !== undefined) {
      const more = (['include-completed', 'include-lost'] as const).find((flag) => flags[flag]);
      const needsYes = more === undefined ? undefined : `--${more}`;
      await this.presentRelease(flags, { command: 'reconcile', needsYes, find });
      return;
    }
    const show = (plan: ReconcilePlan): CommandResult =>
      this.planResult(plan, [], planClosing(plan), exitCodeFor(plan.incomplete, isPending(plan)));
    await this.presentFleet(flags, LIST_FORMATS, {
      look: async (reader) => {
        const plan = (await find(reader)).describe(null);
        return { ...plan, warnings: [...new Set([...plan.warnings, ...reader.notes])] };
      },
      show,
      join: ({ answers }) => ({
        // One table of all, and each plan whole for whoever goes on with it.
        ...show({
          ...joinLists(answers, ['items', 'reservations']),
          summary: summed(answers.map(({ found }) => found.summary)),
        }),
        document: reportList('ReconcilePlanList', answers),
      }),
    });
  }
}
