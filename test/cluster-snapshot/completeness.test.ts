import { afterAll, describe, expect, test } from '@jest/globals';

import {
  IP_POOLS,
  MIGRATIONS,
  NODE_SLICE_POOLS,
  NODES,
  PODS,
  RESERVATIONS,
  STATEFUL_SETS,
} from '../../src/cluster/resources.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';
import { ClusterFailure } from '../../src/errors.js';
import { folder, list, names, openFiles, pod, POOL, removeFolders, typedList } from './support.js';

afterAll(removeFolders);

async function failure(work: Promise<unknown>): Promise<ClusterFailure> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ClusterFailure);
  return error as ClusterFailure;
}

describe('isComplete', () => {
  const one = [pod('a', 'p'), pod('a', 'q')];
  const two = [pod('a', 'p'), pod('b', 'q')];
  test.each<[string, Record<string, string>, string[], string[]]>([
    ['a single pod proves nothing', { 'p.json': JSON.stringify(pod('a', 'p')) }, [], ['a', 'b']],
    [
      'single pods in an inspect tree prove nothing',
      { 'namespaces/a/pods/p/p.yaml': JSON.stringify(pod('a', 'p')) },
      [],
      ['a'],
    ],
    ['kubectl get pods -A', { 'x.json': list(...two) }, ['a', 'b', 'c'], []],
    ['kubectl get pods -n a', { 'x.json': list(...one) }, ['a'], ['b']],
    ['PodList of two namespaces', { 'x.json': typedList('PodList', 'v1', ...two) }, ['a', 'c'], []],
    ['inspect of a namespace', { 'namespaces/a/core/pods.yaml': typedList('PodList', 'v1', ...one) }, ['a'], ['b']],
    ['inspect of an empty namespace', { 'namespaces/a/core/pods.yaml': typedList('PodList', 'v1') }, ['a'], ['b']],
    ['the same as List', { 'namespaces/a/core/pods.yaml': list() }, ['a'], ['b']],
    ['namespaces/all', { 'namespaces/all/core/pods.yaml': typedList('PodList', 'v1', ...one) }, ['a', 'b'], []],
    ['cluster-scoped-resources', { 'cluster-scoped-resources/core/pods.yaml': list(...one) }, ['a', 'b'], []],
    ['an empty list of unknown scope', { 'pods.yaml': 'apiVersion: v1\nitems: []\nkind: List\n' }, [], ['a']],
    ['a folder that is called namespaces', { 'namespaces/pods.yaml': list(...one) }, ['a'], ['b', 'pods.yaml']],
    ["a list in another namespace's folder", { 'namespaces/b/core/pods.yaml': list(...one) }, ['a'], ['b']],
    [
      'a page of a list',
      { 'x.json': JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: { continue: 'abc' }, items: two }) },
      [],
      ['a'],
    ],
    ['a list with a broken item', { 'x.json': list(...two, null) }, [], ['a']],
    [
      'kubectl get pods,statefulsets -A: one kind shows the scope of all',
      {
        'x.json': list(
          pod('a', 'p'),
          ...['a', 'b'].map((namespace) => ({
            apiVersion: 'apps/v1',
            kind: 'StatefulSet',
            metadata: { name: 's', namespace },
          })),
        ),
      },
      ['a', 'z'],
      [],
    ],
  ])('%s', async (_, files, complete, open) => {
    const reader = await openFiles({ ...files, 'pool.yaml': POOL });
    expect(await names(reader, PODS)).toBeInstanceOf(Array);
    for (const namespace of complete)
      expect([namespace, reader.isComplete(PODS, namespace)]).toEqual([namespace, true]);
    for (const namespace of open) expect([namespace, reader.isComplete(PODS, namespace)]).toEqual([namespace, false]);
  });
});

describe('kinds that are not there', () => {
  test('name the kind, the path and how to collect it', async () => {
    const dir = folder({ 'pods.json': list(pod('a', 'p')) });
    const error = await failure(names(await openSnapshot([dir.path], {}), IP_POOLS));
    expect(error.reason).toBe('not-collected');
    expect(error.kind).toBe('input');
    expect(error.message).toContain('IPPool');
    expect(error.facts.join('\n')).toContain(dir.path);
    expect(error.hints.join('\n')).toContain('kubectl get ippools.whereabouts.cni.cncf.io -A -o yaml');
  });

  test.each<[string, Record<string, string>]>([
    [
      'an empty typed list',
      { 'x.yaml': 'kind: IPPoolList\napiVersion: whereabouts.cni.cncf.io/v1alpha1\nitems: []\n' },
    ],
    ['an empty List in a file of that name', { 'ippools.yaml': 'kind: List\napiVersion: v1\nitems: []\n' }],
    ['with its group', { 'ippools.whereabouts.cni.cncf.io.json': list() }],
  ])('%s was collected', async (_, files) => {
    const reader = await openFiles(files);
    expect(await names(reader, IP_POOLS)).toEqual([]);
    expect((await failure(names(reader, PODS))).reason).toBe('not-collected');
  });

  test('an object that is not found is absent only where a whole list shows it', async () => {
    const reader = await openFiles({
      'pool.yaml': POOL,
      'sets.json': list({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'a' } }),
      'nodes.json': list({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }),
    });
    expect(await reader.get(IP_POOLS, 'kube-system', '192.168.2.0-24')).toMatchObject({
      spec: { range: '192.168.2.0/24' },
    });
    expect((await failure(reader.get(IP_POOLS, 'kube-system', 'x'))).reason).toBe('not-collected');
    expect(await reader.get(STATEFUL_SETS, 'a', 'x')).toBeUndefined();
    expect((await failure(reader.get(STATEFUL_SETS, 'b', 'db'))).reason).toBe('not-collected');
    expect(await reader.get(NODES, '', 'n2')).toBeUndefined();
    expect(await reader.get(NODES, 'ignored', 'n1')).toBeDefined();
    expect(reader.isComplete(STATEFUL_SETS)).toBe(false);
    expect(reader.isComplete(STATEFUL_SETS, 'a')).toBe(true);
    expect(reader.isComplete(NODES)).toBe(true);
  });
});

describe('our own manifest', () => {
  const manifest = (more: Record<string, unknown> = {}): string =>
    JSON.stringify({
      apiVersion: 'ipamctl.io/v1',
      kind: 'Snapshot',
      createdAt: '2024-05-05T12:00:00+02:00',
      toolVersion: '0.1.0',
      cluster: { uid: 'from-manifest', server: 'https://api.example:6443' },
      context: 'prod',
      collected: [
        { resource: 'pods', namespace: null },
        { resource: 'ippools.whereabouts.cni.cncf.io', namespace: null },
        { resource: 'statefulsets.apps', namespace: 'a' },
        { resource: 'somethings.example.com', namespace: null },
      ],
      missing: [
        { resource: 'nodes', verb: 'list', reason: 'forbidden' },
        { resource: 'statefulsets.apps', verb: 'list', reason: 'forbidden' },
        { resource: 'nodeslicepools.whereabouts.cni.cncf.io', verb: 'list', reason: 'not-defined' },
        { resource: 'pods/log', verb: 'get', reason: 'forbidden' },
      ],
      ...more,
    });

  test('gives clock, identity, empty lists, and what was forbidden', async () => {
    const reader = await openFiles({ 'ipamctl-snapshot.json': manifest(), 'pool.yaml': POOL });
    expect(reader.now().toISOString()).toBe('2024-05-05T10:00:00.000Z');
    expect(await reader.identity()).toMatchObject({ uid: 'from-manifest', server: 'https://api.example:6443' });
    expect(await names(reader, PODS)).toEqual([]);
    expect(reader.isComplete(PODS, 'anything')).toBe(true);
    expect(await reader.get(PODS, 'x', 'y')).toBeUndefined();
    const forbidden = await failure(names(reader, NODES));
    expect(forbidden).toMatchObject({
      reason: 'forbidden',
      kind: 'cluster',
      request: { verb: 'list', resource: 'nodes' },
    });
    expect((await failure(reader.get(NODES, '', 'n'))).reason).toBe('forbidden');
    expect((await failure(names(reader, NODE_SLICE_POOLS))).reason).toBe('not-defined');
    expect((await failure(names(reader, RESERVATIONS))).reason).toBe('not-collected');
    expect((await failure(names(reader, MIGRATIONS))).reason).toBe('not-collected');
    // Allowed in one namespace only.
    expect(await names(reader, STATEFUL_SETS, { namespace: 'a' })).toEqual([]);
    expect((await failure(names(reader, STATEFUL_SETS))).reason).toBe('forbidden');
    expect((await failure(names(reader, STATEFUL_SETS, { namespace: 'b' }))).reason).toBe('forbidden');
  });

  test('named itself, it stands for its folder', async () => {
    const dir = folder({ 'ipamctl-snapshot.json': manifest(), 'pool.yaml': POOL });
    expect(await names(await openSnapshot([dir.at('ipamctl-snapshot.json')], {}), IP_POOLS)).toHaveLength(1);
  });

  test('is not believed where a file was lost', async () => {
    const reader = await openFiles({
      'ipamctl-snapshot.json': manifest(),
      'pods.json': '{"kind":"PodList","items":[',
      'pool.yaml': POOL,
    });
    expect(reader.isComplete(PODS, 'a')).toBe(false);
    expect((await failure(names(reader, PODS))).reason).toBe('not-collected');
    expect(await names(reader, IP_POOLS)).toHaveLength(1);
  });

  test('is not believed where it counted more than there is', async () => {
    const collected = [{ resource: 'pods', namespace: null, count: 2 }];
    const files = { 'ipamctl-snapshot.json': manifest({ collected }), 'p.json': JSON.stringify(pod('a', 'p')) };
    expect((await openFiles(files)).isComplete(PODS, 'a')).toBe(false);
    const whole = await openFiles({ ...files, 'q.json': JSON.stringify(pod('b', 'q')) });
    expect(whole.isComplete(PODS, 'a')).toBe(true);
  });

  test.each([
    ['of a younger program', { apiVersion: 'ipamctl.io/v2' }, /apiVersion ipamctl\.io\/v2/],
    ['without a moment', { createdAt: 'yesterday' }, /createdAt/],
  ])('%s is named and the files still count', async (_, more, note) => {
    const reader = await openFiles({ 'ipamctl-snapshot.json': manifest(more), 'pool.yaml': POOL });
    expect(reader.notes).toEqual([expect.stringMatching(note)]);
    expect(await names(reader, IP_POOLS)).toHaveLength(1);
    expect(reader.isComplete(PODS, 'a')).toBe(false);
  });
});
