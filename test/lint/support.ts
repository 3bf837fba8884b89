import { type EngineOptions, lint, type Outcome } from '../../src/lint/engine.js';
import type { AnyRule, Finding } from '../../src/lint/model.js';
import { readText } from '../../src/lint/read-document.js';
import { RULES } from '../../src/lint/registry.js';

/** Judges a text by all rules, or by those given. */
export async function outcomeOf(
  text: string,
  { file = 'nad.yaml', rules = RULES, ...more }: Partial<EngineOptions> & { file?: string } = {},
): Promise<Outcome> {
  return lint(await readText(file, text), { rules, profile: 'openshift', scope: 'dir', ...more });
}

/** The findings of a text. */
export async function findingsOf(text: string, options: Parameters<typeof outcomeOf>[1] = {}): Promise<Finding[]> {
  return (await outcomeOf(text, options)).findings.map(({ finding }) => finding);
}

/** What each finding underlines, as `rule:text`. */
export async function underlined(text: string, options: Parameters<typeof outcomeOf>[1] = {}): Promise<string[]> {
  const lines = text.split('\n');
  return (await findingsOf(text, options)).map(({ rule, line, column, endLine, endColumn }) => {
    const said = lines[line - 1]?.slice(column - 1, endLine === line ? endColumn - 1 : undefined) ?? '';
    return `${rule}:${said}`;
  });
}

/** A NetworkAttachmentDefinition with this text after `config:`. */
export function nadText(config: string): string {
  return `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: tenant-a
  namespace: default
spec:
  config: ${config}
`;
}

/** A rule of the registry. */
export function rulesNamed(...ids: readonly string[]): AnyRule[] {
  return RULES.filter(({ id }) => ids.includes(id));
}
