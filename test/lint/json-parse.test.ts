import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { goSyntaxError } from '../../src/cni/go-syntax.js';
import { parseJson } from '../../src/lint/json/parse.js';
import { readJson } from '../../src/lint/json/read.js';
import { valueOf } from '../../src/lint/json/tree.js';
import { fuzzing, mutatedJson, PATIENCE_MS } from './fuzzing.js';

function read(text: string): { value: unknown; codes: string[] } {
  const { root, problems } = parseJson(text);
  return { value: root === undefined ? undefined : valueOf(root), codes: problems.map(({ code }) => code) };
}

/** The text with all repairs made, from the last to the first. */
function repaired(text: string): string {
  const edits = parseJson(text).problems.flatMap(({ edits: own = [] }) => own);
  return [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((now, { from, to, text: by }) => now.slice(0, from) + by + now.slice(to), text);
}

describe('broken JSON', () => {
  test.each([
    ['{"a": 1,}', ['trailing-comma'], { a: 1 }, '{"a": 1}'],
    ['[1, 2,]', ['trailing-comma'], [1, 2], '[1, 2]'],
    ['{"a": 1 "b": 2}', ['missing-comma'], { a: 1, b: 2 }, '{"a": 1, "b": 2}'],
    ['[{} {}]', ['missing-comma'], [{}, {}], '[{}, {}]'],
    ['{"k" [1]}', ['missing-colon'], { k: [1] }, '{"k": [1]}'],
    ['{"role": primary}', ['unquoted-value'], { role: 'primary' }, '{"role": "primary"}'],
    ['{"on": True}', ['unquoted-value'], { on: true }, '{"on": true}'],
    ['{"range": 10.0.0.0/24}', ['unquoted-value'], { range: '10.0.0.0/24' }, '{"range": "10.0.0.0/24"}'],
    ["{'k': 'v'}", ['single-quote', 'single-quote'], { k: 'v' }, '{"k": "v"}'],
    ['{“k”: 1}', ['smart-quote'], { k: 1 }, '{"k": 1}'],
    ['{"k":\u00a01}', ['smart-quote'], { k: 1 }, '{"k": 1}'],
    ['{"k": 1 // one\n}', ['comment'], { k: 1 }, '{"k": 1\n}'],
    ['{/* a */"k": 1}', ['comment'], { k: 1 }, '{"k": 1}'],
    ['{"k": 1, # one\n "l": 2}', ['comment'], { k: 1, l: 2 }, '{"k": 1,\n "l": 2}'],
    ['{"k": 1 <--- here\n}', ['comment'], { k: 1 }, '{"k": 1\n}'],
    ['{"k": 1, <1>\n "l": 2 <2>\n}', ['callout', 'callout'], { k: 1, l: 2 }, '{"k": 1,\n "l": 2\n}'],
  ])('%j is repaired', (text, codes, value, good) => {
    expect(read(text)).toEqual({ value, codes });
    expect(repaired(text)).toBe(good);
    expect(JSON.parse(good)).toEqual(value);
  });

  test.each([
    ['{"a": 1}}', ['extra-brace'], { a: 1 }],
    ['{"a": [1]]}', ['extra-brace'], { a: [1] }],
    ['{"a": {"b": 1}', ['unclosed'], { a: { b: 1 } }],
    ['{"a": [1, 2}', ['unclosed'], { a: [1, 2] }],
    ['{"v": "0.3.1,\n "n": "x"}', ['missing-quote'], { v: '0.3.1', n: 'x' }],
    ['{"n: "x"}', ['missing-quote'], { n: 'x' }],
    ['{"a": 01}', ['other'], { a: 1 }],
    ['{"a": 1,, "b": 2}', ['other'], { a: 1, b: 2 }],
    ['{"a": }', ['other'], { a: null }],
    ['{"a": "\\q"}', ['other'], { a: 'q' }],
    ['{"a": 1} x', ['other'], { a: 1 }],
    ['', ['other'], undefined],
    ['{"a": 1, "a": 2}', ['duplicate-key'], { a: 2 }],
  ])('%j is told of', (text, codes, value) => {
    const found = read(text);
    expect(found.value).toEqual(value);
    expect(found.codes.sort()).toEqual([...codes].sort());
  });

  test('is bounded: deep nesting, thousands of problems, a long line', () => {
    expect(read('['.repeat(100_000)).codes).toContain('other');
    expect(read('{'.repeat(100_000)).codes.length).toBeLessThan(200);
    expect(read(`{${'"a" '.repeat(50_000)}`).codes).toHaveLength(100);
    expect(read(`"${'\\u0041'.repeat(100_000)}"`).codes).toEqual([]);
  });
});

describe('what both parsers must agree on', () => {
  const spaced = fc
    .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2, '\t'))
    .map(([value, indent]) => JSON.stringify(value, null, indent));

  test('a valid text says what JSON.parse says, and has no problem', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        expect(read(text)).toEqual({ value: JSON.parse(text) as unknown, codes: [] });
        expect(goSyntaxError(text)).toBeUndefined();
        expect(readJson(text)).toMatchObject({ valid: true, upstream: null, problems: [] });
      }),
      { numRuns: 2000 },
    );
  });

  test('prototype keys are keys', () => {
    const text = '{"__proto__": {"a": 1}, "constructor": 2}';
    expect(Object.keys(read(text).value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  const mutated = fc
    .tuple(
      spaced,
      fc.array(
        fc.tuple(
          fc.nat(200),
          fc.nat(3),
          fc.constantFrom('', ',', '}', '"', "'", ':', '\n', '<1>', '//', '\\', '“', 'x'),
        ),
        { maxLength: 4 },
      ),
    )
    .map(([text, cuts]) =>
      cuts.reduce((now, [at, length, by]) => now.slice(0, at) + by + now.slice(at + length), text),
    );

  test(
    'whatever is broken gets a problem where JSON.parse fails, in both vocabularies, and nothing hangs',
    () => {
      fc.assert(
        fc.property(fc.oneof(mutated, mutatedJson), (text) => {
          let valid = true;
          let value: unknown;
          try {
            value = JSON.parse(text);
          } catch {
            valid = false;
          }
          const { root, problems } = parseJson(text);
          const isClean = problems.every(({ code }) => code === 'duplicate-key');
          const isTaken = goSyntaxError(text) === undefined;
          if (isClean !== valid || isTaken !== valid) expect([isClean, isTaken]).toEqual([valid, valid]);
          if (valid) expect(root === undefined ? undefined : valueOf(root)).toEqual(value);
          const astray = problems.filter(({ from, to }) => from < 0 || from > to || to > text.length);
          if (astray.length > 0) expect(astray).toEqual([]);
        }),
        fuzzing(0.4),
      );
    },
    PATIENCE_MS,
  );
});

describe("Go's words", () => {
  test.each([
    ['{"a":1,}', `invalid character '}' looking for beginning of object key string`],
    ['[1,]', `invalid character ']' looking for beginning of value`],
    ['{"a":"b\n"}', `invalid character '\\n' in string literal`],
    ['{"a" 1}', `invalid character '1' after object key`],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', `invalid character '2' after array element`],
    ["{'a':1}", `invalid character '\\'' looking for beginning of object key string`],
    ['{"a":tru}', `invalid character '}' in literal true (expecting 'e')`],
    ['{"a":1}}', `invalid character '}' after top-level value`],
    ['{"a":1', 'unexpected end of JSON input'],
    ['', 'unexpected end of JSON input'],
    ['“', `invalid character 'â' looking for beginning of value`],
    ['"\\x"', `invalid character 'x' in string escape code`],
    ['"\\u12g4"', `invalid character 'g' in \\u hexadecimal character escape`],
    ['-x', `invalid character 'x' in numeric literal`],
    ['1.x', `invalid character 'x' after decimal point in numeric literal`],
    ['1ex', `invalid character 'x' in exponent of numeric literal`],
    ['{"v":01}', `invalid character '1' after object key:value pair`],
  ])('%j', (text, message) => {
    expect(goSyntaxError(text)).toBe(message);
  });
});
