import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lint, type LocatedFinding } from '../../src/lint/engine.js';
import { repair } from '../../src/lint/fix.js';
import { readDocuments } from '../../src/lint/read-document.js';
import { RULES } from '../../src/lint/registry.js';
import { sourceFile, type SourceFile } from '../../src/lint/source/document.js';
import { fuzzing, mutated, PATIENCE_MS, Watchdog } from './fuzzing.js';

const watchdog = new Watchdog();
afterAll(() => watchdog.stop());

async function judged(source: SourceFile): Promise<readonly LocatedFinding[]> {
  return (await lint(await readDocuments(source), { rules: RULES, profile: 'openshift', scope: 'dir' })).findings;
}

/** What a repair left alone of a text: all but the stretches that its findings said they would change. */
function untouched(text: string, fixed: readonly LocatedFinding[]): string[] {
  const spans = fixed.flatMap(({ edits }) => edits.map(({ span }) => span)).sort((a, b) => a.from - b.from);
  const ends = [0, ...spans.map(({ to }) => to)];
  return ends.map((from, i) => text.slice(from, spans[i]?.from));
}

/** Whether a text is these parts in this order, with something or nothing between them. */
function consistsOf(text: string, [first = '', ...others]: readonly string[]): boolean {
  if (!text.startsWith(first)) return false;
  const last = others.pop();
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return last === undefined ? at === text.length : text.endsWith(last) && at + last.length <= text.length;
}

test(
  'what is repaired at random stays repaired, and nothing changes but what was reported',
  async () => {
    let repairs = 0;
    await fc.assert(
      fc.asyncProperty(mutated, async (input) => {
        watchdog.begin(input);
        let source = sourceFile(input.file, input.text, { writable: true });
        for (let round = 0; ; round++) {
          const findings = await judged(source);
          const repaired = repair(source, findings);
          if (repaired === undefined) return;
          repairs++;
          const own = findings.filter(({ finding }) => repaired.fixed.includes(finding));
          for (const { edits, document } of own) {
            const { from, to } = document.span;
            if (edits.some(({ span }) => span.from < from || span.to > to)) expect([edits, from, to]).toEqual('within');
          }
          if (!consistsOf(repaired.source.text, untouched(source.text, own)))
            expect(repaired.source.text).toBe(source.text);
          source = repaired.source;
          // The command repairs in ten rounds at most: what it leaves after those, a second run would repair.
          if (round === 10) expect(repaired.fixed).toEqual([]);
        }
      }),
      fuzzing(0.15),
    );
    expect(repairs).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);
