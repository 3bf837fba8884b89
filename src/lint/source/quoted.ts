import type { Span } from './places.js';

/** A quoted scalar over several lines, the value of a key. */
export interface QuotedScalar extends Span {
  readonly quote: "'" | '"';
  /** The columns before its key. */
  readonly keyIndent: number;
}

/** A key without quotes and the quote that opens its value. JSON within a block has its keys in quotes. */
const KEY_AND_QUOTE = /^([ \t]*(?:- +)*)[\w./-]+:[ \t]+(?:[&!]\S*[ \t]+)*(['"])/gm;

/** The quoted scalars of a YAML text that go over several lines. */
export function multilineQuoted(text: string): QuotedScalar[] {
  const found: QuotedScalar[] = [];
  const pattern = new RegExp(KEY_AND_QUOTE);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, indent = '', mark] = match;
    const quote = mark === '"' ? '"' : "'";
    const from = match.index + whole.length - 1;
    const to = closingQuote(text, from, quote);
    if (to === undefined) continue;
    if (text.slice(from, to).includes('\n')) found.push({ from, to, quote, keyIndent: indent.length });
    pattern.lastIndex = to;
  }
  return found;
}

/** The offset after the quote that closes; undefined when none does. */
function closingQuote(text: string, from: number, quote: "'" | '"'): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (quote !== "'" || text[at + 1] !== "'") return at + 1;
      at++;
    }
  }
  return undefined;
}
