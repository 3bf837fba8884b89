import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, test } from '@jest/globals';

import {
  EVENTS,
  IP_POOLS,
  NADS,
  NAMESPACES,
  NODES,
  PODS,
  RESERVATIONS,
  STATEFUL_SETS,
} from '../../src/cluster/resources.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';
import { InputFailure } from '../../src/errors.js';
import { all, folder, list, names, openFiles, pod, POOL, removeFolders, tar, tarGz, typedList } from './support.js';

afterAll(removeFolders);

describe('layouts', () => {
  test('a single object, a List, a typed list with bare items, and several documents in one file', async () => {
    const reader = await openFiles({
      'pool.yaml': POOL,
      'pods.json': list(pod('a', 'one'), pod('b', 'two')),
      'reservations.yaml': [
        'apiVersion: whereabouts.cni.cncf.io/v1alpha1',
        'items:',
        '- metadata: {name: 192.168.2.1, namespace: kube-system}',
        '  spec: {podref: demo/a}',
        'kind: OverlappingRangeIPReservationList',
        'metadata: {resourceVersion: "5"}',
      ].join('\n'),
      'more.yml': `# first\n---\n${POOL.replaceAll('192.168.2', '10.0.0').replace('pool-uid', 'other')}---\nkind: Service\napiVersion: v1\nmetadata: {name: x}\n---\n${JSON.stringify(pod('c', 'three'))}\n`,
    });
    expect(await names(reader, IP_POOLS)).toEqual(['kube-system/10.0.0.0-24', 'kube-system/192.168.2.0-24']);
    expect(await names(reader, PODS)).toEqual(['a/one', 'b/two', 'c/three']);
    expect(await all(reader, RESERVATIONS)).toEqual([
      {
        apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
        kind: 'OverlappingRangeIPReservation',
        metadata: { name: '192.168.2.1', namespace: 'kube-system' },
        spec: { podref: 'demo/a' },
      },
    ]);
    expect(reader.notes).toEqual([]);
    expect(reader.source).toBe('snapshot');
    expect(reader.contextNamespace).toBe('default');
  });

  test('an inspect tree: lists, single objects, pods beside their logs; logs and pages are never opened', async () => {
    const reader = await openFiles({
      'event-filter.html': 'kind: Pod',
      'namespaces/demo/demo.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: demo, uid: ns}\n',
      'namespaces/demo/core/pods.yaml': typedList('PodList', 'v1', pod('demo', 'a')),
      'namespaces/demo/core/events.yaml': typedList('EventList', 'v1'),
      'namespaces/demo/core/secrets.yaml': 'kind: SecretList\napiVersion: v1\nitems: [ this is : broken',
      'namespaces/demo/apps/statefulsets.yaml': typedList('StatefulSetList', 'apps/v1'),
      'namespaces/demo/pods/b/b.yaml': JSON.stringify(pod('demo', 'b')),
      'namespaces/demo/pods/b/c/c/logs/current.log': 'kind: Pod\n\tbroken',
      'namespaces/kube-system/whereabouts.cni.cncf.io/ippools/192.168.2.0-24.yaml': POOL,
      'cluster-scoped-resources/core/nodes/n1.yaml': 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n',
      'cluster-scoped-resources/core/namespaces/kube-system.yaml':
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system, uid: the-cluster}\n',
    });
    expect(await names(reader, PODS)).toEqual(['demo/a', 'demo/b']);
    expect(await names(reader, IP_POOLS)).toEqual(['kube-system/192.168.2.0-24']);
    expect(await names(reader, NODES)).toEqual(['n1']);
    expect(await names(reader, NAMESPACES)).toEqual(['demo', 'kube-system']);
    expect(await names(reader, STATEFUL_SETS)).toEqual([]);
    expect(await names(reader, EVENTS)).toEqual([]);
    expect(await reader.identity()).toEqual({ uid: 'the-cluster', server: null, name: expect.any(String), user: null });
    expect(reader.notes).toEqual([]);
  });

  test('archives of any compression, by content and not by name; nothing of them reaches the disk', async () => {
    const entries = [
      { name: 'mg/', type: 'directory' as const },
      { name: 'mg/link.yaml', type: 'symlink' as const, linkname: '/etc/passwd' },
      { name: '../../../../tmp/ipamctl-escape/pool.yaml', content: POOL },
      { name: 'mg/namespaces/demo/core/pods.yaml', content: typedList('PodList', 'v1', pod('demo', 'a')) },
      { name: 'mg/big.log', content: Buffer.alloc(3_000_000, 'kind: Pod\n') },
      {
        name: 'mg/nads.json.gz',
        content: gzipSync(typedList('NetworkAttachmentDefinitionList', 'k8s.cni.cncf.io/v1')),
      },
    ];
    const plain = await tar(entries);
    const dir = folder({
      'a.tar': plain,
      'b.tar.gz': await tarGz(entries),
      'c.tgz': await tarGz(entries),
      'without-ending': gzipSync(plain),
      'pool.yaml.gz': gzipSync(POOL),
    });
    for (const name of ['a.tar', 'b.tar.gz', 'c.tgz', 'without-ending']) {
      const reader = await openSnapshot([dir.at(name)], {});
      expect(await names(reader, IP_POOLS)).toEqual(['kube-system/192.168.2.0-24']);
      expect(await names(reader, PODS)).toEqual(['demo/a']);
      expect(await names(reader, NADS)).toEqual([]);
      expect(reader.isComplete(PODS, 'demo')).toBe(true);
      expect(reader.isComplete(PODS, 'other')).toBe(false);
      expect(reader.notes).toEqual([]);
    }
    expect(await names(await openSnapshot([dir.at('pool.yaml.gz')], {}), IP_POOLS)).toHaveLength(1);
    // Archives in a folder are read as well.
    expect(await names(await openSnapshot([dir.path], {}), PODS)).toEqual(['demo/a']);
  });

  test('standard input, plain and compressed, and several paths together', async () => {
    const stdin = async function* (bytes: Buffer): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 3);
      yield bytes.subarray(3);
    };
    const dir = folder({ 'pods.json': list(pod('a', 'one')) });
    const reader = await openSnapshot(['-', dir.at('pods.json')], {}, { stdin: stdin(Buffer.from(POOL)) });
    expect(await names(reader, IP_POOLS)).toHaveLength(1);
    expect(await names(reader, PODS)).toHaveLength(1);
    expect((await reader.identity()).name).toBe(`standard input, ${dir.at('pods.json')}`);
    const archive = await tarGz([{ name: 'pool.yaml', content: POOL }]);
    expect(await names(await openSnapshot(['-'], {}, { stdin: stdin(archive) }), IP_POOLS)).toHaveLength(1);
  });

  test('JSON objects one after the other, arrays of objects, a byte order mark, CRLF', async () => {
    const reader = await openFiles({
      'stream.json': `${JSON.stringify(pod('a', 'one'))}\n${JSON.stringify(pod('a', 'two{"['), null, 2)}\n`,
      'array.json': JSON.stringify([pod('a', 'three')]),
      'pool.yaml': `\ufeff${POOL.replaceAll('\n', '\r\n')}`,
    });
    expect(await names(reader, PODS)).toEqual(['a/one', 'a/three', 'a/two{"[']);
    const [pool] = await all(reader, IP_POOLS);
    expect(pool?.['spec']).toMatchObject({ range: '192.168.2.0/24' });
    expect(reader.notes).toEqual([]);
  });

  test.each([
    ['a path that is not there', 'nowhere', /nowhere: no such file/],
    ['an empty folder', 'empty', /empty: holds nothing that ipamctl reads/],
    ['a folder of other things', 'other', /other: holds nothing/],
    ['a broken file', 'broken.yaml', /broken\.yaml: holds nothing/],
    ['a zip archive', 'x.zip', /x\.zip: is a zip archive/],
  ])('%s is named, with what was expected', async (_, name, message) => {
    const dir = folder({
      'empty/.keep': '',
      'other/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: x}\n',
      'broken.yaml': 'kind: Pod\napiVersion: v1\nmetadata:\n  name: "x\n',
      'x.zip': 'PK\x03\x04...',
    });
    const failure = await openSnapshot([dir.at(name)], {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputFailure);
    const { message: said, hints, facts, kind } = failure as InputFailure;
    expect(said).toMatch(message);
    expect(kind).toBe('input');
    expect(hints.join('\n')).toContain('must-gather');
    if (name === 'broken.yaml') expect(facts.join('\n')).toMatch(/broken\.yaml: line \d+: is no YAML/);
  });

  test('the terminal is no snapshot', async () => {
    const stdin = Object.assign((async function* () {})(), { isTTY: true });
    await expect(openSnapshot(['-'], {}, { stdin })).rejects.toThrow('terminal');
  });
});

describe('duplicates', () => {
  test('the greatest resourceVersion wins, as a number', async () => {
    const versions = ['9', '10', '18446744073709551616', '18446744073709551615', 'x'];
    const reader = await openFiles(
      Object.fromEntries(
        versions.map((resourceVersion, index) => [
          `${index}.json`,
          JSON.stringify(pod('a', 'p', { metadata: { resourceVersion }, status: { phase: resourceVersion } })),
        ]),
      ),
    );
    expect(await all(reader, PODS)).toMatchObject([{ status: { phase: '18446744073709551616' } }]);
  });

  test('a pod made anew under its name replaces the old one; without a version the first stays', async () => {
    const reader = await openFiles({
      '1.json': JSON.stringify(pod('a', 'p', { metadata: { uid: 'new', resourceVersion: '20' } })),
      '2.json': JSON.stringify(pod('a', 'p', { metadata: { uid: 'old', resourceVersion: '19' } })),
      '3.yaml': 'kind: Pod\napiVersion: v1\nmetadata: {name: q, namespace: a}\nspec: {nodeName: first}\n',
      '4.yaml': 'kind: Pod\napiVersion: v1\nmetadata: {name: q, namespace: a}\nspec: {nodeName: second}\n',
    });
    expect(await all(reader, PODS)).toMatchObject([{ metadata: { uid: 'new' } }, { spec: { nodeName: 'first' } }]);
  });

  test('objects of two clusters are told', async () => {
    const namespace = (uid: string): string =>
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system, uid: ${uid}}\n`;
    const reader = await openFiles({ 'a.yaml': namespace('one'), 'b.yaml': namespace('two') });
    expect(reader.notes).toEqual([expect.stringContaining('more than one cluster')]);
  });
});

describe('events', () => {
  test('those of events.k8s.io come under the names of the core group, once', async () => {
    const metadata = { name: 'e.1', namespace: 'a', uid: 'e1', resourceVersion: '7' };
    const reader = await openFiles({
      'events.json': typedList('EventList', 'events.k8s.io/v1', {
        metadata,
        regarding: { kind: 'Pod', namespace: 'a', name: 'p' },
        note: 'Stopping container',
        reason: 'Killing',
        type: 'Normal',
        deprecatedCount: 2,
        deprecatedLastTimestamp: '2024-01-01T00:00:00Z',
        deprecatedSource: { component: 'kubelet' },
        reportingController: 'kubelet',
      }),
      'same.json': JSON.stringify({ apiVersion: 'v1', kind: 'Event', metadata, reason: 'Killing' }),
    });
    const selected = await all(reader, EVENTS, {
      fieldSelector: 'involvedObject.kind=Pod,reason=Killing,source=kubelet',
    });
    expect(selected).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata,
        involvedObject: { kind: 'Pod', namespace: 'a', name: 'p' },
        message: 'Stopping container',
        reason: 'Killing',
        type: 'Normal',
        count: 2,
        lastTimestamp: '2024-01-01T00:00:00Z',
        source: { component: 'kubelet' },
        reportingComponent: 'kubelet',
      },
    ]);
  });
});
