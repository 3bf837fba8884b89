import { describe, expect, test } from '@jest/globals';
import { releaseExitCode } from '../../src/cli/releasing.js';
import { Interruption } from '../../src/cli/signals.js';
import { ClusterFailure, RefusedFailure } from '../../src/errors.js';
import type { Claim } from '../../src/reconcile/claims.js';
import { changed, failed, GONE, RELEASED, skipped, type Outcome } from '../../src/reconcile/release/ports.js';
import type { Reservation } from '../../src/whereabouts/objects.js';

describe('the exit code of a release', () => {
  const refusedBy = (reason: 'forbidden' | 'unauthorized'): Outcome =>
    failed(reason, new ClusterFailure(reason, reason));
  const FAILED = failed('too busy');
  const LEFT = skipped('left');
  const RESTORED: Outcome = { result: 'restored', error: 'its owner came back', failure: null };

  function codeOf(
    entries: readonly Outcome[],
    reservations: readonly Outcome[],
    { stopped = null, incomplete = false }: { stopped?: RefusedFailure | null; incomplete?: boolean } = {},
  ): number {
    const outcomes = {
      entries: new Map(entries.map((outcome) => [{} as Claim, outcome])),
      reservations: new Map(reservations.map((outcome) => [{} as Reservation, outcome])),
    };
    return releaseExitCode({ outcomes, interruption: new Interruption(), stopped }, incomplete);
  }

  test.each<[string, Outcome[], Outcome[], number]>([
    ['nothing to do', [], [], 0],
    ['all released', [RELEASED], [RELEASED], 0],
    ['gone already is no failure', [GONE], [GONE], 0],
    ['changed is no failure', [RELEASED, changed('x')], [changed('x')], 0],
    ['put back is no failure', [RELEASED], [RESTORED], 0],
    ['some failed', [RELEASED, FAILED], [], 6],
    ['a reservation failed', [RELEASED], [FAILED], 6],
    ['a reservation was left', [RELEASED], [LEFT], 6],
    ['some may not be done', [RELEASED, refusedBy('forbidden')], [], 6],
    ['gone, and the rest failed', [GONE, FAILED], [], 6],
    ['none may be done', [refusedBy('forbidden')], [LEFT], 4],
    ['nobody may come in', [refusedBy('unauthorized')], [refusedBy('unauthorized')], 4],
    ['all left alone', [], [LEFT], 5],
    ['all failed for no word of the server', [FAILED], [], 5],
  ])('%s', (_, entries, reservations, code) => {
    expect(codeOf(entries, reservations)).toBe(code);
  });

  test('something that could not be seen is never green', () => {
    expect(codeOf([RELEASED], [], { incomplete: true })).toBe(1);
    expect(codeOf([RELEASED, FAILED], [], { incomplete: true })).toBe(6);
  });

  test('a journal that could not be written any more', () => {
    const stopped = new RefusedFailure('the disk is full');
    expect(codeOf([LEFT], [], { stopped })).toBe(5);
    expect(codeOf([RELEASED, LEFT], [], { stopped })).toBe(6);
    expect(codeOf([RELEASED], [], { stopped })).toBe(6);
  });
});
