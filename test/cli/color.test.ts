import { describe, expect, test } from '@jest/globals';
import { settleColor } from '../../src/cli/color.js';
import { screenOf } from '../../src/render/terminal.js';

type Env = Record<string, string>;

/** Whether a pipe and a terminal are coloured. */
function coloured(argv: readonly string[], given: Env): [pipe: boolean, terminal: boolean] {
  const env = { ...given };
  settleColor(argv, env);
  return [screenOf({ isTTY: false, env }).color, screenOf({ isTTY: true, columns: 80, env }).color];
}

const BOTH = [true, true];
const NEITHER = [false, false];
const TERMINAL = [false, true];

describe('the flag, then NO_COLOR, then FORCE_COLOR, then the stream', () => {
  const surroundings: [Env, unknown][] = [
    [{}, TERMINAL],
    [{ NO_COLOR: '1' }, NEITHER],
    [{ NO_COLOR: '' }, TERMINAL],
    [{ FORCE_COLOR: '1' }, BOTH],
    [{ FORCE_COLOR: '0' }, NEITHER],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, NEITHER],
    [{ TERM: 'dumb' }, NEITHER],
  ];

  test.each(surroundings)('%j', (env, auto) => {
    for (const argv of [[], ['--color', 'auto'], ['--color=auto'], ['--color=bogus'], ['--', '--color=always']]) {
      expect([argv, coloured(argv, env)]).toEqual([argv, auto]);
    }
    for (const argv of [
      ['--color', 'always'],
      ['-x', '--color=always'],
      ['--color=never', '--color=always'],
    ]) {
      expect([argv, coloured(argv, env)]).toEqual([argv, BOTH]);
    }
    expect(coloured(['--color', 'never'], env)).toEqual(NEITHER);
    expect(coloured([], { ...env, IPAMCTL_COLOR: 'always' })).toEqual(BOTH);
    expect(coloured(['--color=auto'], { ...env, IPAMCTL_COLOR: 'always' })).toEqual(auto);
  });

  test('Node, which has the other order, is not left to choose', () => {
    const env = { FORCE_COLOR: '1', NO_COLOR: '1' };
    settleColor([], env);
    expect(env).toEqual({ NO_COLOR: '1' });
  });
});
