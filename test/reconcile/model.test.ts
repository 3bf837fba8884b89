/**
 * The release protocol as a model, searched over every interleaving: whereabouts' ADD and DEL and ipamctl's release,
 * request by request (model/plugin.ts, model/ipamctl.ts), with the faults of each case below.
 *
 * What is asked (model/invariants.ts): where all is quiet, a live pod (it exists and shows the address) has its key,
 * and its reservation where its network checks overlaps; no address is shown by two pods; what is stale and may go is
 * gone. On the way: ipamctl removes no key while the pod, pool and ifname that it names show the address, except where
 * that pod's ADD could not write the key (its PATCH answered 500), which the second look has to mend; deletes no
 * reservation of a pod that shows the address while all its Leases are its own; clears no Lease of another.
 * Only addresses that ipamctl has touched count, and no reservation that upstream deleted as it would have without us.
 *
 * Not in the model: time but for its order (10 s = every run of the plugin that was under way has ended), so neither
 * how long a holding lasts nor expiry by our own clock; batches of keys; ipamctl's own Lease running out while it
 * lives (a deposed plugin clears it instead); two runs of ipamctl at once; proxies that answer 404; kept, lost, finished
 * and events; --min-age; restore (S15 is here only as far as the release puts an entry back); networks of several names.
 */
import { describe, expect, test } from '@jest/globals';
import { entry, P, Q, run, scenario, type Parts } from './model/scenarios.js';
import { search } from './model/search.js';
import type { Rules } from './model/state.js';

const WB = 'whereabouts';
/** One pool with one address more. */
const ONE = { one: { addresses: ['A', 'B'], lease: WB } };
/** Two pools of one network that overlap in A. */
const OVERLAPPING = { one: { addresses: ['A', 'B'], lease: WB }, two: { addresses: ['A', 'C'], lease: WB } };
/** The same, written under different Leases: a slice's leftover pool and the new one. */
const SLICES = { one: { addresses: ['A', 'B'], lease: 'one' }, two: { addresses: ['A', 'C'], lease: 'two' } };
/** Two ranges of one NAD. */
const DUAL = { four: { addresses: ['A4', 'B4'], lease: WB }, six: { addresses: ['A6', 'B6'], lease: WB } };

const STALE = { keys: { one: { A: entry() } }, reservations: { A: P }, targets: [{ pool: 'one', address: 'A' }] };
const P_AGAIN = { kind: 'create', podref: P, incarnation: 2 } as const;
const Q_COMES = { kind: 'create', podref: Q, incarnation: 1 } as const;

interface Case {
  name: string;
  parts: Parts;
  /** Rule taken away, and what goes wrong then. */
  broken: { rule: keyof Rules; by: RegExp }[];
}

const CASES: Case[] = [
  {
    name: 'S1: the pod is made again, adopts the entry, and its PATCH answers 500',
    parts: {
      pools: { ...ONE, other: { addresses: ['D'], lease: WB } },
      ...STALE,
      events: [P_AGAIN],
      plugin: [run('ADD', P, 2, ['one', 'other'])],
      faults: { patch500: 1, uncertain: 1, crash: 1 },
    },
    broken: [{ rule: 'lookAgain', by: /no key/u }],
  },
  {
    name: 'S2, S3: a late DEL shares the Lease of the new ADD, one runs out and clears ours',
    parts: {
      pools: ONE,
      ...STALE,
      events: [P_AGAIN],
      plugin: [run('ADD', P, 2, ['one']), run('DEL', P, 1, ['one'])],
      faults: { leaseRunsOut: 1, deposedClears: 1, crash: 1 },
    },
    broken: [{ rule: 'reservationLookAgain', by: /no reservation/u }],
  },
  {
    name: 'S2, S3: another pod, of an overlapping range, waits for the address',
    parts: {
      pools: OVERLAPPING,
      ...STALE,
      events: [P_AGAIN, Q_COMES],
      plugin: [run('ADD', P, 2, ['one']), run('ADD', Q, 1, ['two'])],
      faults: { leaseRunsOut: 1, crash: 1 },
    },
    broken: [
      { rule: 'holding', by: /A is shown by|no reservation/u },
      { rule: 'reservationsGoToo', by: /passes over/u },
    ],
  },
  {
    name: 'precondition of the DELETE: a late DEL takes the reservation, and the next owner makes one of the same name',
    parts: {
      pools: OVERLAPPING,
      ...STALE,
      events: [Q_COMES],
      plugin: [run('DEL', P, 1, ['one']), run('ADD', Q, 1, ['two'])],
      lateDelUnseen: false,
      faults: { patch500: 1, leaseRunsOut: 1, deposedClears: 1 },
    },
    broken: [
      { rule: 'uidPrecondition', by: /that is ns\/q's by now/u },
      { rule: 'leaseByVersion', by: /cleared the Lease/u },
    ],
  },
  {
    name: 'S4: an empty pool is deleted while an ADD has read it',
    parts: {
      pools: ONE,
      emptyPool: 'one',
      events: [Q_COMES, P_AGAIN],
      plugin: [run('ADD', Q, 1, ['one']), run('ADD', P, 2, ['one'], { overlap: false })],
    },
    broken: [{ rule: 'poolDeletionInHolding', by: /A is shown by|no key/u }],
  },
  {
    name: 'S5: --no-lease, and a sandbox is made again',
    parts: {
      pools: ONE,
      ...STALE,
      noLease: true,
      events: [P_AGAIN],
      plugin: [run('ADD', P, 2, ['one']), run('ADD', P, 2, ['one'], { container: 'p2b' })],
    },
    broken: [{ rule: 'noLeaseLeavesReservations', by: /ADD of ns\/p fails/u }],
  },
  {
    name: 'S6: another ifname of the pod shows the address',
    parts: {
      pools: OVERLAPPING,
      keys: {
        one: { A: entry(), B: entry('net1', P, 'p2') },
        two: { A: entry('net2', P, 'p2') },
      },
      reservations: { A: P, B: P },
      pods: {
        [P]: {
          incarnation: 2,
          shows: [
            { address: 'B', pool: 'one', ifname: 'net1', overlap: true },
            { address: 'A', pool: 'two', ifname: 'net2', overlap: true },
          ],
        },
      },
      targets: [{ pool: 'one', address: 'A' }],
      events: [Q_COMES],
      plugin: [run('ADD', Q, 1, ['one'], { overlap: false })],
    },
    broken: [{ rule: 'anyIfnameShows', by: /A is shown by/u }],
  },
  {
    name: 'S8: the reconciler deletes by name what it listed',
    parts: {
      pools: OVERLAPPING,
      reservations: { A: P },
      orphan: 'A',
      reconciler: true,
      events: [Q_COMES],
      plugin: [run('ADD', Q, 1, ['one'])],
    },
    broken: [{ rule: 'reconcilerNotRunning', by: /no reservation/u }],
  },
  {
    name: 'S10: a stalled DEL deletes by name',
    parts: {
      pools: OVERLAPPING,
      reservations: { A: P },
      orphan: 'A',
      leases: { [WB]: P },
      events: [Q_COMES],
      plugin: [run('DEL', P, 1, ['one'], { at: 'write reservation', chosen: 'A' }), run('ADD', Q, 1, ['two'])],
      faults: { leaseRunsOut: 1, crash: 1 },
    },
    broken: [{ rule: 'twoReadsApart', by: /no reservation/u }],
  },
  {
    name: 'S11: two pools under different Leases cover the address',
    parts: {
      pools: SLICES,
      ...STALE,
      events: [P_AGAIN, Q_COMES],
      plugin: [run('ADD', P, 2, ['two'], { lease: 'two' }), run('ADD', Q, 1, ['one'], { lease: 'one' })],
      faults: { crash: 1 },
    },
    broken: [{ rule: 'severalLeases', by: /A is shown by|no reservation|showed it/u }],
  },
  {
    name: 'S14: the run frees one of two families',
    parts: {
      pools: DUAL,
      keys: { four: { A4: entry() }, six: { A6: entry() } },
      reservations: { A4: P, A6: P },
      targets: [{ pool: 'six', address: 'A6' }],
      events: [P_AGAIN],
      plugin: [run('ADD', P, 2, ['four', 'six'])],
      faults: { crash: 1 },
    },
    broken: [{ rule: 'allOrNone', by: /no reservation/u }],
  },
  {
    name: 'S14: the run frees both families, and is killed between them',
    parts: {
      pools: DUAL,
      keys: { four: { A4: entry() }, six: { A6: entry() } },
      reservations: { A4: P, A6: P },
      targets: [
        { pool: 'four', address: 'A4' },
        { pool: 'six', address: 'A6' },
      ],
      events: [P_AGAIN],
      plugin: [run('ADD', P, 2, ['four', 'six'])],
      faults: { crash: 1 },
    },
    broken: [{ rule: 'firstRangeFirst', by: /no reservation/u }],
  },
  {
    name: 'putting back: another pod takes the address between the read and the write',
    parts: {
      pools: ONE,
      ...STALE,
      reservations: {},
      events: [P_AGAIN, Q_COMES],
      plugin: [run('ADD', P, 2, ['one'], { overlap: false }), run('ADD', Q, 1, ['one'], { overlap: false })],
      faults: { crash: 1, uncertain: 1 },
    },
    broken: [{ rule: 'putBackTested', by: /no key|A is shown by/u }],
  },
];

/** What the search finds, and the shortest way to it in words, so that a failing assertion prints it. */
function told(parts: Parts, without: Partial<Rules> = {}): { violation: string | null; way: string } {
  const { first, config } = scenario(parts, without);
  const { violation, trace } = search(first, config);
  return { violation, way: trace.map((step, at) => `${at + 1}. ${step}`).join('\n') };
}

describe.each(CASES)('$name', ({ parts, broken }) => {
  test('all rules on: no interleaving breaks anything', () => {
    expect(told(parts)).toEqual({ violation: null, way: '' });
  });

  test.each(broken)('without $rule the search finds what goes wrong', ({ rule, by }) => {
    expect(told(parts, { [rule]: false })).toEqual({ violation: expect.stringMatching(by), way: expect.any(String) });
  });
});

/**
 * What no rule of the protocol closes. Each is found with all rules on; whoever closes one turns its test round.
 */
const OPEN: { name: string; parts: Parts; by: RegExp }[] = [
  {
    name: 'a deposed plugin clears our Lease before the DELETE, and an overlapping range is quick in the 10 s',
    parts: {
      pools: OVERLAPPING,
      ...STALE,
      events: [P_AGAIN, Q_COMES],
      plugin: [
        run('DEL', P, 1, ['one'], { at: 'release Lease' }),
        run('ADD', P, 2, ['one']),
        run('ADD', Q, 1, ['two']),
      ],
      faults: { deposedClears: 1 },
    },
    by: /A is shown by/u,
  },
  {
    name: 'an ADD whose Lease ran out has read the pool that is deleted in a holding',
    parts: {
      pools: ONE,
      emptyPool: 'one',
      events: [Q_COMES],
      plugin: [run('ADD', Q, 1, ['one'])],
      faults: { leaseRunsOut: 1 },
    },
    by: /no key/u,
  },
  {
    name: 'a stalled DEL whose PATCH had failed deletes by name what the next owner made',
    parts: {
      pools: OVERLAPPING,
      ...STALE,
      events: [Q_COMES],
      plugin: [run('DEL', P, 1, ['one']), run('ADD', Q, 1, ['two'])],
      faults: { patch500: 1, leaseRunsOut: 1 },
    },
    by: /ns\/q shows A and has no reservation/u,
  },
  {
    name: 'the reconciler begins between our look at its log and the DELETE',
    parts: {
      pools: OVERLAPPING,
      reservations: { A: P },
      orphan: 'A',
      reconciler: true,
      reconcilerUnseen: true,
      events: [Q_COMES],
      plugin: [run('ADD', Q, 1, ['one'])],
    },
    by: /no reservation/u,
  },
  {
    name: 'the reconciler lists between the removal of an entry and that of its reservation',
    parts: {
      pools: OVERLAPPING,
      ...STALE,
      reconciler: true,
      reconcilerUnseen: true,
      events: [Q_COMES],
      plugin: [run('ADD', Q, 1, ['one'])],
    },
    by: /no reservation/u,
  },
];

test.each(OPEN)('open: $name', ({ parts, by }) => {
  expect(told(parts)).toEqual({ violation: expect.stringMatching(by), way: expect.any(String) });
});
