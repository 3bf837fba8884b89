import { afterAll, expect, test } from '@jest/globals';
import { LOG_GAP } from '../../src/cluster/port.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';
import { folder, openFiles, pod, removeFolders, tarGz } from './support.js';

afterAll(removeFolders);

const LOG = 'namespaces/demo/pods/b/c/c/logs/current.log';

test.each(['', 'quay-io-must-gather-sha256-1/'])('a log is read where it was collected: %s', async (root) => {
  const reader = await openFiles({
    [`${root}namespaces/demo/pods/b/b.yaml`]: JSON.stringify(pod('demo', 'b')),
    [`${root}${LOG}`]: 'first\nsecond ü\nthird\n',
    [`${root}namespaces/demo/pods/two/a/a/logs/current.log`]: 'a\n',
    [`${root}namespaces/demo/pods/two/b/b/logs/current.log`]: '',
  });
  expect(await reader.log('demo', 'b', 'c', { tailLines: 2 })).toBe('second ü\nthird\n');
  expect(await reader.log('demo', 'b', null, { tailLines: 9 })).toBe('first\nsecond ü\nthird\n');
  expect(await reader.log('demo', 'two', 'b', { tailLines: 9 })).toBe('');
  const missing: [string, string | null][] = [
    ['b', 'other'],
    ['none', null],
    ['two', null],
    ['../pods/b', 'c'],
    ['b', '../../b/c'],
  ];
  for (const [name, container] of missing) {
    await expect(reader.log('demo', name, container, { tailLines: 2 })).rejects.toMatchObject({
      reason: 'not-collected',
      request: { verb: 'get', resource: 'pods/log', namespace: 'demo', name },
    });
  }
  expect(await reader.log('demo', 'b', 'c', { headBytes: 8 })).toBe('first\nse');
  expect(reader.notes).toEqual([]);
});

const at = (namespace: string, name: string, container: string): string =>
  `mg/namespaces/${namespace}/pods/${name}/${container}/${container}/logs/current.log`;

test('of an archive the logs of whereabouts are kept, their beginning and their end', async () => {
  const line = (at: number): string => `2026-01-01T00:00:00Z line ${at.toString().padStart(8, '0')}\n`;
  const long = Array.from({ length: 120_000 }, (_, at) => line(at)).join('');
  const dir = folder({
    'mg.tar.gz': await tarGz([
      { name: 'mg/pods.json', content: JSON.stringify(pod('demo', 'whereabouts-x')) },
      { name: at('demo', 'whereabouts-x', 'whereabouts'), content: 'one\ntwo\n' },
      { name: at('demo', 'whereabouts-x', 'other'), content: '' },
      { name: at('kube-system', 'whereabouts-reconciler-1', 'main'), content: long },
      { name: at('demo', 'shop', 'app'), content: 'of no interest\n' },
      { name: 'mg/namespaces/demo/pods/whereabouts-x/a/b/logs/current.log', content: 'no such place\n' },
    ]),
  });
  const reader = await openSnapshot([dir.path], {});
  expect(await reader.log('demo', 'whereabouts-x', 'whereabouts', { tailLines: 1 })).toBe('two\n');
  expect(await reader.log('demo', 'whereabouts-x', 'other', { tailLines: 1 })).toBe('');
  for (const [name, container] of [
    ['whereabouts-x', null],
    ['whereabouts-x', 'a'],
    ['shop', 'app'],
  ] as const) {
    const asked = reader.log('demo', name, container, { tailLines: 1 });
    await expect(asked).rejects.toMatchObject({ reason: 'not-collected' });
  }
  const big = (options: Parameters<typeof reader.log>[3]): Promise<string> =>
    reader.log('kube-system', 'whereabouts-reconciler-1', null, options);
  expect(await big({ tailLines: 2 })).toBe(line(119_998) + line(119_999));
  expect(await big({ headBytes: 40 })).toBe((line(0) + line(1)).slice(0, 40));
  const all = await big({ tailLines: 1_000_000 });
  expect(all.length).toBeLessThan(2_300_000);
  expect(all).toContain(LOG_GAP);
  // Every line but the gap is one of the log, whole.
  const lines = all.split(/(?<=\n)/).filter((each) => !each.startsWith(LOG_GAP));
  expect(lines.every((each) => /^2026-01-01T00:00:00Z line \d{8}\n$/.test(each))).toBe(true);
  expect(await big({ tailLines: 10_000 })).not.toContain(LOG_GAP);
});

test('a manifest names the logs of its archive, and why others could not be read', async () => {
  const manifest = {
    apiVersion: 'ipamctl.io/v1',
    kind: 'Snapshot',
    createdAt: '2026-01-01T00:00:00Z',
    logs: [{ namespace: 'demo', pod: 'anything', container: 'c' }],
    missing: [
      { resource: 'pods/log', verb: 'get', namespace: 'demo', name: 'x', reason: 'forbidden', message: 'not allowed' },
    ],
  };
  const dir = folder({
    's.tar': await tarGz([
      { name: 'ipamctl-snapshot.json', content: JSON.stringify(manifest) },
      { name: at('demo', 'anything', 'c'), content: 'kept\n' },
    ]),
  });
  const reader = await openSnapshot([dir.at('s.tar')], {});
  expect(await reader.log('demo', 'anything', null, { tailLines: 5 })).toBe('kept\n');
  await expect(reader.log('demo', 'x', 'c', { tailLines: 5 })).rejects.toMatchObject({
    reason: 'forbidden',
    message: 'not allowed',
  });
  await expect(reader.log('demo', 'y', 'c', { tailLines: 5 })).rejects.toMatchObject({ reason: 'not-collected' });
});
