import type { AuditFinding } from '../audit/model.js';
import { CHECKS } from '../audit/registry.js';
import type { Finding } from '../lint/model.js';
import { groupedBy } from '../pools/multimap.js';
import type { Verdict } from '../reconcile/verdict.js';
import type { Attention } from './document.js';
import { subjectOf } from './subject.js';

/**
 * What a person should look at, a line for each check and rule, errors first. An info is worth saying, and asks nobody
 * for anything.
 */
export function attentionOf(audit: readonly AuditFinding[], lint: readonly Finding[]): Attention[] {
  const checks = groupedBy(audit.filter(needsPerson), ({ check, severity }) => `${severity} ${check}`);
  const rules = groupedBy(lint.filter(needsPerson), ({ rule, severity }) => `${severity} ${rule}`);
  return [...[...checks.values()].map(checkAttention), ...[...rules.values()].map(ruleAttention)].sort(
    (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning') || b.count - a.count,
  );
}

type Urgent<F> = F & { readonly severity: 'error' | 'warning' };
/** Of a group there is at least one. */
type Group<F> = readonly F[];

function needsPerson<F extends { readonly severity: string }>(finding: F): finding is Urgent<F> {
  return finding.severity === 'error' || finding.severity === 'warning';
}

function checkAttention(group: Group<Urgent<AuditFinding>>): Attention {
  const first = firstOf(group);
  const { check, severity, verdict } = first;
  const fix = CHECKS.find(({ id }) => id === check)?.fix;
  const isOne = group.length === 1;
  const bulk = fix?.kind === 'release' && verdict !== null ? RELEASED_BY[verdict] : undefined;
  const command = isOne ? first.fix : (bulk ?? null);
  return {
    severity,
    check,
    message: told(`${subjectOf(first)}: ${first.message}`, group.length),
    count: group.length,
    advice: command === null ? (fix?.text ?? null) : null,
    command,
  };
}

function ruleAttention(group: Group<Urgent<Finding>>): Attention {
  const first = firstOf(group);
  const { rule, severity, message, namespace, name } = first;
  const subject = name === null ? '' : `${namespace === null ? '' : `${namespace}/`}${name}: `;
  return {
    severity,
    check: rule,
    message: told(`${subject}${message}`, group.length),
    count: group.length,
    advice: null,
    command: `ipamctl nad rules ${rule}`,
  };
}

/** Which run takes all findings of a verdict at once; absent: each is a decision of its own. */
const RELEASED_BY: Partial<Record<Verdict, string>> = {
  stale: 'ipamctl reconcile',
  finished: 'ipamctl reconcile --include-completed',
  lost: 'ipamctl reconcile --include-lost',
};

function told(message: string, count: number): string {
  return count === 1 ? message : `${message}; ${(count - 1).toString()} more like it`;
}

function firstOf<F>(group: Group<F>): F {
  const [first] = group;
  if (first === undefined) throw new Error('a group of findings is empty');
  return first;
}
