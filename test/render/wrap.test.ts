import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wrap } from '../../src/render/wrap.js';

describe('wrap', () => {
  test.each([
    ['one two three', 7, 0, 'one two\nthree'],
    ['one two three', 20, 0, 'one two three'],
    ['Evidence     it shows one two', 20, 13, 'Evidence     it\n             shows\n             one two'],
    ['  indented words here', 12, 2, '  indented\n  words here'],
    ['東京 大阪 x', 7, 0, '東京\n大阪 x'],
    ['cafe\u0301 one', 8, 0, 'cafe\u0301 one'],
    ['averyveryverylongword x', 8, 0, 'averyveryverylongword\nx'],
  ])('%j at %i, hanging by %i', (text, width, hang, expected) => {
    expect(wrap(text, width, hang)).toBe(expected);
  });

  test('a line with a command stays whole, and so does any line without a width', () => {
    const line = 'The plan to release: ipamctl reconcile --pool 192.0.2.192-27';
    expect(wrap(line, 20)).toBe(line);
    expect(wrap('one two three', undefined)).toBe('one two three');
  });

  test('no word is lost, and nothing is wider than asked but a single word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 5, max: 60 }), (list, width) => {
        const lines = wrap(list.join(' '), width).split('\n');
        expect(lines.flatMap((line) => line.split(' '))).toEqual(list);
        for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
      }),
    );
  });
});
