import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { bar } from '../../src/render/bar.js';
import { nearest } from '../../src/render/nearest.js';
import { grouped, percent, shortCount } from '../../src/render/number.js';
import { metric } from '../../src/render/prometheus.js';
import { paint } from '../../src/render/style.js';
import { PLAIN, screenOf } from '../../src/render/terminal.js';
import { duration, relative, rfc3339 } from '../../src/render/time.js';

describe('screenOf', () => {
  const utf8 = { LANG: 'en_US.UTF-8' };
  test.each([
    ['a pipe', { isTTY: undefined, env: utf8 }, { width: undefined, color: false, unicode: true }],
    ['a terminal', { isTTY: true, columns: 120, env: utf8 }, { width: 120, color: true, unicode: true }],
    [
      'one that does not tell its size',
      { isTTY: true, columns: 0, env: utf8 },
      { width: 80, color: true, unicode: true },
    ],
    ['nor by itself', { isTTY: true, env: { ...utf8, COLUMNS: '99' } }, { width: 99, color: true, unicode: true }],
    [
      'NO_COLOR',
      { isTTY: true, columns: 80, env: { ...utf8, NO_COLOR: '1' } },
      { width: 80, color: false, unicode: true },
    ],
    [
      'empty NO_COLOR',
      { isTTY: true, columns: 80, env: { ...utf8, NO_COLOR: '' } },
      { width: 80, color: true, unicode: true },
    ],
    [
      'FORCE_COLOR',
      { isTTY: false, env: { FORCE_COLOR: '1', NO_COLOR: '' } },
      { width: undefined, color: true, unicode: false },
    ],
    [
      'NO_COLOR before FORCE_COLOR',
      { isTTY: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' } },
      { width: undefined, color: false, unicode: false },
    ],
    [
      'FORCE_COLOR=0',
      { isTTY: true, columns: 80, env: { FORCE_COLOR: '0' } },
      { width: 80, color: false, unicode: false },
    ],
    ['TERM=dumb', { isTTY: true, columns: 80, env: { TERM: 'dumb' } }, { width: 80, color: false, unicode: false }],
    [
      'LC_ALL first',
      { isTTY: false, env: { LC_ALL: 'C', ...utf8 } },
      { width: undefined, color: false, unicode: false },
    ],
    ['LC_CTYPE next', { isTTY: false, env: { LC_ALL: '', LC_CTYPE: 'C.utf8', LANG: 'C' } }, PLAIN],
    ['POSIX', { isTTY: false, env: { LANG: 'POSIX' } }, { width: undefined, color: false, unicode: false }],
    [
      'Latin-1',
      { isTTY: false, env: { LANG: 'de_DE.ISO-8859-1' } },
      { width: undefined, color: false, unicode: false },
    ],
    ['Windows', { isTTY: false, env: {}, platform: 'win32' }, PLAIN],
  ])('%s', (_name, around, screen) => {
    expect(screenOf(around)).toEqual(screen);
  });
});

test('paint colours only where colour is taken, and closes what it opened', () => {
  expect(paint({ color: false }, 'bad', 'stale')).toBe('stale');
  expect(paint({ color: true }, 'bad', 'stale')).toBe('\x1b[31mstale\x1b[39m');
  expect(paint({ color: true }, 'dim', 'kept')).toBe('\x1b[2mkept\x1b[22m');
  expect(paint({ color: true }, 'dim', '')).toBe('');
});

describe('numbers', () => {
  test.each([
    [0n, '0'],
    [65534n, '65534'],
    [4294967296n, '4294967296'],
    [9_999_999_999n, '9999999999'],
    [10_000_000_000n, '1.0e10'],
    [2n ** 63n, '9.2e18'],
    [99_500_000_000n, '1.0e11'],
    [2n ** 128n, '3.4e38'],
    [-5n, '-5'],
  ])('shortCount(%s)', (count, text) => {
    expect(shortCount(count)).toBe(text);
  });

  test('shortCount is the nearest two digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 10n, max: 2n ** 128n }), (count) => {
        expect(Math.abs(Number(shortCount(count)) / Number(count) - 1)).toBeLessThanOrEqual(0.0501);
      }),
    );
  });

  test('grouped', () => {
    expect([grouped(0), grouped(999), grouped(1039), grouped(2n ** 64n), grouped(-12345)]).toEqual([
      ...['0', '999', '1,039', '18,446,744,073,709,551,616', '-12,345'],
    ]);
  });

  test('percent', () => {
    expect([null, 92.3, 0, 100, 99.98, NaN, 120].map(percent)).toEqual([
      '-',
      '92.3%',
      '0.0%',
      '100.0%',
      '99.9%',
      '-',
      '120.0%',
    ]);
  });
});

describe('time', () => {
  const now = new Date('2026-11-24T14:02:11Z');
  // k8s.io/apimachinery pkg/util/duration/duration_test.go
  test.each([
    ...([
      [0, '0s'],
      [1, '1s'],
      [119, '119s'],
      [120, '2m'],
      [121, '2m1s'],
      [599, '9m59s'],
      [600, '10m'],
      [10799, '179m'],
    ] as const),
    ...([
      [10800, '3h'],
      [10860, '3h1m'],
      [28799, '7h59m'],
      [28800, '8h'],
      [172799, '47h'],
      [172800, '2d'],
      [176400, '2d1h'],
    ] as const),
    ...([
      [691199, '7d23h'],
      [691200, '8d'],
      [63071999, '729d'],
      [63072000, '2y'],
      [63158400, '2y1d'],
      [252288000, '8y'],
    ] as const),
  ])('%d seconds', (seconds, text) => {
    expect(duration(seconds * 1000)).toBe(text);
  });

  test('relative', () => {
    const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
    expect(relative(at(-180), now)).toBe('3m ago');
    expect(relative(at(300), now)).toBe('in 5m');
    expect(relative(now, now)).toBe('just now');
    expect(relative(new Date(NaN), now)).toBe('-');
  });

  test('rfc3339', () => {
    expect(rfc3339(now)).toBe('2026-11-24T14:02:11Z');
    expect(rfc3339(new Date(now.getTime() + 7))).toBe('2026-11-24T14:02:11.007Z');
  });
});

test('bar', () => {
  const ascii = { unicode: false };
  expect(bar(0.923, 10, PLAIN)).toBe('▓▓▓▓▓▓▓▓▓░');
  expect(bar(0.012, 10, PLAIN)).toBe('░░░░░░░░░░');
  expect(bar(0.999, 10, ascii)).toBe('#########-');
  expect(bar(1, 10, ascii)).toBe('##########');
  expect(bar(NaN, 3, ascii)).toBe('---');
  expect(bar(1.5, 3, ascii)).toBe('###');
  expect(bar(1, 0, ascii)).toBe('');
});

test('nearest: a word that was not written out, where there is only one', () => {
  const known = ['warning', 'error', 'viewer', 'view-all', 'json', 'jsonpath'];
  expect(['warn', 'err', 'er', 'vie', 'jso'].map((word) => nearest(word, known))).toEqual([
    'warning',
    'error',
    undefined,
    undefined,
    'json',
  ]);
});

test('nearest', () => {
  const formats = ['table', 'wide', 'json', 'yaml', 'name'];
  expect(['jsno', 'JSON', 'yml', 'tabel', 'xyz', ''].map((word) => nearest(word, formats))).toEqual([
    ...['json', 'json', 'yaml', 'table', undefined, undefined],
  ]);
});

describe('metric', () => {
  test('is the text exposition format', () => {
    const text = metric('ipamctl_pool_used', 'Addresses \\ in\nuse.', 'gauge', [
      { labels: { pool: 'a "b" \\ c\nd\x1b', network: null }, value: 24 },
      { value: 2n ** 64n },
      { labels: { pool: 'x' }, value: null },
      { labels: { pool: 'y' }, value: Infinity },
      { labels: { pool: 'z' }, value: NaN },
    ]);
    expect(text).toBe(
      [
        '# HELP ipamctl_pool_used Addresses \\\\ in\\nuse.',
        '# TYPE ipamctl_pool_used gauge',
        'ipamctl_pool_used{pool="a \\"b\\" \\\\ c\\nd\\\\x1b"} 24',
        'ipamctl_pool_used 18446744073709551616',
        'ipamctl_pool_used{pool="y"} +Inf',
        'ipamctl_pool_used{pool="z"} NaN',
        '',
      ].join('\n'),
    );
  });

  test('refuses names that Prometheus would refuse', () => {
    expect(() => metric('a-b', '', 'gauge', [])).toThrow(RangeError);
    expect(() => metric('a', '', 'gauge', [{ labels: { 'a:b': '' }, value: 1 }])).toThrow(RangeError);
    expect(() => metric('a', '', 'gauge', [{ labels: { __name__: '' }, value: 1 }])).toThrow(RangeError);
  });

  test('a label value is one line and comes back', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const line = metric('m', '', 'gauge', [{ labels: { l: value }, value: 1 }]).split('\n')[2] ?? '';
        const back = /^m\{l="((?:[^"\\]|\\[n"\\])*)"\} 1$/.exec(line)?.[1];
        expect(back?.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))).toBe(value);
      }),
    );
  });
});
