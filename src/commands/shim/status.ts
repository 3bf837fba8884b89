import { BaseCommand, exitCodeFor } from '../../cli/base.js';
import { outputFlags } from '../../cli/flags.js';
import { anyShimArg, shimSourceFlags, shimType } from '../../cli/shim-flags.js';
import { readShimStatus } from '../../openshift/status.js';
import { shimStatusClosing, shimStatusScreen } from '../../render/shims.js';

const FORMATS = ['table', 'wide', 'json', 'yaml', 'jsonpath'] as const;

export default class ShimStatus extends BaseCommand {
  static override summary = 'show what whereabouts and DHCP need in the cluster, and whether it is there and ready';
  static override description =
    'On OpenShift: the entry, its NAD, and what the Cluster Network Operator deploys for it; elsewhere what is ' +
    'installed with whereabouts. Without an argument: for the IPAM types that NADs use. Exit code 1 where something is ' +
    'missing or not ready.';
  static override examples = [
    '<%= config.bin %> shim status',
    '<%= config.bin %> shim status whereabouts -o wide',
    '<%= config.bin %> shim status --from must-gather.tar.gz -o json',
  ];
  static override args = { type: anyShimArg };
  static override flags = { ...shimSourceFlags, ...outputFlags(FORMATS) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ShimStatus);
    const types = args.type === undefined ? null : [shimType(args.type)];
    await this.presentFrom(flags, FORMATS, async (reader) => {
      const status = await readShimStatus(reader, types);
      const warnings = [...status.warnings, ...reader.notes];
      return {
        document: { ...status, warnings },
        human: ({ screen, wide }) => ({ text: shimStatusScreen(status, screen, wide), hiddenColumns: [] }),
        closing: shimStatusClosing(status, types !== null),
        warnings,
        exitCode: exitCodeFor(
          status.incomplete,
          status.items.some(({ state }) => state !== 'ready'),
        ),
      };
    });
  }
}
