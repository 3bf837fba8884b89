/** The reader of plain YAML never says anything that the whole reader does not say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPlainYaml } from '../../src/lint/source/plain-yaml.js';
import { loadYaml } from '../../src/lint/source/yaml.js';
import { fuzzing, mutated, PATIENCE_MS } from './fuzzing.js';

let whole: (text: string) => unknown;

beforeAll(async () => {
  const yaml = await loadYaml();
  whole = (text) => {
    try {
      return yaml.load(text, false);
    } catch (error) {
      return error;
    }
  };
});

/** Lines that are plain come first. */
const PLAIN = 22;
const LINES = [
  'apiVersion: k8s.cni.cncf.io/v1',
  'kind: Network',
  'name: a',
  'name: "a b: c"',
  "name: 'x # y'",
  'name: ""',
  'metadata:',
  'spec:',
  'config: |-',
  'config: |',
  'other: |-',
  '{"cniVersion": "0.3.1",',
  '"name": "a" }',
  'a/b.c-d_e: f',
  "config: '{",
  "}'",
  'config: "a  ',
  'b"',
  "it's",
  '# comment',
  '',
  '  ',
  'name: yes',
  'name: Null',
  'name: a # b',
  'name: a b',
  'name: 1',
  'name: .5',
  'name: 0x1',
  'name: a:',
  'name: a: b',
  'name:  two',
  'name: ',
  'name: "a" b',
  "name: 'it''s'",
  'name: "\\n"',
  'name: &a b',
  'name: *a',
  'name: !!str a',
  'name: [a]',
  'on: a',
  'true: a',
  'constructor: a',
  'toString: a',
  '__proto__: a',
  'config: |+',
  'config: |2',
  'config: >-',
  'config: | # c',
  '- a',
  '- a: b',
  '#',
  '---',
  '...',
  '? a',
  ': b',
  '<<: a',
  'x',
  'name: é',
  '\tname: a',
  'name: a\t',
  'name: a\r',
  'a'.repeat(250) + ': b',
];
const indents = fc.constantFrom('', '', '', '  ', '  ', '    ', ' ', '      ');
/** Of lines that are plain, and, less often, of any. */
const texts = fc
  .oneof(
    { arbitrary: fc.constantFrom(...LINES.slice(0, PLAIN)), weight: 20 },
    { arbitrary: fc.constantFrom(...LINES), weight: 1 },
  )
  .map((line) => `${line}\n`);
const assembled = fc
  .array(fc.tuple(indents, texts), { minLength: 1, maxLength: 7 })
  .map((lines) => lines.map(([indent, line]) => indent + line).join(''));

/** How many of so many texts are plain; of each of those both readers must say the same. */
function plainOf(arbitrary: fc.Arbitrary<string>, runs: ReturnType<typeof fuzzing>): number {
  let plain = 0;
  fc.assert(
    fc.property(arbitrary, (text) => {
      const value = readPlainYaml(text);
      if (value === undefined) return;
      plain++;
      expect(value).toEqual(whole(text));
    }),
    runs,
  );
  return plain;
}

test(
  'both readers say the same of random texts',
  () => {
    const runs = fuzzing(3);
    expect(plainOf(assembled, runs) / runs.numRuns).toBeGreaterThan(0.02);
  },
  PATIENCE_MS,
);

test(
  'both readers say the same of manifests with cuts',
  () => {
    const runs = fuzzing(0.5);
    const text = mutated.map(({ text: cut }) => cut);
    expect(plainOf(text, runs) / runs.numRuns).toBeGreaterThan(0.02);
  },
  PATIENCE_MS,
);

test('the NADs of the examples are plain', () => {
  const folder = join(import.meta.dirname, '..', '..', 'examples', 'nads');
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect([name, readPlainYaml(text)]).toEqual([name, whole(text)]);
  }
});

test('what is not plain is left to the whole reader', () => {
  expect(readPlainYaml('')).toBeUndefined();
  expect(readPlainYaml('# nothing\n')).toBeUndefined();
  expect(readPlainYaml('a: b')).toBeUndefined();
  expect(readPlainYaml('a: b\na: c\n')).toBeUndefined();
  const deep = Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
  expect(readPlainYaml(`${deep}${' '.repeat(60)}a: b\n`)).toBeUndefined();
});
