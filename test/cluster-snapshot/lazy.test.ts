import { spawnSync } from 'node:child_process';

import { afterAll, expect, test } from '@jest/globals';

import { folder, list, pod, POOL, removeFolders, tar } from './support.js';

afterAll(removeFolders);

/** The packages that a process of its own loads to read this path, as Node's own resolver is asked for them. */
function loaded(path: string): string[] {
  const source = new URL('../../src/cluster/snapshot/index.ts', import.meta.url).href;
  const script = `const { openSnapshot } = await import(${JSON.stringify(source)}); await openSnapshot([${JSON.stringify(path)}], {});`;
  const hooks = `export function resolve(specifier, context, next) {
    if (!specifier.startsWith('.') && !specifier.includes(':')) process._rawDebug('asked for ' + specifier);
    return next(specifier, context);
  }`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(module(hooks))});`;
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--import', module(register), '--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect([status, stderr.replace(/^asked for .*\n/gm, '')]).toEqual([0, '']);
  return [...stderr.matchAll(/asked for (js-yaml|tar-stream)$/gm)].map((match) => match[1] ?? '');
}

function module(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

test('the YAML parser and tar are loaded only by what needs them', async () => {
  const dir = folder({
    'json/pods.json': list(pod('a', 'b')),
    'yaml/pool.yaml': POOL,
    'pool.tar': await tar([{ name: 'pods.json', content: list(pod('a', 'b')) }]),
  });
  expect(loaded(dir.at('json'))).toEqual([]);
  expect(loaded(dir.at('yaml'))).toEqual(['js-yaml']);
  expect(loaded(dir.at('pool.tar'))).toEqual(['tar-stream']);
}, 30_000);
