import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, parseDocument } from 'yaml';

import { json, jsonChunks, names, parseOutput, yaml } from '../../src/render/output.js';

const LIST = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath', 'prometheus'];

describe('parseOutput', () => {
  test.each([
    ['json', { format: 'json' }],
    ['wide', { format: 'wide' }],
    ['json=out.json', { format: 'json', file: 'out.json' }],
    ['yaml=a=b.yaml', { format: 'yaml', file: 'a=b.yaml' }],
    ['jsonpath={.items[*].name}', { format: 'jsonpath', argument: '{.items[*].name}' }],
    ['jsonpath=items[?(@.a=="b")]', { format: 'jsonpath', argument: 'items[?(@.a=="b")]' }],
  ])('%s', (text, spec) => {
    expect(parseOutput(text, LIST)).toEqual(spec);
  });

  const allowed = 'Allowed here: table, wide, json, yaml, name, jsonpath=EXPR, prometheus';
  test.each([
    ['jsno', `unknown output format "jsno". Did you mean json? ${allowed}`],
    ['JSON', `unknown output format "JSON". Did you mean json? ${allowed}`],
    ['xml', `unknown output format "xml". ${allowed}`],
    ['', `-o names no format. ${allowed}`],
    ['custom-columns=A:.a', `unknown output format "custom-columns". Did you mean jsonpath? ${allowed}`],
    ['a\x1bb', `unknown output format "a\\x1bb". ${allowed}`],
    ['jsonpath', "-o jsonpath needs an expression, as in -o jsonpath='{.items[*].name}'"],
    ['jsonpath=', "-o jsonpath needs an expression, as in -o jsonpath='{.items[*].name}'"],
    ['json=', '-o json= names no file; write -o json or -o json=FILE'],
  ])('%j is refused', (text, error) => {
    expect(parseOutput(text, LIST)).toEqual({ error });
  });

  test('only what the command allows', () => {
    expect(parseOutput('sarif', LIST)).toHaveProperty('error');
    expect(parseOutput('sarif=x.sarif', ['table', 'sarif'])).toEqual({ format: 'sarif', file: 'x.sarif' });
  });
});

describe('json', () => {
  test('is indented, with bigints as text and a line feed', () => {
    expect(json({ kind: 'PoolList', items: [{ free: 2n }], none: [] })).toBe(
      '{\n  "kind": "PoolList",\n  "items": [\n    {\n      "free": "2"\n    }\n  ],\n  "none": []\n}\n',
    );
  });

  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(json(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('in pieces has the same bytes', () => {
    const member = fc.oneof(
      fc.jsonValue(),
      fc.constant(undefined),
      fc.bigInt(),
      fc.array(fc.option(fc.jsonValue(), { nil: undefined })),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), member)), (value) => {
        expect([...jsonChunks(value)].join('')).toBe(json(value));
      }),
    );
    expect([...jsonChunks(new Date(0))].join('')).toBe('"1970-01-01T00:00:00.000Z"\n');
    expect([...jsonChunks({ a: undefined })].join('')).toBe('{}\n');
  });

  test('in pieces gives one piece an item', () => {
    const pieces = [...jsonChunks({ kind: 'IPList', items: Array.from({ length: 1000 }, (_, i) => ({ i })) })];
    expect(pieces.length).toBeGreaterThan(1000);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(50);
  });
});

describe('yaml', () => {
  test('looks as kubectl prints it', async () => {
    expect(
      await yaml({ kind: 'PoolList', items: [{ name: 'a', nads: [], free: 5n, x: null }], config: '{\n  "a": 1\n}\n' }),
    ).toBe('kind: PoolList\nitems:\n- name: a\n  nads: []\n  free: "5"\n  x: null\nconfig: |\n  {\n    "a": 1\n  }\n');
  });

  const ambiguous = [
    'yes',
    'No',
    'on',
    'y',
    'null',
    '~',
    '',
    '1',
    '0x1f',
    '0o17',
    '017',
    '1_000',
    '1e3',
    '.inf',
    '12:30:45',
    '190:20:30',
    '\ufffe',
    'a\nb',
    '\na',
    'a\n\n',
    ' a\nb',
  ];
  test.each([
    ...ambiguous,
    '2026-11-24',
    '2001-12-14T21:59:43Z',
    '<<',
    '=',
    '- a',
    'a: b',
    '#x',
    ' x',
    'x ',
    '\t',
    'a\tb',
    '192.0.2.0/24',
  ])('%j stays a string for parsers of YAML 1.1 and 1.2', async (text) => {
    const written = await yaml({ value: text, [text]: 'key' });
    for (const version of ['1.1', '1.2'] as const) {
      const back = parseDocument(written, { version, logLevel: 'silent' });
      expect(back.errors).toEqual([]);
      expect(back.get('value')).toBe(text);
    }
  });

  test('comes back as it was, and shows a terminal nothing that acts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (value) => {
        const text = await yaml(value);
        expect(parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Default_Ignorable_Code_Point}\u2028\u2029]/u);
      }),
    );
  });
});

test('names', () => {
  expect(names('ippool.whereabouts.cni.cncf.io', [{ name: '192.0.2.192-27' }, { name: 'b\x1b' }])).toBe(
    'ippool.whereabouts.cni.cncf.io/192.0.2.192-27\nippool.whereabouts.cni.cncf.io/b\\x1b\n',
  );
  expect(names('x', [])).toBe('');
});
