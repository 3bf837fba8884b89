const INTRODUCTION = 'how the result is printed: ';
const FILES = '; FORMAT=FILE writes a file besides';

/** The summary of `-o`. */
export function formatSummary(formats: readonly string[]): string {
  return `${INTRODUCTION}${formats.map((format) => (format === 'jsonpath' ? 'jsonpath=EXPR' : format)).join(', ')}${FILES}`;
}

/** The formats in such a summary, the only place of the manifest that has them; none where it is another text. */
export function formatsOf(summary: string): string[] {
  if (!summary.startsWith(INTRODUCTION)) return [];
  return summary.slice(INTRODUCTION.length).replace(/;.*$/, '').split(', ');
}
