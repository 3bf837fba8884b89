/** Lines of context around a change, as diff -u has them. */
const CONTEXT = 3;
/** Above this the changed middle is shown as one change: comparing all lines with all would take too long. */
const MOST_COMPARISONS = 4_000_000;

/** One line of a comparison: in both texts, only in the first, only in the second. */
interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** The difference of two texts as a unified diff; empty where there is none. */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const lines = compared(linesOf(before), linesOf(after));
  const hunks: string[] = [];
  for (let at = 0; at < lines.length;) {
    const first = lines.findIndex(({ mark }, i) => i >= at && mark !== ' ');
    if (first === -1) break;
    const end = endOfHunk(lines, first);
    hunks.push(hunk(lines, Math.max(first - CONTEXT, at), end));
    at = end;
  }
  return `--- ${name}\n+++ ${name}\n${hunks.join('')}`;
}

function linesOf(text: string): string[] {
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** A hunk ends where more than twice the context follows unchanged. */
function endOfHunk(lines: readonly Line[], first: number): number {
  let last = first;
  for (let at = first; at < lines.length && at - last <= 2 * CONTEXT; at++) if (lines[at]?.mark !== ' ') last = at;
  return Math.min(last + CONTEXT + 1, lines.length);
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const before = lines.slice(0, from);
  const shown = lines.slice(from, to);
  const start = (mark: '-' | '+'): number => before.filter((line) => line.mark !== mark).length + 1;
  const count = (mark: '-' | '+'): number => shown.filter((line) => line.mark !== mark).length;
  const head = `@@ -${start('+')},${count('+')} +${start('-')},${count('-')} @@\n`;
  return head + shown.map(({ mark, text }) => `${mark}${text}\n`).join('');
}

function compared(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ mark: ' ', text }));
  return [
    ...same(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

function middle(before: readonly string[], after: readonly string[]): Line[] {
  const marked = (mark: '-' | '+', lines: readonly string[]): Line[] => lines.map((text) => ({ mark, text }));
  if (before.length * after.length > MOST_COMPARISONS) return [...marked('-', before), ...marked('+', after)];
  const longest = commonLengths(before, after);
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [a, b] = [before[i], after[j]];
    if (a !== undefined && a === b) {
      lines.push({ mark: ' ', text: a });
      i++;
      j++;
    } else if (b === undefined || (a !== undefined && (longest[i + 1]?.[j] ?? 0) >= (longest[i]?.[j + 1] ?? 0))) {
      lines.push({ mark: '-', text: a ?? '' });
      i++;
    } else {
      lines.push({ mark: '+', text: b });
      j++;
    }
  }
  return lines;
}

/** For each pair of places, how many lines the rests have in common at most. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [row, below] = [rows[i], rows[i + 1]];
      if (row === undefined || below === undefined) continue;
      row[j] = before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
}
