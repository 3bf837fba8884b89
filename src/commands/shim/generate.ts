import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base.js';
import { planOutput } from '../../cli/emit.js';
import { outputFlags, variableOf } from '../../cli/flags.js';
import { shimArg, shimEntryFlags, shimOptions, shimSourceFlags } from '../../cli/shim-flags.js';
import { GENERATED_FORMATS, generatedShim, type KnownList } from '../../cli/shim-generate.js';
import { UsageFailure } from '../../errors.js';
import { planAdd } from '../../openshift/change.js';
import { shimEntry, shimWarnings } from '../../openshift/entry.js';
import { readOperatorNetwork } from '../../openshift/operator-network.js';

export default class ShimGenerate extends BaseCommand {
  static override summary = 'print the patch by which the Cluster Network Operator deploys what an IPAM type needs';
  static override description =
    'yaml and json: the entry within network.operator.openshift.io/cluster. json-patch: adds it to a list that is ' +
    'there; with --empty-list to one that is not; with --with-cluster or --from it fits the list that was read. ' +
    'merge-patch replaces the list, so it needs the present one. The command that applies it goes to stderr.';
  static override examples = [
    '<%= config.bin %> shim generate whereabouts',
    '<%= config.bin %> shim generate whereabouts -o json-patch',
    '<%= config.bin %> shim generate dhcp -o merge-patch --from network.yaml',
  ];
  static override args = { type: shimArg };
  static override flags = {
    ...shimSourceFlags,
    output: outputFlags(GENERATED_FORMATS).output,
    ...shimEntryFlags,
    'empty-list': Flags.boolean({
      summary: 'with -o json-patch: make the list, which must not be there',
      exclusive: ['from', 'with-cluster'],
      env: variableOf('empty-list'),
    }),
    'with-cluster': Flags.boolean({
      summary: 'read the present list from the cluster; merge-patch always does',
      exclusive: ['from'],
      env: variableOf('with-cluster'),
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ShimGenerate);
    const options = shimOptions(args.type, flags);
    const { type } = options;
    const entry = shimEntry(options);
    const output = flags.output ?? ['yaml'];
    const { specs } = await planOutput(output, GENERATED_FORMATS, false);
    const asked = specs.filter((spec) => spec.format !== 'table');
    if (flags['empty-list'] && !asked.some(({ format }) => format === 'json-patch')) {
      throw new UsageFailure('--empty-list is for -o json-patch');
    }
    const needsList = asked.some(({ format }) => format === 'merge-patch');
    const read = (): Promise<KnownList> =>
      this.withSource(flags, async (reader) => {
        const network = await readOperatorNetwork(reader);
        const hints = [`--name NAME     leaves it, and adds another`, 'ipamctl shim apply --force     replaces it'];
        return { network, change: planAdd(network, entry, { type, force: false, hints }) };
      });
    await this.present({ output, 'no-headers': true }, GENERATED_FORMATS, async () => {
      const known = needsList || flags['with-cluster'] || flags.from !== undefined ? await read() : undefined;
      const result = generatedShim(entry, asked, { emptyList: flags['empty-list'], type }, known);
      return { ...result, warnings: [...shimWarnings(options), ...result.warnings] };
    });
  }
}
