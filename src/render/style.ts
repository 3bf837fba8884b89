import type { Severity } from '../lint/model.js';
import type { Screen } from './terminal.js';

/** Why a text has a colour: wrong now, wrong soon, kept as it is, good, or a heading. */
export type Role = 'bad' | 'warn' | 'dim' | 'good' | 'bold';

/** How severe it is, in colour. */
export const SEVERITY_ROLES: Readonly<Record<Severity, Role>> = { error: 'bad', warning: 'warn', info: 'dim' };

/** Each closes only what it opened, so that roles can be nested. */
const CODES: Readonly<Record<Role, readonly [open: number, close: number]>> = {
  bad: [31, 39],
  warn: [33, 39],
  good: [32, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Colours a text where the screen takes colour. The colour never says what the text does not. */
export function paint(screen: Pick<Screen, 'color'>, role: Role, text: string): string {
  if (!screen.color || text === '') return text;
  const [open, close] = CODES[role];
  return `\x1b[${open}m${text}\x1b[${close}m`;
}
