import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ListSplitter, NoList } from '../../src/cluster/live/split.js';
import { DamagedBody } from '../../src/cluster/live/transport.js';

function split(text: string, size: number): { items: unknown[]; envelope: unknown } {
  const items: unknown[] = [];
  const splitter = new ListSplitter((item) => items.push(item));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
  return { items, envelope: splitter.end() };
}

const tricky = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"', '\\', '\\"', '}]', '{"items":[', '"managedFields":[{'),
);
const leaf = fc.oneof(tricky, fc.integer(), fc.boolean(), fc.constant(null));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(tricky, tie('any'), { maxKeys: 3 }),
  ),
})).any;
const item = fc.record({
  metadata: fc.record({ name: tricky, annotations: fc.dictionary(tricky, tricky) }),
  spec: value,
});

describe('ListSplitter', () => {
  test('gives what JSON.parse gives, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 4 }),
        value,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 1),
        (items, extra, size, indent) => {
          const list = { extra, items, kind: 'XList', metadata: { continue: 'a"]' } };
          const result = split(JSON.stringify(list, undefined, indent), size);
          const plain = JSON.parse(JSON.stringify(list)) as typeof list;
          expect(result.items).toEqual(plain.items);
          expect(result.envelope).toEqual({ ...plain, items: [] });
        },
      ),
    );
  });

  test.each([1, 7, 1000])('leaves managedFields of the metadata out, and only those (chunks of %d)', (size) => {
    const text = JSON.stringify({
      items: [
        {
          managedFields: [1],
          metadata: { name: 'a', managedFields: [{ 'f:x]': { '[': '"' } }], labels: { managedFields: 'x' } },
          spec: { managedFields: [2], metadata: { managedFields: [3] } },
        },
        { metadata: { managedFields: [], name: 'b' } },
      ],
      kind: 'PodList',
    });
    expect(split(text, size).items).toEqual([
      {
        managedFields: [1],
        metadata: { name: 'a', managedFields: [], labels: { managedFields: 'x' } },
        spec: { managedFields: [2], metadata: { managedFields: [3] } },
      },
      { metadata: { managedFields: [], name: 'b' } },
    ]);
  });

  test('an empty list is null, [] or absent', () => {
    for (const list of [{ items: null }, { items: [] }, {}]) {
      expect(split(JSON.stringify({ kind: 'PodList', ...list }), 5).items).toEqual([]);
    }
  });

  test('items that are no objects are no list', () => {
    for (const items of ['[1]', '["a"]', '[[{}]]', '[null]']) {
      expect(() => split(`{"items":${items}}`, 100)).toThrow(NoList);
    }
  });

  test('a cut body is damaged', () => {
    const text = '{"kind":"PodList","items":[{"metadata":{}},{"metadata":{}}],"x":1}';
    for (let end = 0; end < text.length; end++) expect(() => split(text.slice(0, end), 9)).toThrow(DamagedBody);
    expect(split(text, 9).items).toHaveLength(2);
  });
});
