import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, test } from '@jest/globals';

import { IP_POOLS, PODS } from '../../src/cluster/resources.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';
import { all, folder, list, names, openFiles, pod, POOL, removeFolders, tar, tarGz, typedList } from './support.js';

afterAll(removeFolders);

async function allocations(yaml: string): Promise<Record<string, unknown>> {
  const [pool] = await all(await openFiles({ 'pool.yaml': yaml }), IP_POOLS);
  return (pool?.['spec'] as { allocations: Record<string, unknown> }).allocations;
}

function poolWith(lines: string): string {
  return `kind: IPPool\napiVersion: whereabouts.cni.cncf.io/v1alpha1\nmetadata: {name: p, namespace: a}\nspec:\n  range: 10.0.0.0/8\n  allocations:\n${lines}\n`;
}

describe('keys and scalars', () => {
  test('__proto__ is a key like any other, in YAML and in JSON', async () => {
    const fromYaml = await allocations(poolWith('    __proto__: {podref: a/b}\n    constructor: {podref: a/c}'));
    expect(Object.entries(fromYaml)).toEqual([
      ['__proto__', { podref: 'a/b' }],
      ['constructor', { podref: 'a/c' }],
    ]);
    expect(Object.getPrototypeOf(fromYaml)).toBe(Object.prototype);
    const fromJson = await allocations(
      '{"kind":"IPPool","apiVersion":"whereabouts.cni.cncf.io/v1alpha1","metadata":{"name":"p","labels":{"__proto__":"x","n":1}},"spec":{"allocations":{"__proto__":{"podref":"a/b"}}}}',
    );
    expect(Object.keys(fromJson)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['podref']).toBeUndefined();
  });

  test('label __proto__ can be selected by, and selects nothing that has none', async () => {
    const reader = await openFiles({
      'p.json': list(
        JSON.parse(
          '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"x","labels":{"__proto__":"y"}}}',
        ),
        pod('x', 'b'),
      ),
    });
    expect(await names(reader, PODS, { labelSelector: '__proto__=y' })).toEqual(['x/a']);
    expect(await names(reader, PODS, { labelSelector: '!constructor' })).toHaveLength(2);
  });

  test('unquoted keys stay text, with every digit; of duplicate keys the last counts', async () => {
    const found = await allocations(
      poolWith('    12: {id: a}\n    18446463705355360228: {id: b}\n    -5: {id: c}\n    12: {id: d}'),
    );
    expect(found).toEqual({ '12': { id: 'd' }, '18446463705355360228': { id: 'b' }, '-5': { id: 'c' } });
  });

  test('times stay text, a resourceVersion that is no text keeps its digits, `on` is text, numbers are numbers', async () => {
    const reader = await openFiles({
      'p.yaml':
        'kind: IPPool\napiVersion: whereabouts.cni.cncf.io/v1alpha1\nmetadata:\n  name: 123\n  namespace: x\n  resourceVersion: 18446463705355360228\n  creationTimestamp: 2024-01-01T00:00:00Z\n  labels: {a: 1, b: on, c: yes}\n  annotations: 5\nspec: {n: 7, mode: 0644, hex: 0x10, f: 1.5, t: true, z: ~, e: }\n',
    });
    expect(await all(reader, IP_POOLS)).toEqual([
      {
        apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
        kind: 'IPPool',
        metadata: {
          name: '123',
          namespace: 'x',
          resourceVersion: '18446463705355360228',
          creationTimestamp: '2024-01-01T00:00:00Z',
          labels: { a: '1', b: 'on', c: 'yes' },
        },
        spec: { n: 7, mode: 0o644, hex: 16, f: 1.5, t: true, z: null, e: null },
      },
    ]);
  });

  test('managedFields are dropped', async () => {
    const reader = await openFiles({
      'p.json': list(pod('a', 'b', { metadata: { managedFields: [{ manager: 'x' }] } })),
    });
    expect((await all(reader, PODS))[0]?.metadata).not.toHaveProperty('managedFields');
  });
});

describe('files that cannot be read', () => {
  test('each is named with its line, and the others count', async () => {
    const dir = folder({
      'good.yaml': POOL,
      'bad.yaml': `${POOL}---\nkind: Pod\napiVersion: v1\nmetadata:\n  name: [x\n---\n${JSON.stringify(pod('a', 'after'))}`,
      'bad.json': '{\n "kind": "Pod",\n "metadata": {,}\n}',
      'utf16.yaml': Buffer.from(`\ufeff${POOL}`, 'utf16le'),
      'latin.yaml': Buffer.from('kind: Pod\n# \xe4\n', 'latin1'),
      'stray.yaml': Buffer.from('# of no interest \xe4\n', 'latin1'),
      'one-line.yaml': JSON.stringify(pod('a', 'x')),
      'twice.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: l, namespace: a}\napiVersion: v1\nkind: Pod\nmetadata: {name: m, namespace: a}\n',
      'esc\u001b[31m.yaml': 'kind: Pod\n\tbad',
    });
    const reader = await openSnapshot([dir.path], {});
    expect(await names(reader, IP_POOLS)).toHaveLength(1);
    expect(await names(reader, PODS)).toEqual(['a/after', 'a/m', 'a/x']);
    const notes = reader.notes.join('\n');
    expect(notes).toMatch(/bad\.yaml: line 2\d: is no YAML/);
    expect(notes).toMatch(/bad\.json: line 3: is no JSON/);
    expect(notes).toMatch(/utf16\.yaml: is UTF-16/);
    expect(notes).toMatch(/latin\.yaml: is not UTF-8/);
    expect(notes).toMatch(/twice\.yaml: line 5: a second object begins without `---`/);
    expect(notes).toContain('esc\\x1b[31m.yaml');
    expect(notes).not.toContain('\u001b');
    expect(reader.notes).toHaveLength(6);
  });

  test('a flood of them is counted', async () => {
    const files = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`bad${n}.yaml`, 'kind: Pod\n\tbad']));
    const reader = await openFiles({ ...files, 'good.yaml': POOL });
    expect(reader.notes).toHaveLength(51);
    expect(reader.notes.at(-1)).toContain('30 more');
  });

  test('links in circles, pipes and sockets are passed over', async () => {
    const dir = folder({ 'a/pool.yaml': POOL });
    symlinkSync('..', dir.at('a/up'));
    symlinkSync('loop', dir.at('loop'));
    symlinkSync('loop.yaml', dir.at('loop.yaml'));
    symlinkSync('nowhere.yaml', dir.at('gone.yaml'));
    symlinkSync('/dev/zero', dir.at('zero.yaml'));
    execFileSync('mkfifo', [dir.at('pipe.yaml')]);
    const server = createServer();
    await new Promise<void>((done) => server.listen(dir.at('socket.yaml'), done));
    try {
      const reader = await openSnapshot([dir.path], {});
      expect(await names(reader, IP_POOLS)).toHaveLength(1);
      expect(reader.notes).toEqual([]);
      await expect(openSnapshot([dir.at('pipe.yaml')], {})).rejects.toThrow('neither a file nor a folder');
      await expect(openSnapshot(['/dev/zero'], {})).rejects.toThrow('neither a file nor a folder');
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  test('a very deep tree of folders', async () => {
    const dir = folder();
    const deep = `${dir.path}/${'d/'.repeat(1500)}`;
    mkdirSync(deep, { recursive: true });
    dir.write('pool.yaml', POOL);
    expect(await names(await openSnapshot([dir.path], {}), IP_POOLS)).toHaveLength(1);
  });
});

describe('bombs', () => {
  test('aliases that multiply, in circles, or that nest', async () => {
    const laughs = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let n = 0; n < 12; n++) {
      const [from, to] = [String.fromCharCode(97 + n), String.fromCharCode(98 + n)];
      laughs.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(',')}]`);
    }
    const nested = ['x0: &x0 {y: 1}'];
    for (let n = 1; n < 5000; n++) nested.push(`x${n}: &x${n} {y: *x${n - 1}}`);
    const head = 'kind: Pod\napiVersion: v1\nmetadata: {name: x, namespace: y}\n';
    const reader = await openFiles({
      'laughs.yaml': `${head}${laughs.join('\n')}\n`,
      'circle.yaml': `${head}spec: &s\n  again: *s\n`,
      'nested.yaml': `${head}${nested.join('\n')}\n`,
      'few.yaml': `kind: IPPool\napiVersion: whereabouts.cni.cncf.io/v1alpha1\nmetadata: {name: few, namespace: y}\nspec:\n  a: &a {x: 1}\n  b: *a\n  c: {<<: *a, y: 2}\n`,
    });
    expect(await all(reader, IP_POOLS)).toMatchObject([
      { metadata: { name: 'few' }, spec: { a: { x: 1 }, b: { x: 1 }, c: { x: 1, y: 2 } } },
    ]);
    expect(await all(reader, PODS).catch((failure: unknown) => failure)).toMatchObject({ reason: 'not-collected' });
    const notes = reader.notes.join('\n');
    expect(notes).toMatch(/laughs\.yaml: its aliases .* expand/);
    expect(notes).toMatch(/circle\.yaml: is nested more than 200 levels/);
    expect(notes).toMatch(/nested\.yaml: is nested more than 200 levels/);
  });

  test('nesting', async () => {
    const deep = (open: string, close: string): string => open.repeat(100_000) + close.repeat(100_000);
    const head = 'kind: Pod\napiVersion: v1\nmetadata: {name: x, namespace: y}\n';
    const reader = await openFiles({
      'deep.json': `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"},"spec":${deep('[', ']')}}`,
      'item.json': `{"kind":"List","apiVersion":"v1","items":[{"kind":"Pod","apiVersion":"v1","spec":${deep('{"a":[', ']}')}}]}`,
      'array.json': `[{"kind":"Pod"},${deep('[', ']')}]`,
      'deep.yaml': `${head}spec: ${deep('{a: ', '}')}\n`,
      'open.yaml': `${head}spec: ${'['.repeat(100_000)}\n`,
      'dashes.yaml': `${head}spec:\n  ${'- '.repeat(100_000)}x\n`,
      'pool.yaml': POOL,
    });
    expect(await names(reader, IP_POOLS)).toHaveLength(1);
    expect(reader.notes).toHaveLength(6);
    for (const note of reader.notes)
      expect(note).toMatch(/nested more than 200 levels|nesting exceeded|nested too deeply/);
  });

  test('an archive that grows beyond the bound, entries and files that are too large', async () => {
    const zeros = await tarGz([
      { name: 'pool.yaml', content: POOL },
      { name: 'zeros.log', content: Buffer.alloc(5_000_000) },
    ]);
    const dir = folder({
      'bomb.tar.gz': zeros,
      'entry.tar': await tar([
        { name: 'big.yaml', content: Buffer.alloc(2_000_000, 'kind: Pod\n') },
        { name: 'pool.yaml', content: POOL },
      ]),
      'big.json.gz': gzipSync(Buffer.alloc(2_000_000, ' ')),
      'dir/big.yaml': Buffer.alloc(2_000_000, 'kind: Pod\n'),
      'dir/pool.yaml': POOL,
    });
    const limits = { archiveBytes: 3_000_000, documentBytes: 1_000_000 };
    const bomb = await openSnapshot([dir.at('bomb.tar.gz')], {}, { limits });
    expect(await names(bomb, IP_POOLS)).toHaveLength(1);
    expect(bomb.notes).toEqual([expect.stringMatching(/bomb\.tar\.gz: expands to more than 3 MB/)]);
    const entry = await openSnapshot([dir.at('entry.tar')], {}, { limits });
    expect(await names(entry, IP_POOLS)).toHaveLength(1);
    expect(entry.notes).toEqual([expect.stringMatching(/entry\.tar: big\.yaml: is too large \(2 MB; at most 1 MB/)]);
    await expect(openSnapshot([dir.at('big.json.gz')], {}, { limits })).rejects.toThrow('too large');
    const files = await openSnapshot([dir.at('dir')], {}, { limits });
    expect(files.notes).toEqual([expect.stringMatching(/big\.yaml: is too large/)]);
    const total = await openSnapshot([dir.at('dir')], {}, { limits: { totalBytes: 1000 } }).catch((e: unknown) => e);
    expect(String(total)).toContain('holds nothing');
  });

  test('archives that are cut short or damaged give what came before, and say so', async () => {
    const entries = [
      { name: 'pool.yaml', content: POOL },
      { name: 'noise.log', content: Buffer.from(Array.from({ length: 200_000 }, (_, n) => (n * 7919 * n) % 251)) },
      { name: 'pods.json', content: typedList('PodList', 'v1', pod('a', 'b')) },
    ];
    const plain = await tar(entries);
    const packed = await tarGz(entries);
    const dir = folder({
      'cut.tar': plain.subarray(0, 100_000),
      'block.tar': plain.subarray(0, 1024),
      'cut.tar.gz': packed.subarray(0, packed.length - 200),
    });
    for (const name of ['cut.tar', 'block.tar', 'cut.tar.gz']) {
      const reader = await openSnapshot([dir.at(name)], {});
      expect(await names(reader, IP_POOLS)).toHaveLength(1);
      expect(reader.notes).toEqual([expect.stringMatching(/cut short/)]);
    }
  });
});
