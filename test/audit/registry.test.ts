import { afterAll, describe, expect, test } from '@jest/globals';
import type { AuditOutcome } from '../../src/audit/engine.js';
import type { AnyCheck } from '../../src/audit/model.js';
import { CHECKS } from '../../src/audit/registry.js';
import { removeFolders } from '../support/world.js';
import { CASES, SEVERITY_OF } from './cases.js';
import { auditOf, faultsOfCase, faultsOfExamples } from './judging.js';

afterAll(removeFolders);

const ids = CHECKS.map(({ id }) => id);
const each = CHECKS.map((check) => [check.id, check] as const);

function raisedBy({ findings }: AuditOutcome): { all: string[]; serious: string[] } {
  const checksOf = (some: AuditOutcome['findings']): string[] => [...new Set(some.map(({ check }) => check))];
  return { all: checksOf(findings), serious: checksOf(findings.filter(({ severity }) => severity !== 'info')) };
}

describe('the registry', () => {
  test('is sorted and has each id once', () => {
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  test('names only checks that are there', () => {
    for (const { id, also = [] } of CHECKS) {
      for (const other of also) expect([id, ids.includes(other)]).toEqual([id, true]);
    }
  });
});

test('cases are of checks that are there', () => {
  expect(Object.keys(CASES).filter((id) => !ids.includes(id))).toEqual([]);
  expect(Object.keys(SEVERITY_OF)).toEqual(ids);
});

describe.each(each)('%s', (id, check: AnyCheck) => {
  test('has complete texts', () => {
    expect(id).toMatch(/^audit\/[a-z0-9-]+$/);
    const texts = [check.title, check.why, check.source, check.raises.said, check.silent.said];
    for (const text of [...texts, ...(check.fix === null ? [] : [check.fix.text])]) {
      expect(text.trim().length).toBeGreaterThan(8);
    }
    expect(check.title).not.toMatch(/\.$/);
    expect(check.title.length).toBeLessThan(80);
    expect(check.why).toMatch(/[.!?]$/);
    expect(check.raises.said).not.toMatch(/[.!?]$/);
  });

  test('is raised by its example, and nothing else that does not belong to it', async () => {
    const outcome = await auditOf(check.raises, CHECKS);
    const { all, serious } = raisedBy(outcome);
    expect(all).toContain(id);
    expect(serious.filter((other) => other !== id && !(check.also ?? []).includes(other))).toEqual([]);
    for (const finding of outcome.findings.filter((found) => found.check === id)) {
      expect(finding.message).toMatch(/^[^A-Z].*[^.!?]$/s);
      expect(finding.object.name).not.toBe('');
      expect(finding.evidence).not.toBeNull();
    }
  });

  test('is silent on the other example, where nothing else has anything serious to say', async () => {
    const outcome = await auditOf(check.silent, CHECKS);
    const { all, serious } = raisedBy(outcome);
    expect(all).not.toContain(id);
    expect(serious).toEqual([]);
    // Silent because it looked.
    expect(outcome.skipped.filter((skipped) => skipped.check === id)).toEqual([]);
  });

  test('is as grave as it is meant to be', async () => {
    expect(await faultsOfExamples(check, SEVERITY_OF[id] ?? 'error')).toEqual([]);
  });

  for (const given of CASES[id] ?? []) {
    test(`${given.said}: ${given.finds.length === 0 ? 'silent' : given.finds.join(', ')}`, async () => {
      expect(await faultsOfCase(check, given)).toEqual([]);
    });
  }
});
