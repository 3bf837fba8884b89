import { utimesSync } from 'node:fs';

import { afterAll, describe, expect, test } from '@jest/globals';

import { IP_POOLS, NODES, PODS } from '../../src/cluster/resources.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';
import { UsageFailure } from '../../src/errors.js';
import { folder, list, names, openFiles, pod, POOL, removeFolders } from './support.js';

afterAll(removeFolders);

describe('the clock', () => {
  const at = async (files: Record<string, string>): Promise<string> =>
    (await openFiles(files, { wallClock: new Date('2025-01-01T00:00:00Z') })).now().toISOString();

  test('the timestamp file of must-gather: where it began, the earliest of several', async () => {
    expect(
      await at({
        timestamp: '2024-05-04 13:25:39.594612463 +0200 CEST m=+0.140523551\n2024-05-04 13:35:39 +0200 CEST m=+600\n',
        'quay-io/timestamp': '2024-05-04 11:26:00 +0000 UTC\n',
        'pool.yaml': POOL.replace('2024-03-01', '2024-06-01'),
      }),
    ).toBe('2024-05-04T11:25:39.594Z');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['creationTimestamp', { metadata: { creationTimestamp: '2024-04-01T00:00:00Z' } }, '2024-04-01T00:00:00.000Z'],
    ['managedFields', { metadata: { managedFields: [{ time: '2024-04-02T00:00:00Z' }] } }, '2024-04-02T00:00:00.000Z'],
    [
      'deletion less its grace',
      { metadata: { deletionTimestamp: '2024-04-02T00:01:00Z', deletionGracePeriodSeconds: 30 } },
      '2024-04-02T00:00:30.000Z',
    ],
    [
      'conditions',
      { status: { conditions: [{ lastTransitionTime: '2024-04-03T00:00:00Z' }] } },
      '2024-04-03T00:00:00.000Z',
    ],
    [
      'containers',
      { status: { containerStatuses: [{ state: { terminated: { finishedAt: '2024-04-04T00:00:00Z' } } }] } },
      '2024-04-04T00:00:00.000Z',
    ],
    [
      'a moment in free text is none',
      { metadata: { annotations: { until: '2024-09-09T00:00:00Z' } } },
      '2024-03-01T10:00:00.000Z',
    ],
    [
      'nor is one in the future',
      { metadata: { creationTimestamp: '2031-01-01T00:00:00Z' } },
      '2024-03-01T10:00:00.000Z',
    ],
    ['nor what is no date', { metadata: { creationTimestamp: '2024-99-99T00:00:00Z' } }, '2024-03-01T10:00:00.000Z'],
  ])('the newest moment in the objects: %s', async (_, more, expected) => {
    expect(await at({ 'pool.yaml': POOL, 'pod.json': JSON.stringify(pod('a', 'p', more)) })).toBe(expected);
  });

  test('an event', async () => {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'a' },
      lastTimestamp: '2024-04-05T00:00:00Z',
    };
    expect(await at({ 'pool.yaml': POOL, 'e.json': JSON.stringify(event) })).toBe('2024-04-05T00:00:00.000Z');
  });

  test("without any, the file's own date", async () => {
    const dir = folder({ 'p.json': JSON.stringify(pod('a', 'p')) });
    utimesSync(dir.at('p.json'), new Date('2024-02-02T02:02:02Z'), new Date('2024-02-02T02:02:02Z'));
    expect((await openSnapshot([dir.path], {})).now().toISOString()).toBe('2024-02-02T02:02:02.000Z');
  });
});

describe('selectors', () => {
  const open = openFiles.bind(undefined, {
    'pods.json': list(
      pod('a', 'one', {
        metadata: { labels: { app: 'web', tier: '2' } },
        spec: { nodeName: 'n1' },
        status: { phase: 'Running' },
      }),
      pod('a', 'two', { metadata: { labels: { app: 'db' } }, spec: { nodeName: 'n2' }, status: { phase: 'Failed' } }),
      pod('b', 'three', { status: { phase: 'Pending' } }),
    ),
    'pool.yaml': POOL,
    'nodes.json': list({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }),
  });

  test.each([
    ['app=web', ['one']],
    ['app==web', ['one']],
    ['app!=web', ['three', 'two']],
    ['app', ['one', 'two']],
    ['!app', ['three']],
    ['app in (web, db)', ['one', 'two']],
    ['app notin (web,x)', ['three', 'two']],
    ['app in (web,db),tier=2', ['one']],
    ['tier>1', ['one']],
    ['tier<2', []],
    ['', ['one', 'three', 'two']],
  ])('labels: %s', async (labelSelector, expected) => {
    const found = await names(await open(), PODS, { labelSelector });
    expect(found.map((name) => name.split('/')[1]).sort()).toEqual(expected);
  });

  test.each([
    ['status.phase=Running', ['one']],
    ['status.phase!=Running,status.phase!=Failed', ['three']],
    ['spec.nodeName==n1', ['one']],
    ['spec.nodeName=', ['three']],
    ['metadata.namespace=a', ['one', 'two']],
    ['metadata.name=two', ['two']],
    ['metadata.name=t\\,wo', []],
  ])('fields: %s', async (fieldSelector, expected) => {
    const found = await names(await open(), PODS, { fieldSelector });
    expect(found.map((name) => name.split('/')[1]).sort()).toEqual(expected);
  });

  test('by namespace, sorted, projected, and told to the observer', async () => {
    const reader = await open();
    expect(await names(reader, PODS, { namespace: 'a' })).toEqual(['a/one', 'a/two']);
    expect(await names(reader, PODS, { namespace: 'nobody' })).toEqual([]);
    expect(await names(reader, NODES, { namespace: 'a' })).toEqual(['n1']);
    expect(await reader.collect(PODS, {}, ({ metadata }) => (metadata.name === 'two' ? 2 : undefined))).toEqual([2]);
    const told: [string, number][] = [];
    const other = await openSnapshot([folder({ 'p.json': list(pod('a', 'b')) }).path], {
      progress: (plural, count) => told.push([plural, count]),
    });
    await names(other, PODS);
    expect(told).toEqual([['pods', 1]]);
  });

  test.each([
    ['label', { labelSelector: 'a=b=c' }],
    ['label', { labelSelector: 'a in (b' }],
    ['label', { labelSelector: 'a>x' }],
    ['label', { labelSelector: 'a=b,,c' }],
    ['field', { fieldSelector: 'status.phase' }],
  ])('a %s selector that cannot be read: %j', async (_, options) => {
    await expect(names(await open(), PODS, options)).rejects.toBeInstanceOf(UsageFailure);
  });

  test('a field that the server would not select by', async () => {
    await expect(names(await open(), IP_POOLS, { fieldSelector: 'status.phase=x' })).rejects.toThrow(
      /cannot be selected by field/,
    );
  });
});
