import { lostByUpstream, move, written, type Config, type Move, type PluginRun, type State } from './state.js';

/** The run number `at` of a state that is about to change. */
function run(state: State, at: number): PluginRun {
  const found = state.plugin[at];
  if (found === undefined) throw new Error(`no run ${at} of the plugin`);
  return found;
}

function poolName(of: PluginRun): string {
  const name = of.ranges[of.range];
  if (name === undefined) throw new Error(`no range ${of.range}`);
  return name;
}

/** Leader election: a free Lease, or one that bears our identity already (identity is namespace/name of the pod). */
function takeLease(state: State, at: number): Move[] {
  const plugin = run(state, at);
  const holder = state.leases[plugin.lease] ?? '';
  if (holder !== '' && holder !== plugin.podref) return [];
  if (plugin.kind === 'ADD' && state.pods[plugin.podref]?.incarnation !== plugin.incarnation) return [];
  return [
    move(state, `takes the Lease ${plugin.lease}`, (next) => {
      next.leases[plugin.lease] = plugin.podref;
      run(next, at).at = 'read pool';
    }),
  ];
}

/** GetIPPool (made where it is missing, then read again), then AssignIP or DeallocateIP. */
function readPool(state: State, at: number, config: Config): Move[] {
  const name = poolName(run(state, at));
  if (state.pools[name] == null)
    return [
      move(state, `makes the pool ${name}`, (next) => {
        next.pools[name] = { uid: next.nextUid++, version: 1, keys: {} };
      }),
    ];
  return [
    move(state, `reads the pool ${name}`, (next) => {
      const plugin = run(next, at);
      const pool = next.pools[name] ?? null;
      plugin.read = pool === null ? null : { uid: pool.uid, version: 1, keys: {} };
      const keys = Object.entries(pool?.keys ?? {});
      if (plugin.kind === 'DEL') {
        const own = keys.find(([, key]) => key.container === plugin.container && key.ifname === plugin.ifname);
        plugin.chosen = own?.[0] ?? null;
        // Not found: return at once, whatever the ranges after it hold.
        plugin.at = own === undefined ? 'release Lease' : 'patch pool';
        return;
      }
      const own = keys.find(([, key]) => key.podref === plugin.podref && key.ifname === plugin.ifname)?.[0];
      const free = (config.pools[name]?.addresses ?? []).find(
        (address) => pool?.keys[address] === undefined && !plugin.passedOver.includes(address),
      );
      plugin.adopts = own !== undefined;
      plugin.chosen = own ?? free ?? null;
      if (plugin.chosen === null) {
        plugin.failed = true;
        plugin.at = 'release Lease';
      } else plugin.at = plugin.overlap ? 'look at reservation' : 'patch pool';
    }),
  ];
}

/** A reservation by another podref: the next address. By ours: none is made, neither here nor for later ranges. */
function lookAtReservation(state: State, at: number): Move[] {
  const address = run(state, at).chosen ?? '';
  return [
    move(state, `looks at the reservation of ${address}`, (next) => {
      const plugin = run(next, at);
      const reservation = next.reservations[address];
      if (reservation != null && reservation.podref !== plugin.podref) {
        // An own entry that another pod's reservation holds would be chosen for ever: that ends at 100 tries.
        if (plugin.passedOver.includes(address)) {
          plugin.failed = true;
          plugin.at = 'release Lease';
          return;
        }
        plugin.passedOver.push(address);
        plugin.at = 'read pool';
        return;
      }
      if (reservation != null) plugin.skipReservation = true;
      plugin.at = 'patch pool';
    }),
  ];
}

function applyPatch(next: State, plugin: PluginRun): void {
  const pool = next.pools[poolName(plugin)];
  if (pool == null || plugin.chosen === null) return;
  written(next, pool);
  const key = pool.keys[plugin.chosen];
  if (plugin.kind === 'DEL') Reflect.deleteProperty(pool.keys, plugin.chosen);
  else if (key !== undefined) key.container = plugin.container;
  else pool.keys[plugin.chosen] = { podref: plugin.podref, container: plugin.container, ifname: plugin.ifname };
}

/** What the retry loop does after a write that did not answer 422: it goes on, with or without an error. */
function afterPatch(plugin: PluginRun, error: boolean, unwritten = false): void {
  if (plugin.kind === 'ADD' && plugin.chosen !== null)
    plugin.got.push({
      address: plugin.chosen,
      pool: poolName(plugin),
      ifname: plugin.ifname,
      overlap: plugin.overlap,
      ...(unwritten ? { patchFailed: plugin.adopts ? 'adopted' : 'fresh' } : {}),
    });
  plugin.read = null;
  // The error is overwritten by what comes next; only the last one of all is returned.
  plugin.failed = error;
  if (plugin.overlap && !plugin.skipReservation) plugin.at = 'write reservation';
  else nextRange(plugin);
}

function nextRange(plugin: PluginRun): void {
  plugin.chosen = null;
  plugin.range++;
  plugin.at = plugin.range < plugin.ranges.length ? 'read pool' : 'release Lease';
}

/** JSON patch with `test /metadata/resourceVersion`: 422 reads again, any other error falls through. */
function patchPool(state: State, at: number): Move[] {
  const plugin = run(state, at);
  const name = poolName(plugin);
  const pool = state.pools[name];
  const moves: Move[] = [];
  if (pool == null) return [move(state, `PATCHes the pool ${name}: 404`, (next) => afterPatch(run(next, at), true))];
  if (pool.uid !== plugin.read?.uid || plugin.read.version === 0)
    moves.push(
      move(state, `PATCHes the pool ${name}: 422`, (next) => {
        const own = run(next, at);
        own.read = null;
        own.at = 'read pool';
      }),
    );
  else
    moves.push(
      move(state, `PATCHes the pool ${name} at ${plugin.chosen ?? ''}`, (next) => {
        applyPatch(next, run(next, at));
        afterPatch(run(next, at), false);
      }),
    );
  if (state.left.patch500 > 0) {
    moves.push(
      move(state, `PATCHes the pool ${name} at ${plugin.chosen ?? ''}: 500, not applied`, (next) => {
        next.left.patch500--;
        afterPatch(run(next, at), true, true);
      }),
    );
    if (pool.uid === plugin.read?.uid && plugin.read.version === 1)
      moves.push(
        move(state, `PATCHes the pool ${name} at ${plugin.chosen ?? ''}: 500, but applied`, (next) => {
          next.left.patch500--;
          applyPatch(next, run(next, at));
          afterPatch(run(next, at), true);
        }),
      );
  }
  return moves;
}

/** Where ipamctl has its DELETE behind it. */
const DELETED = ['release holding', 'look again after', '10 s', 'holding to create', 'create', 'empty pool', 'done'];

/** Create (AlreadyExists fails ADD) or delete by name, without a precondition (NotFound ends DEL). */
function writeReservation(state: State, at: number, config: Config): Move[] {
  const { kind, chosen } = run(state, at);
  const address = chosen ?? '';
  if (kind === 'DEL' && !config.lateDelUnseen && state.touched.includes(address) && DELETED.includes(state.ipamctl.at))
    return [move(state, 'is slow: its 10 s are over', (next) => (run(next, at).at = 'release Lease'))];
  const says = kind === 'ADD' ? `makes the reservation of ${address}` : `deletes the reservation of ${address} by name`;
  return [
    move(state, says, (next) => {
      const plugin = run(next, at);
      const there = next.reservations[address] != null;
      plugin.failed = there === (kind === 'ADD');
      if (plugin.failed) {
        if (kind === 'ADD' && next.reservations[address]?.unheld === true)
          next.wrong = `ADD of ${plugin.podref} fails: ipamctl has made the reservation of ${address} under it`;
        plugin.at = 'release Lease';
        return;
      }
      // It was there before ipamctl did anything, and this DEL would have deleted it all the same.
      if (kind === 'DEL' && (next.reservations[address]?.uid ?? 0) < config.newUids) lostByUpstream(next, address);
      next.reservations[address] = kind === 'ADD' ? { uid: next.nextUid++, podref: plugin.podref } : null;
      nextRange(plugin);
    }),
  ];
}

function end(next: State, at: number): void {
  const plugin = run(next, at);
  const pod = next.pods[plugin.podref];
  if (plugin.kind === 'ADD' && !plugin.failed && pod?.incarnation === plugin.incarnation)
    pod.shows = [...pod.shows.filter(({ ifname }) => ifname !== plugin.ifname), ...plugin.got];
  plugin.at = 'ended';
  // What is of no more use would only tell equal states apart.
  Object.assign(plugin, { range: 0, read: null, chosen: null, passedOver: [], skipReservation: false, adopts: false });
  plugin.got = [];
}

/** Gives the Lease up. Deposed, it leaves it or clears the record of whoever holds it. */
function releaseLease(state: State, at: number): Move[] {
  const { lease, podref } = run(state, at);
  const holder = state.leases[lease] ?? '';
  const cleared = move(
    state,
    `gives up the Lease ${lease}${holder === podref ? '' : `, clearing what ${holder} wrote`}`,
    (next) => {
      next.leases[lease] = '';
      if (holder !== podref) next.left.deposedClears--;
      end(next, at);
    },
  );
  if (holder === podref) return [cleared];
  const kept = move(state, 'ends, its Lease being lost', (next) => end(next, at));
  return holder !== '' && state.left.deposedClears > 0 ? [kept, cleared] : [kept];
}

function stepsOf(state: State, at: number, config: Config): Move[] {
  switch (run(state, at).at) {
    case 'not begun':
      return takeLease(state, at);
    case 'read pool':
      return readPool(state, at, config);
    case 'look at reservation':
      return lookAtReservation(state, at);
    case 'patch pool':
      return patchPool(state, at);
    case 'write reservation':
      return writeReservation(state, at, config);
    case 'release Lease':
      return releaseLease(state, at);
    case 'ended':
      return [];
  }
}

/** Is this run of the plugin between its Lease and its end? */
export function underWay({ at }: PluginRun): boolean {
  return at !== 'not begun' && at !== 'ended';
}

/** Every step that a run of the plugin (whereabouts 0.9.4, pkg/storage/kubernetes/ipam.go) can take now. */
export function pluginMoves(state: State, config: Config): Move[] {
  return state.plugin.flatMap((plugin, at) => {
    const who = `${plugin.kind} of ${plugin.podref} (${plugin.container}, ${plugin.ifname})`;
    const moves = stepsOf(state, at, config);
    if (state.left.leaseRunsOut > 0 && underWay(plugin) && state.leases[plugin.lease] === plugin.podref)
      moves.push(
        move(state, `is slow: its Lease ${plugin.lease} runs out`, (next) => {
          next.left.leaseRunsOut--;
          next.leases[plugin.lease] = '';
        }),
      );
    return moves.map(({ says, to }) => ({ says: `${who} ${says}`, to }));
  });
}
