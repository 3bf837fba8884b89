import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MOST_CELLS, PoolMap } from '../../../src/render/report/cells.js';
import type { PagePool } from '../../../src/render/report/page-data.js';
import { HELD_SIGNS } from '../../../src/render/report/signs.js';

type MapData = Pick<PagePool, 'last' | 'held' | 'signs' | 'outside' | 'excluded'>;

const data = (more: Partial<MapData>): MapData => ({
  last: 31,
  held: [],
  signs: '',
  outside: [],
  excluded: [],
  ...more,
});

const signs = (map: PoolMap, from = 0n, count = map.size): string =>
  map
    .cells({ from, count })
    .map(({ sign }) => sign)
    .join('');

describe('a range that fits', () => {
  test('has a cell an address: held, free, excluded, outside', () => {
    const map = new PoolMap(
      data({ last: 15, held: [1, 4, 9], signs: 'LSF', outside: [0, 0, 15, 15], excluded: [2, 3] }),
    );
    expect(signs(map)).toBe('-Lxx' + 'S....F.....-');
    expect(map.cells({ from: 0n, count: 16n })[4]).toMatchObject({ from: 4n, count: 1n, index: 1, held: 1, stale: 1 });
  });

  test('an address that is held although it is excluded is held', () => {
    expect(signs(new PoolMap(data({ last: 3, held: [2], signs: 'L', excluded: [1, 2] })))).toBe('.xL.');
  });

  test('of two keys for one address the worse is shown, whichever comes first', () => {
    for (const both of ['LS', 'SL']) {
      const map = new PoolMap(data({ last: 3, held: [1, 1], signs: both }));
      expect(signs(map)).toBe('.S..');
      expect(map.cells({ from: 1n, count: 1n })[0]?.index).toBe(both.indexOf('S'));
    }
  });

  test('what has no place in the range is in no cell', () => {
    expect(signs(new PoolMap(data({ last: 3, held: ['!key abc', 7, 1], signs: '!SL' })))).toBe('.L..');
  });
});

describe('a range that does not fit', () => {
  test('is shown by blocks that hold all of it', () => {
    const map = new PoolMap(
      data({ last: 65535, held: [1, 2, 300, 65534], signs: 'LSLL', outside: [0, 0, 65535, 65535] }),
    );
    const cells = map.cells({ from: 0n, count: map.size });
    expect(cells).toHaveLength(256);
    expect(cells[0]).toMatchObject({ count: 256n, sign: 'S', held: 2, stale: 1, open: 255n, index: -1 });
    expect(cells[1]).toMatchObject({ sign: 'L', held: 1, stale: 0, open: 256n });
    expect(cells[2]).toMatchObject({ sign: '.', held: 0 });
  });

  test('a whole /64 begins where something is held, and every address of it can be reached', () => {
    const last = (2n ** 64n - 1n).toString();
    const far = (2n ** 63n + 5n).toString();
    expect(new PoolMap(data({ last, held: [3], signs: 'L' })).first()).toEqual({ from: 0n, count: 128n });
    const map = new PoolMap(data({ last, held: [3, far], signs: 'LS' }));
    expect(map.first()).toEqual({ from: 0n, count: 2n ** 64n });
    const path = map.pathTo(BigInt(far), { from: 0n, count: map.size });
    expect(path).toHaveLength(7);
    const cell = map.cells(path.at(-1) ?? { from: 0n, count: 0n }).find(({ from }) => from === BigInt(far));
    expect(cell).toMatchObject({ count: 1n, sign: 'S', index: 1 });
  });
});

test('any stretch: cells are never too many, lie side by side, and count what is there', () => {
  const offsets = fc.bigInt({ min: 0n, max: 5000n });
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 5000n }),
      fc.array(fc.tuple(offsets, fc.constantFrom(...HELD_SIGNS)), { maxLength: 60 }),
      fc.tuple(offsets, offsets),
      (size, entries, [one, other]) => {
        const [from, to] = [one, other].map((offset) => offset % size).sort((a, b) => (a < b ? -1 : 1)) as [
          bigint,
          bigint,
        ];
        const held = entries.map(([offset]) => offset).filter((offset) => offset < size);
        const map = new PoolMap(
          data({
            last: (size - 1n).toString(),
            held: entries.map(([offset]) => offset.toString()),
            signs: entries.map(([, sign]) => sign).join(''),
            excluded: [from.toString(), to.toString()],
          }),
        );
        const cells = map.cells({ from: 0n, count: size });
        expect(BigInt(cells.length)).toBeLessThanOrEqual(MOST_CELLS);
        let next = 0n;
        for (const cell of cells) {
          expect(cell.from).toBe(next);
          next += cell.count;
        }
        expect(next).toBe(size);
        expect(cells.reduce((sum, cell) => sum + cell.held, 0)).toBe(new Set(held).size);
        expect(cells.reduce((sum, cell) => sum + cell.open, 0n)).toBe(size - (to - from + 1n));
        for (const { from: start, count, stale } of cells) {
          const inside = entries.filter(([offset, sign]) => sign === 'S' && offset >= start && offset < start + count);
          expect(stale).toBe(new Set(inside.map(([offset]) => offset)).size);
        }
      },
    ),
  );
});
