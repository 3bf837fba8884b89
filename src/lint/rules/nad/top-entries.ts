import type { Span } from '../../source/places.js';

interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/**
 * The replacements that move entries of a block mapping at the top of a YAML text to below another of its keys, which is
 * made where it is missing. Comments go with their lines. Undefined where it is not plain which lines they have.
 */
export function moveUnder(text: string, parent: string, keys: readonly string[]): TextEdit[] | undefined {
  const entries = keys.map((key) => entryOf(text, key)).sort((a, b) => (a?.from ?? 0) - (b?.from ?? 0));
  if (!entries.every((entry) => entry !== undefined)) return undefined;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const target = new RegExp(`^${parent}[ ]*:`, 'm').test(text) ? entryOf(text, parent) : undefined;
  const first = entries[0]?.from ?? 0;
  if (target === undefined) {
    if (text.includes(`\n${parent}`) || text.startsWith(parent)) return undefined;
    return moved(text, entries, { at: first, indent: '  ', head: `${parent}:${lineEnd}`, lineEnd });
  }
  const [head = '', ...rest] = text.slice(target.from, target.to).split('\n');
  if (!/^\w+[ ]*:[ ]*(?:#.*)?\r?$/.test(head)) return undefined;
  const [indent = '  '] = rest.map((line) => /^[ ]+(?=[^\s#])/.exec(line)?.[0]).filter((found) => found !== undefined);
  return moved(text, entries, { at: target.to, indent, head: '', lineEnd });
}

function moved(
  text: string,
  entries: readonly Span[],
  { at, indent, head, lineEnd }: { at: number; indent: string; head: string; lineEnd: string },
): TextEdit[] {
  const lines = entries.map(({ from, to }) => indented(text.slice(from, to), indent, lineEnd)).join('');
  const needsBreak = at > 0 && text[at - 1] !== '\n' ? lineEnd : '';
  const written = `${needsBreak}${head}${lines}`;
  // What follows at once only gets its indent; the rest is taken out where it was.
  const removed = entries.map((span) => ({ span, text: '' }));
  return [{ span: { from: at, to: at }, text: written }, ...removed];
}

function indented(lines: string, indent: string, lineEnd: string): string {
  const whole = lines.endsWith('\n') ? lines : `${lines}${lineEnd}`;
  return whole.replaceAll(/^(?=[^\r\n])/gm, indent);
}

/** The lines of the entry of a key in column 0, without blank lines and comments that follow it. */
function entryOf(text: string, key: string): Span | undefined {
  const found = [...text.matchAll(new RegExp(`^${key}[ ]*:(?=[ \\r\\n]|$)`, 'gm'))];
  const [start] = found;
  if (start === undefined || found.length > 1) return undefined;
  const after = text.indexOf('\n', start.index) + 1 || text.length;
  let to = after;
  for (const { 0: line, index } of text.slice(after).matchAll(/[^\n]+\n?|\n/g)) {
    if (/^\s*(?:#.*)?\r?\n?$/.test(line)) continue;
    if (!/^(?:[ ]|- )/.test(line)) break;
    to = after + index + line.length;
  }
  return { from: start.index, to };
}
