import { afterAll, describe, expect, test } from '@jest/globals';
import { audit, type AuditOutcome } from '../../src/audit/engine.js';
import { exampleFiles } from '../../src/audit/examples.js';
import { DEFAULT_SETTINGS, type AnyCheck, type Example } from '../../src/audit/model.js';
import { CHECKS } from '../../src/audit/registry.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';
import { folderWith, removeFolders } from '../support/world.js';

afterAll(removeFolders);

const ids = CHECKS.map(({ id }) => id);
const each = CHECKS.map((check) => [check.id, check] as const);

async function auditOf(example: Example, checks = CHECKS): Promise<AuditOutcome> {
  const reader = await openSnapshot([folderWith(Object.fromEntries(exampleFiles(example)))], {});
  const clock = { now: () => 0, wait: () => Promise.reject(new Error('a snapshot is one moment')) };
  return audit(reader, { checks, settings: DEFAULT_SETTINGS, clock });
}

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
    const outcome = await auditOf(check.raises);
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
    const outcome = await auditOf(check.silent);
    const { all, serious } = raisedBy(outcome);
    expect(all).not.toContain(id);
    expect(serious).toEqual([]);
    // Silent because it looked.
    expect(outcome.skipped.filter((skipped) => skipped.check === id)).toEqual([]);
  });
});
