import type { Report } from '../../report/document.js';
import { grouped } from '../number.js';
import { usedOf } from './words.js';

/** What people see where the report went to files: its four numbers. */
export function reportScreen({ summary }: Report): string {
  return [
    `Pools           ${grouped(summary.pools)}`,
    `Addresses used  ${[grouped(summary.used), ...usedOf(summary)].join('; ')}`,
    `Stale           ${grouped(summary.stale)}`,
    `Errors          ${grouped(summary.errors)}`,
    '',
  ].join('\n');
}

/** What to do next. */
export function reportClosing({ summary }: Report): string[] {
  if (summary.stale === 0) return [];
  return [
    `${grouped(summary.stale)} ${summary.stale === 1 ? 'address is' : 'addresses are'} stale. The plan to release: ipamctl reconcile`,
  ];
}
