import type { ClusterReader } from '../cluster/port.js';
import { OPERATOR_NETWORKS, resourceName } from '../cluster/resources.js';
import type { ClusterWriter, JsonPatchOperation } from '../cluster/writer.js';
import { ClusterFailure, RefusedFailure } from '../errors.js';
import { effectOf, type Entry, entryDiff, isSameEntry, isShim, nadOf, shimEntry, type ShimType } from './entry.js';
import {
  OPERATOR_NETWORK,
  OPERATOR_NETWORK_TITLE,
  type OperatorNetwork,
  readOperatorNetwork,
} from './operator-network.js';

/** What is, or would be, done with one entry. */
export interface Change {
  readonly result: 'added' | 'replaced' | 'removed' | 'unchanged';
  /** The entry as it was read; null: there was none of that name. */
  readonly before: Entry | null;
  /** The entry as it is to be; null: it is to be gone, or another one stands for it. */
  readonly after: Entry | null;
  /** Name of another entry that already has the effect, or still has it; null: none. */
  readonly by: string | null;
  /** What is sent; empty: nothing. */
  readonly patch: readonly JsonPatchOperation[];
  readonly warnings: readonly string[];
}

const LIST = '/spec/additionalNetworks';

/** How an entry comes into the list. */
export interface AddOptions {
  /** Any other entry with the effect of this type is as good; null: it must be this very entry. */
  readonly type: ShimType | null;
  /** Replaces an entry of that name that says something else, and adds one beside another that has the effect. */
  readonly force: boolean;
  /** How to consent to a replacement, for who is refused. */
  readonly hints: readonly string[];
}

/**
 * Decides how an entry gets into the list, or why nothing is to be done.
 * @throws RefusedFailure where the operator would refuse it, or an entry of that name says something else
 */
export function planAdd(network: OperatorNetwork, entry: Entry, { type, force, hints }: AddOptions): Change {
  if (network.disableMultiNetwork) {
    throw new RefusedFailure(
      `${OPERATOR_NETWORK_TITLE} has spec.disableMultiNetwork: true, with which additional networks are an error`,
      {
        facts: ['the operator deploys neither multus nor anything for an IPAM type then'],
        hints: [
          `set it to false first: oc patch ${OPERATOR_NETWORK_TITLE} --type=merge -p '{"spec":{"disableMultiNetwork":false}}'`,
        ],
      },
    );
  }
  const index = network.entries.findIndex(({ name }) => name === entry['name']);
  const before = network.entries[index] ?? null;
  const unchanged = {
    result: 'unchanged',
    before,
    after: null,
    by: null,
    patch: [],
    warnings: warningsOf(network),
  } as const;
  if (before !== null && isSameEntry(before, entry)) return { ...unchanged, after: before };
  const other = type === null ? undefined : network.entries.find((each) => each !== before && effectOf(each) === type);
  if (other !== undefined && !force) return { ...unchanged, by: String(other['name']) };
  if (before !== null && !force) throw foreign(before, entry, type, hints);
  const guards = guardsOf(network);
  const warnings = warningsOf(network);
  if (before !== null) {
    const place = `${LIST}/${index.toString()}`;
    const patch: JsonPatchOperation[] = [
      ...guards,
      { op: 'test', path: place, value: network.list?.[index] },
      { op: 'replace', path: place, value: entry },
    ];
    return { result: 'replaced', before, after: entry, by: null, patch, warnings };
  }
  return {
    result: 'added',
    before,
    after: entry,
    by: null,
    patch: [...guards, ...additionTo(network.list, entry)],
    warnings,
  };
}

/** Steps that add an entry to a list, if that still is what was read; null: absent or null. */
export function additionTo(list: readonly unknown[] | null, entry: Entry): JsonPatchOperation[] {
  return [
    { op: 'test', path: LIST, value: list },
    list === null ? { op: 'add', path: LIST, value: [entry] } : { op: 'add', path: `${LIST}/-`, value: entry },
  ];
}

/** The step that adds an entry to a list that is known to be there, and nothing else of it. */
export function blindAddition(entry: Entry): JsonPatchOperation {
  return { op: 'add', path: `${LIST}/-`, value: entry };
}

/**
 * Decides how the shim of that name gets out of the list.
 * @throws RefusedFailure where the entry is more than a shim, and no force is used
 */
export function planRemove(network: OperatorNetwork, name: string, type: ShimType, force: boolean): Change {
  const index = network.entries.findIndex((each) => each['name'] === name);
  const before = network.entries[index] ?? null;
  const other = network.entries.find((each) => each !== before && effectOf(each) === type);
  const by = other === undefined ? null : String(other['name']);
  const warnings = warningsOf(network);
  if (before === null) return { result: 'unchanged', before, after: null, by, patch: [], warnings };
  if (!isShim(before, type) && !force) {
    const wanted = shimEntry({ type, name, namespace: nadOf(before).namespace });
    throw foreign(before, wanted, type, ['--force     takes it out all the same, and its network with it']);
  }
  const place = `${LIST}/${index.toString()}`;
  const patch: JsonPatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: network.uid },
    { op: 'test', path: place, value: network.list?.[index] },
    { op: 'remove', path: place },
  ];
  return { result: 'removed', before, after: null, by, patch, warnings };
}

/** An absent field passes a test for null (the API server's JSON patch). */
function guardsOf({ uid, rawDisableMultiNetwork }: OperatorNetwork): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/spec/disableMultiNetwork', value: rawDisableMultiNetwork },
  ];
}

function warningsOf({ managementState }: OperatorNetwork): string[] {
  if (managementState === 'Managed') return [];
  return [`spec.managementState is ${managementState}: until it is Managed the operator acts on nothing`];
}

function foreign(before: Entry, wanted: Entry, type: ShimType | null, hints: readonly string[]): RefusedFailure {
  const hasEffect = type !== null && effectOf(before) === type;
  return new RefusedFailure(`an entry ${String(wanted['name'])} is there, and says something else`, {
    facts: [
      ...(hasEffect ? [`it has IPAM ${type}, too: the operator already deploys what that needs`] : []),
      ...entryDiff(before, wanted).trimEnd().split('\n'),
    ],
    hints,
  });
}

/** What writing needs. */
export interface ChangePorts {
  readonly cluster: Pick<ClusterReader, 'get'> & Pick<ClusterWriter, 'patch'>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Reads and writes again so often where others write at the same time. */
const MOST_TRIES = 200;
const LONGEST_PAUSE_MS = 250;
/** The server's own time for one write: admission webhooks may take some of it. */
const WRITE_SECONDS = 10;

/**
 * Changes one entry: reads, decides, writes what holds only if that is still so, and begins anew where it is not.
 * @param decide from what is there now; throws what ends it
 * @throws ClusterFailure where the server does not take it
 */
export async function changeNetwork(
  { cluster, sleep }: ChangePorts,
  decide: (network: OperatorNetwork) => Change,
  dryRun = false,
): Promise<Change> {
  /** Sent, and perhaps done. */
  let uncertain: { readonly change: Change; readonly why: string } | undefined;
  let refused: { readonly resourceVersion: string; readonly failure: ClusterFailure } | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const network = await readOperatorNetwork(cluster);
    const change = decide(network);
    if (change.patch.length === 0) {
      if (uncertain === undefined || (change.by !== null && uncertain.change.result !== 'removed')) return change;
      return uncertain.change;
    }
    // Nobody changed it, so it was no guard that did not hold.
    if (refused?.resourceVersion === network.resourceVersion) throw refused.failure;
    const options = { dryRun, timeoutSeconds: WRITE_SECONDS };
    const outcome = await cluster.patch(OPERATOR_NETWORKS, '', OPERATOR_NETWORK, change.patch, options);
    if (outcome.state === 'done') return change;
    if (outcome.state === 'uncertain') {
      uncertain = { change, why: outcome.why };
    } else if (outcome.reason === 'invalid' || outcome.reason === 'conflict') {
      refused = { resourceVersion: network.resourceVersion, failure: outcome.failure };
    } else if (outcome.reason !== 'too-many') {
      throw outcome.failure;
    }
    await sleep(Math.min(LONGEST_PAUSE_MS, 5 * (tries + 1)));
  }
  throw new ClusterFailure(
    'server-error',
    uncertain === undefined
      ? `${OPERATOR_NETWORK_TITLE} is changed by others all the time; nothing was written`
      : `whether ${OPERATOR_NETWORK_TITLE} was changed is not known: ${uncertain.why}`,
    { verb: 'patch', resource: resourceName(OPERATOR_NETWORKS), name: OPERATOR_NETWORK },
    { hints: ['run it again: what is there already stays as it is'] },
  );
}
