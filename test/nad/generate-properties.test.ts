import { describe, test, expect } from '@jest/globals';
import fc from 'fast-check';
import { commandWords } from '../../src/cli/generate-flags.js';
import { generateFrom, judge, printed } from '../../src/cli/generate-run.js';
import { UsageFailure } from '../../src/errors.js';
import { generate } from '../../src/nad/generate/generate.js';
import { readNad } from '../../src/nad/nad.js';
import { fuzzing, PATIENCE_MS } from '../lint/fuzzing.js';
import { any, sensible } from './generate-arbitraries.js';
import { parseArguments } from './generate-support.js';

const seed = Number(process.env['IPAMCTL_GENERATE_SEED'] ?? 20261125);
const numRuns = Number(process.env['IPAMCTL_GENERATE_RUNS'] ?? 300);

describe('whatever is asked for sensibly', () => {
  test(
    'nad lint has nothing to say at warning or above',
    async () => {
      await fc.assert(
        fc.asyncProperty(sensible, async (given) => {
          const { findings } = await judge(generateFrom(given), 'openshift');
          const said = findings.map(({ finding: { severity, rule, message } }) => [severity, rule, message]);
          expect(said.filter(([severity]) => severity !== 'info')).toEqual([]);
        }),
        fuzzing(0.05),
      );
    },
    PATIENCE_MS,
  );

  test('the same answers give the same bytes, and so does the command line that they are said to be', async () => {
    await fc.assert(
      fc.asyncProperty(sensible, async (given) => {
        const bytes = async (answers: typeof given): Promise<string | undefined> =>
          (await printed(generateFrom(answers), {}, [])).result.texts?.yaml?.();
        const first = await bytes(given);
        const shuffled = Object.fromEntries(Object.entries(given).reverse());
        expect(await bytes(shuffled)).toBe(first);
        expect(await bytes(parseArguments(commandWords(given).join(' ')))).toBe(first);
      }),
      { seed, numRuns },
    );
  });

  test('our own reader reads it back', () => {
    fc.assert(
      fc.property(sensible, (given) => {
        const { documents } = generateFrom({ ...given, form: 'nad' });
        const nad = readNad(documents[0]);
        expect([nad.error, nad.name, nad.cniName, nad.mainType]).toEqual([
          undefined,
          given['name'],
          given['name'],
          given['main'],
        ]);
        if (given['ipam'] === 'whereabouts') expect(nad.whereabouts?.ok).toBe(true);
      }),
      { seed, numRuns },
    );
  });
});

test('nonsense is refused in words or judged, and never a crash', async () => {
  await fc.assert(
    fc.asyncProperty(any, async (given) => {
      const result = generate(given);
      if (result.ok) await judge(result.generated, 'openshift');
      else expect(() => generateFrom(given)).toThrow(UsageFailure);
    }),
    { seed, numRuns },
  );
});
