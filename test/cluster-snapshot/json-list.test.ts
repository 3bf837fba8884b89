import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { KubeObject } from '../../src/cluster/port.js';
import { IP_POOLS, PODS } from '../../src/cluster/resources.js';
import type { SnapshotReader } from '../../src/cluster/snapshot/index.js';
import { JsonCutter, PieceTooLarge } from '../../src/cluster/snapshot/json-cutter.js';
import { all, folder, list, names, openFiles, pod, removeFolders, tarGz, typedList } from './support.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';

afterAll(removeFolders);

/** A text in pieces, cut at these sizes in turn. */
function* chunksOf(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let turn = 0;
  for (let at = 0; at < bytes.length;) {
    const size = sizes[turn++ % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What a text is by its pieces, each parsed; undefined where it is no JSON. */
function byPieces(bytes: Buffer, sizes: readonly number[]): unknown[] | undefined {
  const values: unknown[] = [];
  let items: unknown[] | undefined;
  const parse = ({ bytes: piece }: { bytes: Buffer }): unknown => JSON.parse(piece.toString('utf8'));
  const cutter = new JsonCutter(
    {
      list: (head) => {
        parse(head);
        items = [];
      },
      item: (item) => items?.push(parse(item)),
      value: (piece) => {
        const value = parse(piece) as { items?: unknown };
        const isCut = items !== undefined && Array.isArray(value.items) && value.items.length === 0;
        values.push(isCut ? { ...value, items } : value);
        items = undefined;
      },
    },
    Infinity,
  );
  try {
    for (const chunk of chunksOf(bytes, sizes)) cutter.push(chunk);
    return cutter.end() ? values : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function whole(text: string): unknown[] | undefined {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return undefined;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('items', '"', '\\', '\\"', ']}', '{"items":[', ',', 'ü', '\u{1f600}', '\u2028', '\n'),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(text, tie('any'), { maxKeys: 3 }),
  ),
})).any;
const listValue = fc
  .tuple(fc.dictionary(text, value, { maxKeys: 3 }), fc.array(value, { maxLength: 4 }), fc.dictionary(text, value))
  .map(([before, items, after]) => ({ ...before, items, ...after }));
const indent = fc.constantFrom(0, 1, '\t');

describe('the pieces of a JSON text are what JSON.parse reads, however the bytes arrive', () => {
  test('lists and other objects, one or several', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(listValue, fc.dictionary(text, value)), { minLength: 1, maxLength: 3 }),
        sizes,
        indent,
        fc.constantFrom('', '\n', ' \r\n'),
        (values, cut, space, between) => {
          const texts = values.map((one) => JSON.stringify(one, undefined, space));
          const bytes = Buffer.from(texts.join(between));
          expect(byPieces(bytes, cut)).toEqual(texts.map((one): unknown => JSON.parse(one)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('what is no JSON is none by its pieces, and the other way round', () => {
    const broken = fc
      .tuple(
        listValue,
        indent,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('', ',', '"', '\\', '[', ']', '{', '}', ':', 'items', ' ', '1')), {
          minLength: 1,
          maxLength: 2,
        }),
      )
      .map(([one, space, edits]) => {
        let json = JSON.stringify(one, undefined, space);
        for (const [place, put] of edits) {
          const at = 1 + (place % json.length);
          json = json.slice(0, at) + put + json.slice(put === '' ? at + 1 : at);
        }
        return json;
      });
    fc.assert(
      fc.property(broken, sizes, (json, cut) => {
        const bytes = Buffer.from(json);
        const plain = whole(bytes.toString('utf8'));
        const pieces = byPieces(bytes, cut);
        // Several values in a row are text of the field, but not of JSON.parse.
        if (plain !== undefined || pieces?.length === 1) expect(pieces).toEqual(plain);
      }),
      { numRuns: 1500 },
    );
  });

  test.each([
    ['', []],
    ['{"items":[]}', [{ items: [] }]],
    ['{"items":[ \n ]}', [{ items: [] }]],
    ['{"items":[1,"a",null,[2]]}', [{ items: [1, 'a', null, [2]] }]],
    ['{"items":[{}],"items":[1]}', [{ items: [1] }]],
    ['{"items":[{}],"items":null}', [{ items: null }]],
    ['{"items":[1],"\\u0069tems":[2]}', [{ items: [2] }]],
    ['{"x\\"items":[1]}', [{ 'x"items': [1] }]],
    ['{"a":"items","b":[1]}', [{ a: 'items', b: [1] }]],
    ['{"a":{"items":[1]}}', [{ a: { items: [1] } }]],
    ['["items",[1]]', [['items', [1]]]],
    ['{"items":[1]}{"items":[2]}', [{ items: [1] }, { items: [2] }]],
  ])('%s', (json, expected) => {
    for (const size of [1, 2, 3, 1000]) expect(byPieces(Buffer.from(json), [size])).toEqual(expected);
  });

  test.each([
    '{"items":[1,]}',
    '{"items":[,1]}',
    '{"items":[1 2]}',
    '{"items":[{}{}]}',
    '{"items":[1}',
    '{"items":[1}]',
    '{"items":[}',
    '{"items" [1]}',
    '{"items":,[1]}',
    '{"items":[{"a":[}]}',
    '{"items":[]]}',
    '}{"items":[]}',
    '{"items":[1]',
    '{"items":[1]}x',
  ])('no JSON: %s', (json) => {
    for (const size of [1, 2, 3, 1000]) expect(byPieces(Buffer.from(json), [size])).toBeUndefined();
  });

  test('lines are those where a piece begins, and one piece has a bound', () => {
    const lines: string[] = [];
    const pieces = {
      list: ({ line }: { line: number }) => lines.push(`list ${line}`),
      item: ({ line }: { line: number }) => lines.push(`item ${line}`),
      value: ({ line }: { line: number }) => lines.push(`value ${line}`),
    };
    const cutter = new JsonCutter(pieces, 100);
    for (const chunk of chunksOf(Buffer.from('\n{"a":1}\n\n{\n"items": [\n1,\n\n2]}'), [1])) cutter.push(chunk);
    expect(cutter.end()).toBe(true);
    expect(lines).toEqual(['value 2', 'list 4', 'item 6', 'item 8', 'value 4']);
    const small = new JsonCutter(pieces, 100);
    expect(() => small.push(Buffer.from(`{"items":["${'x'.repeat(100)}"]}`))).toThrow(PieceTooLarge);
    const many = new JsonCutter(pieces, 100);
    many.push(Buffer.from(`{"items":[${Array.from({ length: 100 }, () => '12345').join()}]}`));
    expect(many.end()).toBe(true);
  });
});

/** What is known of a snapshot of one file: read whole, and item by item. */
async function bothWays(file: string | Buffer, name = 'p.json'): Promise<{ whole: unknown; streamed: unknown }> {
  const known = async (reader: SnapshotReader): Promise<unknown> => {
    const found: Record<string, unknown> = {};
    for (const resource of [PODS, IP_POOLS]) {
      found[resource.plural] = await all(reader, resource).then(
        (objects: KubeObject[]) => objects,
        (error: unknown) => String(error),
      );
    }
    // The folder of each has a name of its own.
    return { ...found, notes: reader.notes.map((note) => note.replace(/^.*\.json/, '')) };
  };
  const other = { 'other.json': JSON.stringify(pod('other', 'x')) };
  return {
    whole: await known(await openFiles({ ...other, [name]: file })),
    streamed: await known(await openFiles({ ...other, [name]: file }, { limits: { wholeBytes: 250 } })),
  };
}

/** Fills a file up, so that it is large by the tests' measure. */
const filler = pod('filler', 'x', { metadata: { labels: { filler: 'y'.repeat(300) } } });
const untyped = (name: string): object => ({ metadata: { name, namespace: 'n', resourceVersion: '1' } });

describe('a large file is read as a small one is', () => {
  test.each<[string, string]>([
    ['as kubectl writes it', list(pod('a', 'b'), pod('b', 'c'), filler)],
    ['as the API writes it', typedList('PodList', 'v1', untyped('a'), untyped('b'), filler)],
    [
      'what it is comes after its items',
      JSON.stringify({ items: [untyped('a'), filler, untyped('b')], apiVersion: 'v1', kind: 'PodList' }),
    ],
    ['some items are none', list(pod('a', 'b'), null, 1, { kind: 'Pod', apiVersion: 'v1' }, filler)],
    [
      'items that are no list',
      JSON.stringify({ kind: 'PodList', apiVersion: 'v1', x: 'y'.repeat(300), items: { a: 1 } }),
    ],
    [
      'one page of several, told after the items',
      JSON.stringify({
        apiVersion: 'v1',
        items: [pod('a', 'b'), pod('b', 'c'), filler],
        kind: 'PodList',
        metadata: { continue: 'x' },
      }),
    ],
    ['no list at all', JSON.stringify(filler)],
    ['several lists', `${list(pod('a', 'b'), filler)}\n${list(pod('c', 'd'), filler)}`],
    ['one object after the other', [filler, pod('a', 'b'), pod('c', 'd')].map((one) => JSON.stringify(one)).join('\n')],
    ['a kind that is not read', JSON.stringify({ kind: 'FooList', apiVersion: 'v1', items: [pod('a', 'b'), filler] })],
    ['items twice', typedList('PodList', 'v1', filler).replace(/}$/, `,"items":[${JSON.stringify(pod('z', 'z'))}]}`)],
    ['items twice, none then', typedList('PodList', 'v1', filler).replace(/}$/, ',"items":null}')],
    ['a byte order mark', `\ufeff${list(pod('a', 'b'), filler)}`],
    ['nested deeply', list(filler, pod('a', 'b', { spec: JSON.parse('[{"a":'.repeat(150) + '1' + '}]'.repeat(150)) }))],
    ['broken, of no interest', `{"items":[{"a":"${'x'.repeat(300)}"},{]}`],
    ['an empty list', JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items: [], x: 'y'.repeat(300) })],
    ['an unterminated list', list(filler, pod('a', 'b')).slice(0, -20)],
    ['a missing comma', list(filler, pod('a', 'b')).replace(/"uid": "uid-a-b",/, '"uid": "uid-a-b"')],
  ])('%s', async (_title, file) => {
    const { whole: expected, streamed } = await bothWays(file);
    expect(streamed).toEqual(expected);
  });

  test('its errors name file and line, and nothing of a broken list is taken', async () => {
    const reader = await openFiles(
      {
        'broken.json': list(pod('a', 'b'), filler, pod('c', 'd')).replace('"name": "d"', '"name": d'),
        'cut.json': list(pod('e', 'f'), filler, pod('g', 'h')).slice(0, -150),
        'latin.json': Buffer.from(list(filler, pod('i', '\xe4')), 'latin1'),
        'twice.json': typedList('PodList', 'v1', untyped('j'), filler).replace(/}$/, ',"kind":"NodeList"}'),
        'after.json': `{"kind":"Pod","metadata":{,}}\n${list(pod('k', 'l'), filler)}`,
      },
      { limits: { wholeBytes: 250 } },
    );
    expect(await names(reader, PODS)).toEqual(['filler/x', 'k/l']);
    expect(reader.notes.map((note) => note.replace(/^.*\//, '')).sort()).toEqual([
      "after.json: line 1: is no JSON: Expected property name or '}'",
      "broken.json: line 27: what begins here is no JSON: Unexpected token 'd'",
      expect.stringMatching(/^cut\.json: line 3\d: is no JSON: Unterminated string$/),
      expect.stringMatching(/^latin\.json: line 1\d: is not UTF-8 text$/),
      'twice.json: the list tells its kind or apiVersion twice',
    ]);
  });

  test('in archives, and compressed; what comes after a broken one is read', async () => {
    const big = list(pod('a', 'b'), filler);
    const archive = await tarGz([
      { name: 'a/1.json', content: `{"kind":"PodList","items":[${JSON.stringify(filler)},{]}` },
      { name: 'a/2.json', content: big },
      { name: 'a/3.json.gz', content: gzipSync(list(pod('c', 'd'), filler)) },
      { name: 'a/4.json', content: JSON.stringify(pod('e', 'f')) },
    ]);
    const dir = folder({ 'm.tar.gz': archive, 'p.json.gz': gzipSync(big) });
    const limits = { wholeBytes: 250 };
    const reader = await openSnapshot([dir.at('m.tar.gz')], {}, { limits });
    expect(await names(reader, PODS)).toEqual(['a/b', 'c/d', 'e/f', 'filler/x']);
    expect(reader.notes).toEqual([expect.stringMatching(/a\/1\.json: line 1: (?:is|what begins here is) no JSON/)]);
    const single = await openSnapshot([dir.at('p.json.gz')], {}, { limits });
    expect(await names(single, PODS)).toEqual(['a/b', 'filler/x']);
  });

  test('an archive that breaks within a list says so once, and nothing of that list counts', async () => {
    const archive = await tarGz([
      { name: 'a/1.json', content: JSON.stringify(pod('e', 'f')) },
      { name: 'a/2.json', content: list(...Array.from({ length: 3000 }, (_, n) => pod('a', `p${n * 7919}`))) },
    ]);
    const dir = folder({ 'm.tar.gz': archive.subarray(0, archive.length - 3000) });
    const reader = await openSnapshot([dir.at('m.tar.gz')], {}, { limits: { wholeBytes: 250 } });
    expect(await names(reader, PODS)).toEqual(['e/f']);
    expect(reader.notes).toEqual([expect.stringMatching(/m\.tar\.gz: is cut short/)]);
  });
});
