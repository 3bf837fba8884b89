import { afterAll, expect, test } from '@jest/globals';
import { openFiles, pod, removeFolders } from './support.js';

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
  expect(reader.notes).toEqual([]);
});
