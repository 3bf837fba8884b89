import { record, text } from '../cluster/fields.js';
import type { ClusterReader } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { ClusterFailure, UsageFailure } from '../errors.js';
import { Address } from '../net/address.js';
import { refKey } from '../pools/belonging.js';
import type { Inventory } from '../pools/inventory.js';
import { inBatches } from '../reconcile/batches.js';
import type { JournalIntent } from '../reconcile/journal.js';
import { wholePod, type WholePod } from '../reconcile/pods.js';
import type { Doomed } from '../reconcile/release/delete-pools.js';
import type { Taken, Wanted } from '../reconcile/release/taken.js';
import { shows } from '../reconcile/verdict.js';
import { reservationName } from '../whereabouts/names.js';
import { parsePodref, type Pool } from '../whereabouts/objects.js';
import { keyOf } from '../whereabouts/offset.js';
import { findCheck } from './chosen.js';
import type { AnyCheck, AuditFinding } from './model.js';

/** What is done about a finding. */
export type MendAction = 'create-reservation' | 'add-key' | 'delete-pool';

/** The checks that `audit --fix` mends. */
const ACTIONS: Readonly<Record<string, MendAction>> = {
  'audit/allocation-without-reservation': 'create-reservation',
  'audit/orphan-pool': 'delete-pool',
  'audit/untracked-live-ip': 'add-key',
};

/** A finding that can be mended, and how. */
export interface Mend {
  readonly finding: AuditFinding;
  readonly action: MendAction;
  /** What goes back, in the terms of a restore; null: a pool goes. */
  readonly taken: Taken | null;
  /** The pool that goes. */
  readonly doomed: Doomed | null;
}

/**
 * The checks that are to be mended.
 * @throws UsageFailure for one that has no safe mend of its own, naming what has
 */
export function fixableChecks(
  checks: readonly AnyCheck[],
  ids: readonly string[],
  nearest: (word: string, known: readonly string[]) => string | undefined,
): readonly AnyCheck[] {
  const wanted = new Set(ids.map((id) => findCheck(checks, id, nearest)));
  for (const { id, fix } of wanted) {
    if (ACTIONS[id] !== undefined) continue;
    throw new UsageFailure(`--fix cannot mend ${id} without guessing`, {
      hints: [
        ...(fix === null ? [] : [fix.text]),
        `what can be mended: ${Object.keys(ACTIONS).join(', ')}`,
        `ipamctl audit --check ${id}     prints the commands`,
      ],
    });
  }
  return checks.filter((check) => wanted.has(check));
}

/** What can be done about findings; of what none of the three mends applies to, nothing. */
export function mendsOf(findings: readonly AuditFinding[], inventory: Inventory): Mend[] {
  const pools = new Map(inventory.pools.map((pool) => [pool.uid, pool]));
  return findings.flatMap((finding): Mend[] => {
    const action = ACTIONS[finding.check];
    const pool = pools.get(finding.pool?.uid ?? '');
    if (action === undefined || pool === undefined) return [];
    if (action === 'delete-pool') {
      return [{ finding, action, taken: null, doomed: { pool, belonging: inventory.belongings.get(pool) } }];
    }
    const taken = takenOf(finding, action, pool, inventory);
    return taken === null ? [] : [{ finding, action, taken, doomed: null }];
  });
}

/** The mends that put something back, as a restore takes them. */
export function wantedOf(mends: readonly Mend[]): Wanted {
  return { taken: mends.flatMap(({ taken }) => taken ?? []), companions: [], notTaken: [] };
}

/**
 * Whether a pod still is what a mend is for: that very pod, not terminating, Ready where it is to get an entry, and
 * showing the address. Asked right before the write.
 * @returns why not, for those that are not
 */
export async function unneeded(
  reader: Pick<ClusterReader, 'get'>,
  mends: readonly Mend[],
): Promise<Map<Mend, string | ClusterFailure>> {
  const refused = new Map<Mend, string | ClusterFailure>();
  await inBatches(mends, async (mend) => {
    const { finding } = mend;
    const owner = parsePodref(finding.podref ?? '');
    const address = Address.parse(finding.address ?? '');
    if (mend.taken === null || owner === undefined || address === undefined) return;
    try {
      const object = await reader.get(PODS, owner.namespace, owner.name);
      const pod = object === undefined ? undefined : wholePod(object);
      const why = pod === undefined ? `${refKey(owner)} is gone by now` : obstacleIn(pod, address, mend);
      if (why !== null) refused.set(mend, why);
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      refused.set(mend, failure);
    }
  });
  return refused;
}

function obstacleIn(pod: WholePod, address: Address, { finding, action }: Mend): string | null {
  const name = refKey(pod);
  if (pod.uid !== podUidOf(finding)) return `${name} is another pod by now`;
  if (pod.terminating) return `${name} is being deleted`;
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return `${name} ${pod.phase}`;
  if (!shows(pod, address)) return `${name} shows another address by now`;
  return action === 'add-key' && pod.readySinceMs === null ? `${name} is not Ready` : null;
}

function podUidOf({ evidence }: AuditFinding): string | null {
  return text(record(evidence)['podUid']);
}

function takenOf(
  { address: addressText, networkName, key: ownKey, podref, containerId, ifName: shownIfName }: AuditFinding,
  action: 'create-reservation' | 'add-key',
  pool: Pool,
  { belongings }: Inventory,
): Taken | null {
  const address = Address.parse(addressText ?? '');
  if (address === undefined || podref === null || pool.range === undefined) return null;
  const { namespace, name, uid, rangeText: range } = pool;
  const key = action === 'create-reservation' ? (ownKey ?? '') : keyOf(address, pool.range.address);
  // whereabouts before 0.8 writes no interface, and its definition of a reservation wants the container.
  const isOld = pool.allocations.length > 0 && pool.allocations.every((each) => each.ifName === null);
  const ifName = isOld ? null : shownIfName;
  const about = { address: address.toString(), networkName, podref, containerId: containerId ?? '', ifName };
  const undecided = { verdict: null, reason: null };
  // An entry for which nobody knows the container: no DEL frees it, the reconciler does.
  const entry = { id: containerId ?? '', podref, ...(ifName === null ? {} : { ifname: ifName }) };
  const isGuarded = belongings.get(pool)?.draws.some(({ overlapping }) => overlapping) === true;
  const reservation = {
    namespace,
    name: reservationName(address, networkName),
    uid: '',
    resourceVersion: '',
    spec: { podref, ...(ifName === null ? { containerid: containerId ?? '' } : { ifname: ifName }) },
  };
  return {
    entry: {
      action: 'release-key',
      pool: { namespace, name, uid, range },
      key,
      entry,
      ...about,
      ...undecided,
      reservation: null,
    },
    guard: isGuarded
      ? { action: 'release-reservation', pool: null, key: null, entry: null, ...about, ...undecided, reservation }
      : null,
    isHeld: action === 'create-reservation',
  } satisfies { entry: JournalIntent; guard: JournalIntent | null; isHeld: boolean };
}
