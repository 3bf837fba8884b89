import { describe, expect, test } from '@jest/globals';
import { mustAsk } from '../../src/cli/consent.js';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import type { Io } from '../../src/cli/io.js';
import { Failure } from '../../src/errors.js';

describe('whether somebody is asked', () => {
  function ioOf(stdin: boolean, stderr: boolean): Io {
    return { stdin: { isTTY: stdin }, stderr: { isTTY: stderr }, stdout: { isTTY: true }, env: {} } as unknown as Io;
  }
  const TERMINAL = ioOf(true, true);

  test('at a terminal, yes; --yes asks nobody anywhere', () => {
    expect(mustAsk(TERMINAL, false, true, undefined)).toBe(true);
    expect(mustAsk(TERMINAL, false, true, '--include-lost')).toBe(true);
    for (const io of [TERMINAL, ioOf(false, true), ioOf(true, false)]) {
      for (const forPeople of [true, false]) {
        expect(mustAsk(io, true, forPeople, '--include-completed')).toBe(false);
      }
    }
  });

  test.each([
    [false, true],
    [true, false],
    [false, false],
  ])('stdin a terminal: %j, stderr: %j: there is nobody', (stdin, stderr) => {
    const io = ioOf(stdin, stderr);
    expect(mustAsk(io, false, true, undefined)).toBe(false);
    expect(mustAsk(io, false, false, undefined)).toBe(false);
    expect(usageOf(() => mustAsk(io, false, true, '--include-lost'))).toBe(
      '--include-lost needs --yes where nobody can be asked',
    );
  });

  test('a machine format at a terminal needs --yes', () => {
    expect(usageOf(() => mustAsk(TERMINAL, false, false, undefined))).toContain('for machines');
  });

  function usageOf(ask: () => unknown): string {
    try {
      ask();
    } catch (failure) {
      expect([failure instanceof Failure, exitCodeOf(failure)]).toEqual([true, 2]);
      return (failure as Failure).message;
    }
    throw new Error('it was no usage failure');
  }
});
