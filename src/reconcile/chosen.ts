import { ClusterFailure, RefusedFailure } from '../errors.js';
import type { Address } from '../net/address.js';
import { objectKey } from '../pools/belonging.js';
import { nearestPool, poolIsNamed } from '../pools/find.js';
import type { Claim } from './claims.js';
import type { JudgedClaim } from './judged.js';
import { isGuardOfSomebody, isSelected, type Decision, type Needs, type Selection } from './plan.js';
import type { MayRelease } from './release/ports.js';
import type { Survey } from './survey.js';
import type { Verdict } from './verdict.js';

/** Which verdicts may be released besides `stale`. */
export interface Permits {
  readonly includeCompleted: boolean;
  readonly includeLost: boolean;
  readonly force: boolean;
  readonly live: boolean;
  /** Only these of the permitted ones; undefined: all of them. */
  readonly verdicts: readonly Verdict[] | undefined;
}

/** What somebody named. */
export interface Named {
  readonly addresses: readonly Address[];
  /** Keys of the one pool that is named. */
  readonly keys: readonly string[];
  readonly pod: string | undefined;
  readonly selection: Selection;
}

/** What of the named is to go, and what is to be said of the rest. */
export interface Chosen {
  readonly targets: readonly JudgedClaim[];
  readonly notes: readonly string[];
}

const NEEDED: Readonly<Record<Exclude<Verdict, 'stale'>, Needs>> = {
  finished: '--include-completed',
  lost: '--include-lost',
  kept: '--force',
  malformed: '--force',
  live: '--force --live',
  pending: '--force --live',
  unknown: '--force --live',
};

/** What is done with a claim that somebody chose. */
export function decideChosen(judged: JudgedClaim, permits: Permits): Decision {
  const { verdict } = judged;
  if (isGuardOfSomebody(judged)) return { action: 'keep', needs: null };
  if (permits.verdicts?.includes(verdict) === false) return { action: 'keep', needs: null };
  if (verdict === 'stale') return { action: 'release', needs: null };
  const needs = NEEDED[verdict];
  const isPermitted: Readonly<Record<Needs, boolean>> = {
    '--include-completed': permits.includeCompleted,
    '--include-lost': permits.includeLost,
    '--force': permits.force,
    '--force --live': permits.force && permits.live,
    '--min-age': false,
  };
  return isPermitted[needs] ? { action: 'release', needs: null } : { action: 'keep', needs };
}

/**
 * What a look right before or after a write must say: what was agreed to, or less. Whoever agreed to take an address of a
 * pod that is not there has not agreed to take it of one that is.
 */
export function asAgreed(targets: readonly JudgedClaim[]): MayRelease {
  const agreed = new Map(targets.map(({ claim, verdict }) => [claim, verdict]));
  return ({ claim, verdict }) => verdict === 'stale' || verdict === agreed.get(claim);
}

/** Whether a claim is one that somebody may mean, whoever's it is. */
export function mayBeMeant({ addresses, keys, selection: { pools } }: Named): (claim: Claim) => boolean {
  const wanted = new Set(addresses.map(String));
  return ({ address, pool, allocation }) => {
    if (address !== null && wanted.has(address.toString())) return true;
    return pool !== null && allocation !== null && keys.includes(allocation.key) && poolIsNamed(pool, pools ?? []);
  };
}

/**
 * What of the named may go. All or nothing: somebody who named an address that is in use may have meant another one.
 * @throws RefusedFailure where one of them is in use, is somebody else's, or is held more than once
 * @throws ClusterFailure where a named pool does not exist
 */
export function choose(found: Survey, named: Named, permits: Permits): Chosen {
  const { addresses, keys, pod, selection } = named;
  refuseUnknownPools(found, selection.pools ?? []);
  const targets: JudgedClaim[] = [];
  const notes: string[] = [];
  const subjects = [
    ...addresses.map((address) => ({
      name: address.toString(),
      isIt: ({ claim }: JudgedClaim) => claim.address?.equals(address) === true,
    })),
    ...keys.map((key) => ({
      name: `key ${key} of ${selection.pools?.[0] ?? ''}`,
      isIt: ({ claim }: JudgedClaim) =>
        claim.allocation?.key === key && claim.pool !== null && poolIsNamed(claim.pool, selection.pools ?? []),
    })),
  ];
  for (const { name, isIt } of subjects) {
    const all = found.claims.filter(isIt);
    const meant = all.filter(
      ({ claim }) => isSelected(claim, selection) && (pod === undefined || claim.podref === pod),
    );
    const [first, second] = meant;
    if (first === undefined) {
      const [other] = all;
      if (other !== undefined) throw new RefusedFailure(`${name} is held ${holderText(other)}; nothing was released`);
      notes.push(`${name} is free already: nobody holds it.`);
      continue;
    }
    if (second !== undefined) {
      throw new RefusedFailure(
        `${name} is held more than once: ${meant.map(holderText).join(', and ')}; nothing was released`,
        { hints: ['--pool NAME, --network NAME or --pod NAMESPACE/NAME says which'] },
      );
    }
    const { action, needs } = decideChosen(first, permits);
    if (action === 'keep') throw inUse(name, first, needs);
    targets.push(first);
  }
  return { targets, notes };
}

function refuseUnknownPools({ inventory }: Survey, names: readonly string[]): void {
  for (const name of names) {
    if (inventory.pools.some((pool) => poolIsNamed(pool, [name]))) continue;
    const near = nearestPool(inventory.pools, name);
    throw new ClusterFailure(
      'not-found',
      `there is no pool ${name}`,
      { resource: 'ippools', name },
      {
        hints: [...(near === undefined ? [] : [`--pool ${near}`]), 'ipamctl pools ls     lists them all'],
      },
    );
  }
}

function inUse(name: string, judged: JudgedClaim, needs: Needs | null): RefusedFailure {
  const { claim, verdict, reason } = judged;
  const owner = claim.podref === '' ? 'nobody that can be read' : claim.podref;
  const message = `${name} is held for ${owner}, which is ${verdict} (${reason}); nothing was released`;
  const hints = [
    ...(claim.address === null ? [] : [`ipamctl ips show ${claim.address.toString()}     shows why`]),
    ...(needs === null ? [] : [`${needs}     releases it all the same`]),
  ];
  return new RefusedFailure(message, { hints });
}

function holderText({ claim: { pool, podref, reservation } }: JudgedClaim): string {
  const where =
    pool === null ? `by reservation ${reservation?.name ?? ''}` : `in pool ${objectKey(pool.namespace, pool.name)}`;
  return `${where} for ${podref}`;
}
