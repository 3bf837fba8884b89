/** A pod's `namespace/name`; a pod made again keeps it and has a higher incarnation. */
export type Podref = string;
/** An address, as a name; the order of a pool's addresses is the order in which the plugin tries them. */
export type Address = string;

/** What a key of a pool holds. */
export interface Entry {
  podref: Podref;
  container: string;
  ifname: string;
}

export interface Pool {
  uid: number;
  /** Stands for the resourceVersion: 1; what somebody has read becomes 0 when the pool is written (fewer states). */
  version: 0 | 1;
  keys: Record<Address, Entry>;
}

/** Its name is its address: a model has one network, unless it says otherwise. */
export interface Reservation {
  uid: number;
  podref: Podref;
  /** ipamctl made it without holding a Lease. */
  unheld?: true;
}

/** What network-status says of one attachment. */
export interface Shown {
  address: Address;
  pool: string;
  ifname: string;
  overlap: boolean;
  /** Its ADD's PATCH failed: 'fresh' where there was no key to go on (upstream's own fault), 'adopted' where there was. */
  patchFailed?: 'fresh' | 'adopted';
}

export interface Pod {
  incarnation: number;
  shows: Shown[];
}

/** One run of the plugin's ADD or DEL, by the requests that it sends. */
export interface PluginRun {
  kind: 'ADD' | 'DEL';
  podref: Podref;
  incarnation: number;
  container: string;
  ifname: string;
  lease: string;
  /** The ranges' pools, in order. */
  ranges: string[];
  overlap: boolean;
  at:
    'not begun' | 'read pool' | 'look at reservation' | 'patch pool' | 'write reservation' | 'release Lease' | 'ended';
  /** Index of the range at work. */
  range: number;
  read: Pool | null;
  chosen: Address | null;
  /** Addresses that a reservation by another podref holds. */
  passedOver: Address[];
  skipReservation: boolean;
  failed: boolean;
  adopts: boolean;
  got: Shown[];
}

/** Upstream's reconciler, past its lists: it deletes by name what it listed. */
export interface ReconcilerRun {
  at: 'not begun' | 'deleting' | 'ended';
  deletes: { address: Address; uid: number }[];
}

/** What the run has on disk of one entry or one reservation; it outlives a crash. */
export interface Journalled {
  pool: string;
  address: Address;
  entry: Entry;
  outcome: 'none' | 'removed' | 'put back' | 'left';
}

export interface Ipamctl {
  at: string;
  /** Index of the target at work. */
  target: number;
  tries: number;
  /** The pool as read when the entry was judged. */
  read: Pool | null;
  /** Addresses whose reservations are to go, with the uid as read in the holding. */
  going: { address: Address; uid: number }[];
  index: number;
  /** Leases that it believes to hold. */
  holds: string[];
  /** Runs of the plugin that were under way when the 10 s began. */
  waitsFor: number[];
  journal: Journalled[];
  /** Reservations with a journalled intent and no outcome yet. */
  reservationIntents: Address[];
  /** Whose reservations they are; in the journal too. */
  podref: Podref;
  reran: boolean;
  /** Uids of the reservations without a key at the first of the two reads. */
  firstRead: string | null;
}

export interface State {
  pods: Record<Podref, Pod | null>;
  pools: Record<string, Pool | null>;
  reservations: Record<Address, Reservation | null>;
  /** Holder of each Lease; the empty text is free. */
  leases: Record<string, string>;
  plugin: PluginRun[];
  reconciler: ReconcilerRun;
  ipamctl: Ipamctl;
  /** Which events of the configuration have happened. */
  happened: boolean[];
  /** Faults that may still happen. */
  left: Faults;
  nextUid: number;
  /** Addresses of which ipamctl removed a key, a reservation or the pool: for the rest upstream answers alone. */
  touched: Address[];
  /** Reservations that upstream deleted as it would have without ipamctl. */
  upstreamLost: Address[];
  /** What ipamctl did that it must never do, found on the way. */
  wrong: string | null;
}

/** How often each fault may happen. */
export interface Faults {
  /** The plugin's PATCH of a pool answers 500; once applied, once not, the search tries both. */
  patch500: number;
  /** The fate of ipamctl's own patch of an entry is unknown to it; applied or not. */
  uncertain: number;
  /** A plugin's Lease runs out while it goes on. */
  leaseRunsOut: number;
  /** A plugin that is deposed clears whatever record it finds (client-go: release() compares what it last saw). */
  deposedClears: number;
  /** ipamctl is killed and run again. */
  crash: number;
}

/** The rules of the protocol that can be taken away, one at a time. */
export interface Rules {
  lookAgain: boolean;
  holding: boolean;
  reservationLookAgain: boolean;
  uidPrecondition: boolean;
  poolDeletionInHolding: boolean;
  anyIfnameShows: boolean;
  reservationsGoToo: boolean;
  twoReadsApart: boolean;
  reconcilerNotRunning: boolean;
  leaseByVersion: boolean;
  severalLeases: boolean;
  allOrNone: boolean;
  putBackTested: boolean;
  firstRangeFirst: boolean;
  noLeaseLeavesReservations: boolean;
}

export const ALL_RULES: Rules = {
  lookAgain: true,
  holding: true,
  reservationLookAgain: true,
  uidPrecondition: true,
  poolDeletionInHolding: true,
  anyIfnameShows: true,
  reservationsGoToo: true,
  twoReadsApart: true,
  reconcilerNotRunning: true,
  leaseByVersion: true,
  severalLeases: true,
  allOrNone: true,
  putBackTested: true,
  firstRangeFirst: true,
  noLeaseLeavesReservations: true,
};

/** What an administrator, a controller or kubelet does to a pod, once, at any time when it is possible. */
export type PodEvent = { kind: 'create'; podref: Podref; incarnation: number } | { kind: 'delete'; podref: Podref };

/** What does not change during a search. */
export interface Config {
  /** Addresses and Lease of each pool; the pools of one configuration belong to one network. */
  pools: Record<string, { addresses: Address[]; lease: string }>;
  /** Entries that the run is asked to release, in the order of the ranges. */
  targets: { pool: string; address: Address }[];
  /** A reservation without a key that is to go (release of reservations 4). */
  orphan: Address | null;
  /** A pool that is to be deleted if it is empty. */
  emptyPool: string | null;
  /** Uids from here on were given during the search. */
  newUids: number;
  /** A late DEL may delete by name after our DELETE, too: what no rule closes where its PATCH had failed. */
  lateDelUnseen: boolean;
  /** `--no-lease` was given. */
  noLease: boolean;
  /** The reconciler may begin between our look at its log and our DELETE: what no rule closes. */
  reconcilerUnseen: boolean;
  events: PodEvent[];
  rules: Rules;
}

/** One step of anybody. */
export interface Move {
  says: string;
  to: State;
}

/** The state that was copied last: all moves of one state are made one after the other. */
let copied: { state: State | null; text: string } = { state: null, text: '' };

/** The state after `change`, which may write to what it is given. */
export function move(state: State, says: string, change: (next: State) => void): Move {
  // Everything in a state is plain JSON; this copies it faster than structuredClone.
  if (copied.state !== state) copied = { state, text: JSON.stringify(state) };
  const to = JSON.parse(copied.text) as State;
  change(to);
  return { says, to };
}

/** Leases that ipamctl believes to hold and does hold. */
export function holdingIntact(state: State): boolean {
  return state.ipamctl.holds.length > 0 && state.ipamctl.holds.every((lease) => state.leases[lease] === IPAMCTL);
}

/** Notes that ipamctl has removed something of this address. */
export function touch(next: State, address: Address): void {
  if (!next.touched.includes(address)) next.touched = [...next.touched, address].sort();
}

/** Notes that upstream deleted a reservation that it would have deleted without ipamctl, too. */
export function lostByUpstream(next: State, address: Address): void {
  if (!next.upstreamLost.includes(address)) next.upstreamLost = [...next.upstreamLost, address].sort();
}

/** Gives a pool a new resourceVersion: whoever has read it has an old one. */
export function written(next: State, pool: Pool): void {
  for (const read of [...next.plugin, next.ipamctl].map((who) => who.read))
    if (read?.uid === pool.uid) read.version = 0;
}

/** Our holder name, unique to the process. */
export const IPAMCTL = 'ipamctl';
