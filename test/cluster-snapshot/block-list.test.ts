import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutList, NotAlone } from '../../src/cluster/snapshot/block-list.js';
import { yamlOf, yamlParser } from '../../src/cluster/snapshot/yaml.js';
import { PODS } from '../../src/cluster/resources.js';
import { names, openFiles, removeFolders } from './support.js';

afterAll(removeFolders);

const parser = await yamlParser();
const parse = (text: string): unknown[] => parser(text, () => 1);

/** What is read of a list by its pieces; undefined where it is left to be read as a whole. */
function inPieces(text: string): unknown {
  const list = cutList(text, parse);
  if (list === undefined) return undefined;
  try {
    return { ...list.head, items: [...list.items] };
  } catch (error) {
    if (error instanceof NotAlone) return undefined;
    throw error;
  }
}

const whole = (text: string): unknown => {
  const [value, ...others] = parse(text);
  expect(others).toEqual([]);
  return value;
};

test.each([
  ['as kubectl writes it', 'apiVersion: v1\nitems:\n- a: 1\n  b:\n  - c\n- a: 2\nkind: PodList\nmetadata: {}\n'],
  ['to the end of the file', 'kind: PodList\nitems:\n- a: 1\n-   a: 2'],
  ['carriage returns', 'kind: PodList\r\nitems:\r\n- a: 1\r\n- a: 2\r\nmetadata: {}\r\n'],
  ['comments and blank lines', 'items:\n- a: 1\n# x\n\n  b: 2\n- a: 3\n\n# y\nkind: PodList\n'],
  ['items that are none', 'items:\n-\n- - a\n- x\n-\n  a: 1\n'],
  ['texts that look like items', 'items:\n- a: |\n    x\n    - b\n  c: "- d"\n- e: >\n   - f\n'],
  ['ends of lines within a text', 'items:\n- a: "x\u2028- b\u0085- c"\n- d: 1\n'],
  ['lines that end in a carriage return alone', 'items:\n- a: 1\r- b: 2\n- c: 3\n'],
])('the same as in one piece: %s', (_title, text) => {
  const pieces = inPieces(text);
  expect(pieces).toBeDefined();
  expect(pieces).toEqual(whole(text));
});

test.each([
  ['a text in quotes over items', 'items:\n- a: "x\n- b"\n- c: 1\n'],
  ['an anchor of another item', 'items:\n- &x\n  a: 1\n- b: *x\n'],
  ['an anchor of the head', 'x: &x 1\nitems:\n- a: *x\n'],
  ['a flow collection over items', 'items:\n- {a: 1,\n- }\n'],
  ['items twice', 'items:\n- a: 1\nitems:\n- b: 1\n'],
  ['items twice, empty then', 'items:\n- a: 1\nitems: []\n'],
  ['items within a text', 'a: "\nitems:\n- b: 1\n"\n'],
  ['a document that ended', 'items:\n- a: 1\n...\n---\nb: 1\n'],
  ['something broken', 'items:\n- a: 1\n- b: [\n'],
  ['items that are indented', 'items:\n  - a: 1\n'],
  ['no items', 'items: []\nkind: PodList\n'],
])('left to be read as a whole: %s', (_title, text) => {
  expect(inPieces(text)).toBeUndefined();
});

test('whatever is in it', async () => {
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.constantFrom('- a', 'a\n- b\n', '\n- b', 'items:\n- a', '# x', '"', "'", '{', '|', '\u2028- a', 'a\r- b'),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value')),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1 }), fc.dictionary(fc.string(), value), async (items, rest) => {
      const text = await yamlOf({ ...rest, items, kind: 'PodList' });
      const pieces = inPieces(text);
      if (pieces !== undefined) expect(pieces).toEqual(whole(text));
    }),
    { numRuns: 1000 },
  );
}, 60_000);

const pod = (name: string): string =>
  `- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: ${name}\n    namespace: n\n`;

test('of a list that is broken at its end nothing is taken, and the line is told', async () => {
  const text = `apiVersion: v1\nkind: PodList\nitems:\n${pod('a')}${pod('b')}  spec: [\n`;
  const other = `apiVersion: v1\nkind: PodList\nitems:\n${pod('c')}`;
  const reader = await openFiles({ 'p.yaml': text, 'q.yaml': other });
  expect(await names(reader, PODS)).toEqual(['n/c']);
  expect(reader.notes.join('\n')).toMatch(/p\.yaml: line 1[0-9]: is no YAML/);
});
