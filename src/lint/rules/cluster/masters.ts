import type { ClusterFacts, NodeNetworkFacts } from '../../cluster/facts.js';
import { mainOf, pathOf } from '../../cross-facts.js';
import { textOf } from '../../go-fields.js';
import type { NetworkSubject, PluginPart } from '../../model.js';
import type { Path } from '../../path.js';
import { askersOf } from './indexes.js';

/** The interface of the node that a network needs to be there. */
export interface NeededDevice {
  readonly device: string;
  readonly path: Path;
  readonly main: PluginPart;
}

/** A bridge is made where it is missing; a master is not, nor a bridge of Open vSwitch. */
export function neededDevice(network: NetworkSubject): NeededDevice | undefined {
  const main = mainOf(network);
  const keys: Readonly<Record<string, string>> = { macvlan: 'master', ipvlan: 'master', vlan: 'master', ovs: 'bridge' };
  const key = main?.type === undefined || !Object.hasOwn(keys, main.type) ? undefined : keys[main.type];
  if (main === undefined || key === undefined) return undefined;
  const device = textOf(main.conf, key);
  return device === undefined ? undefined : { device, path: pathOf(main, key), main };
}

/** The nodes on which a pod of a network runs. */
export function nodesOf(network: NetworkSubject, { pods }: ClusterFacts): ReadonlySet<string> {
  const running = askersOf(pods, network).filter(({ finished }) => !finished);
  return new Set(running.flatMap(({ nodeName }) => nodeName ?? []));
}

/** Names of nodes, the first few of them. */
export function nodeNames(nodes: readonly NodeNetworkFacts[]): string {
  const names = nodes.slice(0, 3).map(({ node }) => node);
  const more = nodes.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
