import { describe, expect, test } from '@jest/globals';
import { lintExample } from '../../src/lint/examples.js';
import type { AnyRule, Example } from '../../src/lint/model.js';
import { RULES, ruleOf } from '../../src/lint/registry.js';

const ids = RULES.map(({ id }) => id);
const each = RULES.map((rule) => [rule.id, rule] as const);

async function firedBy(example: Example): Promise<{ all: string[]; serious: string[] }> {
  const { findings } = await lintExample(example, { rules: RULES, profile: 'openshift', scope: 'dir' });
  const serious = findings.filter(({ finding }) => finding.severity !== 'info');
  const rulesOf = (some: typeof findings): string[] => [...new Set(some.map(({ finding }) => finding.rule))];
  return { all: rulesOf(findings), serious: rulesOf(serious) };
}

describe('the registry', () => {
  test('is sorted and has each id once', () => {
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ruleOf('json/trailing-comma')?.severity).toBe('error');
    expect(ruleOf('json/no-such-rule')).toBeUndefined();
  });

  test('names only rules and families that are there or will be', () => {
    const families = new Set(ids.map((id) => id.split('/')[0]));
    for (const { id, supersedes = [], also = [] } of RULES) {
      for (const other of [...supersedes, ...also]) {
        expect(other).toMatch(/^[a-z-]+\/(?:[a-z0-9-]+|\*)$/);
        const [family = ''] = other.split('/');
        if (families.has(family) && !other.endsWith('*')) expect([id, ids.includes(other)]).toEqual([id, true]);
      }
    }
  });
});

test('what a rule is about loses no finding: asked about everything, all rules say the same of all examples', async () => {
  const everything = RULES.map(({ about: _, ...rule }) => rule as AnyRule);
  expect(RULES.filter(({ about }) => about !== undefined).length).toBeGreaterThan(100);
  const said = async (example: Example, rules: readonly AnyRule[]): Promise<unknown[]> =>
    (await lintExample(example, { rules, profile: 'openshift', scope: 'dir' })).findings.map(({ finding }) => finding);
  for (const example of RULES.flatMap(({ bad, good }) => [bad, good])) {
    expect(await said(example, RULES)).toEqual(await said(example, everything));
  }
});

describe.each(each)('%s', (id, rule: AnyRule) => {
  test('has complete texts', () => {
    expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
    for (const text of [rule.title, rule.why, rule.source, ...(rule.fix === null ? [] : [rule.fix.text])]) {
      expect(text.trim().length).toBeGreaterThan(8);
    }
    expect(rule.title).not.toMatch(/\.$/);
    expect(rule.title.length).toBeLessThan(80);
    expect(rule.why).toMatch(/[.!?]$/);
  });

  test('fires on its bad example, and nothing else does that does not belong to it', async () => {
    const { all, serious } = await firedBy(rule.bad);
    expect(all).toContain(id);
    expect(serious.filter((other) => other !== id && !(rule.also ?? []).includes(other))).toEqual([]);
  });

  test('is silent on its good example, where nothing else has anything serious to say', async () => {
    const { all, serious } = await firedBy(rule.good);
    expect(all).not.toContain(id);
    expect(serious).toEqual([]);
  });

  test('repairs only what it promises to repair', async () => {
    const { findings } = await lintExample(rule.bad, { rules: RULES, profile: 'openshift', scope: 'dir' });
    const own = findings.filter(({ finding }) => finding.rule === id);
    if (rule.fix?.kind !== 'safe') expect(own.filter(({ finding }) => finding.fixable)).toEqual([]);
  });
});
