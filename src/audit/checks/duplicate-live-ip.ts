import type { Nad } from '../../nad/nad.js';
import { refKey } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { append } from '../../pools/multimap.js';
import { named } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck, type Draft } from '../model.js';
import { isSettled, type PodSight } from '../sights.js';
import { inventory, nads } from '../sources/inventory.js';
import { pods } from '../sources/pods.js';

/** A pod that shows an address on one of its networks. */
interface Shown {
  readonly pod: PodSight;
  readonly nad: Nad;
  readonly ifName: string | null;
  readonly address: string;
}

export const duplicateLiveIp = defineCheck({
  id: 'audit/duplicate-live-ip',
  severity: 'error',
  title: 'two running pods show the same address on one network',
  why: 'Both answer for the address: the traffic of one goes to the other, now and then or always. Freeing an entry does not end it; one of the pods has to go. Networks of a Linux bridge are compared on each node by itself: whether an uplink joins the bridges of several nodes, their configuration (NodeNetworkState of nmstate) would tell, which ipamctl does not read. Give such a network a network_name, and it is compared everywhere.',
  needs: { inventory, nads, pods },
  fix: { kind: 'manual', text: 'delete one of the pods, the one that the pool does not name' },
  raises: {
    said: 'a live address was handed out again',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/web') }),
      ipReservation('10.0.0.5', 'default/web'),
      attachedPod('web', { shows: [['tenant', '10.0.0.5']] }),
      attachedPod('other', { shows: [['tenant', '10.0.0.5']] }),
      node('node-a'),
    ],
  },
  silent: { said: 'each pod has an address of its own', objects: HEALTHY },
  source: 'k8snetworkplumbingwg/whereabouts#110, #176, #409',
  *check({ inventory: read, nads: defined, pods: { pods: seen } }) {
    const byDomain = new Map<string, Shown[]>();
    const nadOf = new Map(defined.map((nad) => [refKey(nad), nad]));
    for (const pod of seen) {
      // One that is being deleted may have given its address back already.
      if (!isSettled(pod) || pod.status.state !== 'read') continue;
      for (const { nad: ref, addresses, ifName } of pod.status.entries) {
        const nad = ref === undefined ? undefined : nadOf.get(refKey(ref));
        const domain = nad === undefined ? undefined : domainOf(nad, pod);
        if (nad === undefined || domain === undefined) continue;
        for (const shown of addresses) {
          const address = shown.toString();
          if (!/^fe[89ab]/.test(address)) append(byDomain, `${domain}\n${address}`, { pod, nad, ifName, address });
        }
      }
    }
    const duplicates = [...byDomain.values()].map(distinct).filter((all) => all.length > 1);
    const holders = holdersOf(read, new Set(duplicates.flatMap((all) => all[0]?.address ?? [])));
    for (const all of duplicates) yield draftOf(all, holders);
  },
});

/**
 * What tells one L2 domain from another; undefined where the configuration does not. The node of a pod is not known of
 * metadata alone: then it may be the same, and the second look tells.
 */
function domainOf({ whereabouts, l2 }: Nad, { nodeName }: PodSight): string | undefined {
  if (whereabouts?.ok === true && whereabouts.networkName !== null) return `network ${whereabouts.networkName}`;
  if (l2 === null) return undefined;
  return l2.isPerNode ? `${l2.key}\n${nodeName ?? ''}` : l2.key;
}

/** Each pod once; the pods of one virtual machine are one, since it keeps its address while it migrates. */
function distinct(all: readonly Shown[]): Shown[] {
  const byOwner = new Map<string, Shown>();
  for (const shown of all) {
    const { pod } = shown;
    const owner = pod.machine === null ? `pod ${refKey(pod)}` : `machine ${pod.namespace}/${pod.machine}`;
    if (!byOwner.has(owner)) byOwner.set(owner, shown);
  }
  return [...byOwner.values()].sort((a, b) => (named(a.pod) < named(b.pod) ? -1 : 1));
}

function draftOf(all: readonly Shown[], holders: ReadonlyMap<string, ReadonlySet<string>>): Draft {
  const [first] = all;
  if (first === undefined) throw new Error('nobody shows it');
  const names = all.map(({ pod }) => named(pod));
  const held = holders.get(first.address) ?? new Set<string>();
  const strangers = all.filter(({ pod }) => !held.has(named(pod)));
  const [stranger] = strangers;
  const { whereabouts } = first.nad;
  return {
    object: { kind: 'Pod', namespace: first.pod.namespace, name: first.pod.name },
    address: first.address,
    networkName: whereabouts?.ok === true ? whereabouts.networkName : null,
    podref: named(first.pod),
    ifName: first.ifName,
    message: `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${(names.length - 3).toString()} more` : ''} show the same address`,
    evidence: {
      shownBy: all.map(({ pod, nad, ifName }) => ({
        namespace: pod.namespace,
        name: pod.name,
        uid: pod.uid,
        network: named(nad),
        ifName,
      })),
      heldFor: [...held],
    },
    // Where the pools name one of two, the other is the one to go.
    fix:
      strangers.length === 1 && stranger !== undefined && all.length === 2
        ? `kubectl delete pod -n ${stranger.pod.namespace} ${stranger.pod.name}`
        : null,
    again: { pods: all.map(({ pod }) => pod) },
  };
}

/** Whom the pools hold these addresses for. */
function holdersOf({ pools }: Inventory, addresses: ReadonlySet<string>): Map<string, Set<string>> {
  const holders = new Map<string, Set<string>>();
  if (addresses.size === 0) return holders;
  for (const { allocations } of pools) {
    for (const { podref, reading } of allocations) {
      const address = reading.ok ? reading.address.toString() : '';
      if (!addresses.has(address)) continue;
      const known = holders.get(address);
      if (known === undefined) holders.set(address, new Set([podref]));
      else known.add(podref);
    }
  }
  return holders;
}
