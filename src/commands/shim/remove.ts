import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base.js';
import { isForPeople, planOutput } from '../../cli/emit.js';
import { outputFlags } from '../../cli/flags.js';
import { shimArg, shimChangeFlags, shimNameFlag, shimOptions, shimSourceFlags } from '../../cli/shim-flags.js';
import { CHANGE_FORMATS, runChange } from '../../cli/shimming.js';
import { type Change, planRemove } from '../../openshift/change.js';
import { shimName } from '../../openshift/entry.js';
import { refuseNeeded } from '../../openshift/needs.js';

export default class ShimRemove extends BaseCommand {
  static override summary = 'take a shim out again, and with it what the operator deploys for it';
  static override description =
    'Refused (exit code 5) while NADs use that IPAM and no other entry has it. Every other entry stays as it is.';
  static override examples = [
    '<%= config.bin %> shim remove dhcp',
    '<%= config.bin %> shim remove whereabouts --dry-run=client --diff',
  ];
  static override args = { type: shimArg };
  static override flags = {
    ...shimSourceFlags,
    ...outputFlags(CHANGE_FORMATS),
    ...shimNameFlag,
    ...shimChangeFlags,
    force: Flags.boolean({ summary: 'also where NADs still need it, or where the entry is no shim of ours' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ShimRemove);
    const options = shimOptions(args.type, flags);
    const { type } = options;
    const name = options.name ?? shimName(type);
    const forPeople = isForPeople(await planOutput(flags.output, CHANGE_FORMATS, false));
    await this.present(flags, CHANGE_FORMATS, () =>
      this.withCluster(flags, (cluster, progress) => {
        const change = {
          name,
          type,
          decide: (network: Parameters<typeof planRemove>[0]) => planRemove(network, name, type, flags.force),
          allow: (planned: Change) => (flags.force ? Promise.resolve() : refuseNeeded(cluster, planned, type)),
          needsYes: 'shim remove',
        };
        return runChange(cluster, change, {
          io: this.io,
          yes: flags.yes,
          dryRun: flags['dry-run'],
          diff: flags.diff,
          forPeople,
          waitMs: null,
          progress,
        });
      }),
    );
  }
}
