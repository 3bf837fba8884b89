import { GAP, grid, libraryGrid, LIBRARY_ROWS, type Cell, type Track } from './grid.js';
import { safe } from './safe.js';
import { paint, type Role } from './style.js';
import type { Screen } from './terminal.js';
import { cut, displayWidth, hasMarks } from './width.js';

/** A column of a table: where its cells come from, and what may happen to it on a narrow terminal. */
export interface Column<Row> {
  readonly header: string;
  /** The cell; an empty text shows as `-`. Text from outside needs no escaping before. */
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Only with `-o wide`. */
  readonly wideOnly?: boolean;
  /** The higher, the sooner the column goes on a narrow terminal; without it, it stays as long as it can. */
  readonly drop?: number;
  /** Names are cut in the middle, sentences at the end, addresses and numbers (the default) never. */
  readonly shorten?: 'middle' | 'end' | 'never';
  readonly style?: (row: Row) => Role | undefined;
  /** The column appears only when a row has something in it. */
  readonly onlyIfAny?: boolean;
}

/** Where and how a table is shown. */
export interface TableOptions {
  readonly screen: Screen;
  /** All columns, whole, however narrow the terminal is. */
  readonly wide?: boolean | undefined;
  readonly noHeaders?: boolean | undefined;
}

/** A table as text, with its line feed at the end, and the headers of the columns that found no room. */
export interface TableText {
  readonly text: string;
  readonly hiddenColumns: string[];
}

/** Below this a cut name says nothing any more. */
const SHORTEST_CUT = 8;
/** A name is cut down to this before a column goes for it: one long name must not cost every row a column. */
const LONG_NAME = 24;
const NOTHING = '-';

/** A column with its cells; `width` shrinks when the column has to be cut. */
interface Laid<Row> {
  readonly column: Column<Row>;
  readonly cells: string[];
  /** The widest cell, header included where there is one. */
  readonly natural: number;
  /** Narrower than this it does not get; undefined: it is never cut. */
  readonly least: number | undefined;
  width: number;
}

/** Draws a table as kubectl does: upper-case headers, no borders, numbers to the right, no trailing spaces. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { screen, wide = false, noHeaders = false }: TableOptions,
): TableText {
  const laid = columns
    .filter((column) => wide || column.wideOnly !== true)
    .map((column) => lay(rows, column, noHeaders))
    .filter(({ column, cells }) => column.onlyIfAny !== true || cells.some((cell) => cell !== NOTHING));
  const { shown, hidden } = wide || screen.whole === true ? { shown: laid, hidden: [] } : fit(laid, screen.width);
  return { text: draw(rows, shown, screen, noHeaders), hiddenColumns: hidden.map(({ column }) => column.header) };
}

/** What the last line says of columns that found no room; undefined when all did. */
export function hiddenNote(hiddenColumns: readonly string[]): string | undefined {
  if (hiddenColumns.length === 0) return undefined;
  return `Not shown for lack of room: ${hiddenColumns.join(', ')} (-o wide shows all)`;
}

function lay<Row>(rows: readonly Row[], column: Column<Row>, noHeaders: boolean): Laid<Row> {
  const header = noHeaders ? 0 : displayWidth(column.header);
  let natural = header;
  const cells = rows.map((row) => {
    const cell = safe(column.value(row)).trimEnd() || NOTHING;
    natural = Math.max(natural, displayWidth(cell));
    return cell;
  });
  const cuttable = column.shorten === 'middle' || column.shorten === 'end';
  const least = cuttable ? Math.min(natural, Math.max(header, SHORTEST_CUT)) : undefined;
  return { column, cells, natural, least, width: natural };
}

/**
 * First the columns go that were given up for it, the least important first; then names are cut into what is left; only
 * when both are not enough, columns go from the right, so that a line never wraps. The first column always stays.
 */
function fit<Row>(laid: readonly Laid<Row>[], width: number | undefined): { shown: Laid<Row>[]; hidden: Laid<Row>[] } {
  let shown = [...laid];
  if (width === undefined) return { shown, hidden: [] };
  const goes = shown
    .slice(1)
    .filter(({ column }) => column.drop !== undefined)
    .reverse()
    .sort((a, b) => (b.column.drop ?? 0) - (a.column.drop ?? 0));
  const tooWide = (of: (column: Laid<Row>) => number): boolean => total(shown, of) > width;
  while (goes.length > 0 && tooWide(comfortable)) {
    const gone = goes.shift();
    shown = shown.filter((column) => column !== gone);
  }
  while (shown.length > 1 && tooWide(({ least, natural }) => least ?? natural)) shown.pop();
  shrink(shown, total(shown, ({ natural }) => natural) - width);
  return { shown, hidden: laid.filter((column) => !shown.includes(column)) };
}

function comfortable<Row>({ least, natural }: Laid<Row>): number {
  return least === undefined ? natural : Math.max(least, Math.min(natural, LONG_NAME));
}

function total<Row>(columns: readonly Laid<Row>[], of: (column: Laid<Row>) => number): number {
  return columns.reduce((sum, column) => sum + of(column) + GAP.length, -GAP.length);
}

/** Takes the missing cells from the widest columns that may be cut, one cell at a time: the terminal bounds the work. */
function shrink<Row>(columns: readonly Laid<Row>[], missing: number): void {
  for (let left = missing; left > 0; left--) {
    let widest: Laid<Row> | undefined;
    for (const column of columns) {
      if (column.least === undefined || column.width <= column.least) continue;
      if (widest === undefined || column.width > widest.width) widest = column;
    }
    if (widest === undefined) return;
    widest.width -= 1;
  }
}

function draw<Row>(rows: readonly Row[], shown: readonly Laid<Row>[], screen: Screen, noHeaders: boolean): string {
  if (shown.length === 0 || (rows.length === 0 && noHeaders)) return '';
  const tracks: Track[] = shown.map(({ column, width }) => ({ width, right: column.align === 'right' }));
  const lines = rows.map((row, i) => shown.map((laid) => cellOf(row, laid, laid.cells[i] ?? NOTHING, screen)));
  if (!noHeaders) lines.unshift(shown.map(({ column: { header } }) => ({ text: header, width: displayWidth(header) })));
  // The library gives marks that stand on a letter a cell of their own.
  const byLibrary =
    screen.width !== undefined && rows.length <= LIBRARY_ROWS && !shown.some(({ cells }) => cells.some(hasMarks));
  return `${(byLibrary ? libraryGrid : grid)(lines, tracks).join('\n')}\n`;
}

function cellOf<Row>(row: Row, { column, width, natural }: Laid<Row>, whole: string, screen: Screen): Cell {
  const text =
    width < natural && column.shorten !== undefined && column.shorten !== 'never'
      ? cut(whole, width, column.shorten, screen.unicode)
      : whole;
  const role = column.style?.(row);
  return { text: role === undefined ? text : paint(screen, role, text), width: displayWidth(text) };
}
