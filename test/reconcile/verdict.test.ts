import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import {
  isFinished,
  judge,
  JUST_DELETED_MS,
  REASONS,
  SETTLED_AFTER_MS,
  shows,
  VERDICTS,
  type Evidence,
  type Judgement,
  type NodeState,
  type OwnerEvidence,
  type OwnerPod,
  type PodPhase,
  type Reason,
  type ShownAddresses,
  type ShownEntry,
  type Verdict,
} from '../../src/reconcile/verdict.js';

const NOW = Date.parse('2026-09-01T12:00:00Z');

function address(text: string): Address {
  const parsed = Address.parse(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

const A = address('10.0.0.5');
const B = address('10.0.0.6');

function entry(ifName: string | null, ...texts: string[]): ShownEntry {
  return { ifName, network: 'default/nad', addresses: texts.map(address) };
}

function read(...entries: ShownEntry[]): ShownAddresses {
  return { state: 'read', entries };
}

function node(state: NodeState): OwnerPod['node'] {
  return { name: 'node-a', state };
}

/** A settled pod that shows nothing; what a test is about is said in it. */
function pod(more: Partial<OwnerPod> = {}): OwnerPod {
  return {
    uid: 'uid',
    phase: 'Running',
    terminating: false,
    node: null,
    readySinceMs: NOW - SETTLED_AFTER_MS,
    finishedAtMs: null,
    shown: read(),
    requestedInterfaces: null,
    ...more,
  };
}

function found(more: Partial<OwnerPod> = {}): OwnerEvidence {
  return { state: 'found', pod: pod(more) };
}

const ABSENT: OwnerEvidence = { state: 'absent' };

function evidence(more: Partial<Evidence> = {}): Evidence {
  return {
    malformed: null,
    address: A,
    ifName: 'net1',
    owner: ABSENT,
    shownByOther: null,
    wantedBack: null,
    lastNode: null,
    killedAtMs: null,
    heldByOwner: [A],
    ...more,
  };
}

function verdictOf(more: Partial<Evidence>): string {
  const { verdict, reason } = judge(evidence(more), NOW);
  return `${verdict} (${reason})`;
}

const OTHER = { namespace: 'default', name: 'other', network: 'default/nad' };
const SET = { by: 'statefulset', name: 'db' } as const;
const MIGRATION = { by: 'migration', name: 'move' } as const;
const SHOWS_A = read(entry('net1', '10.0.0.5'));
const SHOWS_B = read(entry('net1', '10.0.0.6'));
const LIVE = found({ shown: SHOWS_A });
const MOVED: Partial<Evidence> = { owner: found({ shown: SHOWS_B }), heldByOwner: [A, B] };

describe('each row of the table', () => {
  test.each<[string, string, Partial<Evidence>]>([
    ['the key cannot be read', 'malformed (key-unreadable)', { malformed: 'key-unreadable', address: null }],
    ['the owner cannot be read', 'malformed (podref-unreadable)', { malformed: 'podref-unreadable' }],
    ['the range cannot be read', 'malformed (range-unreadable)', { malformed: 'range-unreadable', address: null }],
    ['the look-up failed', 'unknown (look-up-failed)', { owner: { state: 'unknown', why: 'look-up-failed' } }],
    ['no pods collected', 'unknown (pods-not-collected)', { owner: { state: 'unknown', why: 'pods-not-collected' } }],
    ['the owner shows it', 'live (address-shown)', { owner: LIVE }],
    ['the phase was not looked up', 'live (address-shown)', { owner: found({ phase: null, shown: SHOWS_A }) }],
    [
      'it terminates on a node that works',
      'live (address-shown)',
      {
        owner: found({ terminating: true, node: node('ready'), shown: SHOWS_A }),
      },
    ],
    [
      'its node works but is not Ready',
      'live (address-shown)',
      {
        owner: found({ terminating: true, node: node('not-ready'), shown: SHOWS_A }),
      },
    ],
    [
      'a running pod comes back with its node',
      'live (address-shown)',
      {
        owner: found({ node: node('unreachable'), shown: SHOWS_A }),
      },
    ],
    [
      'it terminates, and nodes cannot be read',
      'unknown (nodes-not-readable)',
      {
        owner: found({ terminating: true, node: node('unreadable'), shown: SHOWS_A }),
      },
    ],
    ['another pod shows it', 'unknown (shown-by-other-pod)', { shownByOther: OTHER }],
    ['a StatefulSet wants the ordinal', 'kept (statefulset-ordinal)', { wantedBack: SET }],
    ['a migration names a pod that is gone', 'kept (migration)', { wantedBack: MIGRATION }],
    [
      'a migration names a pod that is there',
      'kept (migration)',
      {
        owner: found({ phase: 'Succeeded' }),
        wantedBack: MIGRATION,
      },
    ],
    [
      'StatefulSets cannot be read',
      'unknown (statefulsets-not-readable)',
      {
        wantedBack: { unreadable: 'statefulsets' },
      },
    ],
    ['migrations cannot be read', 'unknown (migrations-not-readable)', { wantedBack: { unreadable: 'migrations' } }],
    ['gone with a node that does not report', 'lost (pod-gone-node-lost)', { lastNode: node('unreachable') }],
    ['gone, and its node is not Ready', 'lost (pod-gone-node-lost)', { lastNode: node('not-ready') }],
    ['gone, and nodes cannot be read', 'unknown (nodes-not-readable)', { lastNode: node('unreadable') }],
    ['killed a moment ago', 'unknown (just-deleted)', { killedAtMs: NOW - 1 }],
    ['the pod is gone', 'stale (pod-gone)', {}],
    ['the pod is gone and its node was deleted', 'stale (pod-gone)', { lastNode: node('gone') }],
    ['the pod is gone and its node works', 'stale (pod-gone)', { lastNode: node('ready') }],
    ['terminating, the node deleted', 'lost (node-gone)', { owner: found({ terminating: true, node: node('gone') }) }],
    [
      'terminating, the node silent',
      'lost (node-unreachable)',
      {
        owner: found({ terminating: true, node: node('unreachable'), shown: SHOWS_A }),
      },
    ],
    [
      'finished, the node silent',
      'lost (node-unreachable)',
      {
        owner: found({ phase: 'Failed', node: node('unreachable') }),
      },
    ],
    [
      'finished, nodes cannot be read',
      'unknown (nodes-not-readable)',
      {
        owner: found({ phase: 'Failed', node: node('unreadable') }),
      },
    ],
    ['Succeeded', 'finished (succeeded)', { owner: found({ phase: 'Succeeded' }) }],
    ['Failed, and still shows it', 'finished (failed)', { owner: found({ phase: 'Failed', shown: SHOWS_A }) }],
    ['Pending', 'pending (pending)', { owner: found({ phase: 'Pending', shown: { state: 'absent' } }) }],
    ['no network-status', 'unknown (no-network-status)', { owner: found({ shown: { state: 'absent' } }) }],
    ['an unreadable one', 'unknown (no-network-status)', { owner: found({ shown: { state: 'unreadable' } }) }],
    ['the owner has another address', 'stale (other-address)', MOVED],
    ['the owner shows nothing', 'unknown (owner-not-settled)', { owner: found() }],
  ])('%s: %s', (_, expected, more) => {
    expect(verdictOf(more)).toBe(expected);
  });

  test('every verdict and every reason is given by some row', () => {
    const given = fc.sample(anyEvidence, { numRuns: 20_000, seed: 10 }).map((some) => judge(some, NOW));
    expect(new Set(given.map(({ verdict }) => verdict))).toEqual(new Set(VERDICTS));
    expect(new Set(given.map(({ reason }) => reason))).toEqual(new Set(REASONS));
  });
});

describe('the order of the rows: where two match, the upper one holds', () => {
  // `less` takes away what makes the upper row match, and shows that the lower one matches too.
  test.each<[string, string, Partial<Evidence>, Partial<Evidence>]>([
    [
      'malformed (podref-unreadable)',
      'unknown (look-up-failed)',
      { malformed: 'podref-unreadable', owner: { state: 'unknown', why: 'look-up-failed' } },
      { malformed: null },
    ],
    [
      'malformed (podref-unreadable)',
      'live (address-shown)',
      { malformed: 'podref-unreadable', owner: LIVE },
      { malformed: null },
    ],
    [
      'unknown (look-up-failed)',
      'unknown (shown-by-other-pod)',
      { owner: { state: 'unknown', why: 'look-up-failed' }, shownByOther: OTHER },
      { owner: ABSENT },
    ],
    [
      'unknown (pods-not-collected)',
      'kept (statefulset-ordinal)',
      { owner: { state: 'unknown', why: 'pods-not-collected' }, wantedBack: SET },
      { owner: ABSENT },
    ],
    ['live (address-shown)', 'unknown (shown-by-other-pod)', { owner: LIVE, shownByOther: OTHER }, { owner: found() }],
    ['live (address-shown)', 'kept (migration)', { owner: LIVE, wantedBack: MIGRATION }, { owner: found() }],
    [
      'live (address-shown)',
      'unknown (migrations-not-readable)',
      { owner: LIVE, wantedBack: { unreadable: 'migrations' } },
      { owner: found() },
    ],
    [
      'live (address-shown)',
      'pending (pending)',
      { owner: found({ phase: 'Pending', shown: SHOWS_A }) },
      { owner: found({ phase: 'Pending' }) },
    ],
    [
      'unknown (shown-by-other-pod)',
      'kept (statefulset-ordinal)',
      { shownByOther: OTHER, wantedBack: SET },
      { shownByOther: null },
    ],
    [
      'unknown (shown-by-other-pod)',
      'lost (node-unreachable)',
      { shownByOther: OTHER, owner: found({ terminating: true, node: node('unreachable') }) },
      { shownByOther: null },
    ],
    [
      'unknown (shown-by-other-pod)',
      'stale (other-address)',
      { ...MOVED, shownByOther: OTHER },
      { shownByOther: null },
    ],
    [
      'unknown (shown-by-other-pod)',
      'finished (failed)',
      { shownByOther: OTHER, owner: found({ phase: 'Failed' }) },
      { shownByOther: null },
    ],
    [
      'kept (statefulset-ordinal)',
      'lost (pod-gone-node-lost)',
      { wantedBack: SET, lastNode: node('not-ready') },
      { wantedBack: null },
    ],
    [
      'unknown (statefulsets-not-readable)',
      'lost (pod-gone-node-lost)',
      { wantedBack: { unreadable: 'statefulsets' }, lastNode: node('not-ready') },
      { wantedBack: null },
    ],
    ['kept (migration)', 'unknown (just-deleted)', { wantedBack: MIGRATION, killedAtMs: NOW }, { wantedBack: null }],
    [
      'kept (migration)',
      'lost (node-gone)',
      { wantedBack: MIGRATION, owner: found({ terminating: true, node: node('gone') }) },
      { wantedBack: null },
    ],
    [
      'kept (migration)',
      'finished (succeeded)',
      { wantedBack: MIGRATION, owner: found({ phase: 'Succeeded' }) },
      { wantedBack: null },
    ],
    [
      'unknown (migrations-not-readable)',
      'stale (other-address)',
      { ...MOVED, wantedBack: { unreadable: 'migrations' } },
      { wantedBack: null },
    ],
    [
      'lost (pod-gone-node-lost)',
      'unknown (just-deleted)',
      { lastNode: node('unreachable'), killedAtMs: NOW },
      { lastNode: node('ready') },
    ],
    ['unknown (just-deleted)', 'stale (pod-gone)', { killedAtMs: NOW }, { killedAtMs: null }],
    [
      'lost (node-unreachable)',
      'finished (succeeded)',
      { owner: found({ phase: 'Succeeded', node: node('unreachable') }) },
      { owner: found({ phase: 'Succeeded', node: node('not-ready') }) },
    ],
    [
      'lost (node-gone)',
      'pending (pending)',
      { owner: found({ phase: 'Pending', terminating: true, node: node('gone') }) },
      { owner: found({ phase: 'Pending', terminating: true, node: node('ready') }) },
    ],
    [
      'lost (node-gone)',
      'live (address-shown)',
      { owner: found({ terminating: true, node: node('gone'), shown: SHOWS_A }) },
      { owner: found({ terminating: true, node: node('ready'), shown: SHOWS_A }) },
    ],
    [
      'finished (failed)',
      'unknown (no-network-status)',
      { owner: found({ phase: 'Failed', shown: { state: 'absent' } }) },
      { owner: found({ shown: { state: 'absent' } }) },
    ],
    [
      'finished (failed)',
      'stale (other-address)',
      { ...MOVED, owner: found({ phase: 'Failed', shown: SHOWS_B }) },
      { owner: found({ shown: SHOWS_B }) },
    ],
    [
      'pending (pending)',
      'unknown (no-network-status)',
      { owner: found({ phase: 'Pending', shown: { state: 'unreadable' } }) },
      { owner: found({ shown: { state: 'unreadable' } }) },
    ],
    [
      'pending (pending)',
      'stale (other-address)',
      { ...MOVED, owner: found({ phase: 'Pending', shown: SHOWS_B }) },
      { owner: found({ shown: SHOWS_B }) },
    ],
    ['stale (other-address)', 'unknown (owner-not-settled)', MOVED, { heldByOwner: [A] }],
  ])('%s before %s', (upper, lower, more, less) => {
    expect(verdictOf(more)).toBe(upper);
    expect(verdictOf({ ...more, ...less })).toBe(lower);
  });

  test('a StatefulSet wants back only what is gone', () => {
    expect(verdictOf({ owner: found({ phase: 'Succeeded' }), wantedBack: SET })).toBe('finished (succeeded)');
    expect(verdictOf({ owner: found({ phase: 'Failed' }), wantedBack: { unreadable: 'statefulsets' } })).toBe(
      'finished (failed)',
    );
  });
});

describe('moments', () => {
  test.each([
    [JUST_DELETED_MS - 1, 'unknown (just-deleted)'],
    [JUST_DELETED_MS, 'stale (pod-gone)'],
    [JUST_DELETED_MS + 1, 'stale (pod-gone)'],
    // The clock of whoever wrote the event may be ahead.
    [-1, 'unknown (just-deleted)'],
  ])('killed %i ms ago: %s', (ago, expected) => {
    expect(JUST_DELETED_MS).toBe(2 * 60_000);
    expect(verdictOf({ killedAtMs: NOW - ago })).toBe(expected);
  });

  test.each([
    [SETTLED_AFTER_MS - 1, 'unknown (owner-not-settled)'],
    [SETTLED_AFTER_MS, 'stale (other-address)'],
    [-1, 'unknown (owner-not-settled)'],
  ])('Ready for %i ms: %s', (ago, expected) => {
    expect(SETTLED_AFTER_MS).toBe(150_000);
    expect(verdictOf({ ...MOVED, owner: found({ shown: SHOWS_B, readySinceMs: NOW - ago }) })).toBe(expected);
  });

  test('a pod that is not Ready has not settled', () => {
    expect(verdictOf({ ...MOVED, owner: found({ shown: SHOWS_B, readySinceMs: null }) })).toBe(
      'unknown (owner-not-settled)',
    );
  });
});

describe('addresses are compared as numbers', () => {
  test.each([
    ['10.0.0.5', '::ffff:10.0.0.5'],
    ['10.0.0.5', '::ffff:a00:5'],
    ['fd00::1', 'FD00:0:0:0:0:0:0:1'],
    ['fd00::1', 'fd00::0.0.0.1'],
    ['::ffff:10.0.0.5', '10.0.0.5'],
  ])('%s is %s', (held, shown) => {
    expect(verdictOf({ address: address(held), owner: found({ shown: read(entry('net1', shown)) }) })).toBe(
      'live (address-shown)',
    );
  });

  test('the same number of the other family is another address', () => {
    const six = Address.of(6, A.value);
    expect(verdictOf({ address: six, owner: found({ shown: SHOWS_A }) })).toBe('unknown (owner-not-settled)');
    expect(shows(pod({ shown: SHOWS_A }), six)).toBe(false);
    expect(shows(pod({ shown: SHOWS_A }), A)).toBe(true);
  });

  test('any entry counts, the default one and one without interface included', () => {
    const shown = read(entry('eth0', '10.128.0.4'), entry(null, '10.0.0.9', '10.0.0.5'));
    expect(verdictOf({ owner: found({ shown }) })).toBe('live (address-shown)');
  });

  test('the held address is found in another spelling', () => {
    const shown = read(entry('net1', '::ffff:10.0.0.6'));
    expect(verdictOf({ owner: found({ shown }), heldByOwner: [A, B] })).toBe('stale (other-address)');
  });
});

describe('another address of the owner', () => {
  const of = (shown: ShownAddresses, more: Partial<Evidence> = {}, its: Partial<OwnerPod> = {}): string =>
    verdictOf({ owner: found({ shown, ...its }), heldByOwner: [A, B], ...more });

  test('must be of the same family', () => {
    expect(of(read(entry('net1', 'fd00::6')), { heldByOwner: [A, address('fd00::6')] })).toBe(
      'unknown (owner-not-settled)',
    );
    expect(of(read(entry('net1', 'fd00::6', '10.0.0.6')))).toBe('stale (other-address)');
  });

  test('must be shown on the interface of the entry', () => {
    expect(of(read(entry('net2', '10.0.0.6')))).toBe('unknown (owner-not-settled)');
    expect(of(read(entry(null, '10.0.0.6')))).toBe('unknown (owner-not-settled)');
    expect(of(read(entry('net1')))).toBe('unknown (owner-not-settled)');
  });

  test('must be held by a key of its own, each of them (S6)', () => {
    expect(of(SHOWS_B, { heldByOwner: [A] })).toBe('unknown (owner-not-settled)');
    const two = read(entry('net1', '10.0.0.6', '10.0.0.7'));
    expect(of(two)).toBe('unknown (owner-not-settled)');
    expect(of(two, { heldByOwner: [B, address('10.0.0.7')] })).toBe('stale (other-address)');
    const inTwoEntries = read(entry('net1', '10.0.0.6'), entry('net1', '10.0.0.7'));
    expect(of(inTwoEntries)).toBe('unknown (owner-not-settled)');
  });

  describe('for an entry without interface', () => {
    const both = read(entry('net1', '10.0.0.6'), entry('net2', '10.0.0.7'));
    const held = [A, B, address('10.0.0.7')];
    test.each<[string, ShownAddresses, readonly string[] | null, readonly Address[], string]>([
      ['every interface shows held ones', both, ['net1', 'net2'], held, 'stale (other-address)'],
      ['one of them shows what is not held', both, ['net1', 'net2'], [A, B], 'unknown (owner-not-settled)'],
      ['one of them is not reported', SHOWS_B, ['net1', 'net2'], held, 'unknown (owner-not-settled)'],
      ['what is not asked for does not count', both, ['net1'], [A, B], 'stale (other-address)'],
      ['it is not known what it asks for', both, null, held, 'unknown (owner-not-settled)'],
      ['it asks for nothing', both, [], held, 'unknown (owner-not-settled)'],
    ])('%s', (_, shown, requestedInterfaces, heldByOwner, expected) => {
      expect(of(shown, { ifName: null, heldByOwner }, { requestedInterfaces })).toBe(expected);
    });
  });
});

const REASONS_OF: Readonly<Record<Verdict, readonly Reason[]>> = {
  malformed: ['key-unreadable', 'podref-unreadable', 'range-unreadable'],
  stale: ['pod-gone', 'other-address'],
  lost: ['pod-gone-node-lost', 'node-gone', 'node-unreachable'],
  finished: ['succeeded', 'failed'],
  unknown: [
    'look-up-failed',
    'pods-not-collected',
    'statefulsets-not-readable',
    'migrations-not-readable',
    'nodes-not-readable',
    'shown-by-other-pod',
    'just-deleted',
    'no-network-status',
    'owner-not-settled',
  ],
  pending: ['pending'],
  kept: ['statefulset-ordinal', 'migration'],
  live: ['address-shown'],
};

const anyAddress = fc
  .constantFrom('10.0.0.5', '10.0.0.6', '10.0.0.7', 'fd00::5', 'fd00::6', '::ffff:10.0.0.5')
  .map(address);
const anyInterface = fc.constantFrom('net1', 'net2', 'eth0', null);
const anyNode = fc.option(
  fc.constantFrom<NodeState>('ready', 'not-ready', 'unreachable', 'gone', 'unreadable').map((state) => ({
    name: 'node-a',
    state,
  })),
);
const anyShown: fc.Arbitrary<ShownAddresses> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('absent' as const, 'unreadable' as const).map((state) => ({ state })) },
  {
    weight: 4,
    arbitrary: fc
      .array(
        fc.record({
          ifName: anyInterface,
          network: fc.constantFrom('default/nad', 'default/other'),
          addresses: fc.array(anyAddress, { maxLength: 2 }),
        }),
        { maxLength: 3 },
      )
      .map((entries) => ({ state: 'read' as const, entries })),
  },
);
const anyMoment = fc.option(
  fc.oneof(
    fc.constantFrom(SETTLED_AFTER_MS - 1, SETTLED_AFTER_MS, JUST_DELETED_MS, JUST_DELETED_MS - 1, 0, 3_600_000),
    fc.integer({ min: -1000, max: 400_000 }),
  ),
);
const anyPod: fc.Arbitrary<OwnerPod> = fc.record({
  uid: fc.constant('uid'),
  phase: fc.constantFrom<(PodPhase | null)[]>('Pending', 'Running', 'Running', 'Succeeded', 'Failed', 'Unknown', null),
  terminating: fc.boolean(),
  node: anyNode,
  readySinceMs: anyMoment.map((ago) => (ago === null ? null : NOW - ago)),
  finishedAtMs: fc.constant(null),
  shown: anyShown,
  requestedInterfaces: fc.option(fc.subarray(['net1', 'net2'])),
});
const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  malformed: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('key-unreadable' as const, 'podref-unreadable' as const, 'range-unreadable' as const),
    },
  ),
  address: anyAddress,
  ifName: fc.constantFrom('net1', 'net2', null),
  owner: fc.oneof<fc.Arbitrary<OwnerEvidence>[]>(
    fc.constant(ABSENT),
    fc
      .constantFrom('look-up-failed' as const, 'pods-not-collected' as const)
      .map((why) => ({ state: 'unknown' as const, why })),
    anyPod.map((some) => ({ state: 'found' as const, pod: some })),
    anyPod.map((some) => ({ state: 'found' as const, pod: some })),
  ),
  shownByOther: fc.constantFrom(null, null, null, OTHER),
  wantedBack: fc.constantFrom<Evidence['wantedBack'][]>(
    null,
    null,
    null,
    SET,
    MIGRATION,
    { unreadable: 'statefulsets' },
    { unreadable: 'migrations' },
  ),
  lastNode: anyNode,
  killedAtMs: anyMoment.map((ago) => (ago === null ? null : NOW - ago)),
  heldByOwner: fc.array(anyAddress, { maxLength: 4 }),
});

describe('whatever the evidence', () => {
  const property = (check: (some: Evidence, judgement: Judgement) => void): void => {
    fc.assert(
      fc.property(anyEvidence, (some) => check(some, judge(some, NOW))),
      { numRuns: 3000 },
    );
  };

  test('verdict and reason belong together', () => {
    expect(Object.values(REASONS_OF).flat().sort()).toEqual([...REASONS].sort());
    property((_, { verdict, reason }) => expect(REASONS_OF[verdict]).toContain(reason));
  });

  test('stale only where the owner is gone, or is Ready for 150 s with other held addresses', () => {
    property((some, { verdict, reason }) => {
      if (verdict !== 'stale') return;
      const { owner, heldByOwner } = some;
      if (owner.state === 'absent') {
        expect(reason).toBe('pod-gone');
        return;
      }
      expect(reason).toBe('other-address');
      const its = owner.state === 'found' ? owner.pod : undefined;
      expect(its?.readySinceMs).toBeLessThanOrEqual(NOW - 150_000);
      expect(its !== undefined && isFinished(its)).toBe(false);
      const entries = its?.shown.state === 'read' ? its.shown.entries : [];
      const family = some.address?.family;
      const relevant = entries
        .filter(({ ifName }) =>
          some.ifName === null ? its?.requestedInterfaces?.includes(ifName ?? '') : ifName === some.ifName,
        )
        .flatMap(({ addresses }) => addresses)
        .filter((shown) => shown.family === family);
      expect(relevant.length).toBeGreaterThan(0);
      expect(relevant.map(String).filter((text) => !heldByOwner.map(String).includes(text))).toEqual([]);
      expect(relevant.map(String)).not.toContain(some.address?.toString());
    });
  });

  test('stale never where a list that mattered could not be read', () => {
    property((some, { verdict }) => {
      const { owner, wantedBack, lastNode } = some;
      const gone = owner.state === 'absent';
      const blind =
        owner.state === 'unknown' ||
        (wantedBack !== null && 'unreadable' in wantedBack && (gone || wantedBack.unreadable === 'migrations')) ||
        (gone && lastNode?.state === 'unreadable') ||
        (owner.state === 'found' && owner.pod.terminating && owner.pod.node?.state === 'unreadable');
      if (blind) expect(verdict).not.toBe('stale');
    });
  });

  test('stale never where anybody shows the address, or wants the pod back', () => {
    property((some, { verdict }) => {
      const { owner, wantedBack, shownByOther } = some;
      const shown = owner.state === 'found' && some.address !== null && shows(owner.pod, some.address);
      const wanted =
        wantedBack !== null && 'by' in wantedBack && (owner.state === 'absent' || wantedBack.by === 'migration');
      if (shownByOther !== null || shown || wanted) expect(verdict).not.toBe('stale');
    });
  });

  test('live only where the owner is there, not finished, and shows it', () => {
    property((some, { verdict }) => {
      if (verdict !== 'live') return;
      const its = some.owner.state === 'found' ? some.owner.pod : undefined;
      expect(its !== undefined && some.address !== null && shows(its, some.address) && !isFinished(its)).toBe(true);
    });
  });
});
