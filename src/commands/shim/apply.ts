import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base.js';
import { isForPeople, planOutput } from '../../cli/emit.js';
import { duration, outputFlags, variableOf } from '../../cli/flags.js';
import { shimArg, shimChangeFlags, shimEntryFlags, shimOptions, shimSourceFlags } from '../../cli/shim-flags.js';
import { CHANGE_FORMATS, checkWait, runChange } from '../../cli/shimming.js';
import { planAdd } from '../../openshift/change.js';
import { shimEntry, shimWarnings } from '../../openshift/entry.js';

const USUAL_TIMEOUT = '5m';

export default class ShimApply extends BaseCommand {
  static override summary = 'have the Cluster Network Operator deploy what whereabouts or DHCP needs';
  static override description =
    'Adds one entry to spec.additionalNetworks of network.operator.openshift.io/cluster, and touches no other. ' +
    'Where another entry has that IPAM already there is nothing to do. Elsewhere than at a terminal it needs --yes.';
  static override examples = [
    '<%= config.bin %> shim apply whereabouts --wait',
    '<%= config.bin %> shim apply dhcp --dry-run=server --diff',
    '<%= config.bin %> shim apply whereabouts --yes --wait --timeout 10m -o json',
  ];
  static override args = { type: shimArg };
  static override flags = {
    ...shimSourceFlags,
    ...outputFlags(CHANGE_FORMATS),
    ...shimEntryFlags,
    ...shimChangeFlags,
    force: Flags.boolean({
      summary: 'replace an entry of that name that says something else; add it beside another that has that IPAM',
    }),
    wait: Flags.boolean({ summary: 'wait until all of it is there and ready', env: variableOf('wait') }),
    timeout: Flags.string({
      summary: `with --wait: for how long at most; then exit code 8; ${USUAL_TIMEOUT} where it is not said`,
      helpValue: 'DURATION',
      dependsOn: ['wait'],
      env: variableOf('timeout'),
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ShimApply);
    checkWait(flags);
    const options = shimOptions(args.type, flags);
    const waitMs = flags.wait ? duration('--timeout', flags.timeout ?? USUAL_TIMEOUT) : null;
    const entry = shimEntry(options);
    const forPeople = isForPeople(await planOutput(flags.output, CHANGE_FORMATS, false));
    const hints = ['--force     replaces it', '--name NAME     leaves it, and adds another'];
    const change = {
      name: String(entry['name']),
      type: options.type,
      decide: (network: Parameters<typeof planAdd>[0]) =>
        planAdd(network, entry, { type: options.type, force: flags.force, hints }),
      needsYes: 'shim apply',
      warnings: shimWarnings(options),
    };
    await this.present(flags, CHANGE_FORMATS, () =>
      this.withCluster(flags, (cluster, progress) =>
        runChange(cluster, change, {
          io: this.io,
          yes: flags.yes,
          dryRun: flags['dry-run'],
          diff: flags.diff,
          forPeople,
          waitMs,
          progress,
        }),
      ),
    );
  }
}
