import type { KubeObject } from '../../../src/cluster/port.js';
import { LEASES } from '../../../src/cluster/resources.js';
import type { ClusterWriter } from '../../../src/cluster/writer.js';
import type { Claim } from '../../../src/reconcile/claims.js';
import type { JudgedClaim } from '../../../src/reconcile/judged.js';
import type { HoldingClock, Tenure } from '../../../src/reconcile/leases/holdings.js';
import type { MayRelease, ReleasePorts } from '../../../src/reconcile/release/ports.js';
import { judge } from '../../../src/reconcile/verdict.js';
import type { LiveCluster } from '../../../src/cluster/live/index.js';

// Single rules of the release protocol, taken away: each a port that does less than the true one.

type Look = ReleasePorts['look'];
type Leases = NonNullable<ReleasePorts['leases']>;

/** Answers the looks for which `isFirstAgain` says so with what the look before the write said. */
export function answeringAsBefore(look: Look, isFirstAgain: (by: 'get' | 'cheaper') => boolean): Look {
  const first = new Map<Claim, JudgedClaim>();
  return {
    judge: async (claims, by = 'get') => {
      if (!isFirstAgain(by)) {
        const fresh = await look.judge(claims, by);
        for (const { claim } of claims) if (!first.has(claim)) first.set(claim, fresh.of(claim));
        return fresh;
      }
      const given = new Map(claims.map((judged) => [judged.claim, judged]));
      return {
        askedAt: performance.now(),
        of: (claim) => {
          const judged = first.get(claim) ?? given.get(claim);
          if (judged === undefined) throw new Error('a claim that was not asked for');
          return judged;
        },
        failureOf: () => undefined,
      };
    },
  };
}

/** Looks before a write, and not after it. */
export function withoutSecondLook(look: Look): Look {
  return answeringAsBefore(look, (by) => by === 'cheaper');
}

/** Runs the work without a Lease. */
export const withoutHolding: Leases = {
  hold: async (_, work) => ({ state: 'held', value: await work(BARE), lost: false, heldMs: 0 }),
  checkRights: () => Promise.resolve(),
};

const BARE: Tenure = {
  leftMs: () => 1000,
  lost: false,
  tookOver: false,
  write: (send) => send(),
  verify: () => Promise.resolve(true),
  decided: () => undefined,
};

/** Takes one of the Leases under which the pools are written. */
export function withOneLease(leases: Leases): Leases {
  return {
    hold: ({ namespace, names }, work, options) => leases.hold({ namespace, names: names.slice(0, 1) }, work, options),
    checkRights: (set) => leases.checkRights(set),
  };
}

/** Takes a Lease over from a plugin that may still be at work, and thinks nothing of it. */
export function withoutRegardForTakeovers(leases: Leases): Leases {
  return {
    hold: (set, work, options) =>
      leases.hold(
        set,
        (tenure) =>
          work({
            leftMs: () => tenure.leftMs(),
            get lost() {
              return tenure.lost;
            },
            tookOver: false,
            write: (send, finishing) => tenure.write(send, finishing),
            verify: () => tenure.verify(),
            decided: () => {
              tenure.decided();
            },
          }),
        options,
      ),
    checkRights: (set) => leases.checkRights(set),
  };
}

/** A clock on which nobody has to wait for what takes more than two seconds. */
export function impatientClock(clock: HoldingClock): HoldingClock {
  let ahead = 0;
  return {
    monotonic: () => clock.monotonic() + ahead,
    sleep: (ms, signal) => {
      if (ms <= 2000) return clock.sleep(ms, signal);
      ahead += ms;
      return Promise.resolve();
    },
  };
}

/** Deletes whatever bears the name by then. */
export function deletingByName(live: LiveCluster): Pick<ClusterWriter, 'remove'> {
  return {
    remove: async (resource, namespace, name, _, options) => {
      const { uid = '', resourceVersion = '' } = (await live.get(resource, namespace, name))?.metadata ?? {};
      return live.remove(resource, namespace, name, { uid, resourceVersion }, options);
    },
  };
}

/** Gives a Lease up whoever holds it by then. */
export function clearingAnyLease(live: LiveCluster): Pick<ClusterWriter, 'replace'> {
  return {
    replace: async (resource, namespace, object, options) => {
      const outcome = await live.replace(resource, namespace, object, options);
      const isRelease = resource === LEASES && (object['spec'] as KubeObject)['holderIdentity'] === '';
      if (!isRelease || outcome.state !== 'refused') return outcome;
      const now = await live.get(resource, namespace, object.metadata.name ?? '');
      if (now === undefined) return outcome;
      return live.replace(resource, namespace, { ...object, metadata: now.metadata }, options);
    },
  };
}

/** The verdict table on what the pod shows on the entry's own interface only. */
export function byOwnInterfaceOnly(mayRelease: MayRelease): MayRelease {
  return (judged) => {
    const { owner, ifName } = judged.evidence;
    if (owner.state !== 'found' || owner.pod.shown.state !== 'read') return mayRelease(judged);
    const entries = owner.pod.shown.entries.filter((entry) => entry.ifName === ifName);
    const pod = { ...owner.pod, shown: { state: 'read', entries } as const };
    const evidence = { ...judged.evidence, owner: { state: 'found', pod } as const };
    return mayRelease({ ...judged, evidence, ...judge(evidence, Date.now()) });
  };
}
