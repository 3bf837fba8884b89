import { type EngineOptions, lint, type Outcome } from '../../src/lint/engine.js';
import { fileText, repair } from '../../src/lint/fix.js';
import type { AnyRule, Finding } from '../../src/lint/model.js';
import { readDocuments, readText } from '../../src/lint/read-document.js';
import { RULES } from '../../src/lint/registry.js';
import { sourceFile } from '../../src/lint/source/document.js';

/** The rules about YAML and JSON as such, which say nothing of what a configuration means. */
export const READING_RULES = RULES.filter(({ id }) => /^(?:json|yaml)\//.test(id));

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

/** All rounds of repair of a text. */
export async function fixed(text: string, rules: readonly AnyRule[] = READING_RULES, rounds = 10): Promise<string> {
  let source = sourceFile('nad.yaml', text, { writable: true });
  for (let i = 0; i < rounds; i++) {
    const { findings } = await lint(await readDocuments(source), { rules, profile: 'openshift', scope: 'dir' });
    const repaired = repair(source, findings);
    if (repaired === undefined) break;
    source = repaired.source;
  }
  return fileText(source);
}
