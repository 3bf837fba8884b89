import { describe, expect, test } from '@jest/globals';
import { defineRule, type AnyRule, type Draft, type NetworkSubject, type Severity } from '../../src/lint/model.js';
import { findingsOf, nadText, outcomeOf, rulesNamed } from './support.js';

const TWO = nadText('\'{"cniVersion": "1.0.0", "name": "a", "type": "macvlan", "mtu": "1"}\'');

function rule(id: string, more: Partial<AnyRule> = {}, drafts?: (subject: NetworkSubject) => Draft[]): AnyRule {
  return defineRule({
    id,
    severity: 'warning',
    title: id,
    why: '',
    needs: [],
    fix: null,
    bad: { text: '' },
    good: { text: '' },
    source: '',
    ...(more as object),
    over: 'network',
    check: ({ subject }) => drafts?.(subject) ?? [{ at: { path: [...subject.path, 'mtu'] }, message: id }],
  });
}

async function severities(
  rules: AnyRule[],
  options: Parameters<typeof outcomeOf>[1] = {},
): Promise<[string, Severity][]> {
  return (await findingsOf(TWO, { rules, ...options })).map(({ rule: id, severity }) => [id, severity]);
}

describe('the engine', () => {
  test('of two rules about one token the more specific speaks alone', async () => {
    const other = rule('b/other', {}, ({ path }) => [{ at: { path: [...path, 'type'] }, message: 'x' }]);
    const rules = [rule('a/general'), rule('b/special', { supersedes: ['a/*'] }), other];
    expect((await severities(rules)).map(([id]) => id)).toEqual(['b/other', 'b/special']);
  });

  test('profiles: strict makes errors of warnings, a rule may differ by profile, a draft has the last word', async () => {
    const rules = [
      rule('a/plain'),
      rule('b/upstream', { profiles: { upstream: 'error' } }),
      rule('c/info', {}, ({ path }) => [{ at: { path }, message: 'x', severity: 'info' }]),
    ];
    expect(await severities(rules)).toEqual([
      ['c/info', 'info'],
      ['a/plain', 'warning'],
      ['b/upstream', 'warning'],
    ]);
    expect(await severities(rules, { profile: 'upstream' })).toContainEqual(['b/upstream', 'error']);
    expect(await severities(rules, { profile: 'strict' })).toEqual([
      ['c/info', 'info'],
      ['a/plain', 'error'],
      ['b/upstream', 'error'],
    ]);
  });

  test('a rule that lacks what it needs is skipped, once for each reason', async () => {
    const { findings, skipped } = await outcomeOf(`${TWO}---\n${TWO}`, {
      rules: [rule('a/live', { needs: ['cluster'] })],
    });
    expect(findings).toEqual([]);
    expect(skipped).toEqual([{ rule: 'a/live', why: 'needs a cluster' }]);
  });

  test('rules over a set see what belongs together', async () => {
    const seen: number[] = [];
    const cross = defineRule({
      ...rule('cross/x'),
      over: 'set',
      check: ({ subject }) => (seen.push(subject.nads.length), []),
    });
    await outcomeOf(`${TWO}---\n${TWO}`, { rules: [cross] });
    expect(seen).toEqual([2]);
  });

  test('the version of whereabouts is handed on', async () => {
    const told: unknown[] = [];
    const versioned = defineRule({
      ...rule('a/v'),
      over: 'network',
      check: ({ whereabouts }) => (told.push(whereabouts), []),
    });
    await outcomeOf(TWO, { rules: [versioned], whereabouts: [0, 9, 4] });
    await outcomeOf(TWO, { rules: [versioned] });
    expect(told).toEqual([[0, 9, 4], undefined]);
  });
});

describe('suppressions', () => {
  const rules = rulesNamed('json/wrong-type');
  const count = async (text: string): Promise<[found: number, suppressed: number, unused: number]> => {
    const { findings, suppressed, unused } = await outcomeOf(text, { rules });
    return [findings.length, suppressed, unused.length];
  };
  const block = nadText('|\n    {\n      "cniVersion": "1.0.0", "type": "macvlan",\n      "mtu": "1"\n    }');

  test.each<[string, string, [number, number, number]]>([
    ['none', block, [1, 0, 0]],
    [
      'before the entry',
      block.replace('  config', '  # ipamctl-ignore: json/wrong-type it is so\n  config'),
      [0, 1, 0],
    ],
    ['on the line', TWO.replace(/\n$/, ' # ipamctl-ignore: json/* it is so\n'), [0, 1, 0]],
    ['at the head', `# ipamctl-ignore: json/wrong-type,json/other both\n${block}`, [0, 1, 1]],
    ['before another entry', block.replace('metadata:', '# ipamctl-ignore: json/wrong-type no\nmetadata:'), [1, 0, 1]],
    ['of another rule', `# ipamctl-ignore: json/comment\n${block}`, [1, 0, 1]],
    [
      'by annotation',
      block.replace('  name:', '  annotations: {ipamctl.io/ignore: json/wrong-type it is so}\n  name:'),
      [0, 1, 0],
    ],
    [
      'by annotation, several',
      block.replace('  name:', '  annotations: {ipamctl.io/ignore: "x/y a; * b"}\n  name:'),
      [0, 1, 1],
    ],
    [
      'in another document',
      `# ipamctl-ignore: json/wrong-type\nkind: NetworkAttachmentDefinition\n---\n${block}`,
      [1, 0, 1],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await count(text)).toEqual(expected);
  });
});
