import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { duration, outputFlags, repeated, sourceFlags, variableOf } from '../../src/cli/flags.js';
import IpsLs from '../../src/commands/ips/ls.js';
import IpsShow from '../../src/commands/ips/show.js';
import PoolsLs from '../../src/commands/pools/ls.js';
import PoolsShow from '../../src/commands/pools/show.js';
import Reconcile from '../../src/commands/reconcile.js';
import { UsageFailure } from '../../src/errors.js';

describe('durations', () => {
  test.each<[string, number]>([
    ['0', 0],
    ['30', 30_000],
    ['0s', 0],
    ['500ms', 500],
    ['1s', 1000],
    ['1.5s', 1500],
    ['90m', 5_400_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1m1ms', 60_001],
    ['0.0001s', 0],
    ['1s1s', 2000],
  ])('%s is %i ms', (text, ms) => {
    expect(duration('--min-age', text)).toBe(ms);
  });

  test.each([
    '',
    ' ',
    '1x',
    '1 h',
    'h',
    '-1s',
    '1h-30m',
    '1e3s',
    '1h30',
    '+5s',
    'PT1H',
    '1.s',
    '.5s',
    '1,5s',
    '½h',
    '1S',
  ])('"%s" is none, and the message names the flag', (text) => {
    const read = (): number => duration('--min-age', text);
    expect(read).toThrow(UsageFailure);
    expect(read).toThrow(/^--min-age /);
    expect(read).toThrow(expect.objectContaining({ hints: [expect.stringContaining('7d')] }));
  });

  test('the parts add up, in whatever order', () => {
    const parts = fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom('ms', 's', 'm', 'h', 'd')), { minLength: 1 });
    const sizes: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    fc.assert(
      fc.property(parts, (given) => {
        const text = given.map(([amount, unit]) => `${amount.toString()}${unit}`).join('');
        const sum = given.reduce((total, [amount, unit]) => total + amount * (sizes[unit] ?? 0), 0);
        expect(duration('--x', text)).toBe(sum);
      }),
    );
  });
});

describe('flags', () => {
  const commands = Object.entries({ Reconcile, IpsLs, IpsShow, PoolsLs, PoolsShow });

  test.each(commands)('%s: a variable for a flag is called after it', (_, command) => {
    for (const [name, flag] of Object.entries(command.flags)) {
      const { env } = flag as { env?: string };
      if (env !== undefined) expect([name, env]).toEqual([name, variableOf(name)]);
    }
  });

  test.each(commands)('%s has the flags of every reading command', (_, command) => {
    const names = Object.keys(command.flags);
    for (const name of [...Object.keys(sourceFlags), ...Object.keys(outputFlags([]))]) expect(names).toContain(name);
  });

  test('consent has no variable', () => {
    const flags: Readonly<Record<string, { env?: string }>> = Reconcile.flags;
    for (const name of ['now', 'include-completed', 'include-lost']) {
      expect([name, flags[name]?.env]).toEqual([name, undefined]);
      expect(flags).toHaveProperty([name]);
    }
  });

  test('a repeated flag takes one value each time, so that what follows is an argument', () => {
    expect(repeated('pool', 'x', 'NAME')).toMatchObject({
      multiple: true,
      multipleNonGreedy: true,
      env: 'IPAMCTL_POOL',
    });
    for (const [name, flag] of Object.entries(sourceFlags)) {
      const { multiple, multipleNonGreedy } = flag as { multiple?: boolean; multipleNonGreedy?: boolean };
      expect([name, multipleNonGreedy ?? false]).toEqual([name, multiple ?? false]);
    }
  });

  test('kubectl knows them by the same letters', () => {
    const letters = Object.fromEntries(
      Object.entries(Reconcile.flags).flatMap(([name, { char }]) => (char === undefined ? [] : [[name, char]])),
    );
    expect(letters).toEqual({
      'all-namespaces': 'A',
      namespace: 'n',
      output: 'o',
      selector: 'l',
      verbose: 'v',
      yes: 'y',
    });
  });

  test.each([
    ['request-timeout', 'IPAMCTL_REQUEST_TIMEOUT'],
    ['from', 'IPAMCTL_FROM'],
  ])('%s: %s', (name, variable) => {
    expect(variableOf(name)).toBe(variable);
  });
});
