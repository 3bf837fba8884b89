import { networkIsKnown, type Belonging } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { append } from '../../pools/multimap.js';
import type { Allocation, Pool } from '../../whereabouts/objects.js';
import { entryFields, named } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';

/** A pool of a known network. */
interface Member {
  readonly pool: Pool;
  readonly belonging: Belonging;
}

interface Holder extends Member {
  readonly allocation: Allocation;
}

export const duplicateAllocation = defineCheck({
  id: 'audit/duplicate-allocation',
  severity: 'error',
  title: 'two pools of one network hold the same address for different pods',
  why: 'The reservation of an address keeps a second range of the network from handing it out. Here it did not, and both pods have the address. Where all NADs turned that guard off, nothing else is to be expected.',
  needs: { inventory },
  fix: { kind: 'manual', text: 'ipamctl ips show tells who shows the address; recycle one of the pods' },
  raises: {
    said: 'the reconciler deleted the reservation of a named network, and an overlapping range handed the address out',
    objects: [
      whereaboutsNad('all', { range: '10.0.0.0/24', network_name: 'red' }),
      whereaboutsNad('half', { range: '10.0.0.0/25', network_name: 'red' }, { master: 'eth2' }),
      ipPool('10.0.0.0/24', { 5: entry('default/web') }, { name: 'red-10.0.0.0-24' }),
      ipPool('10.0.0.0/25', { 5: entry('default/other') }, { name: 'red-10.0.0.0-25' }),
      ipReservation('red-10.0.0.5', 'default/web'),
      attachedPod('web', { shows: [['all', '10.0.0.5']] }),
      attachedPod('other', { shows: [['half', '10.0.0.5']] }),
      node('node-a'),
    ],
  },
  also: ['audit/duplicate-live-ip', 'audit/owner-mismatch'],
  silent: { said: 'one pool has it', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/reconciler/iploop.go; k8snetworkplumbingwg/whereabouts#409, #393',
  *check({ inventory: read }) {
    for (const group of overlapping(read)) {
      const holders = new Map<string, Holder[]>();
      for (const member of group) {
        for (const allocation of member.pool.allocations) {
          if (allocation.reading.ok) append(holders, allocation.reading.address.toString(), { ...member, allocation });
        }
      }
      for (const all of holders.values()) {
        const [first, ...rest] = all;
        const other = rest.find(
          ({ pool, allocation }) => pool !== first?.pool && allocation.podref !== first?.allocation.podref,
        );
        if (first === undefined || other === undefined) continue;
        const isUnguarded = all.every(
          ({ belonging: { draws } }) => draws.length > 0 && draws.every((draw) => !draw.overlapping),
        );
        yield {
          ...entryFields(other.pool, other.allocation, other.belonging),
          ...(isUnguarded ? { severity: 'info' as const } : {}),
          message: `held for ${other.allocation.podref}, and in pool ${named(first.pool)} for ${first.allocation.podref}`,
          evidence: {
            holders: all.map(({ pool, allocation: { key, podref, id, ifName } }) => ({
              pool: named(pool),
              key,
              podref,
              containerId: id,
              ifName,
            })),
          },
          again: { pools: all.map(({ pool }) => pool) },
        };
      }
    }
  },
});

/** Groups of pools of one network whose ranges have addresses in common; ranges are nested or apart. */
function* overlapping({ pools, belongings }: Inventory): Iterable<readonly Member[]> {
  const networks = new Map<string, Member[]>();
  for (const pool of pools) {
    const belonging = belongings.get(pool);
    if (belonging === undefined || !networkIsKnown(belonging) || pool.range === undefined) continue;
    append(networks, `${pool.range.family.toString()} ${belonging.networkName ?? ''}`, { pool, belonging });
  }
  for (const members of networks.values()) {
    const sorted = members
      .map((member) => ({ member, range: member.pool.range?.masked() }))
      .flatMap(({ member, range }) => (range === undefined ? [] : [{ member, range }]))
      .sort((a, b) => a.range.network.compare(b.range.network) || a.range.length - b.range.length);
    let group: Member[] = [];
    let widest = sorted[0]?.range;
    for (const { member, range } of sorted) {
      if (widest?.contains(range.network) !== true) {
        if (group.length > 1) yield group;
        group = [];
        widest = range;
      }
      group.push(member);
    }
    if (group.length > 1) yield group;
  }
}
