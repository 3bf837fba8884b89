import type { KubeObject } from '../../../src/cluster/port.js';
import { IP_POOLS, NODES, PODS, RESERVATIONS, STATEFUL_SETS } from '../../../src/cluster/resources.js';
import { Address } from '../../../src/net/address.js';
import { poolName, reservationName } from '../../../src/whereabouts/names.js';
import { POOL_NAMESPACE } from './plugin.js';
import type { World } from './world.js';

export function address(text: string): Address {
  const parsed = Address.parse(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

/** Who holds which offset: `namespace/name`, or that with another interface than net1 (null: none). */
export type Holder = string | { readonly podref: string; readonly ifName: string | null; readonly id?: string };

export function putPool(
  world: World,
  range: string,
  holders: Readonly<Record<string, Holder>>,
  { networkName = null, namespace = POOL_NAMESPACE }: { networkName?: string | null; namespace?: string } = {},
): KubeObject {
  const allocations = Object.entries(holders).map(([key, holder]) => {
    const {
      podref,
      ifName,
      id = `c-${key}`,
    } = typeof holder === 'string' ? { podref: holder, ifName: 'net1' } : holder;
    return [key, { id, podref, ...(ifName === null ? {} : { ifname: ifName }) }] as const;
  });
  const spec = { range, allocations: Object.fromEntries(allocations) };
  return world.put(IP_POOLS, namespace, poolName({ range, networkName }), { spec });
}

export function putReservation(
  world: World,
  text: string,
  podref: string,
  networkName: string | null = null,
): KubeObject {
  const spec = { podref, ifname: 'net1' };
  return world.put(RESERVATIONS, POOL_NAMESPACE, reservationName(address(text), networkName), { spec });
}

export interface PodLook {
  /** What it shows on net1 of NAD `default/nad`; null: it has no network-status. */
  readonly shows?: readonly string[] | null;
  readonly phase?: string;
  readonly terminating?: boolean;
  readonly node?: string;
  readonly readyForMs?: number;
  readonly finishedForMs?: number;
  readonly nad?: string;
}

export function putPod(world: World, podref: string, look: PodLook = {}): KubeObject {
  const { shows = null, phase = 'Running', terminating = false, node = 'node-a', nad = 'default/nad' } = look;
  const { readyForMs, finishedForMs } = look;
  const [namespace = '', name = ''] = podref.split('/');
  const ago = (ms: number): string => new Date(world.nowMs - ms).toISOString();
  const status = [{ name: nad, interface: 'net1', ips: shows }];
  return world.put(PODS, namespace, name, {
    metadata: {
      annotations: shows === null ? {} : { 'k8s.v1.cni.cncf.io/network-status': JSON.stringify(status) },
      ...(terminating ? { deletionTimestamp: ago(0) } : {}),
    },
    spec: { nodeName: node },
    status: {
      phase,
      ...(readyForMs === undefined
        ? {}
        : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyForMs) }] }),
      ...(finishedForMs === undefined
        ? {}
        : { containerStatuses: [{ state: { terminated: { finishedAt: ago(finishedForMs) } } }] }),
    },
  });
}

/** A node whose Ready condition has this status. */
export function putNode(world: World, name: string, ready: 'True' | 'False' | 'Unknown' = 'True'): void {
  world.put(NODES, '', name, { status: { conditions: [{ type: 'Ready', status: ready }] } });
}

export function putSet(world: World, namespace: string, name: string, spec: Readonly<Record<string, unknown>>): void {
  world.put(STATEFUL_SETS, namespace, name, { spec });
}
