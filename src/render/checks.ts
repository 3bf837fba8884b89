import type { CheckDocument, CheckItem } from '../audit/check-documents.js';
import { safe } from './safe.js';
import { paint, SEVERITY_ROLES } from './style.js';
import { table, type TableText } from './table.js';
import type { Screen } from './terminal.js';
import { wrap } from './wrap.js';

const INDENT = 2;
/** Who mends it, in a word. */
const FIX_WORDS = { audit: '--fix', release: 'release', manual: 'by hand' } as const;

/** The table of `audit checks`. */
export function checkTable(
  items: readonly CheckItem[],
  options: { readonly screen: Screen; readonly wide: boolean; readonly noHeaders: boolean },
): TableText {
  return table(
    items,
    [
      { header: 'CHECK', value: ({ id }) => id },
      { header: 'SEVERITY', value: ({ severity }) => severity, style: ({ severity }) => SEVERITY_ROLES[severity] },
      { header: 'FIX', value: ({ fix }) => (fix === null ? '' : FIX_WORDS[fix.kind]) },
      { header: 'TITLE', value: ({ title }) => title, shorten: 'end' },
      { header: 'READS', value: ({ needs }) => needs.join(', '), wideOnly: true },
    ],
    options,
  );
}

/** One check as a page: why, what it reads, when it is raised, the mend, the source. */
export function checkScreen(check: CheckDocument, screen: Screen): string {
  const { id, severity, title, why, needs, raised, silent, also, fix, source } = check;
  const paragraph = (text: string): string => wrap(' '.repeat(INDENT) + safe(text), screen.width, INDENT);
  const section = (heading: string, text: string): string => `${paint(screen, 'bold', heading)}\n${paragraph(text)}\n`;
  return [
    `${paint(screen, 'bold', id)}  ${paint(screen, SEVERITY_ROLES[severity], severity)}  ${safe(title)}\n`,
    section('Why', why),
    section('Reads', needs.join(', ')),
    section('Raised', raised),
    ...(also.length === 0 ? [] : [section('Found with it there', also.join(', '))]),
    section('Silent', silent),
    ...(fix === null ? [] : [section(`Fix (${FIX_WORDS[fix.kind]})`, fix.text)]),
    section('Source', source),
  ].join('\n');
}
