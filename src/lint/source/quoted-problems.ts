import type { YamlProblem } from './document.js';
import { multilineQuoted, type QuotedScalar } from './quoted.js';

/** A quote that opens a value and is not closed on its line: most texts have none, and need no closer look. */
const OPEN_QUOTE = /:[ \t]+(?:'[^'\n]*|"[^"\n]*)$/m;
const INDENT = 2;

/**
 * Quoted scalars over several lines that kubectl takes and stricter readers of YAML refuse: with a line indented no more
 * than their key, or with a tab in the indentation. One problem for each scalar and kind, at the first such line.
 */
export function quotedProblems(text: string): YamlProblem[] {
  if (!OPEN_QUOTE.test(text)) return [];
  return multilineQuoted(text).flatMap((scalar) => problemsOf(text, scalar));
}

function problemsOf(text: string, scalar: QuotedScalar): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const block = asBlock(text, scalar);
  const edits = block === undefined ? {} : { edits: [{ span: { from: scalar.from, to: scalar.to }, text: block }] };
  const lines = continuationLines(text, scalar);
  const tab = lines.find(({ lead }) => lead.includes('\t'));
  if (tab !== undefined) {
    const from = tab.from + tab.lead.indexOf('\t');
    const message = 'a tab in the indentation of a quoted text: kubectl takes it, stricter readers of YAML do not';
    problems.push({
      code: 'tab-indent',
      severity: 'info',
      span: { from, to: tab.from + tab.lead.length },
      message,
      ...edits,
    });
  }
  const under = lines.find(
    ({ lead, text: line }) => line !== '' && !lead.includes('\t') && lead.length <= scalar.keyIndent,
  );
  if (under !== undefined) {
    const from = under.from + under.lead.length;
    const message = 'a quoted text goes on left of its key: kubectl takes it, stricter readers of YAML do not';
    problems.push({ code: 'under-indented-scalar', span: { from, to: from + under.text.length }, message, ...edits });
  }
  return problems;
}

interface Line {
  readonly from: number;
  readonly lead: string;
  readonly text: string;
}

function continuationLines(text: string, { from, to }: QuotedScalar): Line[] {
  const lines: Line[] = [];
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
    const end = text.indexOf('\n', at + 1);
    const line = text.slice(at + 1, end === -1 || end > to ? to : end);
    const [lead = ''] = /^[ \t]*/.exec(line) ?? [];
    lines.push({ from: at + 1, lead, text: line.slice(lead.length).trimEnd() });
  }
  return lines;
}

/**
 * The scalar as a literal block, with its lines and their relative indentation. Undefined where something other than the
 * line's end follows it, or where it is no JSON, to which the line breaks would matter.
 */
function asBlock(text: string, scalar: QuotedScalar): string | undefined {
  if (!/^[ \t]*(?:\r?\n|$)/.test(text.slice(scalar.to))) return undefined;
  const source = text.slice(scalar.from + 1, scalar.to - 1);
  if (!/^\s*[{[]/.test(source) || (scalar.quote === '"' && /\\[^"\\/]/.test(source))) return undefined;
  const lineEnd = source.includes('\r\n') ? '\r\n' : '\n';
  const [first = '', ...rest] = source.split(/\r?\n/).map((line) => unquote(line, scalar.quote).trimEnd());
  const expanded = rest.map((line) => {
    const [lead = ''] = /^[ \t]*/.exec(line) ?? [];
    return { column: lead.replaceAll('\t', '  ').length, text: line.slice(lead.length) };
  });
  const margin = ' '.repeat(scalar.keyIndent + INDENT);
  const lines = [...(first.trim() === '' ? [] : [margin + first.trim()]), ...laidOut(expanded, first.trim(), margin)];
  while (lines.at(-1) === '') lines.pop();
  // A line break inside of a JSON string would not survive.
  if (isJson(source.replace(/\s*\n\s*/g, ' '), scalar.quote) && !isJson(lines.join('\n'), undefined)) return undefined;
  return `|-${lineEnd}${lines.join(lineEnd)}`;
}

/** The further lines, as far set in from each other as they were; what opens on the first line encloses them. */
function laidOut(
  lines: readonly { readonly column: number; readonly text: string }[],
  first: string,
  margin: string,
): string[] {
  const written = lines.filter(({ text }) => text !== '');
  const last = written.at(-1);
  const isEnclosed = /^[{[]$/.test(first) && last !== undefined && /^[}\]]+$/.test(last.text);
  const body = isEnclosed ? written.slice(0, -1) : written;
  const least = body.reduce((fewest, { column }) => Math.min(fewest, column), Infinity);
  const inner = isEnclosed ? margin + ' '.repeat(INDENT) : margin;
  return lines.map((line) => {
    if (line.text === '') return '';
    return isEnclosed && line === last ? margin + line.text : inner + ' '.repeat(line.column - least) + line.text;
  });
}

function isJson(text: string, quote: "'" | '"' | undefined): boolean {
  try {
    JSON.parse(quote === undefined ? text : unquote(text, quote));
    return true;
  } catch {
    return false;
  }
}

function unquote(line: string, quote: "'" | '"'): string {
  return quote === "'" ? line.replaceAll("''", "'") : line.replace(/\\(["\\/])/g, '$1');
}
