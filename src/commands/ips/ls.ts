import * as Flags from '@oclif/core/flags';
import { BaseCommand, exitCodeFor, inventoryOptions, podOf } from '../../cli/base.js';
import { joinLists, type Fleet } from '../../cli/fleet.js';
import {
  fleetFlags,
  namespaceFlags,
  outputFlags,
  repeated,
  selectorFlag,
  sourceFlags,
  variableOf,
  watchFlags,
} from '../../cli/flags.js';
import { LIST_FORMATS, type CommandResult } from '../../cli/result.js';
import { addressView } from '../../cli/watched-views.js';
import type { ClusterReader } from '../../cluster/port.js';
import { selectPools } from '../../pools/list.js';
import { listIps, withNode, withNodeNames, type IPList } from '../../reconcile/list-ips.js';
import { isSelected } from '../../reconcile/plan.js';
import { strays } from '../../pools/strays.js';
import { survey } from '../../reconcile/survey.js';
import { ipClosing, ipTable } from '../../render/ips.js';
import { names } from '../../render/output.js';

export default class IpsLs extends BaseCommand {
  static override summary = 'list the addresses that are held: for whom, and whether still needed';
  static override hiddenAliases = ['ips:list'];
  static override examples = [
    '<%= config.bin %> ips ls --stale',
    '<%= config.bin %> ips ls --stale --all-contexts',
    '<%= config.bin %> ips ls --pool 192.168.2.0-27 -o wide',
    '<%= config.bin %> ips ls --pod telco/upf-0',
    "<%= config.bin %> ips ls -w --exit-when 'stale>10' --timeout 5m",
    '<%= config.bin %> ips ls --stale -o jsonpath=\'{range .items[*]}{.address}{"\\t"}{.podref}{"\\n"}{end}\'',
  ];
  static override flags = {
    ...sourceFlags,
    ...fleetFlags,
    ...namespaceFlags('only addresses of pods in this namespace'),
    ...selectorFlag,
    ...outputFlags(LIST_FORMATS),
    ...watchFlags,
    stale: Flags.boolean({ summary: 'only what is stale', env: variableOf('stale') }),
    pod: Flags.string({
      summary: 'only what is held for this pod',
      helpValue: 'NAMESPACE/NAME',
      env: variableOf('pod'),
    }),
    node: Flags.string({
      summary: 'only what is held for pods on this node',
      helpValue: 'NAME',
      env: variableOf('node'),
    }),
    pool: repeated('pool', 'only this pool; may be given several times', 'NAME'),
    network: repeated('network', 'only this network name; may be given several times', 'NAME'),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IpsLs);
    if (flags.pod !== undefined) podOf(flags.pod);
    const wide = flags.output?.some((format) => /^wide(=|$)/.test(format)) === true;
    const look = async (reader: ClusterReader): Promise<IPList> => {
      const uids = await selectPools(reader, flags.selector);
      const selection = { pools: flags.pool, networks: flags.network, namespace: flags.namespace, uids };
      const judged = await survey(reader, {
        ...inventoryOptions(flags),
        only: () => (claim) =>
          claim.pool !== null &&
          isSelected(claim, selection) &&
          (flags.pod === undefined || claim.podref === flags.pod),
      });
      const onNode = flags.node === undefined ? judged : await withNode(reader, judged, flags.node);
      const list = listIps(
        wide ? await withNodeNames(reader, onNode) : onNode,
        ({ verdict, nodeName }) =>
          (!flags.stale || verdict === 'stale') && (flags.node === undefined || nodeName === flags.node),
      );
      const stray = strays(judged.inventory, selection, 'owner');
      return { ...list, warnings: [...stray, ...list.warnings, ...reader.notes] };
    };
    const show = (list: IPList): CommandResult => {
      const narrowed = [flags.stale, flags.pod, flags.node, flags.pool, flags.network, flags.namespace, flags.selector];
      return {
        document: list,
        human: (view) => ipTable(list, { ...view, node: flags.node !== undefined }),
        names: () =>
          names(
            'ip',
            list.items.map(({ cluster, address, key }) => ({
              name: address ?? key,
              ...(cluster === undefined ? {} : { cluster }),
            })),
          ),
        closing: ipClosing(list, { narrowed: narrowed.some((value) => value !== undefined && value !== false) }),
        warnings: list.warnings,
        exitCode: exitCodeFor(list.incomplete),
      };
    };
    const join = ({ answers }: Fleet<IPList>): CommandResult => show(joinLists(answers, ['items']));
    if (flags.watch) await this.watchFrom(flags, addressView, async (reader) => show(await look(reader)));
    else await this.presentFleet(flags, LIST_FORMATS, { look, show, join });
  }
}
