import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IP_POOLS, PODS, resourceName } from '../../src/cluster/resources.js';
import { anyStory, tell, untruths, type Story } from './support/reading.js';
import type { Moment, ReaderOptions, Request } from './support/world.js';

function isCompletePodList({ verb, resource, namespace, options }: Request): boolean {
  return verb === 'list' && resource === PODS && namespace === undefined && options.fieldSelector === undefined;
}

/** Ways to read that are wrong, each as a reader that answers as if ipamctl had read so. */
const WRONG: Readonly<Record<string, () => Pick<ReaderOptions, 'answeredAt'>>> = {
  'pods before pools, or from a cache': () => {
    let first: Moment | undefined;
    return {
      answeredAt: (request, now) => {
        first ??= now;
        return isCompletePodList(request) ? first : now;
      },
    };
  },
  'without a second read of the pools': () => {
    let read: Moment | undefined;
    return {
      answeredAt: ({ resource }, now) => {
        if (resource !== IP_POOLS) return now;
        read ??= now;
        return read;
      },
    };
  },
  'absence judged by a list of the running pods': () => ({
    answeredAt: (request, now) =>
      isCompletePodList(request)
        ? {
            ...now,
            objects: new Map(
              [...now.objects].filter(
                ([key, object]) =>
                  !key.startsWith(`${resourceName(PODS)}/`) ||
                  (object['status'] as { phase: string }).phase === 'Running',
              ),
            ),
          }
        : now,
  }),
};

describe('whatever happens while a cluster is read', () => {
  test('no verdict and no plan says what was never true, nor misses what was true all the time', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        expect(untruths(await tell(story))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('the stories have all that matters in them', async () => {
    const seen = new Map<string, number>();
    let changed = 0;
    for (const story of fc.sample(anyStory, { numRuns: 1500, seed: 1 })) {
      const { survey, moments } = await tell(story);
      if (moments.length > 5) changed++;
      for (const { claim, verdict, reason } of survey.claims) {
        const what = `${claim.pool === null ? 'reservation ' : ''}${verdict} (${reason})`;
        seen.set(what, (seen.get(what) ?? 0) + 1);
      }
    }
    expect(changed).toBeGreaterThan(1000);
    const rare = [
      'live (address-shown)',
      'stale (pod-gone)',
      'stale (other-address)',
      'finished (succeeded)',
      'finished (failed)',
      'pending (pending)',
      'kept (statefulset-ordinal)',
      'unknown (just-deleted)',
      'unknown (shown-by-other-pod)',
      'unknown (owner-not-settled)',
      'reservation stale (pod-gone)',
    ].filter((what) => (seen.get(what) ?? 0) < 10);
    expect([rare, [...seen].sort()]).toEqual([[], expect.anything()]);
  });

  test.each(Object.entries(WRONG))('reading %s is found out', async (_, broken) => {
    const result = await fc.check(
      fc.asyncProperty(anyStory, async (story: Story) => {
        expect(untruths(await tell(story, broken()))).toEqual([]);
      }),
      { numRuns: 2000, seed: 1, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});
