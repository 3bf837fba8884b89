import type { CheckStatus, DoctorReport } from '../doctor/documents.js';
import { safe } from './safe.js';
import { paint, type Role } from './style.js';
import type { Screen } from './terminal.js';
import { wrap } from './wrap.js';

/** Sign, the same in a C locale, and colour. */
const SIGNS: Readonly<Record<CheckStatus, readonly [string, string, Role]>> = {
  ok: ['✓', 'ok', 'good'],
  info: ['-', '- ', 'dim'],
  warning: ['!', '! ', 'warn'],
  problem: ['✗', '!!', 'bad'],
  skipped: ['?', '? ', 'dim'],
};

/** The screen of `doctor`: a line a check, and under it what more is known and what mends it. */
export function doctorScreen({ checks }: DoctorReport, screen: Screen, wide: boolean): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks
    .filter(({ status }) => wide || status !== 'skipped')
    .flatMap(({ id, status, message, facts, fix }) => {
      const [unicode, ascii, role] = SIGNS[status];
      const sign = screen.unicode ? unicode : ascii;
      const indent = ' '.repeat(sign.length + width + 2);
      const line = (text: string): string => wrap(`${indent}${safe(text)}`, screen.width);
      const head = wrap(`${sign} ${id.padEnd(width)} ${safe(message)}`, screen.width);
      return [
        head.replace(sign, paint(screen, role, sign)),
        ...(wide || status === 'problem' ? facts.map(line) : []),
        ...(fix === null || status === 'ok' ? [] : [line(fix)]),
      ];
    });
  return `${lines.join('\n')}\n`;
}

/** The sentence under it. */
export function doctorClosing({ summary, checks }: DoctorReport): string[] {
  const { problem, warning, skipped } = summary;
  const ids = checks.filter(({ status }) => status === 'problem').map(({ id }) => id);
  const parts = [
    problem === 0
      ? 'Everything that ipamctl needs works'
      : `${problem.toString()} ${problem === 1 ? 'problem' : 'problems'}: ${ids.join(', ')}`,
    ...(warning === 0 ? [] : [`${warning.toString()} ${warning === 1 ? 'warning' : 'warnings'}`]),
    ...(skipped === 0 ? [] : [`${skipped.toString()} checks could not be made without a cluster`]),
  ];
  return [`${parts.join('; ')}.`];
}
