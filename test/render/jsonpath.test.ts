import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { compileJsonPath, type CompiledJsonPath } from '../../src/render/jsonpath.js';

/** The object that kubectl v1.32.4 was asked about, by `kubectl annotate --local -f FILE q=1 -o jsonpath=EXPR`. */
const OBJECT = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', namespace: 'd', annotations: { 'k8s.v1.cni.cncf.io/networks': 'net-a', q: '1' } },
  data: { one: '1' },
  list: [
    { name: 'a', num: 1, f: 1.5, ok: true, tags: ['p', 'q'], sub: { 'z<': 1, b: '&' }, nul: null, txt: 'a\nb' },
    { name: 'b', num: 20, f: 92.3, ok: false, tags: [] },
    { name: 'c d', num: 3, extra: { deep: [[1, 2], [3]] } },
  ],
};

/** What kubectl printed. */
const PRINTED: readonly (readonly [expression: string, printed: string])[] = [
  ['{.list[0].name}', 'a'],
  ['{.list[*].name}', 'a b c d'],
  ['{.list[-1].name}', 'c d'],
  ['{.list[0:2].name}', 'a b'],
  ['{.list[::2].name}', 'a c d'],
  ['{.list[0,2].name}', 'a c d'],
  ["{.list[0]['name','num']}", 'a 1'],
  ["{.list[*]['name','num']}", 'a b c d 1 20 3'],
  ['{.list[?(@.num==20)].name}', 'b'],
  ['{.list[?(@.num>2)].name}', 'b c d'],
  ['{.list[?(@.f>2.0)].name}', 'b'],
  ['{.list[?(@.name!="a")].name}', 'b c d'],
  ["{.list[?(@.name=='c d')].num}", '3'],
  ['{.list[?(@.extra)].name}', 'c d'],
  ['{.list[?(@.ok==true)].name}', 'a'],
  ['{range .list[*]}{.name}{"\\t"}{.num}{"\\n"}{end}', 'a\t1\nb\t20\nc d\t3\n'],
  ['{range .list[*]}{.name}{","}', 'a,b,c d,,'],
  ['{.list[0].sub}', '{"b":"\\u0026","z\\u003c":1}'],
  ['{.list[0].nul}', 'null'],
  ['{.list[0].txt}', 'a\nb'],
  ['{.list[0].f} {.list[1].f}', '1.5 92.3'],
  ['{.missing}', ''],
  ['{.missing.deep[0]}x', 'x'],
  ['{.metadata.annotations.k8s\\.v1\\.cni\\.cncf\\.io/networks}', 'net-a'],
  ["{.metadata.annotations['k8s.v1.cni.cncf.io/networks']}", ''],
  ["{.metadata.annotations['k8s\\.v1\\.cni\\.cncf\\.io/networks']}", 'net-a'],
  ['{..deep}', '[[1,2],[3]]'],
  ['{..deep[0]}', '[1,2]'],
  ['{.list[0].tags}', '["p","q"]'],
  ['{.list[0].tags[*]}', 'p q'],
  ['{.list[1].tags}', '[]'],
  ['{$.kind}', 'ConfigMap'],
  ['{@.kind}', 'ConfigMap'],
  ['{"a\\"b"}', 'a"b'],
  ["{'a\\'b'}", "a'b"],
  ['{"\\u00e9\\x41"}', 'éA'],
  ['{1} {2.5} {true} {-3}', '1 2.5 true -3'],
  ['{.list[1:1].name}', ''],
  ['{...deep}', '[[1,2],[3]]'],
  ['{range .list[*]}[{.name}]{range .tags[*]}<{@}>{end}{end}{.kind}', '[a]<p><q>[b][c d]ConfigMap'],
  ['{range .none[*]}{.name}{end}after', 'after'],
  ['{.list[*].tags[*]}', 'p q'],
  [
    '{.list[?(@.name)]}',
    '{"f":1.5,"name":"a","nul":null,"num":1,"ok":true,"sub":{"b":"\\u0026","z\\u003c":1},"tags":["p","q"],"txt":"a\\nb"} {"f":92.3,"name":"b","num":20,"ok":false,"tags":[]} {"extra":{"deep":[[1,2],[3]]},"name":"c d","num":3}',
  ],
  ['{ .kind }', 'ConfigMap'],
  ['{.kind}{.apiVersion}', 'ConfigMapv1'],
  ['pre {.kind} post', 'pre ConfigMap post'],
  ['{.list[0].name.x}', ''],
  ['{.__proto__}{.constructor}', ''],
  [
    '{}',
    '{"apiVersion":"v1","data":{"one":"1"},"kind":"ConfigMap","list":[{"f":1.5,"name":"a","nul":null,"num":1,"ok":true,"sub":{"b":"\\u0026","z\\u003c":1},"tags":["p","q"],"txt":"a\\nb"},{"f":92.3,"name":"b","num":20,"ok":false,"tags":[]},{"extra":{"deep":[[1,2],[3]]},"name":"c d","num":3}],"metadata":{"annotations":{"k8s.v1.cni.cncf.io/networks":"net-a","q":"1"},"name":"x","namespace":"d"}}',
  ],
  ['{.list[?(@.extra.deep[0][1]==2)].name}', 'c d'],
  ['{.list[*].extra.deep[*][0]}', '1 3'],
];

/** What kubectl refused, in its words, but for the Go types. */
const REFUSED: readonly (readonly [expression: string, why: string])[] = [
  ['{list}', 'unrecognized identifier list; a field begins with a dot: {.list}'],
  ['{.list[5].name}', 'array index out of bounds: index 5, length 3'],
  ['{.list[?(@.name==1)].name}', 'incompatible types for comparison'],
  ['{range .list[*]}{.apiVersion}{end}{end}', 'not in range, nothing to end'],
  ['{end}', 'not in range, nothing to end'],
  ['{.kind', 'unclosed action'],
  ['{.list[}', 'unterminated array'],
  ['{.list[a]}', 'invalid array index a'],
  ['{.list[?(@.num==1]}', 'unterminated filter'],
  ['{"\\\\"}', 'unterminated quoted string'],
  ['{.list[0].name[0]}', 'a string is not array or slice'],
  ['{.data[0]}', 'an object is not array or slice'],
  ['{.list[?(@.num<>1)].name}', 'unrecognized filter operator <>'],
  ['{.list[0:2:0].name}', 'step must be > 0'],
  ['{.list[2:1].name}', 'starting index 2 is greater than ending index 1'],
  ['{....deep}', 'invalid multiple recursive descent'],
  ['{.list[?(@.ok>true)].name}', 'invalid type for comparison'],
  ['{.list[?(@.tags=="a")].name}', 'invalid type for comparison'],
  ['{.kind[*]}', 'a string is not array or slice'],
  ['{!}', 'unrecognized character in action: "!"'],
  ['{.list[?(@.num==1)].name,.kind}', 'unrecognized character in action: ","'],
  ['{.list[0].tags[0:9]}', 'array index out of bounds: index 8, length 2'],
];

function compiled(expression: string): Extract<CompiledJsonPath, { ok: true }> {
  const path = compileJsonPath(expression);
  if (!path.ok) throw new Error(path.error);
  return path;
}

describe('as kubectl', () => {
  test.each(PRINTED)('%s', (expression, printed) => {
    expect(compiled(expression).render(OBJECT)).toBe(printed);
  });

  test.each(REFUSED)('%s is refused', (expression, why) => {
    const path = compileJsonPath(expression);
    expect(path.ok ? path.evaluate(OBJECT) : path).toMatchObject({ ok: false, error: why });
  });
});

describe('otherwise than kubectl, on purpose', () => {
  test.each([
    ['a path without braces is a path, not text', '.list[0].name', 'a'],
    ['and may lack its dot', 'list[0].name', 'a'],
    ['or begin at the root', '$.list[0].name', 'a'],
    ['whole numbers compare with fractions', '{.list[?(@.f>2)].name}', 'b'],
    ['an index that is not there does not exist', '{.list[?(@.tags[0])].name}', 'a'],
    ['members come in their own order', '{.list[1].*}', 'b 20 92.3 false []'],
    ['and so do those further down', '{..name}', 'x a b c d'],
  ])('%s', (_why, expression, printed) => {
    expect(compiled(expression).render(OBJECT)).toBe(printed);
  });
});

describe('errors', () => {
  test.each([
    ['{.kind', 6],
    ['{.list[a]}', 6],
    ['ab{.c}{!}', 7],
    ['{.list[0,x]}', 8],
    ['{.list[?(@.num==!)]}', 16],
    ['{items}', 1],
    ['list[', 4],
  ])('%s points at the place', (expression, position) => {
    expect(compileJsonPath(expression)).toMatchObject({ ok: false, position });
  });

  test('render fails as a matter of usage', () => {
    expect(() => compiled('{.list[9]}').render(OBJECT)).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringContaining('array index out of bounds') }),
    );
  });
});

describe('values', () => {
  test('bigints and objects that know their own JSON print as in -o json', () => {
    const value = { n: 18446744073709551616n, a: { toJSON: () => '192.0.2.1' }, o: { n: 5n } };
    expect(compiled('{.n} {.a} {.o}').render(value)).toBe('18446744073709551616 192.0.2.1 {"n":"5"}');
  });

  test('the prototype chain is out of reach, an own member of that name is not', () => {
    const value = JSON.parse('{"__proto__": "mine"}') as unknown;
    expect(compiled('{.__proto__}').render(value)).toBe('mine');
    expect(compiled('{.__proto__}{.constructor}{.toString}{.a.constructor.name}').render({ a: {} })).toBe('');
  });

  test('at a terminal values are harmless, while the template says what it says', () => {
    const path = compiled('{"\\u001b[1m"}{.a}{"\\n"}');
    expect(path.render({ a: 'x\u001b[2J\ny' }, { harmless: true })).toBe('\u001b[1mx\\x1b[2J\ny\n');
    expect(path.render({ a: '\u001b' })).toBe('\u001b[1m\u001b\n');
  });
});

const piece = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    '.',
    '..',
    '*',
    '@',
    '$',
    ',',
    ':',
    '-1',
    '0',
    'a',
    'range ',
    'end',
    '"',
    "'",
    '\\',
    '?(',
    ')',
  ],
  ...['==', '<', '[?(@.a=="x")]', '{range .a[*]}', '{end}', ' ', '\n', '\u{1f600}', 'true', '['],
);

describe('properties', () => {
  test('whatever the expression and the value: an answer or an error, never an exception', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.jsonValue(), (pieces, value) => {
        const path = compileJsonPath(pieces.join(''));
        if (path.ok) {
          expect(typeof path.evaluate({ a: value }).ok).toBe('boolean');
          path.evaluate(value);
        } else expect(path.position).toBeLessThanOrEqual(pieces.join('').length);
      }),
      { numRuns: 3000 },
    );
  });

  test('deeper than the stack is an error too', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(compiled('{..a}').evaluate(deep)).toEqual({ ok: false, error: 'nested too deeply' });
    expect(compileJsonPath(`{${'[?('.repeat(30_000)}${')]'.repeat(30_000)}}`).ok).toBe(false);
  });

  test('any member is found by its escaped name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        fc.pre(!/[\\\n\r*]/.test(name));
        const escaped = name.replace(/[\s.,[\]$@{}"']/gu, '\\$&');
        expect(compiled(`{.x.${escaped}}`).render({ x: { [name]: 'found' } })).toBe('found');
      }),
    );
  });
});
