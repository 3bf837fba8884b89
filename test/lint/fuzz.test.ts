import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { outcomeOf } from './support.js';
import { fuzzing, mutated, PATIENCE_MS, Watchdog } from './fuzzing.js';

const watchdog = new Watchdog();
afterAll(() => watchdog.stop());

test(
  'no input crashes or hangs, and each finding has a place within it',
  async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async (input) => {
        watchdog.begin(input);
        const { findings } = await outcomeOf(input.text, input);
        const lines = input.text.split('\n').length;
        const astray = findings.filter(
          ({ finding: { line, endLine, column, endColumn } }) =>
            line < 1 || column < 1 || endLine > lines || endLine < line || (endLine === line && endColumn < column),
        );
        if (astray.length > 0) expect(astray.map(({ finding }) => finding)).toEqual([]);
      }),
      fuzzing(0.4),
    );
  },
  PATIENCE_MS,
);
