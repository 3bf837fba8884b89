import { BaseCommand, exitCodeFor, inventoryOptions } from '../../cli/base.js';
import * as Flags from '@oclif/core/flags';
import { joinLists, withFound, type Fleet } from '../../cli/fleet.js';
import { fleetFlags, outputFlags, sourceFlags, variableOf } from '../../cli/flags.js';
import { LIST_FORMATS, type CommandResult } from '../../cli/result.js';
import type { ClusterReader } from '../../cluster/port.js';
import { judgeNads } from '../../lint/cluster/nads.js';
import { listNads, readNadUse, type NadList } from '../../pools/nads.js';
import { nadClosing, nadTable } from '../../render/nads.js';
import { names } from '../../render/output.js';

interface FoundNads {
  readonly list: NadList;
  /** Where was looked; null: everywhere. */
  readonly namespace: string | null;
  readonly severalNamespaces?: boolean;
}

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
    ...fleetFlags,
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
    const namespaceOf = (reader: ClusterReader | null): string | null =>
      allNamespaces ? null : (flags.namespace ?? reader?.contextNamespace ?? null);
    const look = async (reader: ClusterReader): Promise<FoundNads> => {
      const namespace = namespaceOf(reader);
      const [nads, use] = await Promise.all([
        judgeNads(reader, { namespace, selector }),
        readNadUse(reader, inventoryOptions(flags)),
      ]);
      return { list: listNads(nads, use, reader.notes), namespace };
    };
    const show = ({ list, namespace, severalNamespaces = allNamespaces }: FoundNads): CommandResult => {
      return {
        document: list,
        human: (view) => nadTable(list.items, { ...view, allNamespaces: severalNamespaces }),
        names: () => names('networkattachmentdefinition.k8s.cni.cncf.io', list.items),
        closing: nadClosing(list.items, { namespace, narrowed: selector !== undefined }),
        warnings: list.warnings,
        exitCode: exitCodeFor(list.incomplete),
      };
    };
    const join = (fleet: Fleet<FoundNads>): CommandResult => {
      const { answers } = withFound(fleet, ({ list }) => list);
      // Each context may have a namespace of its own.
      return show({ list: joinLists(answers, ['items']), namespace: namespaceOf(null), severalNamespaces: true });
    };
    await this.presentFleet(flags, LIST_FORMATS, { look, show, join });
  }
}
