import fc from 'fast-check';
import type { KubeObject } from '../../../src/cluster/port.js';
import { EVENTS, IP_POOLS, NODES, PODS, RESERVATIONS, STATEFUL_SETS } from '../../../src/cluster/resources.js';
import { readNetworkStatus } from '../../../src/nad/network-status.js';
import type { Address } from '../../../src/net/address.js';
import { Prefix } from '../../../src/net/prefix.js';
import { planOf, type ReconcilePlan } from '../../../src/reconcile/plan.js';
import type { JudgedClaim } from '../../../src/reconcile/judged.js';
import { survey, type Survey } from '../../../src/reconcile/survey.js';
import { JUST_DELETED_MS } from '../../../src/reconcile/verdict.js';
import { wholePod } from '../../../src/reconcile/pods.js';
import { entriesOf, FATES, lives, NODE, putNad, sweep, type Life, type Net, type Steps } from './plugin.js';
import { objectsAt, World, WorldReader, type Moment, type ReaderOptions } from './world.js';

/** Two overlapping pools of one network, and a dual-stack network without a name. */
const NETS: readonly Net[] = [
  { nad: 'wide', networkName: 'blue', ranges: ['10.0.0.0/28'] },
  { nad: 'narrow', networkName: 'blue', ranges: ['10.0.0.0/29'] },
  { nad: 'dual', networkName: null, ranges: ['10.1.0.0/29', 'fd00::/125'] },
];

/** Somebody acts a few times, then time passes. */
interface Turn {
  readonly who: number;
  readonly steps: number;
  readonly thenMs: number;
}

/** What happens, and between which requests. */
export interface Story {
  readonly names: readonly (readonly Omit<Life, 'name'>[])[];
  readonly replicas: number;
  readonly before: readonly Turn[];
  readonly during: readonly (readonly Turn[])[];
  readonly pageSize: number;
}

const anyLife: fc.Arbitrary<Omit<Life, 'name'>> = fc.record({
  nets: fc.shuffledSubarray([...NETS], { minLength: 1, maxLength: 2 }),
  fate: fc.constantFrom(...FATES),
  tells: fc.boolean(),
});

const anyTurn: fc.Arbitrary<Turn> = fc.record({
  who: fc.nat(3),
  steps: fc.integer({ min: 1, max: 8 }),
  thenMs: fc.constantFrom(0, 0, 1000, 1000, 30_000, 200_000),
});

export const anyStory: fc.Arbitrary<Story> = fc.record({
  names: fc.array(fc.array(anyLife, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
  replicas: fc.constantFrom(0, 0, 0, 1),
  before: fc.array(anyTurn, { maxLength: 30, size: 'max' }),
  during: fc.array(fc.array(anyTurn, { maxLength: 3 }), { minLength: 25, maxLength: 25 }),
  pageSize: fc.constantFrom(1, 2, 500),
});

/** A story as it went: what was read, and all moments of the reading. */
export interface Told {
  readonly survey: Survey;
  readonly plan: ReconcilePlan;
  readonly moments: readonly Moment[];
}

/** Reads a world while the story goes on in it. */
export async function tell(story: Story, broken: Pick<ReaderOptions, 'answeredAt'> = {}): Promise<Told> {
  const world = new World();
  for (const net of NETS) putNad(world, net);
  const condition = { type: 'Ready', status: 'True' };
  world.put(NODES, '', NODE, { status: { conditions: [condition] } });
  world.put(STATEFUL_SETS, 'default', 'p', { spec: { replicas: story.replicas } });
  const actors: Steps[] = [
    ...story.names.map((all, index) =>
      lives(
        world,
        all.map((life) => ({ ...life, name: `p-${index.toString()}` })),
      ),
    ),
    sweep(world, 'blue'),
  ];
  const act = ({ who, steps, thenMs }: Turn): void => {
    for (let step = 0; step < steps; step++) {
      actors[who % actors.length]?.next();
      world.tick(0);
    }
    world.tick(thenMs);
  };
  story.before.forEach(act);

  const moments = world.record();
  let turns = 0;
  const reader = new WorldReader(world, {
    ...broken,
    pageSize: story.pageSize,
    turn: async () => {
      const acts = story.during[turns++] ?? [];
      // Requests that run side by side overtake one another.
      for (let wait = acts.length; wait > 0; wait--) await Promise.resolve();
      acts.forEach(act);
    },
  });
  const judged = await survey(reader);
  const options = { includeCompleted: false, includeLost: false, minAgeMs: 0, all: true };
  const everything = { pools: undefined, networks: undefined, namespace: undefined, uids: null };
  const plan = planOf(judged, await reader.identity(), options, everything, 'test');
  return { survey: judged, plan, moments };
}

/** What a reading said that was not true at any moment of it, or not said although it was true all the time. */
export function untruths({ survey: { claims }, plan, moments }: Told): string[] {
  const wrong: string[] = [];
  for (const item of claims) {
    const say = (what: string): void => {
      const { podref, address } = item.claim;
      wrong.push(`${address?.toString() ?? ''} of ${podref}: ${item.verdict} (${item.reason}), but ${what}`);
    };
    if (item.claim.pool === null) checkReservation(item, moments, say);
    else checkEntry(item, moments, say);
  }
  for (const item of [...plan.items, ...plan.reservations]) {
    const { action, verdict, address, podref, evidence } = item;
    // A reservation without a key goes only when its owner is not there at all.
    const isGuard = 'withoutAllocation' in item && item.withoutAllocation && evidence.owner !== null;
    if ((action === 'release') !== (verdict === 'stale' && !isGuard))
      wrong.push(`${address ?? ''} of ${podref}: ${verdict}, ${action}`);
  }
  return wrong;
}

type Say = (what: string) => void;

function checkEntry(item: JudgedClaim, moments: readonly Moment[], say: Say): void {
  const { verdict, reason, claim } = item;
  const { address } = claim;
  if (address === null) throw new Error('the plugin writes no unreadable key');
  const held = moments.filter((moment) => hasEntry(moment, item));
  const heldAlways = held.length === moments.length;
  const at = (moment: Moment): Pod => podAt(moment, claim.podref);
  const isLive = (moment: Moment): boolean => at(moment).lives && at(moment).shows(address);
  const some = (is: (moment: Moment) => boolean): boolean => held.some(is);

  if (heldAlways && moments.every(isLive) && verdict !== 'live') say('it was live all the time');
  if (moments.every((moment) => !at(moment).exists)) {
    if (verdict === 'live' || verdict === 'pending' || verdict === 'finished') say('the pod was gone all the time');
    const quiet = !moments.some((moment) => wasJustKilled(moment, claim.podref) || anyoneShows(moment, address));
    if (heldAlways && quiet && !item.evidence.wantedBack && verdict !== 'stale') say('it was stale all the time');
  }
  switch (reason) {
    case 'pod-gone':
      if (!some((moment) => !at(moment).exists)) say('the pod was never gone while the entry was there');
      break;
    case 'other-address':
      if (!some((moment) => at(moment).exists && !at(moment).shows(address))) say('it never showed another');
      if (!some((moment) => at(moment).sandbox !== claim.allocation?.id)) say('it is of the sandbox that runs');
      break;
    case 'address-shown':
      // A pod that finished and went while the phases were read may pass for a live one; nothing comes of that.
      if (!moments.some((moment) => at(moment).shows(address))) say('it was never shown');
      if (moments.every((moment) => at(moment).exists && !at(moment).lives)) say('the pod was finished all the time');
      break;
    case 'succeeded':
    case 'failed':
      if (!some((moment) => at(moment).exists && !at(moment).lives)) say('the pod never was finished');
      break;
    case 'statefulset-ordinal':
      if (!moments.some((moment) => !at(moment).exists)) say('the pod was never gone');
      break;
    case 'pending':
    case 'just-deleted':
    case 'shown-by-other-pod':
    case 'no-network-status':
    case 'owner-not-settled':
      break;
    default:
      say('nothing of that kind happens here');
  }
}

function checkReservation(item: JudgedClaim, moments: readonly Moment[], say: Say): void {
  const { verdict, claim } = item;
  const { address, reservation } = claim;
  if (address === null || reservation === null) throw new Error('the plugin writes no unreadable reservation');
  const standing = moments.filter((moment) =>
    objectsAt(moment, RESERVATIONS).some(({ metadata }) => metadata.uid === reservation.uid),
  );
  const at = (moment: Moment): Pod => podAt(moment, claim.podref);
  const isLive = (moment: Moment): boolean => at(moment).lives && at(moment).shows(address);
  if (moments.every(isLive) && verdict !== 'live') say('its address was live all the time');
  if (verdict !== 'stale') return;
  if (item.reason === 'pod-gone' && !standing.some((moment) => !at(moment).exists)) {
    say('the pod was never gone while the reservation stood');
  }
  if (standing.every((moment) => isHeldByKey(moment, address))) say('a key held it all the time');
}

interface Pod {
  readonly exists: boolean;
  /** Whether it is there and not finished. */
  readonly lives: boolean;
  readonly sandbox: unknown;
  shows(address: Address): boolean;
}

function podAt(moment: Moment, podref: string): Pod {
  const object = objectsAt(moment, PODS).find(({ metadata }) => `default/${metadata.name ?? ''}` === podref);
  if (object === undefined) return { exists: false, lives: false, sandbox: undefined, shows: () => false };
  const phase = wholePod(object).phase;
  const lives = phase !== 'Succeeded' && phase !== 'Failed';
  return { exists: true, lives, sandbox: object['sandbox'], shows: (address) => showsAddress(object, address) };
}

function showsAddress(pod: KubeObject, address: Address): boolean {
  const status = readNetworkStatus(pod.metadata.annotations);
  return (
    status.state === 'read' && status.entries.some(({ addresses }) => addresses.some((each) => each.equals(address)))
  );
}

function anyoneShows(moment: Moment, address: Address): boolean {
  return objectsAt(moment, PODS).some((pod) => showsAddress(pod, address));
}

function hasEntry(moment: Moment, { claim }: JudgedClaim): boolean {
  const pool = objectsAt(moment, IP_POOLS).find(({ metadata }) => metadata.uid === claim.pool?.uid);
  const entry = pool === undefined ? undefined : entriesOf(pool)[claim.allocation?.key ?? ''];
  return (
    entry?.id === claim.allocation?.id && entry?.podref === claim.podref && (entry.ifname ?? null) === claim.ifName
  );
}

function isHeldByKey(moment: Moment, address: Address): boolean {
  return objectsAt(moment, IP_POOLS).some((pool) => {
    const base = Prefix.parse((pool['spec'] as { range: string }).range)?.address;
    return Object.keys(entriesOf(pool)).some((key) => base?.plus(BigInt(key))?.equals(address) === true);
  });
}

function wasJustKilled(moment: Moment, podref: string): boolean {
  return objectsAt(moment, EVENTS).some((event) => {
    const involved = event['involvedObject'] as { name: string };
    const ago = moment.nowMs - Date.parse(event['lastTimestamp'] as string);
    return `default/${involved.name}` === podref && ago < JUST_DELETED_MS;
  });
}
