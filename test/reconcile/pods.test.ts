import { describe, expect, test } from '@jest/globals';
import { podMetadata, wholePod } from '../../src/reconcile/pods.js';

function pod(fields: Readonly<Record<string, unknown>>, metadata: Readonly<Record<string, unknown>> = {}) {
  return { metadata: { namespace: 'default', name: 'a', uid: 'u', ...metadata }, ...fields };
}

const ended = (finishedAt: unknown): unknown => ({ state: { terminated: { finishedAt } } });
const T = '2026-09-01T10:00:00Z';
const LATER = '2026-09-01T11:00:00Z';

describe('when a pod ended', () => {
  test.each<[string, unknown, string | null]>([
    ['its last container ended', { containerStatuses: [ended(T), ended(LATER), ended(T)] }, LATER],
    ['one runs still', { containerStatuses: [ended(T), { state: { running: {} } }] }, T],
    [
      'evicted: no container tells, its Ready condition turned',
      { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: T }] },
      T,
    ],
    [
      'containers before the condition',
      { containerStatuses: [ended(T)], conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: LATER }] },
      T,
    ],
    ['Ready', { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: T }] }, null],
    ['nothing tells', {}, null],
    ['rubbish', { containerStatuses: 'x', conditions: [null, 7] }, null],
    ['no time', { containerStatuses: [ended('yesterday')] }, null],
  ])('%s', (_, status, expected) => {
    expect(wholePod(pod({ status })).finishedAtMs).toBe(expected === null ? null : Date.parse(expected));
  });
});

describe('since when it is Ready', () => {
  test.each<[unknown, number | null]>([
    [{ conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: T }] }, Date.parse(T)],
    [{ conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: T }] }, null],
    [{ conditions: [{ type: 'Ready', status: 'True' }] }, null],
    [{ conditions: [{ type: 'ContainersReady', status: 'True', lastTransitionTime: T }] }, null],
    [{}, null],
  ])('%j', (status, expected) => {
    expect(wholePod(pod({ status })).readySinceMs).toBe(expected);
  });
});

test.each([
  ['Running', 'Running'],
  ['Pending', 'Pending'],
  ['Succeeded', 'Succeeded'],
  ['Failed', 'Failed'],
  ['Unknown', 'Unknown'],
  ['new phase', 'Unknown'],
  [undefined, 'Unknown'],
])('phase %s is %s', (phase, expected) => {
  expect(wholePod(pod({ status: { phase } })).phase).toBe(expected);
});

test.each([
  ['a,b,other/c', ['net1', 'net2', 'net3']],
  ['a@eth5,b', ['eth5', 'net2']],
  ['[{"name":"a"},{"name":"b","interface":"x"}]', ['net1', 'x']],
  ['not a name!', null],
])('the interfaces of "%s"', (networks, expected) => {
  const annotations = { 'k8s.v1.cni.cncf.io/networks': networks };
  expect(podMetadata(pod({}, { annotations })).requestedInterfaces).toEqual(expected);
});

test('nothing at all is read as nothing', () => {
  expect(wholePod({ metadata: {} })).toEqual({
    namespace: '',
    name: '',
    uid: '',
    terminating: false,
    shown: { state: 'absent' },
    requestedInterfaces: null,
    phase: 'Unknown',
    nodeName: null,
    readySinceMs: null,
    finishedAtMs: null,
  });
});
