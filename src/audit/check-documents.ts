import type { Severity } from '../lint/model.js';
import type { AnyCheck, CheckFix } from './model.js';

/** One check in a list. */
export interface CheckItem {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** What it reads: without one of them it is skipped. */
  readonly needs: readonly string[];
  readonly fix: CheckFix | null;
}

/** What `ipamctl audit checks -o json` prints. */
export interface CheckList {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'CheckList';
  readonly items: readonly CheckItem[];
  readonly warnings: readonly string[];
}

/** What `ipamctl audit checks ID -o json` prints. */
export interface CheckDocument extends CheckItem {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'Check';
  readonly why: string;
  /** A cluster that shows it, in a sentence, and one that does not. */
  readonly raised: string;
  readonly silent: string;
  /** Other checks that find something where it is raised so. */
  readonly also: readonly string[];
  readonly source: string;
}

/** All checks, in their order. */
export function checkList(checks: readonly AnyCheck[]): CheckList {
  return { apiVersion: 'ipamctl.io/v1', kind: 'CheckList', items: checks.map(itemOf), warnings: [] };
}

/** One check, with everything that is said of it. */
export function checkDocument(check: AnyCheck): CheckDocument {
  const { why, raises, silent, also = [], source } = check;
  const head = { apiVersion: 'ipamctl.io/v1', kind: 'Check' } as const;
  return { ...head, ...itemOf(check), why, raised: raises.said, silent: silent.said, also, source };
}

function itemOf({ id, severity, title, needs, fix }: AnyCheck): CheckItem {
  return { id, severity, title, needs: [...new Set(Object.values(needs).map((each) => each.title))], fix };
}
