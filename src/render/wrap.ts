import { displayWidth } from './width.js';

/** A line with a command in it is left to the terminal, so that the command can be copied whole. */
const COMMAND = /\b(?:ipamctl|kubectl|oc (?:patch|apply|edit)) /;

/**
 * Breaks a sentence for people at words; without a width, and with a command in it, it stays one line.
 * @param hang columns by which the lines after the first are set in
 */
export function wrap(text: string, width: number | undefined, hang = 0): string {
  if (width === undefined || displayWidth(text) <= width || COMMAND.test(text)) return text;
  const [indent = ''] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line = indent;
  let taken = indent.length;
  for (const word of text.slice(indent.length).split(' ')) {
    const isEmpty = line.trim() === '';
    const cells = displayWidth(word);
    if (!isEmpty && taken + 1 + cells > width) {
      lines.push(line);
      line = ' '.repeat(hang) + word;
      taken = hang + cells;
    } else {
      line += isEmpty ? word : ` ${word}`;
      taken += isEmpty ? cells : 1 + cells;
    }
  }
  return [...lines, line].join('\n');
}
