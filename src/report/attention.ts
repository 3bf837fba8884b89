import type { Finding, Severity } from '../lint/model.js';
import { groupedBy } from '../pools/multimap.js';
import type { Attention } from './document.js';
import type { ReportFinding } from './findings.js';

/**
 * What a person should look at, a line for each check and rule, errors first. An info is worth saying, and asks nobody
 * for anything.
 */
export function attentionOf(audit: readonly ReportFinding[], lint: readonly Finding[]): Attention[] {
  const groups = [
    ...groupedBy(audit.filter(needsPerson), ({ check, severity }) => `${severity} ${check}`).values(),
  ].map((group) => attention(group.map(({ check, severity, message, fix }) => ({ check, severity, message, fix }))));
  const rules = [...groupedBy(lint.filter(needsPerson), ({ rule, severity }) => `${severity} ${rule}`).values()].map(
    (group) =>
      attention(
        group.map(({ rule, severity, message, namespace, name }) => ({
          check: rule,
          severity,
          message: name === null ? message : `${namespace === null ? '' : `${namespace}/`}${name}: ${message}`,
          fix: `ipamctl nad rules ${rule}`,
        })),
      ),
  );
  return [...groups, ...rules]
    .flat()
    .sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning') || b.count - a.count);
}

interface Found {
  readonly check: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string | null;
}

function attention(group: readonly Found[]): Attention[] {
  const [first] = group;
  if (first === undefined || first.severity === 'info') return [];
  const { check, severity, message } = first;
  const more = group.length - 1;
  const commands = new Set(group.map(({ fix }) => fix));
  return [
    {
      severity,
      check,
      message: more === 0 ? message : `${message}, and ${String(more)} more like it`,
      count: group.length,
      // What mends one of several is no answer for all of them.
      command: commands.size === 1 ? first.fix : null,
    },
  ];
}

function needsPerson({ severity }: { readonly severity: Severity }): boolean {
  return severity !== 'info';
}
