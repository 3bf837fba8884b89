/**
 * A JSON text that stands in quotes of its own inside a YAML block: the same text with blanks for them, so that offsets
 * stay. Undefined where there are none.
 */
export function withoutOuterQuotes(text: string): string | undefined {
  const from = text.search(/\S/);
  const quote = text[from] ?? '';
  if (quote !== "'" && quote !== '"') return undefined;
  const to = text.trimEnd().length - 1;
  if (to <= from || text[to] !== quote || !/^\s*[{[]/.test(text.slice(from + 1))) return undefined;
  return `${text.slice(0, from)} ${text.slice(from + 1, to)} ${text.slice(to + 1)}`;
}
