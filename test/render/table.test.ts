import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { grid, libraryGrid, LIBRARY_ROWS, type Cell } from '../../src/render/grid.js';
import { hiddenNote, table, type Column } from '../../src/render/table.js';
import type { Screen } from '../../src/render/terminal.js';
import { cut, displayWidth } from '../../src/render/width.js';

interface Pool {
  readonly name: string;
  readonly range: string;
  readonly used: number;
  readonly state: string;
  readonly problems?: string;
}

const POOLS: readonly Pool[] = [
  { name: '192.0.2.192-27', range: '192.0.2.192/27', used: 24, state: 'stale: the pod is gone' },
  { name: 'storage-of-the-second-tenant-10.20.0.0-16', range: '10.20.0.0/16', used: 812, state: '' },
];

const COLUMNS: readonly Column<Pool>[] = [
  { header: 'NAME', value: ({ name }) => name, shorten: 'middle' },
  { header: 'RANGE', value: ({ range }) => range },
  { header: 'USED', value: ({ used }) => String(used), align: 'right', drop: 1 },
  { header: 'STATE', value: ({ state }) => state, drop: 2, style: ({ state }) => (state === '' ? undefined : 'bad') },
  { header: 'SINCE', value: () => '2026', wideOnly: true },
  { header: 'PROBLEMS', value: ({ problems }) => problems ?? '', onlyIfAny: true },
];

function at(width: number | undefined, more: Partial<Screen> = {}): Screen {
  return { width, color: false, unicode: true, ...more };
}

function lines(width: number | undefined, more: Partial<Screen> = {}): string[] {
  return table(POOLS, COLUMNS, { screen: at(width, more) }).text.split('\n');
}

describe('table', () => {
  const whole = [
    'NAME                                       RANGE           USED  STATE',
    '192.0.2.192-27                             192.0.2.192/27    24  stale: the pod is gone',
    'storage-of-the-second-tenant-10.20.0.0-16  10.20.0.0/16     812  -',
    '',
  ];

  test.each([undefined, 87, 160, 200])('has room at %s columns', (width) => {
    expect(lines(width)).toEqual(whole);
    expect(table(POOLS, COLUMNS, { screen: at(width) }).hiddenColumns).toEqual([]);
  });

  test('a long name is cut in the middle before a column goes for it, an address never', () => {
    expect(lines(72)).toEqual([
      'NAME                        RANGE           USED  STATE',
      '192.0.2.192-27              192.0.2.192/27    24  stale: the pod is gone',
      'storage-of-th…10.20.0.0-16  10.20.0.0/16     812  -',
      '',
    ]);
    expect(lines(72, { unicode: false })[2]).toMatch(/^storage-of-\S*\.\.\S*0\.0-16 +10\.20\.0\.0\/16 +812 {2}-$/);
  });

  test('then the least important column goes first, and is named', () => {
    const { text, hiddenColumns } = table(POOLS, COLUMNS, { screen: at(60) });
    expect(hiddenColumns).toEqual(['STATE']);
    expect(text.split('\n')[0]).toMatch(/^NAME +RANGE +USED$/);
    expect(hiddenNote(hiddenColumns)).toBe('Not shown for lack of room: STATE (-o wide shows all)');
    expect(hiddenNote([])).toBeUndefined();
    expect(table(POOLS, COLUMNS, { screen: at(45) }).hiddenColumns).toEqual(['USED', 'STATE']);
  });

  test('then names are cut as far as they say something', () => {
    expect(lines(30)).toEqual([
      'NAME            RANGE',
      '192.0.2.192-27  192.0.2.192/27',
      'storage…0.0-16  10.20.0.0/16',
      '',
    ]);
  });

  test('at last keeps the first column', () => {
    expect(lines(16)).toEqual(['NAME', '192.0.2.192-27', 'storage-….0.0-16', '']);
  });

  test('wide shows all, whole, whatever the width', () => {
    const { text, hiddenColumns } = table(POOLS, COLUMNS, { screen: at(20), wide: true });
    expect(hiddenColumns).toEqual([]);
    expect(text.split('\n')[0]).toMatch(/^NAME {39}RANGE {11}USED {2}STATE {19}SINCE$/);
  });

  test('a column that appears only when there is something', () => {
    const some = [{ ...POOLS[0], problems: 'two keys' } as Pool, POOLS[1] as Pool];
    expect(table(some, COLUMNS, { screen: at(undefined) }).text).toMatch(/PROBLEMS\n.*two keys\n.* -\n$/);
  });

  test('headers can be left out, and then take no room', () => {
    const { text } = table([POOLS[0] as Pool], [{ header: 'A LONG HEADER', value: () => 'x' }, ...COLUMNS], {
      screen: at(undefined),
      noHeaders: true,
    });
    expect(text).toBe('x  192.0.2.192-27  192.0.2.192/27  24  stale: the pod is gone\n');
  });

  test('without rows', () => {
    expect(table([], COLUMNS, { screen: at(80) }).text).toBe('NAME  RANGE  USED  STATE\n');
    expect(table([], COLUMNS, { screen: at(80), noHeaders: true }).text).toBe('');
  });

  test('colours a cell at a terminal only by its style, and the columns stay straight', () => {
    const coloured = lines(100, { color: true });
    expect(coloured[1]).toBe(`${whole[1]?.replace(/stale.*/, '') ?? ''}\x1b[31mstale: the pod is gone\x1b[39m`);
    expect(coloured.map((line) => line.replace(/\x1b\[\d+m/g, ''))).toEqual(whole);
  });

  test('what comes from the cluster is harmless', () => {
    const { text } = table(['a\x1b[2J\nb'], [{ header: 'X', value: (row) => row }], { screen: at(80) });
    expect(text).toBe('X\na\\x1b[2J\\nb\n');
  });

  test('wide characters take two cells', () => {
    const { text } = table(
      ['東京', 'abc'],
      [
        { header: 'X', value: (row) => row },
        { header: 'Y', value: () => '1' },
      ],
      {
        screen: at(undefined),
      },
    );
    expect(text).toBe('X     Y\n東京  1\nabc   1\n');
  });

  test('--no-truncate: the columns of every day, whole', () => {
    const cut = table(POOLS, COLUMNS, { screen: at(40) });
    expect(cut.hiddenColumns).not.toEqual([]);
    expect(table(POOLS, COLUMNS, { screen: at(40, { whole: true }) })).toEqual(
      table(POOLS, COLUMNS, { screen: at(200) }),
    );
  });

  // Cells by the East Asian Width property, and none for marks: what xterm, VTE and Windows Terminal do.
  test.each([
    ['日本語の名前', 12],
    ['ｱｲｳ', 3],
    ['cafe\u0301', 4],
    ['ก็', 1],
    ['שָׁלוֹם', 4],
    ['👍🏽', 2],
    ['🇩🇪', 2],
    ['…', 1],
  ])('%s takes %i cells', (text, cells) => {
    expect(displayWidth(text)).toBe(cells);
    const rows = table(
      [text, 'plain'],
      [
        { header: 'X', value: (row) => row },
        { header: 'Y', value: () => '1' },
      ],
      {
        screen: at(80),
      },
    ).text.split('\n');
    expect(rows[1]).toBe(`${text}${' '.repeat(Math.max(5, cells) - cells)}  1`);
  });

  test('what belongs together is cut together', () => {
    expect(cut('e\u0301'.repeat(9), 6, 'middle', true)).toBe('e\u0301e\u0301e\u0301…e\u0301e\u0301');
    expect(cut('ab🇩🇪🇫🇷🇯🇵', 7, 'middle', true)).toBe('ab…🇯🇵');
    expect(cut('日本語の名前', 8, 'middle', true)).toBe('日本…前');
    expect(cut('日本語の名前', 7, 'end', true)).toBe('日本語…');
  });
});

const cell = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.constant('東京 é …'),
  fc.constantFrom('e\u0301'.repeat(12), '🇩🇪🇫🇷🇯🇵🇩🇪🇫🇷', '👍🏽'.repeat(6), 'ก็'.repeat(15), '한국어 שָׁלוֹם'),
);

describe('properties', () => {
  const shape = fc.array(
    fc.record({
      header: fc.stringMatching(/^[A-Z]{1,10}$/),
      align: fc.constantFrom('left' as const, 'right' as const),
      shorten: fc.constantFrom('middle' as const, 'end' as const, 'never' as const),
      drop: fc.option(fc.nat(3), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 6 },
  );

  test('no line is wider than the terminal, unless it is a single column that may not be cut; none has a trailing space', () => {
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.array(cell, { minLength: 6, maxLength: 6 }), { maxLength: 8 }),
        fc.integer({ min: 12, max: 120 }),
        fc.boolean(),
        (shapes, rows, width, unicode) => {
          const columns = shapes.map(({ header, align, shorten, drop }, i): Column<string[]> => ({
            header,
            align,
            shorten,
            ...(drop === undefined ? {} : { drop }),
            value: (row) => row[i] ?? '',
          }));
          const { text, hiddenColumns } = table(rows, columns, { screen: at(width, { unicode }) });
          const single = hiddenColumns.length === columns.length - 1 && shapes[0]?.shorten === 'never';
          for (const line of text.split('\n')) {
            expect(line).toBe(line.trimEnd());
            if (!single) expect(displayWidth(line)).toBeLessThanOrEqual(width);
          }
          expect(text.split('\n')).toHaveLength(rows.length + 2);
        },
      ),
    );
  });

  test('cli-table3 and our own padding give the same bytes', () => {
    const cells = fc.array(fc.array(fc.stringMatching(/^[ -~é…▓東]{0,12}$/), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(cells, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), (rows, sides) => {
        const laid = rows.map((row) =>
          row.map((text): Cell => ({ text: text.trim() || '-', width: displayWidth(text.trim() || '-') })),
        );
        const tracks = sides.map((right, i) => ({ right, width: Math.max(...laid.map((row) => row[i]?.width ?? 0)) }));
        expect(libraryGrid(laid, tracks)).toEqual(grid(laid, tracks));
      }),
    );
  });

  test('a cut text fits, keeps its ends, and is left alone where it fits already', () => {
    fc.assert(
      fc.property(cell, fc.integer({ min: 3, max: 40 }), fc.boolean(), (text, cells, unicode) => {
        const result = cut(text, cells, 'middle', unicode);
        expect(displayWidth(result)).toBeLessThanOrEqual(cells);
        if (displayWidth(text) <= cells) expect(result).toBe(text);
        else expect(result).toContain(unicode ? '…' : '..');
      }),
    );
  });
});

test('50,000 rows take a moment, not minutes, and more rows than cli-table3 gets look the same', () => {
  const many = Array.from({ length: 50_000 }, (_, i) => POOLS[i % 2] as Pool);
  const before = performance.now();
  const { text } = table(many, COLUMNS, { screen: at(120) });
  expect(performance.now() - before).toBeLessThan(5000);
  expect(text.split('\n').slice(0, LIBRARY_ROWS + 1)).toEqual(
    table(many.slice(0, LIBRARY_ROWS), COLUMNS, { screen: at(120) })
      .text.trimEnd()
      .split('\n'),
  );
});
