import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const ONE_CELL_EACH = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2199\u2500-\u259f\u2713\u2717]*$/;

let library: ((text: string) => number) | undefined;

/** The cells that a text takes at a terminal. Names, numbers and our own signs need no library. */
export function displayWidth(text: string): number {
  return ONE_CELL_EACH.test(text) ? text.length : measure()(text.replace(MARKS, ''));
}

/** Marks that a terminal draws on the letter before them. */
const MARKS = /[\p{Mn}\p{Me}]/gu;

/** Whether a text has marks that take no cell. */
export function hasMarks(text: string): boolean {
  return !ONE_CELL_EACH.test(text) && text.search(MARKS) !== -1;
}

/**
 * The very function that cli-table3 lays out with, so that both agree; loaded when the first wide character is met.
 * string-width 8 knows more scripts, but cannot be loaded that late: it is ESM, and costs every table 15 ms and more.
 */
function measure(): (text: string) => number {
  library ??= createRequire(require.resolve('cli-table3'))('string-width') as (text: string) => number;
  return library;
}

/** Where a text may be cut. */
export type Cut = 'middle' | 'end';

/** Cuts a text to so many cells; what is left out becomes an ellipsis in the middle or at the end. */
export function cut(text: string, cells: number, where: Cut, unicode: boolean): string {
  if (displayWidth(text) <= cells) return text;
  const mark = unicode ? '…' : '..';
  if (cells <= mark.length) return mark.slice(0, Math.max(cells, 0));
  const room = cells - mark.length;
  const head = where === 'end' ? room : Math.ceil(room / 2);
  const characters = charactersOf(text);
  const start = take(characters, head);
  const end = where === 'end' ? '' : take(characters.reverse(), room - head, true);
  return `${start}${mark}${end}`;
}

/** What a person takes for one character: a letter with its marks, the two halves of a flag. */
function charactersOf(text: string): string[] {
  if (ONE_CELL_EACH.test(text)) return Array.from(text);
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

function take(characters: readonly string[], cells: number, backwards = false): string {
  let text = '';
  let width = 0;
  for (const character of characters) {
    width += displayWidth(character);
    if (width > cells) break;
    text = backwards ? character + text : text + character;
  }
  return text;
}
