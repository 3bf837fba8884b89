import { isDeepStrictEqual } from 'node:util';
import { IP_POOLS, RESERVATIONS } from '../../cluster/resources.js';
import type { KubeObject } from '../../cluster/port.js';
import { record } from '../../cluster/fields.js';
import { ClusterFailure } from '../../errors.js';
import { Address } from '../../net/address.js';
import { objectKey } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { parseAllocation, parsePodref, parsePool, parseReservation, type Pool } from '../../whereabouts/objects.js';
import type { JournalDecision, UncertainIntent } from '../journal.js';
import type { JudgedClaim } from '../judged.js';
import type { Verdict } from '../verdict.js';
import { Coverage } from './coverage.js';
import { Healing } from './healing.js';
import type { ReleasePorts } from './ports.js';
import { PutBack } from './put-back.js';

/** What a look at the cluster said of writes that earlier runs left open. */
export interface Decided {
  readonly decisions: readonly JournalDecision[];
  /** What people should know: what was put back, what could not be decided. */
  readonly warnings: readonly string[];
}

/**
 * Decides the uncertain writes of earlier runs by reading, and looks once more at the owners of what turns out to be
 * released: one that came back gets its entry or its reservation back. Writes the decisions to this run's journal.
 */
export async function decideEarlier(
  ports: ReleasePorts,
  inventory: Inventory,
  uncertain: readonly UncertainIntent[],
): Promise<Decided> {
  const decisions: JournalDecision[] = [];
  const warnings: string[] = [];
  const objects = new Map<string, Promise<KubeObject | undefined>>();
  const read = (kind: 'pool' | 'reservation', namespace: string, name: string): Promise<KubeObject | undefined> => {
    const key = `${kind} ${objectKey(namespace, name)}`;
    let reading = objects.get(key);
    if (reading === undefined) {
      objects.set(key, (reading = ports.reader.get(kind === 'pool' ? IP_POOLS : RESERVATIONS, namespace, name)));
    }
    return reading;
  };
  const putBack = new PutBack(ports);
  const healing = ports.leases === null ? null : new Healing({ ...ports, leases: ports.leases }, inventory);
  for (const open of uncertain) {
    try {
      const { result, error } = await decide(open, read);
      const looked = result === 'released' ? await lookAgain(open, ports, putBack, healing) : { result, error };
      decisions.push({ run: open.run, sequence: open.sequence, ...looked, resourceVersion: null });
      if (looked.result === 'changed') warnings.push(looked.error ?? '');
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      warnings.push(`a write of an earlier run is still not decided (run ${open.run}): ${failure.message}`);
    }
  }
  await ports.journal.decide(decisions);
  if (healing !== null) {
    const healed = await healing.run(
      () => Coverage.read(ports.reader, inventory),
      () => undefined,
    );
    for (const { error } of healed.values()) if (error !== null) warnings.push(error);
  }
  return { decisions, warnings };
}

type Decision = Pick<JournalDecision, 'result' | 'error'>;

const NOT_DONE: Decision = { result: 'skipped', error: 'it was not done' };

async function decide(
  { intent }: UncertainIntent,
  read: (kind: 'pool' | 'reservation', namespace: string, name: string) => Promise<KubeObject | undefined>,
): Promise<Decision> {
  const { action, pool, key, entry, reservation } = intent;
  if (action === 'release-reservation' || action === 'restore-reservation') {
    if (reservation === null) return NOT_DONE;
    const object = await read('reservation', reservation.namespace, reservation.name);
    if (action === 'release-reservation') {
      return object?.metadata.uid === reservation.uid ? NOT_DONE : { result: 'released', error: null };
    }
    const isThere = object !== undefined && parseReservation(object).podref === reservation.spec['podref'];
    return isThere ? { result: 'restored', error: null } : NOT_DONE;
  }
  if (pool === null) return NOT_DONE;
  const object = await read('pool', pool.namespace, pool.name);
  if (action === 'delete-pool') {
    return object?.metadata.uid === pool.uid ? NOT_DONE : { result: 'released', error: null };
  }
  if (object?.metadata.uid !== pool.uid) return { result: 'gone', error: 'the pool itself is gone' };
  const allocations = record(record(object['spec'])['allocations']);
  const isAsWritten = key !== null && Object.hasOwn(allocations, key) && isDeepStrictEqual(allocations[key], entry);
  if (action === 'release-key') return isAsWritten ? NOT_DONE : { result: 'released', error: null };
  return isAsWritten ? { result: 'restored', error: null } : NOT_DONE;
}

/** The second look that the earlier run did not come to. */
async function lookAgain(
  { intent }: UncertainIntent,
  ports: ReleasePorts,
  putBack: PutBack,
  healing: Healing | null,
): Promise<Decision> {
  const judged = judgedOf(intent);
  if (judged === null) return { result: 'released', error: null };
  const fresh = await ports.look.judge([judged]);
  const now = fresh.of(judged.claim);
  if (mayStillGo(now.verdict, intent.verdict)) return { result: 'released', error: null };
  const failure = fresh.failureOf(judged.claim);
  if (failure !== undefined) throw failure;
  const why = `${now.verdict}, ${now.reason}`;
  const { pool, allocation, address } = judged.claim;
  if (intent.action === 'release-key' && pool !== null && allocation !== null) {
    const back = await putBack.entry({ judged: now, pool, allocation }, why);
    if (back.state === 'unknown') throw back.failure;
    if (back.state === 'taken') return { result: 'released', error: back.error };
    if (back.state === 'back') {
      return { result: 'changed', error: `the owner of ${allocation.key} came back (${why}): its entry was put back` };
    }
  } else if (intent.reservation !== null && address !== null && healing !== null) {
    const reservation = parseReservation({ metadata: intent.reservation, spec: intent.reservation.spec });
    const target = { judged: now, reservation, address, networkName: intent.networkName };
    healing.add({ ...target, keylessSince: -Infinity, freedByUs: true }, `its owner came back (${why})`, -Infinity);
  }
  return { result: 'released', error: null };
}

/** As far as verdicts go that a release run asks no more consent for than it had. */
function mayStillGo(now: Verdict, then: Verdict | null): boolean {
  return now === 'stale' || now === then;
}

/** The claim that an intent was about, judged as its owner being gone: what is known of it is asked for anew. */
function judgedOf(intent: UncertainIntent['intent']): JudgedClaim | null {
  const { key, entry, podref, networkName } = intent;
  const owner = parsePodref(podref ?? '') ?? null;
  const address = intent.address === null ? null : (Address.parse(intent.address) ?? null);
  if (owner === null || podref === null) return null;
  const pool = intent.pool === null ? null : poolOf(intent.pool);
  const base = pool?.range?.address;
  return {
    claim: {
      pool,
      allocation: key === null ? null : parseAllocation(key, entry, base),
      reservation: null,
      malformed: null,
      address,
      podref,
      owner,
      ifName: intent.ifName,
      networkName,
      networkKnown: true,
      sliceNode: null,
    },
    verdict: intent.verdict ?? 'stale',
    reason: intent.reason ?? 'pod-gone',
    evidence: {
      malformed: null,
      address,
      ifName: intent.ifName,
      owner: { state: 'absent' },
      shownByOther: null,
      wantedBack: null,
      lastNode: null,
      killedAtMs: null,
      heldByOwner: [],
    },
    confirmedByGet: false,
    nodeName: null,
    otherPods: [],
  };
}

function poolOf({ range, ...metadata }: NonNullable<UncertainIntent['intent']['pool']>): Pool {
  return parsePool({ metadata, spec: { range } });
}
