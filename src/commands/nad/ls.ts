import { BaseCommand, exitCodeFor, inventoryOptions } from '../../cli/base.js';
import * as Flags from '@oclif/core/flags';
import { outputFlags, sourceFlags, variableOf } from '../../cli/flags.js';
import { LIST_FORMATS } from '../../cli/result.js';
import { judgeNads } from '../../lint/cluster/nads.js';
import { listNads, readNadUse } from '../../pools/nads.js';
import { nadClosing, nadTable } from '../../render/nads.js';
import { names } from '../../render/output.js';

export default class NadLs extends BaseCommand {
  static override summary = 'list NetworkAttachmentDefinitions: plugin, IPAM, ranges, how full, pods, findings';
  static override description =
    'PODS are those that ask for the network and are not finished. FINDINGS are those of the rules that look at NADs ' +
    'alone; nad lint without a path has those about the cluster too.';
  static override hiddenAliases = ['nad:list'];
  static override examples = [
    '<%= config.bin %> nad ls',
    '<%= config.bin %> nad ls -A -o wide',
    "<%= config.bin %> nad ls -A -o jsonpath='{.items[?(@.findings.errors>0)].name}'",
    '<%= config.bin %> nad ls -A --from must-gather.tar.gz',
  ];
  static override flags = {
    ...sourceFlags,
    namespace: Flags.string({
      char: 'n',
      summary: "NADs of this namespace; without it, the context's",
      helpValue: 'NAME',
      env: variableOf('namespace'),
    }),
    'all-namespaces': Flags.boolean({ char: 'A', summary: 'NADs of all namespaces' }),
    selector: Flags.string({
      char: 'l',
      summary: 'only NADs with these labels, as kubectl has it',
      helpValue: 'SELECTOR',
      env: variableOf('selector'),
    }),
    ...outputFlags(LIST_FORMATS),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(NadLs);
    const { selector, 'all-namespaces': allNamespaces } = flags;
    await this.presentFrom(flags, LIST_FORMATS, async (reader) => {
      const namespace = allNamespaces ? null : (flags.namespace ?? reader.contextNamespace);
      const [nads, use] = await Promise.all([
        judgeNads(reader, { namespace, selector }),
        readNadUse(reader, inventoryOptions(flags)),
      ]);
      const list = listNads(nads, use, reader.notes);
      return {
        document: list,
        human: (view) => nadTable(list.items, { ...view, allNamespaces }),
        names: () => names('networkattachmentdefinition.k8s.cni.cncf.io', list.items),
        closing: nadClosing(list.items, { namespace, narrowed: selector !== undefined }),
        warnings: list.warnings,
        exitCode: exitCodeFor(list.incomplete),
      };
    });
  }
}
