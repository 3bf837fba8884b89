import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RULES } from '../../src/lint/registry.js';
import { outcomeOf } from './support.js';

/** More in CI: `IPAMCTL_FUZZ_RUNS=100000`. */
const RUNS = Number(process.env['IPAMCTL_FUZZ_RUNS'] ?? '2000');
/** No input of this size may take longer. */
const LONGEST_MS = 2000;

const seed = fc.constantFrom(...RULES.flatMap(({ bad, good }) => [bad, good]));
const scrap = fc.constantFrom(
  '',
  '\n',
  '\t',
  ' ',
  "'",
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '|',
  '>',
  '&a',
  '*a',
  '<<',
  '#',
  '---\n',
  '<1>',
  '{{',
  '}}',
  '$X',
  '\\',
  '\r\n',
  '\u2028',
  '\ud800',
  '“',
  '\0',
  '- ',
  '? ',
  '!!x ',
  '%',
  '//',
);
const cut = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), scrap);
const mutated = fc.tuple(seed, fc.array(cut, { minLength: 1, maxLength: 5 })).map(([{ text, file }, cuts]) => ({
  file: file ?? 'nad.yaml',
  text: cuts.reduce((now, [where, length, by]) => {
    const at = Math.floor(where * now.length);
    return now.slice(0, at) + by + now.slice(at + length);
  }, text),
}));

test(
  'no input crashes or hangs, and each finding has a place within it',
  async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async ({ text, file }) => {
        const started = Date.now();
        const { findings } = await outcomeOf(text, { file });
        expect(Date.now() - started).toBeLessThan(LONGEST_MS);
        const lines = text.split('\n').length;
        for (const { finding } of findings) {
          expect(finding.line).toBeGreaterThan(0);
          expect(finding.endLine).toBeLessThanOrEqual(lines);
          expect(finding.line < finding.endLine || finding.column <= finding.endColumn).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  },
  RUNS * 50 + 30_000,
);
