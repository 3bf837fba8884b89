import { lostByUpstream, move, type Config, type Ipamctl, type Move, type State } from './state.js';

/** Pods made and deleted, each event once and at any time when it is possible. */
function podMoves(state: State, { events }: Config): Move[] {
  return events.flatMap((event, at) => {
    if (state.happened[at] === true) return [];
    const pod = state.pods[event.podref] ?? null;
    if ((event.kind === 'create') !== (pod === null)) return [];
    return [
      move(
        state,
        `pod ${event.podref} is ${event.kind === 'create' ? `made (${event.incarnation})` : 'deleted'}`,
        (next) => {
          next.happened[at] = true;
          next.pods[event.podref] = event.kind === 'create' ? { incarnation: event.incarnation, shows: [] } : null;
        },
      ),
    ];
  });
}

/** Is ipamctl between its look at the reconciler's log and the end of its deletions? */
function afterLog({ at, firstRead }: Ipamctl): boolean {
  const deleting = ['holding', 'owner again', 'look at pools', 'delete reservations'].includes(at);
  return deleting || (at === 'journal reservations' && firstRead !== null);
}

/**
 * Upstream's reconciler: lists what nobody shows, then deletes it by name, as late as it likes (iploop.go). It deletes
 * no keys here: its patch of a pool that has changed since its list ends its run, and that is the harmless case.
 */
function reconcilerMoves(state: State, { reconcilerUnseen }: Config): Move[] {
  const { at, deletes } = state.reconciler;
  if (at === 'ended') return [];
  if (at === 'not begun') {
    if (!reconcilerUnseen && afterLog(state.ipamctl)) return [];
    return [
      move(state, 'the reconciler lists', (next) => {
        const shown = Object.values(next.pods).flatMap((pod) => pod?.shows.map(({ address }) => address) ?? []);
        const stale = Object.entries(next.reservations).flatMap(([address, reservation]) =>
          reservation === null || shown.includes(address) ? [] : [{ address, uid: reservation.uid }],
        );
        next.reconciler = { at: stale.length === 0 ? 'ended' : 'deleting', deletes: stale };
      }),
    ];
  }
  const [listed, ...rest] = deletes;
  const address = listed?.address ?? '';
  return [
    move(state, `the reconciler deletes the reservation of ${address} by name`, (next) => {
      // The very one that it listed: a misjudgement of its own, ipamctl or not.
      if (next.reservations[address]?.uid === listed?.uid) lostByUpstream(next, address);
      next.reservations[address] = null;
      next.reconciler = { at: rest.length === 0 ? 'ended' : 'deleting', deletes: rest };
    }),
  ];
}

/** Everything that neither the plugin nor ipamctl does. */
export function environmentMoves(state: State, config: Config): Move[] {
  return [...podMoves(state, config), ...reconcilerMoves(state, config)];
}
