import { expect, test } from '@jest/globals';
import { type EngineOptions, lint } from '../../../src/lint/engine.js';
import { repair } from '../../../src/lint/fix.js';
import { readDocuments } from '../../../src/lint/read-document.js';
import { RULES } from '../../../src/lint/registry.js';
import { sourceFile } from '../../../src/lint/source/document.js';
import { findingsOf, nadText, underlined } from '../support.js';

/** A case: what it is, the text, and each finding expected as `rule:token`, in the order of the text. */
export type Case = readonly [what: string, text: string, expected: readonly string[]];

type Options = Partial<EngineOptions> & { file?: string };

/** Holds that the rules of some families say exactly this of the texts. */
export function holds(families: readonly string[], cases: readonly Case[], options: Options = {}): void {
  const rules = RULES.filter(({ id }) => families.includes(id.replace(/\/.*/, '')));
  test.each(cases)('%s', async (_, text, expected) => {
    expect(await underlined(text, { rules, ...options })).toEqual(expected);
  });
}

/** Of the first finding of a rule: how bad it is, and what the cluster will say. */
export async function saidBy(
  rule: string,
  text: string,
  options: Options = {},
): Promise<{ severity: string; upstream: string | null } | undefined> {
  const finding = (await findingsOf(text, options)).find((each) => each.rule === rule);
  return finding && { severity: finding.severity, upstream: finding.upstream };
}

/** A NetworkAttachmentDefinition with this configuration, on one line. */
export function ofConf(conf: unknown): string {
  return nadText(`'${JSON.stringify(conf)}'`);
}

/** Makes all repairs of a family, until nothing is left to be repaired. */
export function fixer(family: string): (text: string) => Promise<string> {
  const rules = RULES.filter(({ id }) => id.startsWith(`${family}/`));
  return async (text) => {
    let source = sourceFile('nad.yaml', text, { writable: true });
    for (let round = 0; round < 10; round++) {
      const { findings } = await lint(await readDocuments(source), { rules, profile: 'openshift', scope: 'dir' });
      const repaired = repair(source, findings);
      if (repaired === undefined) return source.text;
      source = repaired.source;
    }
    throw new Error('repairs do not end');
  };
}
