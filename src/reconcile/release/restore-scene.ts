import type { ClusterReader } from '../../cluster/port.js';
import { leaseName } from '../../whereabouts/names.js';
import { refKey } from '../../pools/belonging.js';
import type { InventoryOptions } from '../../pools/inventory.js';
import { namespaceOf, type Claim } from '../claims.js';
import { survey, type Survey } from '../survey.js';
import { Coverage } from './coverage.js';
import { rangeRank, groupKey } from './groups.js';
import { nameOf, SeenPool, standingsOf, type Sight, type Standing, type TakenItem } from './standing.js';
import { claimOfTaken, type Wanted } from './taken.js';
import { append } from '../../pools/multimap.js';

/** An item that was asked for, and how it stands. */
export interface SceneItem extends TakenItem {
  readonly standing: Standing;
}

/** Items that go back in the same holding, or not at all; the plugin's later ranges first. */
export interface Unit {
  readonly namespace: string;
  readonly leases: readonly string[];
  readonly items: readonly SceneItem[];
}

/** What a restore would find and do. */
export interface RestoreScene {
  readonly survey: Survey;
  readonly coverage: Coverage;
  readonly items: readonly SceneItem[];
}

/** Reads pools, reservations and pods, and says of everything that was taken whether it can be put back. */
export async function readScene(
  reader: ClusterReader,
  wanted: Wanted,
  options: InventoryOptions = {},
): Promise<RestoreScene> {
  const asTaken: Pick<TakenItem, 'reservation' | 'isHeld'>[] = [];
  const read = await survey(reader, {
    ...options,
    claims: (inventory) =>
      [...wanted.taken, ...wanted.companions].map((taken) => {
        const { guard, isHeld = false } = taken;
        asTaken.push({ reservation: guard?.reservation ?? null, isHeld });
        return claimOfTaken(taken, inventory);
      }),
  });
  const coverage = await Coverage.read(reader, read.inventory);
  const items = read.claims.map((judged, at): TakenItem => ({ judged, reservation: null, ...asTaken[at] }));
  const standings = asGroups(items, standingsOf(items, new SurveySight(read, coverage)), wanted.taken.length);
  const asked = items.slice(0, wanted.taken.length);
  return {
    survey: read,
    coverage,
    items: asked.map((item) => ({ ...item, standing: standings.get(item) ?? { state: 'in-place' } })),
  };
}

/** What is to be done of a scene, in parts that stand or fall together. */
export function unitsOf({ survey: { inventory }, coverage, items }: RestoreScene): Unit[] {
  const units = new Map<string, SceneItem[]>();
  for (const [at, item] of items.entries()) {
    if (item.standing.state !== 'open') continue;
    const key = groupOf(item) ?? `alone ${at}`;
    append(units, key, item);
  }
  return [...units.values()].map((members) => ({
    namespace: members[0] === undefined ? '' : namespaceOf(members[0].judged.claim),
    leases: [...new Set(members.flatMap(({ judged: { claim } }) => leasesOf(claim, coverage)))],
    items: [...members].sort((one, other) => rank(other) - rank(one)),
  }));

  function rank({ judged: { claim } }: SceneItem): number {
    return rangeRank(claim.pool, claim.address, inventory);
  }
}

/**
 * The plugin looks only at the first range's reservation to decide whether it makes the others: of a pod without all of
 * them its next ADD would leave an address unguarded (release protocol, release of reservations 2). An owner that shows
 * its address is served with each that it can have.
 */
function asGroups(
  items: readonly TakenItem[],
  standings: ReadonlyMap<TakenItem, Standing>,
  asked: number,
): Map<TakenItem, Standing> {
  const groups = new Map<string, { readonly item: TakenItem; readonly isAsked: boolean }[]>();
  for (const [at, item] of items.entries()) {
    const key = groupOf(item);
    if (key === null) continue;
    append(groups, key, { item, isAsked: at < asked });
  }
  const result = new Map(standings);
  for (const members of groups.values()) {
    const obstacle = members
      .map(({ item, isAsked }) => {
        const standing = standings.get(item);
        const name = nameOf(item.judged.claim);
        if (standing?.state === 'blocked') return `${name} of the same pod cannot be put back: ${standing.why}`;
        if (standing?.state !== 'open' || isAsked) return null;
        return `${name} of the same pod is missing too, and they go together: --item ${name}`;
      })
      .find((found) => found !== null);
    if (obstacle === undefined) continue;
    for (const { item } of members) {
      if (standings.get(item)?.state === 'open') result.set(item, { state: 'blocked', why: obstacle });
    }
  }
  return result;
}

/** What the items of one pod in one network have in common; null: it stands for itself. */
function groupOf(item: TakenItem): string | null {
  const { claim, verdict } = item.judged;
  if (item.reservation === null || verdict === 'live') return null;
  return groupKey({ namespace: namespaceOf(claim), podref: claim.podref }, claim.networkName);
}

function leasesOf(claim: Claim, coverage: Coverage): string[] {
  const { pool, address, networkName, networkKnown, sliceNode } = claim;
  const own = pool !== null && (sliceNode !== null || !networkKnown) ? [pool.name] : [];
  if (address === null) return [leaseName(), ...own];
  return [...coverage.leasesOf(namespaceOf(claim), networkName, address), ...own];
}

/** A cluster as the survey found it. */
class SurveySight implements Sight {
  readonly #pools = new Map<string, SeenPool>();

  constructor(
    private readonly read: Survey,
    private readonly coverage: Coverage,
  ) {}

  pool(ref: { readonly namespace: string; readonly name: string }): SeenPool | undefined {
    const key = refKey(ref);
    let seen = this.#pools.get(key);
    if (seen === undefined) {
      const pool = this.read.inventory.pools.find(
        ({ namespace, name }) => namespace === ref.namespace && name === ref.name,
      );
      if (pool === undefined) return undefined;
      this.#pools.set(key, (seen = new SeenPool(pool, true)));
    }
    return seen;
  }

  reservation({
    namespace,
    name,
  }: {
    readonly namespace: string;
    readonly name: string;
  }): ReturnType<Sight['reservation']> {
    return this.read.inventory.reservationsByName.get(namespace, name);
  }

  covering(claim: Claim): ReturnType<Sight['covering']> {
    return coveringPools(claim, this.coverage);
  }
}

/** The pools that cover an address in its network. */
export function coveringPools(claim: Claim, coverage: Coverage): ReturnType<Sight['covering']> {
  const { address, networkName } = claim;
  return address === null ? [] : coverage.poolsOf(namespaceOf(claim), networkName, address);
}
