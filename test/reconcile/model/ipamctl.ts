import { underWay } from './plugin.js';
import {
  holdingIntact,
  IPAMCTL,
  move,
  touch,
  written,
  type Config,
  type Entry,
  type Move,
  type State,
} from './state.js';

/**
 * ipamctl's release, one function a step, named after the words of the release protocol. `at` says which step is next:
 * entries:       judge → journal → get owner → patch → look again → put back read → put back write → (next target)
 * reservations:  journal reservations → holding → owner again → look at pools → delete reservations → release holding
 *                → look again after → 10 s → holding to create → create → done
 * without a key: first read → second read 10 s later → journal reservations → as above
 */
type Step = (state: State, config: Config) => Move[];

type Verdict = 'pod-gone' | 'other-address' | 'not to be released';

/** The owner verdict, by a direct GET of the pod and, for other-address, by the pool that was just read. */
function ownerVerdict(state: State, config: Config, entry: Entry, address: string, pool: string): Verdict {
  const pod = state.pods[entry.podref] ?? null;
  if (pod === null) return 'pod-gone';
  const ofIfname = pod.shows.filter(({ ifname }) => ifname === entry.ifname);
  // Row `live`: the address in any entry of network-status. Taken away: only in the entry of the key's ifname.
  const looked = config.rules.anyIfnameShows ? pod.shows : ofIfname;
  if (looked.some((shown) => shown.address === address)) return 'not to be released';
  const held = ofIfname.every((shown) => {
    const key = state.pools[pool]?.keys[shown.address];
    return key?.podref === entry.podref && key.ifname === entry.ifname;
  });
  return ofIfname.length > 0 && held ? 'other-address' : 'not to be released';
}

function sameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  return (
    one !== undefined &&
    one.podref === other?.podref &&
    one.container === other.container &&
    one.ifname === other.ifname
  );
}

function target(state: State, config: Config): { pool: string; address: string; entry: Entry | undefined } {
  const { pool, address } = config.targets[state.ipamctl.target] ?? { pool: '', address: '' };
  const journalled = state.ipamctl.journal.find((one) => one.pool === pool && one.address === address);
  return { pool, address, entry: journalled?.entry };
}

function outcome(next: State, config: Config, outcome: 'removed' | 'put back' | 'left'): void {
  const { pool, address } = target(next, config);
  const journalled = next.ipamctl.journal.find((one) => one.pool === pool && one.address === address);
  if (journalled !== undefined) journalled.outcome = outcome;
}

/** On to the next target, or to the reservations. */
function nextTarget(next: State, config: Config): void {
  const own = next.ipamctl;
  own.read = null;
  own.tries = 0;
  own.target++;
  if (own.target < config.targets.length) own.at = own.reran ? 'rerun' : 'judge';
  else own.at = 'journal reservations';
}

/** The plan: pool and owner are read, and the entry judged. */
const judge: Step = (state, config) => [
  move(state, 'reads the pool and judges the entry', (next) => {
    const { pool, address } = target(next, config);
    const entry = next.pools[pool]?.keys[address];
    const own = next.ipamctl;
    if (entry === undefined || ownerVerdict(next, config, entry, address, pool) === 'not to be released') {
      nextTarget(next, config);
      return;
    }
    own.read = structuredClone(next.pools[pool] ?? null);
    own.at = 'journal';
  }),
];

/** Release of entries 1. */
const journalIntent: Step = (state, config) => [
  move(state, 'journals the intent', (next) => {
    const { pool, address } = target(next, config);
    const own = next.ipamctl;
    const entry = own.read?.keys[address];
    own.journal = own.journal.filter((one) => one.pool !== pool || one.address !== address);
    if (entry !== undefined) own.journal.push({ pool, address, entry, outcome: 'none' });
    own.at = 'get owner';
  }),
];

/** Release of entries 2. */
const getOwner: Step = (state, config) => [
  move(state, 'GETs the owner', (next) => {
    const { pool, address, entry } = target(next, config);
    if (entry !== undefined && ownerVerdict(next, config, entry, address, pool) !== 'not to be released')
      next.ipamctl.at = 'patch';
    else {
      outcome(next, config, 'left');
      nextTarget(next, config);
    }
  }),
];

function removeKey(next: State, config: Config): void {
  const { pool: name, address, entry } = target(next, config);
  const pool = next.pools[name];
  if (pool == null || entry === undefined) return;
  const live = next.pods[entry.podref]?.shows.find(
    (shown) => shown.address === address && shown.pool === name && shown.ifname === entry.ifname,
  );
  // A key that the plugin could not write (its PATCH failed) is the one that only the second look can see.
  if (live !== undefined && live.patchFailed === undefined)
    next.wrong = `ipamctl removed the key ${address} of ${name} while ${entry.podref} showed it`;
  touch(next, address);
  Reflect.deleteProperty(pool.keys, address);
  written(next, pool);
}

/** Release of entries 3: `test` of uid and of the entry as read, and `remove`. */
const patch: Step = (state, config) => {
  const { pool: name, address, entry } = target(state, config);
  const pool = state.pools[name] ?? null;
  const fits = pool?.uid === state.ipamctl.read?.uid && sameEntry(pool?.keys[address], entry);
  if (!fits)
    return [
      move(state, 'PATCHes the entry away: 422', (next) => {
        outcome(next, config, 'left');
        next.ipamctl.tries++;
        if (next.ipamctl.tries < 3) next.ipamctl.at = 'judge';
        else nextTarget(next, config);
      }),
    ];
  const moves = [
    move(state, 'PATCHes the entry away', (next) => {
      removeKey(next, config);
      next.ipamctl.at = 'look again';
    }),
  ];
  if (state.left.uncertain > 0)
    moves.push(
      move(state, 'PATCHes the entry away: no answer, applied', (next) => {
        next.left.uncertain--;
        removeKey(next, config);
        next.ipamctl.at = 'decide by reading';
      }),
      move(state, 'PATCHes the entry away: no answer, not applied', (next) => {
        next.left.uncertain--;
        next.ipamctl.at = 'decide by reading';
      }),
    );
  return moves;
};

/** Uncertain: decided by reading. `timeout=1s` is over, so what was not applied never will be. */
const decideByReading: Step = (state, config) => [
  move(state, 'reads whether the entry is gone', (next) => {
    const { pool, address, entry } = target(next, config);
    if (sameEntry(next.pools[pool]?.keys[address], entry)) {
      next.ipamctl.tries++;
      next.ipamctl.at = 'judge';
    } else next.ipamctl.at = 'look again';
  }),
];

/** Release of entries 4. */
const lookAgain: Step = (state, config) => [
  move(state, 'looks at the owner again', (next) => {
    const { pool, address, entry } = target(next, config);
    const verdict = entry === undefined ? 'pod-gone' : ownerVerdict(next, config, entry, address, pool);
    if (verdict !== 'not to be released' || !config.rules.lookAgain) {
      outcome(next, config, 'removed');
      nextTarget(next, config);
    } else next.ipamctl.at = 'put back read';
  }),
];

/** Release of entries 4: only if the pool has no key of that podref and ifname, and this one is free. */
const putBackRead: Step = (state, config) => [
  move(state, 'reads the pool to put the entry back', (next) => {
    const { pool: name, address, entry } = target(next, config);
    const pool = next.pools[name] ?? null;
    const has = Object.values(pool?.keys ?? {}).some(
      (key) => key.podref === entry?.podref && key.ifname === entry.ifname,
    );
    if (pool === null || has || pool.keys[address] !== undefined) {
      outcome(next, config, 'left');
      nextTarget(next, config);
      return;
    }
    next.ipamctl.read = structuredClone(pool);
    next.ipamctl.at = 'put back write';
  }),
];

/** `test` of the pool's resourceVersion, `test null`, `add`. */
const putBackWrite: Step = (state, config) => [
  move(state, 'puts the entry back', (next) => {
    const { pool: name, address, entry } = target(next, config);
    const pool = next.pools[name] ?? null;
    const read = next.ipamctl.read;
    if (pool === null || entry === undefined) {
      nextTarget(next, config);
      return;
    }
    if (config.rules.putBackTested && (pool.uid !== read?.uid || read.version === 0)) {
      next.ipamctl.at = 'put back read';
      return;
    }
    pool.keys[address] = entry;
    written(next, pool);
    outcome(next, config, 'put back');
    nextTarget(next, config);
  }),
];

/** Leases under which a pool that covers one of the addresses is written; without the rule only the targets' own. */
function leasesFor({ targets, pools, rules, noLease }: Config, addresses: readonly string[]): string[] {
  if (!rules.holding || noLease) return [];
  const names = Object.keys(pools).filter((name) =>
    rules.severalLeases
      ? pools[name]?.addresses.some((address) => addresses.includes(address))
      : targets.some(({ pool }) => pool === name),
  );
  return [...new Set(names.map((name) => pools[name]?.lease ?? ''))].sort();
}

/** The owner of the reservations: of the entries that this run removed, or of the reservation without a key. */
function podrefOf(state: State, { orphan }: Config): string {
  const removed = state.ipamctl.journal.find((one) => one.outcome === 'removed');
  return removed?.entry.podref ?? (orphan === null ? '' : (state.reservations[orphan]?.podref ?? ''));
}

/** Addresses whose reservations are to go: of the entries that this run removed, else the one without a key. */
function addressesToGo(state: State, config: Config): string[] {
  const removed = state.ipamctl.journal.filter((one) => one.outcome === 'removed').map(({ address }) => address);
  const all = removed.length > 0 ? removed : config.orphan === null ? [] : [config.orphan];
  const there = all.filter((address) => state.reservations[address] != null);
  return config.rules.firstRangeFirst ? there : there.reverse();
}

const journalReservations: Step = (state, config) => [
  move(state, 'journals which reservations are to go', (next) => {
    const own = next.ipamctl;
    const removed = own.journal.some((one) => one.outcome === 'removed');
    // A rerun did not remove the entry itself: what is left has to pass the two reads.
    if (config.noLease && config.rules.noLeaseLeavesReservations) own.at = 'empty pool';
    else if (removed && !config.rules.reservationsGoToo) own.at = 'empty pool';
    else if (addressesToGo(next, config).length === 0) own.at = 'empty pool';
    else if ((!removed || own.reran) && own.firstRead === null) own.at = 'first read';
    else {
      own.reservationIntents = addressesToGo(next, config);
      own.podref = podrefOf(next, config);
      own.at = 'holding';
    }
  }),
];

/** Uids of the reservations without a key that may go: owner 404, no key holds them, and no reconciler deletes. */
function withoutKey(state: State, config: Config): string | null {
  if (config.rules.reconcilerNotRunning && state.reconciler.at === 'deleting') return null;
  const uids = addressesToGo(state, config).flatMap((address) => {
    const reservation = state.reservations[address] ?? null;
    const held = Object.values(state.pools).some((pool) => pool?.keys[address] !== undefined);
    return reservation === null || held || state.pods[reservation.podref] != null ? [] : [reservation.uid];
  });
  return uids.length === 0 ? null : uids.join(' ');
}

/** The 10 s: the plugin's whole budget, so every run that was under way is over. */
function beginTenSeconds(next: State): void {
  next.ipamctl.waitsFor = next.plugin.flatMap((plugin, at) => (underWay(plugin) ? [at] : []));
}

function tenSecondsAreOver(state: State): boolean {
  return state.ipamctl.waitsFor.every((at) => state.plugin[at]?.at === 'ended');
}

/** Release of reservations 4. */
const firstRead: Step = (state, config) => [
  move(state, 'reads a reservation without a key, its owner, and the last line of the reconciler', (next) => {
    const own = next.ipamctl;
    own.firstRead = withoutKey(next, config);
    beginTenSeconds(next);
    if (own.firstRead === null) own.at = 'empty pool';
    else own.at = config.rules.twoReadsApart ? 'second read' : 'journal reservations';
  }),
];

const secondRead: Step = (state, config) => {
  if (!tenSecondsAreOver(state)) return [];
  return [
    move(state, 'reads the same 10 s later', (next) => {
      const own = next.ipamctl;
      own.waitsFor = [];
      own.at = withoutKey(next, config) === own.firstRead ? 'journal reservations' : 'empty pool';
    }),
  ];
};

/** All Leases or none; the sorted order matters only between two of us. */
function hold(state: State, config: Config, addresses: readonly string[], then: string): Move[] {
  const leases = leasesFor(config, addresses);
  if (leases.some((lease) => state.leases[lease] !== '')) return [];
  return [
    move(state, `takes the Leases ${leases.join(', ') || '(none)'}`, (next) => {
      for (const lease of leases) next.leases[lease] = IPAMCTL;
      next.ipamctl.holds = leases;
      next.ipamctl.going = [];
      next.ipamctl.index = 0;
      next.ipamctl.at = then;
    }),
  ];
}

/** The holding; `--no-lease` or without the rule it is none. */
const holding: Step = (state, config) => hold(state, config, state.ipamctl.reservationIntents, 'owner again');

/** Release of reservations 1, first half: the owner again, inside the holding. */
const ownerAgain: Step = (state) => [
  move(state, 'GETs the owner in the holding', (next) => {
    const gone = next.pods[next.ipamctl.podref] == null;
    if (!gone) next.ipamctl.reservationIntents = [];
    next.ipamctl.at = gone ? 'look at pools' : 'release holding';
  }),
];

/**
 * Release of reservations 1: no key in any pool that covers the address; 2: all reservations of one podref, or none.
 * The GETs are one step here: inside a holding that is intact nobody comes between them.
 */
const lookAtPools: Step = (state, config) => [
  move(state, 'looks at every pool that covers the addresses, and reads the reservations', (next) => {
    const own = next.ipamctl;
    const podref = own.podref;
    const free = (address: string): boolean =>
      !Object.values(next.pools).some((pool) => pool?.keys[address] !== undefined);
    own.going = own.reservationIntents.flatMap((address) => {
      const reservation = next.reservations[address];
      const mayGo = reservation?.podref === podref && free(address);
      return mayGo && (own.firstRead?.split(' ').includes(String(reservation.uid)) ?? true)
        ? [{ address, uid: reservation.uid }]
        : [];
    });
    const allOfPodref = Object.keys(next.reservations).filter(
      (address) => next.reservations[address]?.podref === podref,
    );
    if (config.rules.allOrNone && allOfPodref.some((address) => !own.going.some((one) => one.address === address)))
      own.going = [];
    own.reservationIntents = own.going.map(({ address }) => address);
    own.at = own.going.length === 0 ? 'release holding' : 'delete reservations';
  }),
];

/** DELETE with uid and resourceVersion (a reservation is never written to, so its uid is enough here). */
const deleteReservations: Step = (state, config) => {
  const { going, index } = state.ipamctl;
  const { address, uid } = going[index] ?? { address: '', uid: 0 };
  return [
    move(state, `DELETEs the reservation of ${address}`, (next) => {
      const there = next.reservations[address] ?? null;
      if (there !== null && (there.uid === uid || !config.rules.uidPrecondition)) {
        // While it has its holding nothing excuses this; without it the second look has to mend it.
        if (holdingIntact(next) && next.pods[there.podref]?.shows.some((shown) => shown.address === address))
          next.wrong = `ipamctl deleted the reservation of ${address} while ${there.podref} showed it`;
        if (there.podref !== next.ipamctl.podref)
          next.wrong = `ipamctl deleted the reservation of ${address} that is ${there.podref}'s by now`;
        next.reservations[address] = null;
        touch(next, address);
      }
      next.ipamctl.index++;
      if (next.ipamctl.index === going.length) next.ipamctl.at = 'release holding';
    }),
  ];
};

function giveUpLeases(next: State, config: Config): void {
  for (const lease of next.ipamctl.holds) {
    const holder = next.leases[lease] ?? '';
    if (holder !== IPAMCTL && holder !== '' && !config.rules.leaseByVersion)
      next.wrong = `ipamctl cleared the Lease ${lease} that ${holder} held`;
    if (holder === IPAMCTL || !config.rules.leaseByVersion) next.leases[lease] = '';
  }
  next.ipamctl.holds = [];
  next.ipamctl.going = [];
  next.ipamctl.index = 0;
}

const releaseHolding: Step = (state, config) => [
  move(state, 'gives up its Leases', (next) => {
    giveUpLeases(next, config);
    const touched = next.ipamctl.reservationIntents.length > 0;
    next.ipamctl.at = touched && config.rules.reservationLookAgain ? 'look again after' : 'empty pool';
    if (!config.rules.reservationLookAgain) next.ipamctl.reservationIntents = [];
  }),
];

/** Release of reservations 3. */
const lookAgainAfter: Step = (state) => [
  move(state, 'looks at the owner again after the reservation', (next) => {
    const gone = next.pods[next.ipamctl.podref] == null;
    if (gone) next.ipamctl.reservationIntents = [];
    else beginTenSeconds(next);
    // What a killed run left there has no key: it goes by the two reads.
    const more = next.ipamctl.reran && next.ipamctl.firstRead === null ? 'journal reservations' : 'empty pool';
    next.ipamctl.at = gone ? more : '10 s';
  }),
];

const tenSeconds: Step = (state) =>
  tenSecondsAreOver(state)
    ? [
        move(state, 'has waited for 10 s', (next) => {
          next.ipamctl.waitsFor = [];
          next.ipamctl.at = 'holding to create';
        }),
      ]
    : [];

const holdingToCreate: Step = (state, config) => hold(state, config, state.ipamctl.reservationIntents, 'create');

/** A reservation that a key now needs and that is missing, with that entry's podref. One GET of keys, one POST. */
const create: Step = (state, config) => [
  move(state, 'makes the reservations that keys need', (next) => {
    for (const address of next.ipamctl.reservationIntents) {
      const key = Object.values(next.pools).find((pool) => pool?.keys[address] !== undefined)?.keys[address];
      if (key !== undefined)
        next.reservations[address] ??= {
          uid: next.nextUid++,
          podref: key.podref,
          ...(config.noLease ? { unheld: true as const } : {}),
        };
    }
    next.ipamctl.reservationIntents = [];
    giveUpLeases(next, config);
    next.ipamctl.at = 'empty pool';
  }),
];

/** A pool is deleted only inside a holding in which a fresh read found it empty, by uid and resourceVersion. */
const emptyPool: Step = (state, config) => {
  const name = config.emptyPool;
  if (name === null || state.pools[name] == null) return [move(state, 'ends', (next) => (next.ipamctl.at = 'done'))];
  const lease = config.pools[name]?.lease ?? '';
  if (config.rules.poolDeletionInHolding && state.leases[lease] !== '') return [];
  return [
    move(state, `${config.rules.poolDeletionInHolding ? 'takes the Lease and ' : ''}reads ${name}`, (next) => {
      if (config.rules.poolDeletionInHolding) {
        next.leases[lease] = IPAMCTL;
        next.ipamctl.holds = [lease];
      }
      next.ipamctl.read = structuredClone(next.pools[name] ?? null);
      next.ipamctl.at = 'delete pool';
    }),
  ];
};

const deletePool: Step = (state, config) => [
  move(state, 'DELETEs the pool if it is empty', (next) => {
    const { read } = next.ipamctl;
    const pool = next.pools[config.emptyPool ?? ''] ?? null;
    const empty = Object.keys(read?.keys ?? {}).length === 0;
    if (empty && pool !== null && pool.uid === read?.uid && read.version === 1) {
      next.pools[config.emptyPool ?? ''] = null;
      for (const address of config.pools[config.emptyPool ?? '']?.addresses ?? []) touch(next, address);
    }
    giveUpLeases(next, config);
    next.ipamctl.read = null;
    next.ipamctl.at = 'done';
  }),
];

/** A run after a crash reads the journal on, and decides what is uncertain by reading. */
const rerun: Step = (state, config) => [
  move(state, 'runs again and reads the journal', (next) => {
    const { pool, address, entry } = target(next, config);
    const own = next.ipamctl;
    const journalled = own.journal.find((one) => one.pool === pool && one.address === address);
    if (journalled?.outcome === 'removed' || journalled?.outcome === 'put back') nextTarget(next, config);
    else if (entry !== undefined && !sameEntry(next.pools[pool]?.keys[address], entry)) own.at = 'look again';
    else own.at = 'judge';
    // Of a reservation that was to go and of whose fate nothing is written: the second look is still owed.
    if (own.at === 'journal reservations' && own.reservationIntents.length > 0) own.at = 'look again after';
  }),
];

const STEPS: Readonly<Record<string, Step>> = {
  judge,
  journal: journalIntent,
  'get owner': getOwner,
  patch,
  'decide by reading': decideByReading,
  'look again': lookAgain,
  'put back read': putBackRead,
  'put back write': putBackWrite,
  'journal reservations': journalReservations,
  'first read': firstRead,
  'second read': secondRead,
  holding,
  'owner again': ownerAgain,
  'look at pools': lookAtPools,
  'delete reservations': deleteReservations,
  'release holding': releaseHolding,
  'look again after': lookAgainAfter,
  '10 s': tenSeconds,
  'holding to create': holdingToCreate,
  create,
  'empty pool': emptyPool,
  'delete pool': deletePool,
  rerun,
};

/** Killed: what it knew is gone, its journal stays, and its Leases run out. */
function crash(state: State): Move[] {
  if (state.left.crash === 0) return [];
  return [
    move(state, 'is killed', (next) => {
      next.left.crash--;
      for (const lease of next.ipamctl.holds) if (next.leases[lease] === IPAMCTL) next.leases[lease] = '';
      const { journal, reservationIntents, podref } = next.ipamctl;
      next.ipamctl = { ...freshIpamctl(), at: 'rerun', reran: true, journal, reservationIntents, podref };
    }),
  ];
}

/** ipamctl before its first step. */
export function freshIpamctl(): State['ipamctl'] {
  return {
    at: 'judge',
    target: 0,
    tries: 0,
    read: null,
    going: [],
    index: 0,
    holds: [],
    waitsFor: [],
    journal: [],
    reservationIntents: [],
    podref: '',
    reran: false,
    firstRead: null,
  };
}

/** Every step that ipamctl can take now. */
export function ipamctlMoves(state: State, config: Config): Move[] {
  const step = STEPS[state.ipamctl.at];
  if (step === undefined) return [];
  return [...step(state, config), ...crash(state)].map(({ says, to }) => ({ says: `ipamctl ${says}`, to }));
}
