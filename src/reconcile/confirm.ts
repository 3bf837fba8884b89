import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { IP_POOLS, RESERVATIONS } from '../cluster/resources.js';
import { networkIsKnown, objectKey } from '../pools/belonging.js';
import type { Inventory } from '../pools/inventory.js';
import { parsePool, parseReservation, type Allocation, type Pool, type Reservation } from '../whereabouts/objects.js';
import { listAgain, readAgain } from './again.js';
import type { JudgedClaim } from './judged.js';

/** Verdicts that say an owner no longer needs its address: they must outlast the reading. */
const FINDINGS = new Set(['stale', 'lost', 'finished']);

/**
 * Reads the pools and reservations behind the findings once more. An entry that is no longer there is dropped; one that
 * now belongs to another container or owner is `owner-not-settled`. A snapshot is one moment: nothing to confirm.
 */
export async function confirm(
  reader: ClusterReader,
  inventory: Inventory,
  judged: readonly JudgedClaim[],
): Promise<readonly JudgedClaim[]> {
  if (reader.source === 'snapshot') return judged;
  const findings = judged.filter(({ verdict, claim }) => FINDINGS.has(verdict) || claim.pool === null);
  if (findings.length === 0) return judged;
  const pools = new Map<Pool, Set<string>>();
  const reservations = new Set<Reservation>();
  const networks = new Map<string, Set<string>>();
  for (const { claim } of findings) {
    if (claim.pool !== null && claim.allocation !== null) add(pools, claim.pool, claim.allocation.key);
    else if (claim.reservation !== null) {
      reservations.add(claim.reservation);
      const network = networkKey(claim.reservation.namespace, claim.networkName);
      add(networks, network, claim.address?.toString() ?? '');
    }
  }
  const parse = onlyWanted(inventory, pools, networks);
  // The key that a reservation seems to lack may be in a pool that was made since: only a list shows that.
  const poolsNow =
    networks.size > 0
      ? await listAgain(reader, IP_POOLS, inventory.namespaces, parse)
      : await readAgain(reader, IP_POOLS, [...pools.keys()], inventory.namespaces, parse);
  const reservationsNow = await readAgain(
    reader,
    RESERVATIONS,
    [...reservations],
    inventory.namespaces,
    parseReservation,
  );
  const heldNow = heldByNetwork(poolsNow);
  const findingSet = new Set(findings);
  return judged.flatMap((item) => {
    if (!findingSet.has(item)) return [item];
    const outcome =
      item.claim.pool === null ? reservationNow(item, reservationsNow, heldNow) : entryNow(item, poolsNow);
    if (outcome === 'same') return [item];
    return outcome === 'gone' ? [] : [{ ...item, verdict: 'unknown' as const, reason: 'owner-not-settled' as const }];
  });
}

/** A pool as the second reading found it, with only the entries that findings are about. */
interface PoolNow extends Pool {
  /** null: not known. */
  readonly network: string | null;
}

type Outcome = 'same' | 'changed' | 'gone';

function entryNow({ claim }: JudgedClaim, poolsNow: ReadonlyMap<string, Pool>): Outcome {
  const { pool, allocation } = claim;
  if (pool === null || allocation === null) return 'gone';
  const now = poolsNow.get(objectKey(pool.namespace, pool.name));
  if (now?.uid !== pool.uid || now.rangeText !== pool.rangeText) return 'gone';
  const entry = entriesOf(now).get(allocation.key);
  if (entry === undefined) return 'gone';
  return sameEntry(entry, allocation) ? 'same' : 'changed';
}

const entriesByPool = new WeakMap<Pool, ReadonlyMap<string, Allocation>>();

/** A pool's entries by key, indexed once however many of them are findings. */
function entriesOf(pool: Pool): ReadonlyMap<string, Allocation> {
  let entries = entriesByPool.get(pool);
  if (entries === undefined) {
    entries = new Map(pool.allocations.map((allocation) => [allocation.key, allocation]));
    entriesByPool.set(pool, entries);
  }
  return entries;
}

function sameEntry(a: Allocation, b: Allocation): boolean {
  return a.id === b.id && a.podref === b.podref && a.ifName === b.ifName;
}

/** A reservation without a key is one only while it stands and no pool of its network has the key that it lacked. */
function reservationNow(
  { claim }: JudgedClaim,
  reservationsNow: ReadonlyMap<string, Reservation>,
  heldNow: ReadonlyMap<string, ReadonlySet<string>>,
): Outcome {
  const { reservation, address, networkName } = claim;
  if (reservation === null) return 'gone';
  const now = reservationsNow.get(objectKey(reservation.namespace, reservation.name));
  if (now?.uid !== reservation.uid) return 'gone';
  if (address === null) return 'same';
  return heldNow.get(networkKey(reservation.namespace, networkName))?.has(address.toString()) === true
    ? 'gone'
    : 'same';
}

/**
 * Reads a pool and lets go of every entry that no finding is about: a second copy of a cluster's pools would be most of
 * what a run holds.
 */
function onlyWanted(
  inventory: Inventory,
  pools: ReadonlyMap<Pool, ReadonlySet<string>>,
  networks: ReadonlyMap<string, ReadonlySet<string>>,
): (object: KubeObject) => PoolNow {
  const keysOf = new Map([...pools].map(([{ namespace, name }, keys]) => [objectKey(namespace, name), keys]));
  return (object) => {
    const pool = parsePool(object);
    const keys = keysOf.get(objectKey(pool.namespace, pool.name));
    const belonging = inventory.atlas.belongingOf(pool);
    // A pool of an unknown network is no answer about any reservation.
    const network = networkIsKnown(belonging) ? networkKey(pool.namespace, belonging.networkName) : null;
    const addresses = network === null ? undefined : networks.get(network);
    const allocations = pool.allocations.filter(({ key, reading }) => {
      if (keys?.has(key) === true) return true;
      return addresses !== undefined && reading.ok && addresses.has(reading.address.toString());
    });
    return { ...pool, allocations, network };
  };
}

/** The addresses of lone reservations that keys hold now, for each network. */
function heldByNetwork(poolsNow: ReadonlyMap<string, PoolNow>): Map<string, Set<string>> {
  const held = new Map<string, Set<string>>();
  for (const { allocations, network } of poolsNow.values()) {
    if (network === null) continue;
    for (const { reading } of allocations) if (reading.ok) add(held, network, reading.address.toString());
  }
  return held;
}

function add<K>(map: Map<K, Set<string>>, key: K, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

function networkKey(namespace: string, networkName: string | null): string {
  return networkName === null ? namespace : `${namespace}/${networkName}`;
}
