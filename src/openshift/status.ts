import { record, records, text } from '../cluster/fields.js';
import type { ClusterReader } from '../cluster/port.js';
import { CLUSTER_OPERATORS, DAEMON_SETS, DEPLOYMENTS, NADS, NODE_SLICE_POOLS } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import { type Nad, readNad } from '../nad/nad.js';
import { Gaps, isAboutOneList, USUAL_NAMESPACES } from '../pools/inventory.js';
import type { OperatorDocument, PartName, ShimItem, ShimPart, ShimStatus } from './documents.js';
import { effectOf, type Entry, isShim, nadOf, SHIM_TYPES, type ShimType } from './entry.js';
import { findOperatorNetwork, OPERATOR_NETWORK_TITLE, type OperatorNetwork } from './operator-network.js';
import { describeWorkload, type WorkloadDocument } from './readiness.js';
import { podSpecOf, readWorkloads, reconcilersAmong, runs, type Workload } from './workloads.js';

/** Where the Cluster Network Operator deploys. */
export const OPERATOR_NAMESPACE = 'openshift-multus';
/** Where whereabouts is installed without it. */
const UPSTREAM_NAMESPACE = 'kube-system';
/** From this version on whereabouts' DaemonSet no longer reconciles. Source: v0.9.4 cmd/controlloop/controlloop.go. */
const WITHOUT_SCHEDULER = [0, 9, 4] as const;

/** Of what may be there, for all that a snapshot tells. */
const NOT_COLLECTED = 'is not in the snapshot, which does not hold all of these';

/** What was read of a cluster; what could not be is null, and noted. */
interface Sight {
  readonly gaps: Gaps;
  /** Undefined: the cluster has no such operator; null: not known. */
  readonly network: OperatorNetwork | undefined | null;
  readonly operator: OperatorDocument | null;
  readonly nads: readonly Nad[] | null;
  readonly workloads: readonly Workload[] | null;
  /** Whether whereabouts of this cluster knows node slices. */
  readonly knowsSlices: boolean;
}

/**
 * Reads how the IPAM types are served that need something in the cluster.
 * @param types which; null: those that NADs use, or that an entry of the operator asks for
 * @throws ClusterFailure where the cluster cannot be asked at all
 */
export async function readShimStatus(reader: ClusterReader, types: readonly ShimType[] | null): Promise<ShimStatus> {
  const gaps = new Gaps();
  const { network, isForbidden } = await readNetwork(reader, gaps);
  const [operator, nads, workloads, knowsSlices] = await Promise.all([
    network === null || network === undefined ? null : readOperator(reader, network, gaps),
    optional(gaps, 'which networks use an IPAM is not known', () => reader.collect(NADS, {}, readNad)),
    optional(gaps, 'what runs is not known', async () =>
      (await Promise.all(namespacesOf(network).map((namespace) => readWorkloads(reader, namespace)))).flat(),
    ),
    readKnowsSlices(reader, gaps),
  ]);
  const sight: Sight = { gaps, network, operator, nads, workloads, knowsSlices };
  const platform = isForbidden ? 'openshift' : platformOf(sight);
  const asked = types ?? SHIM_TYPES.filter((type) => isUsed(type, sight));
  const items: ShimItem[] = [];
  for (const type of asked) {
    const parts =
      platform === 'openshift' ? await operatorParts(reader, type, sight) : await upstreamParts(reader, type, sight);
    const users = nads === null ? null : usersOf(type, sight).map(nameOf);
    items.push({ type, state: worst(parts), nads: users, parts });
  }
  const isBlind = items.some(({ parts }) => parts.some(({ state }) => state === 'unknown'));
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'ShimStatus',
    platform,
    operator,
    items,
    incomplete: gaps.incomplete || isBlind,
    warnings: gaps.warnings,
  };
}

/** NADs that use an IPAM type, other than those of shims. */
export function usersAmong(nads: readonly Nad[], type: ShimType, shims: readonly Entry[]): Nad[] {
  const own = new Set(shims.map((entry) => `${nadOf(entry).namespace}/${nadOf(entry).name}`));
  return nads.filter(({ ipamType, namespace, name }) => ipamType === type && !own.has(`${namespace}/${name}`));
}

async function optional<T>(gaps: Gaps, consequence: string, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (failure) {
    gaps.note(failure, consequence);
    return null;
  }
}

/** Whoever is not allowed to read it is told by a server that has it. */
async function readNetwork(
  reader: ClusterReader,
  gaps: Gaps,
): Promise<{ readonly network: Sight['network']; readonly isForbidden: boolean }> {
  try {
    return { network: await findOperatorNetwork(reader), isForbidden: false };
  } catch (failure) {
    gaps.note(failure, 'its entries are not known');
    return { network: null, isForbidden: failure instanceof ClusterFailure && failure.reason === 'forbidden' };
  }
}

function namespacesOf(network: Sight['network']): readonly string[] {
  return network === null || network === undefined ? USUAL_NAMESPACES : [OPERATOR_NAMESPACE];
}

async function readKnowsSlices(reader: ClusterReader, gaps: Gaps): Promise<boolean> {
  try {
    await reader.collect(NODE_SLICE_POOLS, { metadataOnly: true }, () => undefined);
    return true;
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    if (failure.reason === 'forbidden') gaps.note(failure, 'whether node slices are known here is not known');
    return failure.reason === 'forbidden';
  }
}

async function readOperator(reader: ClusterReader, network: OperatorNetwork, gaps: Gaps): Promise<OperatorDocument> {
  const own = record(network.status);
  let status: Readonly<Record<string, unknown>> | undefined;
  try {
    const operator = await reader.get(CLUSTER_OPERATORS, '', 'network');
    status = operator === undefined ? undefined : record(operator['status']);
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    // It is evidence besides: its absence proves nothing, and the operator's own object has the same conditions.
    if (failure.reason === 'forbidden') gaps.warn(`${failure.message}: its own object was asked how the operator is`);
  }
  const conditions = records((status ?? own)['conditions']);
  const holds = (type: string): boolean | null => {
    const said = conditions.find((condition) => condition['type'] === type)?.['status'];
    return said === 'True' ? true : said === 'False' ? false : null;
  };
  const versions = records(status?.['versions']);
  const told = conditions.filter(
    ({ type, status: is }) =>
      ((type === 'Degraded' || type === 'Progressing') && is === 'True') || (type === 'Available' && is === 'False'),
  );
  return {
    version: text(versions.find(({ name }) => name === 'operator')?.['version']) ?? text(own['version']),
    managementState: network.managementState,
    disableMultiNetwork: network.disableMultiNetwork,
    degraded: holds('Degraded'),
    progressing: holds('Progressing'),
    available: holds('Available'),
    messages: told.map(
      ({ type, status: is, reason, message }) =>
        `${String(type)}=${String(is)}: ${[text(reason), text(message)].filter((each) => each !== null).join(': ')}`,
    ),
  };
}

function platformOf({ network, workloads }: Sight): ShimStatus['platform'] {
  if (network !== null) return network === undefined ? 'kubernetes' : 'openshift';
  const isThere = (workloads ?? []).some(({ object }) => object.metadata.namespace === OPERATOR_NAMESPACE);
  return isThere ? 'openshift' : null;
}

function entriesOf({ network }: Sight, type: ShimType): Entry[] {
  return (network?.entries ?? []).filter((entry) => effectOf(entry) === type);
}

function usersOf(type: ShimType, sight: Sight): Nad[] {
  const shims = entriesOf(sight, type).filter((entry) => isShim(entry, type));
  return usersAmong(sight.nads ?? [], type, shims);
}

function isUsed(type: ShimType, sight: Sight): boolean {
  // Nobody knows who uses what: all of it is looked at.
  return sight.nads === null || entriesOf(sight, type).length > 0 || usersOf(type, sight).length > 0;
}

function worst(parts: readonly ShimPart[]): ShimItem['state'] {
  const states = new Set(parts.map(({ state }) => state));
  return (['missing', 'pending', 'unknown'] as const).find((state) => states.has(state)) ?? 'ready';
}

function nameOf({ namespace, name }: Nad): { readonly namespace: string; readonly name: string } {
  return { namespace, name };
}

/** What the Cluster Network Operator deploys for a type. */
async function operatorParts(reader: ClusterReader, type: ShimType, sight: Sight): Promise<ShimPart[]> {
  const entries = entriesOf(sight, type);
  const parts = [entryPart(type, entries, sight), ...entries.map((entry) => nadPart(reader, entry, sight))];
  const named = (part: PartName, kind: Workload['kind'], name: string): Promise<ShimPart> => {
    const workload = sight.workloads?.find((each) => each.kind === kind && each.object.metadata.name === name);
    return workloadPart(reader, part, { kind, namespace: OPERATOR_NAMESPACE, name }, workload, sight);
  };
  if (type === 'dhcp') {
    parts.push(await named('daemon', 'DaemonSet', 'dhcp-daemon'));
  } else {
    parts.push(await named('reconciler', 'DaemonSet', 'whereabouts-reconciler'));
    const controller = await named('controller', 'Deployment', 'whereabouts-controller');
    parts.push(controllerPart(controller, sight));
  }
  return [...parts, ...operatorPart(parts, sight)];
}

function entryPart(type: ShimType, entries: readonly Entry[], { network }: Sight): ShimPart {
  const head = { part: 'entry', workload: null } as const;
  const object = { kind: 'Network', namespace: null, name: 'cluster' };
  const names = entries.map(({ name }) => String(name)).join(', ');
  if (network === null || network === undefined) {
    return { ...head, object, state: 'unknown', message: `${OPERATOR_NETWORK_TITLE} could not be read`, mend: null };
  }
  if (entries.length === 0) {
    const message = `no entry with IPAM ${type} in ${OPERATOR_NETWORK_TITLE}`;
    return { ...head, object, state: 'missing', message, mend: `ipamctl shim apply ${type}` };
  }
  if (network.disableMultiNetwork) {
    const message = `${names} in ${OPERATOR_NETWORK_TITLE}: spec.disableMultiNetwork is true, so nothing is deployed`;
    return { ...head, object, state: 'pending', message, mend: null };
  }
  return { ...head, object, state: 'ready', message: `${names} in ${OPERATOR_NETWORK_TITLE}`, mend: null };
}

function nadPart(reader: ClusterReader, entry: Entry, { nads }: Sight): ShimPart {
  const { namespace, name } = nadOf(entry);
  const head = { part: 'nad', object: { kind: NADS.kind, namespace, name }, mend: null, workload: null } as const;
  if (nads === null) return { ...head, state: 'unknown', message: 'could not be read' };
  const isThere = nads.some((nad) => nad.namespace === namespace && nad.name === name);
  if (isThere) return { ...head, state: 'ready', message: null };
  return reader.isComplete(NADS, namespace)
    ? { ...head, state: 'missing', message: 'the operator has not made it' }
    : { ...head, state: 'unknown', message: NOT_COLLECTED };
}

/** The controller of node slices; where whereabouts does not know these there is none. */
function controllerPart(part: ShimPart, sight: Sight): ShimPart {
  const sliced = slicedCount(sight);
  if (part.state === 'missing' && sliced === 0 && !sight.knowsSlices) {
    return { ...part, state: 'not-needed', message: 'whereabouts of this release knows no node slices', mend: null };
  }
  if (sliced === 0 || part.state === 'ready') return part;
  const users = `${sliced.toString()} ${sliced === 1 ? 'network needs' : 'networks need'} it for node slices`;
  return { ...part, message: [part.message, users].filter((each) => each !== null).join('; ') };
}

function slicedCount({ nads }: Sight): number {
  return (nads ?? []).filter(({ whereabouts }) => whereabouts?.ok === true && whereabouts.nodeSliceSize !== null)
    .length;
}

/** How the operator is: only where it may be why something is missing, or where it says that something is wrong. */
function operatorPart(parts: readonly ShimPart[], { operator }: Sight): ShimPart[] {
  if (operator === null) return [];
  const isWaitedFor = worst(parts) !== 'ready';
  const { managementState, messages } = operator;
  const isWrong = operator.degraded === true || operator.available === false;
  const told = [
    ...(managementState === 'Managed' ? [] : [`its managementState is ${managementState}: it acts on nothing`]),
    ...(isWaitedFor || isWrong ? messages : []),
  ];
  if (told.length === 0) return [];
  return [
    {
      part: 'operator',
      object: { kind: 'ClusterOperator', namespace: null, name: 'network' },
      state: 'warning',
      message: told.join('; '),
      mend: null,
      workload: null,
    },
  ];
}

/** What is installed with whereabouts itself where no operator deploys it; and whatever runs the DHCP daemon. */
async function upstreamParts(reader: ClusterReader, type: ShimType, sight: Sight): Promise<ShimPart[]> {
  const workloads = sight.workloads ?? [];
  const running = (...programs: readonly string[]): Workload | undefined =>
    workloads.find(({ object }) =>
      records(podSpecOf(object)['containers']).some((each) => programs.every((program) => runs(each, program))),
    );
  const part = (
    name: PartName,
    kind: Workload['kind'],
    usual: string,
    workload: Workload | undefined,
  ): Promise<ShimPart> =>
    workloadPart(reader, name, { kind, namespace: UPSTREAM_NAMESPACE, name: usual }, workload, sight);
  if (type === 'dhcp') {
    const found = await part('daemon', 'DaemonSet', 'dhcp-daemon', running('dhcp', 'daemon'));
    if (found.state !== 'missing') return [found];
    const message = 'no DaemonSet of it was found; it may run on the nodes themselves, which cannot be seen from here';
    return [{ ...found, state: 'unknown', message }];
  }
  const plugin = running('ip-control-loop') ?? running('install-cni');
  const reconciler = reconcilersAmong(workloads).find(({ workload }) => stillReconciles(workload))?.workload;
  const controller = await part('controller', 'Deployment', 'node-slice-controller', running('node-slice-controller'));
  const isUnneeded = controller.state === 'missing' && slicedCount(sight) === 0;
  return [
    await part('plugin', 'DaemonSet', 'whereabouts', plugin),
    await part('reconciler', 'Deployment', 'whereabouts-reconciler', reconciler),
    isUnneeded
      ? { ...controller, state: 'not-needed', message: 'no network here has node slices' }
      : controllerPart(controller, sight),
  ];
}

/**
 * Whether the container that counts as the reconciler's does reconcile: the pod controller does up to v0.9.3 only, and
 * with a schedule that it mounts. A version that nobody knows is taken for a new one.
 */
function stillReconciles({ object }: Workload): boolean {
  const containers = records(podSpecOf(object)['containers']);
  const loop = containers.find((each) => runs(each, 'ip-control-loop') && !runs(each, 'ip-reconciler'));
  if (loop === undefined) return true;
  const isMounted = records(loop['volumeMounts']).some(({ mountPath }) =>
    String(mountPath).startsWith('/cron-schedule'),
  );
  const version = /:v?(\d+)\.(\d+)\.(\d+)/
    .exec(text(loop['image']) ?? '')
    ?.slice(1)
    .map(Number);
  if (version === undefined) return isMounted;
  const at = WITHOUT_SCHEDULER.findIndex((number, i) => version[i] !== number);
  return at !== -1 && (version[at] ?? 0) < (WITHOUT_SCHEDULER[at] ?? 0);
}

async function workloadPart(
  reader: ClusterReader,
  part: PartName,
  usual: { readonly kind: Workload['kind']; readonly namespace: string; readonly name: string },
  found: Workload | undefined,
  sight: Sight,
): Promise<ShimPart> {
  const head = { part, mend: null, object: usual, workload: null } as const;
  if (sight.workloads === null) return { ...head, state: 'unknown', message: 'could not be read' };
  if (found === undefined) {
    const resource = usual.kind === 'DaemonSet' ? DAEMON_SETS : DEPLOYMENTS;
    return reader.isComplete(resource, usual.namespace)
      ? { ...head, state: 'missing', message: 'is not there' }
      : { ...head, state: 'unknown', message: NOT_COLLECTED };
  }
  const workload = await describeWorkload(reader, found, (failure) => {
    sight.gaps.note(failure, 'why its pods are not ready is not known');
  });
  const { kind, namespace, name, isReady, reasons } = workload;
  const object = { kind, namespace, name };
  if (!isReady) return { ...head, object, state: 'pending', message: reasons.join('; '), workload };
  const drift = driftOf(workload, sight);
  return { ...head, object, state: drift === null ? 'ready' : 'warning', message: drift, workload };
}

/** Whether a workload is another than the operator deployed, or is to deploy; null: no. */
function driftOf({ kind, namespace, name, release, generation }: WorkloadDocument, sight: Sight): string | null {
  const { operator, network } = sight;
  if (operator === null || network === null || network === undefined) return null;
  const { version } = operator;
  if (release !== null && version !== null && release !== version) {
    return `it is of release ${release}, and the operator of ${version}`;
  }
  const plural = kind === 'DaemonSet' ? 'daemonsets' : 'deployments';
  const last = records(network.status['generations']).find(
    (each) => each['resource'] === plural && each['namespace'] === namespace && each['name'] === name,
  )?.['lastGeneration'];
  if (typeof last !== 'number' || generation === null || last === generation) return null;
  return `it was changed (generation ${generation.toString()}) since the operator wrote it (${last.toString()})`;
}
