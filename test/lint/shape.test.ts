import { expect, test } from '@jest/globals';
import { lint, type Outcome } from '../../src/lint/engine.js';
import type { AnyRule } from '../../src/lint/model.js';
import { readText } from '../../src/lint/read-document.js';
import { RULES } from '../../src/lint/registry.js';

/** Rules over one document alone: what several say of each other is not the matter here. */
const ALONE = RULES.filter(({ over, needs }) => over !== 'set' && !needs.includes('cluster'));
const FILLINGS = ['', 'x', 'eth1', '10.0.0.0/24', 'A_B', 'passthru', 'on', '0', 'true'];

/** The examples of all rules, and each with one of its texts after the other filled in otherwise. */
const TEXTS = RULES.flatMap(({ bad, good }) => [bad, good])
  .filter(({ file = 'nad.yaml' }) => file === 'nad.yaml')
  .flatMap(({ text }) => [text, ...filledOtherwise(text)]);

function filledOtherwise(text: string): string[] {
  const values = [...text.matchAll(/"[\w./-]+"\s*:\s*"([^"\n]*)"/g)];
  return values.map((match, i) => {
    const end = match.index + match[0].length - 1;
    return text.slice(0, end - (match[1] ?? '').length) + (FILLINGS[i % FILLINGS.length] ?? '') + text.slice(end);
  });
}

async function said(texts: readonly string[], rules: readonly AnyRule[]): Promise<string[]> {
  const documents = (await Promise.all(texts.map((text, i) => readText(`${i}.yaml`, text)))).flat();
  return sentences(await lint(documents, { rules, profile: 'openshift', scope: 'dir' }));
}

function sentences({ findings }: Outcome): string[] {
  return findings.map(({ finding: { file, rule, path, message } }) => `${file} ${rule} ${path} ${message}`);
}

test('what a rule said of a shape is what it says of all that are built so', async () => {
  // Without the mark every rule is asked about every document.
  const always = ALONE.map(({ judges: _, ...rule }) => rule as AnyRule);
  expect(ALONE.filter(({ judges }) => judges === 'shape').length).toBeGreaterThan(30);
  expect(TEXTS.length).toBeGreaterThan(1000);
  expect(await said(TEXTS, ALONE)).toEqual(await said(TEXTS, always));
});
