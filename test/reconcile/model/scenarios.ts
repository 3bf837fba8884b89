import { freshIpamctl } from './ipamctl.js';
import {
  ALL_RULES,
  type Config,
  type Entry,
  type Faults,
  type PluginRun,
  type Pod,
  type PodEvent,
  type Rules,
  type State,
} from './state.js';

/** The stale owner: gone, and perhaps made again under its name. */
export const P = 'ns/p';
/** A pod of another name. */
export const Q = 'ns/q';

/** A configuration: where the search begins, and what may happen. */
export interface Scenario {
  readonly first: State;
  readonly config: Config;
}

export interface Parts {
  pools: Config['pools'];
  /** Keys that are there at the start, by pool and address. */
  keys?: Record<string, Record<string, Entry>>;
  /** Podref of each reservation that is there at the start. */
  reservations?: Record<string, string>;
  pods?: Record<string, Pod>;
  plugin?: PluginRun[];
  reconciler?: boolean;
  events?: PodEvent[];
  faults?: Partial<Faults>;
  targets?: Config['targets'];
  orphan?: string;
  emptyPool?: string;
  reconcilerUnseen?: boolean;
  noLease?: boolean;
  lateDelUnseen?: boolean;
  /** Who holds a Lease at the start. */
  leases?: Record<string, string>;
}

/** An entry of P's first container. */
export function entry(ifname = 'net1', podref = P, container = 'p1'): Entry {
  return { podref, container, ifname };
}

/** A run of ADD or DEL that has not begun. */
export function run(
  kind: PluginRun['kind'],
  podref: string,
  incarnation: number,
  ranges: string[],
  more: Partial<PluginRun> = {},
): PluginRun {
  return {
    kind,
    podref,
    incarnation,
    container: `${podref.slice(-1)}${incarnation}`,
    ifname: 'net1',
    lease: 'whereabouts',
    ranges,
    overlap: true,
    at: 'not begun',
    range: 0,
    read: null,
    chosen: null,
    passedOver: [],
    skipReservation: false,
    failed: false,
    adopts: false,
    got: [],
    ...more,
  };
}

/** A scenario with some rules of the protocol taken away. */
export function scenario(parts: Parts, without: Partial<Rules>): Scenario {
  const { pools, keys = {}, reservations = {}, pods = {}, events = [], plugin = [], faults, targets = [] } = parts;
  let uid = 1;
  const ipamctl = { ...freshIpamctl(), at: targets.length > 0 ? 'judge' : 'journal reservations' };
  return {
    first: {
      pods: { [P]: null, [Q]: null, ...pods },
      pools: Object.fromEntries(
        Object.keys(pools).map((name) => [name, { uid: uid++, version: 1, keys: keys[name] ?? {} }]),
      ),
      reservations: Object.fromEntries(
        [...new Set(Object.values(pools).flatMap(({ addresses }) => addresses))].map((address) => {
          const podref = reservations[address];
          return [address, podref === undefined ? null : { uid: uid++, podref }];
        }),
      ),
      leases: { ...Object.fromEntries(Object.values(pools).map(({ lease }) => [lease, ''])), ...parts.leases },
      plugin,
      reconciler: { at: parts.reconciler === true ? 'not begun' : 'ended', deletes: [] },
      ipamctl,
      happened: events.map(() => false),
      left: { patch500: 0, uncertain: 0, leaseRunsOut: 0, deposedClears: 0, crash: 0, ...faults },
      nextUid: uid,
      touched: [],
      upstreamLost: [],
      wrong: null,
    },
    config: {
      pools,
      targets,
      orphan: parts.orphan ?? null,
      emptyPool: parts.emptyPool ?? null,
      reconcilerUnseen: parts.reconcilerUnseen ?? false,
      newUids: uid,
      lateDelUnseen: parts.lateDelUnseen ?? true,
      noLease: parts.noLease ?? false,
      events,
      rules: { ...ALL_RULES, ...without },
    },
  };
}
