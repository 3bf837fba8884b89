import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { safe, safeJson, safeLines } from '../../src/render/safe.js';

const ACTS_OR_HIDES = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb\p{Cs}]/u;
const text = fc.string({ unit: 'binary' });
const nasty = fc.string({
  unit: fc.constantFrom('\x1b', '\x9b', '\n', '\x7f', '\u202e', '\u2066', '\ufeff', '\ud800', '\u{e0041}', 'a'),
});

describe('safe', () => {
  test.each([
    ['default/web-0', 'default/web-0'],
    ['größe 東京 🙂 é', 'größe 東京 🙂 é'],
    ['C:\\temp', 'C:\\temp'],
    ['\x1b[2J', '\\x1b[2J'],
    ['\x9b31m', '\\x9b31m'],
    ['a\r\n\tb\0', 'a\\r\\n\\tb\\x00'],
    ['abc\u202ecba', 'abc\\u202ecba'],
    ['a\u200bb\u2060\ufeff\u00ad', 'a\\u200bb\\u2060\\ufeff\\xad'],
    ['a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['\u{e0041}\ud800x', '\\u{e0041}\\ud800x'],
  ])('%j', (given, shown) => {
    expect(safe(given)).toBe(shown);
  });

  test('leaves nothing that acts or hides, and what is harmless as it is', () => {
    fc.assert(
      fc.property(fc.oneof(text, nasty), (given) => {
        expect(safe(given)).not.toMatch(ACTS_OR_HIDES);
        expect(safe(safe(given))).toBe(safe(given));
        if (!ACTS_OR_HIDES.test(given)) expect(safe(given)).toBe(given);
      }),
    );
  });

  test('of several lines keeps the lines', () => {
    expect(safeLines('a\n\tb\r\x1b\u202e')).toBe('a\n\tb\\r\\x1b\\u202e');
    fc.assert(
      fc.property(nasty, (given) => safeLines(given).replaceAll('\n', '') === safe(given.replaceAll('\n', ''))),
    );
  });
});

describe('safeJson', () => {
  test('escapes within JSON', () => {
    expect(safeJson({ 'k\u202e': '\x1b\x9b\u{e0041}' })).toBe('{"k\\u202e":"\\u001b\\u009b\\udb40\\udc41"}');
    expect(safeJson({ n: 2n ** 64n, m: null, u: undefined })).toBe('{"n":"18446744073709551616","m":null}');
    expect(safeJson(undefined)).toBe('null');
  });

  test('says the same as before and nothing to the terminal', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (value, indent) => {
        const json = safeJson(value, indent);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(json.replaceAll('\n', '')).not.toMatch(ACTS_OR_HIDES);
      }),
    );
  });

  test('a circle is still an error', () => {
    const circle: Record<string, unknown> = {};
    circle['me'] = circle;
    expect(() => safeJson(circle)).toThrow(TypeError);
  });
});
