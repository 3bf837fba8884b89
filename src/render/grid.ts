import { createRequire } from 'node:module';
import type Table from 'cli-table3';

/** Between two columns. */
export const GAP = '  ';

/**
 * Up to so many rows cli-table3 lays a table out. Its layout compares every cell with every other one: 10,000 rows take
 * it 12 s, so that longer tables are padded here. Both ways give the same bytes, which a test holds.
 */
export const LIBRARY_ROWS = 200;

/** A laid-out column: how wide, and on which side its cells stand. */
export interface Track {
  readonly width: number;
  readonly right: boolean;
}

/** A cell as it is printed: what it says, and how many cells of a terminal that takes without its colour. */
export interface Cell {
  readonly text: string;
  readonly width: number;
}

/** Puts cells, which fit their columns, into lines: borderless, padded, without trailing spaces. */
export function grid(lines: readonly (readonly Cell[])[], tracks: readonly Track[]): string[] {
  return lines.map((cells) => {
    let line = '';
    cells.forEach(({ text, width }, i) => {
      const track = tracks[i] ?? { width, right: false };
      const padding = ' '.repeat(Math.max(track.width - width, 0));
      line += (i === 0 ? '' : GAP) + (track.right ? padding + text : text + padding);
    });
    return line.trimEnd();
  });
}

const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    [`${side}-mid`, ''],
    [`${side}-left`, ''],
    [`${side}-right`, ''],
  ]),
);

/** The same lines by cli-table3, for what people look at. Loaded only when a table is drawn at a terminal. */
export function libraryGrid(lines: readonly (readonly Cell[])[], tracks: readonly Track[]): string[] {
  const Library = createRequire(import.meta.url)('cli-table3') as typeof Table;
  const drawn = new Library({
    chars: { ...NO_BORDERS, middle: GAP },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: tracks.map(({ width }) => width),
    colAligns: tracks.map(({ right }) => (right ? 'right' : 'left')),
  });
  drawn.push(...lines.map((cells) => cells.map(({ text }) => text)));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
