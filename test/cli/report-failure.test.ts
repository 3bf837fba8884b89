import { describe, expect, test } from '@jest/globals';
import { errorDocument, errorJson, errorText } from '../../src/cli/report-failure.js';
import { ClusterFailure, InputFailure, UsageFailure } from '../../src/errors.js';
import { PLAIN } from '../../src/render/terminal.js';

const forbidden = new ClusterFailure(
  'forbidden',
  'cannot list ippools.whereabouts.cni.cncf.io',
  { verb: 'list', resource: 'ippools.whereabouts.cni.cncf.io' },
  {
    facts: ['as user "viewer"', 'at https://api.example:6443'],
    hints: ['ask for the right', 'ipamctl pools ls --from DIR'],
  },
);

function text(thrown: unknown, debug = false): string {
  return errorText(thrown, PLAIN, debug, '1.2.3');
}

describe('a failure for people', () => {
  test('says what, where, and what to try, a line each', () => {
    expect(text(forbidden)).toBe(
      [
        'Error: cannot list ippools.whereabouts.cni.cncf.io',
        '  as user "viewer"',
        '  at https://api.example:6443',
        'Try: ask for the right',
        '     ipamctl pools ls --from DIR',
        '',
      ].join('\n'),
    );
  });

  test('without facts and hints is one line', () => {
    expect(text(new InputFailure('x.yaml cannot be read'))).toBe('Error: x.yaml cannot be read\n');
  });

  test('shows a stack only where it is asked for', () => {
    expect(text(forbidden)).not.toContain('report-failure.test');
    expect(text(forbidden, true)).toContain('report-failure.test');
    expect(text(forbidden, true).startsWith(text(forbidden))).toBe(true);
  });

  test.each([
    ['message', new UsageFailure('bad \u001b[31m\u0007name')],
    ['fact', new UsageFailure('x', { facts: ['bad \u001b[31m\u0007name'] })],
    ['hint', new UsageFailure('x', { hints: ['bad \u001b[31m\u0007name', 'bad \u001b[31m'] })],
    ['bug', new Error('bad \u001b[31m\u0007name')],
    ['anything thrown', 'bad \u001b[31m\u0007name'],
  ])('leaves no control character of a %s', (_, thrown) => {
    expect(text(thrown, true)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text(thrown)).toContain('bad ');
  });

  test('a fact of several lines cannot pass for more of the message', () => {
    expect(text(new UsageFailure('x', { facts: ['one\nTry: rm -rf'] })).split('\n')).toHaveLength(3);
  });

  test('what is no failure is a bug: version, stack, and where to go', () => {
    const shown = text(new TypeError('undefined is not a function'));
    expect(shown).toMatch(/^Error: this is a bug in ipamctl 1\.2\.3: undefined is not a function\n/);
    expect(shown).toContain('report-failure.test');
    expect(shown.trimEnd().split('\n').at(-1)).toBe('Please report it with the lines above.');
    expect(text('just text')).toContain('just text');
  });
});

describe('a failure for machines', () => {
  test('is an Error document', () => {
    expect(errorDocument(forbidden)).toEqual({
      apiVersion: 'ipamctl.io/v1',
      kind: 'Error',
      code: 4,
      reason: 'forbidden',
      message: 'cannot list ippools.whereabouts.cni.cncf.io',
      facts: ['as user "viewer"', 'at https://api.example:6443'],
      hints: ['ask for the right', 'ipamctl pools ls --from DIR'],
    });
  });

  test.each<[unknown, number, string]>([
    [new UsageFailure('x'), 2, 'usage'],
    [new InputFailure('x'), 3, 'input'],
    [new ClusterFailure('not-collected', 'x'), 3, 'not-collected'],
    [new Error('x'), 70, 'bug'],
    ['x', 70, 'bug'],
  ])('%s: code %i, reason %s', (thrown, code, reason) => {
    expect(JSON.parse(errorJson(thrown))).toEqual({
      apiVersion: 'ipamctl.io/v1',
      kind: 'Error',
      code,
      reason,
      message: 'x',
      facts: [],
      hints: [],
    });
  });

  test('parses whatever is in it, and carries no raw control character', () => {
    const odd = 'a "quoted" \u001b[31m\u0000\u009b \ud800 line\nfeed';
    const json = errorJson(new UsageFailure(odd, { facts: [odd] }));

    expect(json.trimEnd()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(JSON.parse(json)).toMatchObject({ message: odd, facts: [odd] });
    expect(json.endsWith('}\n')).toBe(true);
  });
});
