import { describe, expect, test } from '@jest/globals';
import { BUG, EXIT_CODES, exitCodeOf, FINDINGS, OK } from '../../src/cli/exit-codes.js';
import { exitCodeFor } from '../../src/cli/base.js';
import { HELP_TOPICS, topicText } from '../../src/cli/topics.js';
import {
  ClusterFailure,
  Failure,
  InputFailure,
  RefusedFailure,
  UsageFailure,
  type ClusterFailureReason,
} from '../../src/errors.js';

describe('exit codes', () => {
  test('are those of the contract', () => {
    expect(EXIT_CODES.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 70, 130, 143]);
    expect([OK, FINDINGS, BUG]).toEqual([0, 1, 70]);
  });

  test.each<[number, unknown]>([
    [2, new UsageFailure('x')],
    [3, new InputFailure('x')],
    [4, new ClusterFailure('timeout', 'x')],
    [3, new ClusterFailure('not-collected', 'a snapshot lacks it: the input, not the cluster')],
    [5, new RefusedFailure('x')],
    [130, new Failure('interrupted', 'x')],
    [70, new Error('x')],
    [70, new TypeError('x')],
    [70, 'a text that was thrown'],
    [70, undefined],
    [70, null],
  ])('%i for %s', (code, thrown) => {
    expect(exitCodeOf(thrown)).toBe(code);
  });

  test.each<ClusterFailureReason>([
    'no-kubeconfig',
    'bad-kubeconfig',
    'unauthorized',
    'forbidden',
    'not-defined',
    'not-found',
    'timeout',
    'unreachable',
    'certificate',
    'not-kubernetes',
    'credential-plugin',
    'server-error',
  ])('4 for a cluster that answers %s', (reason) => {
    expect(exitCodeOf(new ClusterFailure(reason, 'x'))).toBe(4);
  });

  test.each([
    [false, false, 0],
    [true, false, 1],
    [false, true, 1],
    [true, true, 1],
  ])('incomplete %s, findings %s: %i', (incomplete, findings, code) => {
    expect(exitCodeFor(incomplete, findings)).toBe(code);
  });

  test('help exit-codes prints each with its meaning', () => {
    const topic = HELP_TOPICS.get('exit-codes');
    const lines = topic === undefined ? [] : topicText(topic).trimEnd().split('\n');
    expect(lines).toHaveLength(EXIT_CODES.length);
    for (const [index, { code, meaning }] of EXIT_CODES.entries()) {
      expect(lines[index]).toBe(`${code.toString().padStart(3)}  ${meaning}`);
    }
  });
});
