import type { Address } from '../../net/address.js';
import { networkIsKnown, refKey } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { append } from '../../pools/multimap.js';
import type { Nad } from '../../nad/nad.js';
import type { Pool } from '../../whereabouts/objects.js';
import { named } from '../drafts.js';
import { attachedPod, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { isSettled, type PodSight } from '../sights.js';
import { inventory, nads } from '../sources/inventory.js';
import { pods } from '../sources/pods.js';

/** An address that a pod shows on a network of whereabouts, inside its range. */
interface Shown {
  readonly pod: PodSight;
  readonly nad: Nad;
  readonly networkName: string | null;
  readonly ifName: string | null;
  readonly address: Address;
  isTracked: boolean;
  /** A pool of another network that has an entry for it, of this very pod. */
  elsewhere: Pool | null;
}

export const untrackedLiveIp = defineCheck({
  id: 'audit/untracked-live-ip',
  severity: 'error',
  title: 'a running pod shows an address that no pool has an entry for',
  why: 'whereabouts takes the address for free and hands it out to the next pod. Until then a reservation may still guard it; the next run of the reconciler deletes that, too.',
  needs: { inventory, nads, pods },
  fix: { kind: 'audit', text: 'add the entry: ipamctl audit --fix untracked-live-ip; or recycle the pod' },
  raises: {
    said: 'two ADDs at once: one wrote its reservation, and its entry got lost',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24'),
      ipReservation('10.0.0.5', 'default/web'),
      attachedPod('web', { shows: [['tenant', '10.0.0.5']] }),
      node('node-a'),
    ],
  },
  also: ['audit/reservation-without-allocation'],
  silent: { said: 'the pool has the entry', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go; k8snetworkplumbingwg/whereabouts#712, #638',
  *check({ inventory: read, nads: defined, pods: { pods: seen } }) {
    const shown = shownOf(seen, defined);
    track(read, shown);
    const untracked = [...shown.values()].flat().filter(({ isTracked }) => !isTracked);
    if (untracked.length === 0) return;
    const poolsOf = poolsByNad(read);
    for (const { pod, nad, networkName, ifName, address, ...seenIn } of untracked) {
      const drawn = poolsOf.get(refKey(nad)) ?? [];
      const pool = drawn.find(({ range }) => range?.contains(address) === true);
      const uid = pool?.uid;
      // A pool of the network shows that the plugin knows it, and that other pool then guards nothing.
      const elsewhere = pool === undefined ? seenIn.elsewhere : null;
      yield {
        object: { kind: 'Pod', namespace: pod.namespace, name: pod.name },
        address: address.toString(),
        networkName,
        pool: pool === undefined || uid === undefined ? null : { namespace: pool.namespace, name: pool.name, uid },
        podref: named(pod),
        ifName,
        // The plugin ignores network_name, or the NAD has got it since: images seldom tell the version.
        ...(elsewhere === null ? {} : { severity: 'warning' as const }),
        message:
          elsewhere === null
            ? `${named(pod)} shows it on ${named(nad)}, and no pool has an entry for it: whereabouts hands it out again`
            : `${named(pod)} shows it on ${named(nad)}, and its entry is in ${named(elsewhere)}, of another network: a whereabouts that knows network_name hands it out again (0.6.1 does not know it)`,
        evidence: {
          podUid: pod.uid,
          network: named(nad),
          ifName,
          pools: drawn.map(named),
          elsewhere: elsewhere === null ? null : named(elsewhere),
        },
        fix:
          elsewhere !== null
            ? null
            : pool === undefined
              ? `kubectl delete pod -n ${pod.namespace} ${pod.name}`
              : 'ipamctl audit --fix untracked-live-ip',
        again: { everyPool: true, pods: [pod] },
      };
    }
  },
});

/** What settled pods show on networks of whereabouts, by address. */
function shownOf(seen: readonly PodSight[], defined: readonly Nad[]): Map<string, Shown[]> {
  const nadOf = new Map(defined.map((nad) => [refKey(nad), nad]));
  const shown = new Map<string, Shown[]>();
  for (const pod of seen) {
    if (!isSettled(pod) || pod.status.state !== 'read') continue;
    for (const { nad: ref, addresses, ifName } of pod.status.entries) {
      const nad = ref === undefined ? undefined : nadOf.get(refKey(ref));
      const ipam = nad?.whereabouts;
      if (nad === undefined || ipam?.ok !== true) continue;
      for (const address of addresses) {
        if (!ipam.ranges.some(({ range }) => range.contains(address))) continue;
        const { networkName } = ipam;
        append(shown, address.toString(), {
          pod,
          nad,
          networkName,
          ifName,
          address,
          isTracked: false,
          elsewhere: null,
        });
      }
    }
  }
  return shown;
}

/** Marks what some pool of the network has an entry for; of a pool whose network is not known, that may be it. */
function track({ pools, belongings }: Inventory, shown: ReadonlyMap<string, readonly Shown[]>): void {
  if (shown.size === 0) return;
  for (const pool of pools) {
    const belonging = belongings.get(pool);
    const isKnown = belonging !== undefined && networkIsKnown(belonging);
    for (const { reading, podref } of pool.allocations) {
      if (!reading.ok) continue;
      for (const each of shown.get(reading.address.toString()) ?? []) {
        if (!isKnown || belonging.networkName === each.networkName) each.isTracked = true;
        else if (podref === named(each.pod)) each.elsewhere = pool;
      }
    }
  }
}

function poolsByNad({ pools, belongings }: Inventory): Map<string, Pool[]> {
  const drawn = new Map<string, Pool[]>();
  for (const pool of pools) {
    for (const { nad } of belongings.get(pool)?.draws ?? []) append(drawn, refKey(nad), pool);
  }
  return drawn;
}
