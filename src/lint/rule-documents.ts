import { UsageFailure } from '../errors.js';
import type { AnyRule, Example, FixDescription, Severity } from './model.js';

/** What `ipamctl nad rules ID -o json` prints. */
export interface RuleDocument {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'Rule';
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly needs: readonly string[];
  readonly fix: FixDescription | null;
  /** What the cluster says to the bad example, word for word; empty where it says nothing. */
  readonly upstream: readonly string[];
  readonly bad: ShownExample;
  readonly good: ShownExample;
  readonly source: string;
}

/** An example; `cluster` says what cluster it is put into, null where that does not matter. */
export interface ShownExample {
  readonly file: string;
  readonly text: string;
  readonly cluster: string | null;
}

/** One rule in a list. */
export type RuleItem = Pick<RuleDocument, 'id' | 'severity' | 'title' | 'needs' | 'fix'>;

/** What `ipamctl nad rules -o json` prints. */
export interface RuleList {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'RuleList';
  readonly items: readonly RuleItem[];
  /** What is true of every file, and so is no rule. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

const NOTES: readonly string[] = [
  'dhcp hands out IPv4 addresses only',
  'the ips of a pod are added to the address of whereabouts, they do not replace it',
  'host-local never hands out its gateway; whereabouts does unless it is excluded',
  'the Cluster Network Operator checks a raw configuration for being JSON, and for nothing else',
];

/** All rules, in their order. */
export function ruleList(rules: readonly AnyRule[]): RuleList {
  const items = rules.map(({ id, severity, title, needs, fix }) => ({ id, severity, title, needs, fix }));
  return { apiVersion: 'ipamctl.io/v1', kind: 'RuleList', items, notes: NOTES, warnings: [] };
}

/** One rule, with everything that is said of it. */
export function ruleDocument(rule: AnyRule, upstream: readonly string[]): RuleDocument {
  const { id, severity, title, why, needs, fix, source } = rule;
  const head = { apiVersion: 'ipamctl.io/v1', kind: 'Rule' } as const;
  return {
    ...head,
    id,
    severity,
    title,
    why,
    needs,
    fix,
    upstream,
    bad: shown(rule.bad),
    good: shown(rule.good),
    source,
  };
}

/**
 * The rule of an id.
 * @param nearest finds the known word that was meant
 * @throws UsageFailure naming one that is near
 */
export function findRule(
  rules: readonly AnyRule[],
  id: string,
  nearest: (word: string, known: readonly string[]) => string | undefined,
): AnyRule {
  const rule = rules.find((each) => each.id === id);
  if (rule !== undefined) return rule;
  const ids = rules.map((each) => each.id);
  // The family is often left out.
  const shortOf = (each: string): string => each.slice(each.indexOf('/') + 1);
  const short = nearest(id, ids.map(shortOf));
  const near = nearest(id, ids) ?? ids.find((each) => shortOf(each) === short);
  throw new UsageFailure(`there is no rule "${id}"`, {
    hints: [...(near === undefined ? [] : [`ipamctl nad rules ${near}`]), 'ipamctl nad rules'],
  });
}

function shown({ text, file = 'nad.yaml', cluster }: Example): ShownExample {
  return { file, text, cluster: cluster?.said ?? null };
}
