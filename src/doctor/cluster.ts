import { record } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import {
  DAEMON_SETS,
  DEPLOYMENTS,
  IP_POOLS,
  NADS,
  NODE_SLICE_POOLS,
  RESERVATIONS,
  resourceName,
  type Resource,
} from '../cluster/resources.js';
import { clusterRole, ROLES, type PolicyRule, type Role } from '../cluster/roles.js';
import { ClusterFailure, Failure } from '../errors.js';
import { USUAL_NAMESPACES } from '../pools/inventory.js';
import { fine, found, type Check } from './documents.js';

/** The server tells its time in whole seconds, and an answer is on its way for a moment. */
const CLOCK_NOISE_MS = 3_000;
/** From here on "3m ago" is nonsense, and a credential may count as expired or not yet valid. */
const CLOCK_WRONG_MS = 60_000;
/** Questions about rights that are open at a time. */
const QUESTIONS = 8;

/** What needs a cluster; each only where what it rests on was there. */
export type Doctored = ClusterReader & Required<Pick<ClusterReader, 'can' | 'serverVersion' | 'servedVersions'>>;

/** Ids of all checks that need a cluster, in order: without one they are skipped, and never passed. */
export const CLUSTER_CHECKS = [
  'server',
  'clock',
  'platform',
  'ippools',
  'reservations',
  'node-slices',
  'nads',
  'pools',
  'workloads',
  ...ROLES,
] as const;

/**
 * Looks at a cluster.
 * @param here this machine's clock
 */
export async function clusterChecks(reader: Doctored, here: () => Date): Promise<Check[]> {
  let version: string | null;
  try {
    version = await reader.serverVersion();
  } catch (failure) {
    return [fromFailure('server', failure), ...skipped(CLUSTER_CHECKS.slice(1), 'the server did not answer')];
  }
  const checks = [
    fine('server', `Kubernetes ${version ?? 'of a version that it does not tell'}`),
    clockCheck(reader.now().getTime() - here().getTime()),
  ];
  const looks: (() => Promise<Check[]>)[] = [
    () => one('platform', () => platformCheck(reader)),
    () => definitionChecks(reader),
    () => poolChecks(reader),
    () => rightChecks(reader),
  ];
  for (const look of looks) checks.push(...(await look()));
  return checks;
}

/** Checks that could not be made. */
export function skipped(ids: readonly string[], why: string): Check[] {
  return ids.map((id) => found(id, 'skipped', why, null));
}

function fromFailure(id: string, failure: unknown): Check {
  if (!(failure instanceof Failure)) throw failure;
  return found(id, 'problem', failure.message, failure.hints[0] ?? null, failure.facts);
}

async function one(id: string, look: () => Promise<Check>): Promise<Check[]> {
  try {
    return [await look()];
  } catch (failure) {
    return [fromFailure(id, failure)];
  }
}

function clockCheck(aheadMs: number): Check {
  const seconds = Math.round(Math.abs(aheadMs) / 1000).toString();
  if (Math.abs(aheadMs) <= CLOCK_NOISE_MS) return fine('clock', 'this machine and the server agree on the time');
  const message = `this machine is ${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} the server`;
  const fix = 'set the clock of this machine, by NTP best; ages and Leases are counted by the server all the same';
  return found('clock', Math.abs(aheadMs) > CLOCK_WRONG_MS ? 'problem' : 'warning', message, fix);
}

async function platformCheck(reader: Doctored): Promise<Check> {
  const operator = await reader.servedVersions('operator.openshift.io');
  return fine(
    'platform',
    operator.length > 0
      ? 'OpenShift: the Cluster Network Operator is in charge'
      : 'plain Kubernetes: no Cluster Network Operator, so shim and reconciler schedule have nothing to do with it',
  );
}

async function definitionChecks(reader: Doctored): Promise<Check[]> {
  const wanted: readonly (readonly [string, Resource, 'problem' | 'warning' | 'info', string])[] = [
    ['ippools', IP_POOLS, 'problem', 'whereabouts is not installed here, or keeps its addresses elsewhere'],
    ['reservations', RESERVATIONS, 'warning', 'addresses are not guarded across ranges: whereabouts is older than 0.5'],
    // whereabouts v0.9.0 is the first with a definition of them (doc/crds).
    ['node-slices', NODE_SLICE_POOLS, 'info', 'no Fast IPAM: whereabouts is older than 0.9'],
    ['nads', NADS, 'problem', 'multus is not installed here'],
  ];
  const checks: Check[] = [];
  for (const [id, resource, status, meaning] of wanted) {
    checks.push(...(await one(id, () => definitionCheck(reader, id, resource, status, meaning))));
  }
  return checks;
}

async function definitionCheck(
  reader: Doctored,
  id: string,
  resource: Resource,
  status: 'problem' | 'warning' | 'info',
  meaning: string,
): Promise<Check> {
  const versions = await reader.servedVersions(resource.group);
  const name = resourceName(resource);
  if (versions.length > 0 && !versions.includes(resource.version)) {
    return found(
      id,
      'problem',
      `${name} is served as ${versions.join(', ')}, and ipamctl knows ${resource.version}`,
      null,
    );
  }
  try {
    if (versions.length === 0) throw new ClusterFailure('not-defined', '');
    // A name that no object has: it is answered by whoever serves the definition.
    await reader.get(resource, 'default', 'ipamctl-doctor');
  } catch (failure) {
    if (!(failure instanceof ClusterFailure)) throw failure;
    if (failure.reason === 'not-defined') {
      return found(
        id,
        status,
        `${name} is not defined: ${meaning}`,
        // Nothing is wrong where nobody asks for it.
        status === 'info' ? null : 'install its CustomResourceDefinition with whereabouts or multus',
      );
    }
    // Not allowed, so defined: what is not, is told apart.
    if (failure.reason !== 'forbidden') throw failure;
  }
  return fine(id, `${name} ${versions.join(', ')}`);
}

async function poolChecks(reader: Doctored): Promise<Check[]> {
  let namespaces: string[];
  let pools: Check;
  try {
    const all = await reader.collect(IP_POOLS, { metadataOnly: true }, ({ metadata }) => metadata.namespace ?? '');
    namespaces = [...new Set(all)].sort();
    const count = (namespace: string): number => all.filter((each) => each === namespace).length;
    const places = namespaces.map((namespace) => `${count(namespace).toString()} in ${namespace}`);
    pools =
      all.length === 0
        ? found('pools', 'info', 'there is no pool yet: whereabouts makes one with the first address', null)
        : fine('pools', `pools: ${places.join(', ')}`);
  } catch (failure) {
    namespaces = [];
    pools = fromFailure('pools', failure);
  }
  const places = [...new Set([...namespaces, ...USUAL_NAMESPACES])];
  return [pools, ...(await one('workloads', () => workloadCheck(reader, places)))];
}

async function workloadCheck(reader: Doctored, namespaces: readonly string[]): Promise<Check> {
  const seen: string[] = [];
  const lacking: string[] = [];
  for (const namespace of namespaces) {
    for (const resource of [DAEMON_SETS, DEPLOYMENTS]) {
      await reader.collect(resource, { namespace }, (object) => {
        if (!isWhereabouts(object)) return undefined;
        const { ready, wanted } = readiness(resource, object);
        const line = `${resource.kind} ${namespace}/${object.metadata.name ?? ''} ${ready.toString()}/${wanted.toString()}`;
        (ready < wanted ? lacking : seen).push(line);
        return undefined;
      });
    }
  }
  if (lacking.length > 0) {
    const fix = `kubectl get pods -n ${lacking[0]?.split(/[ /]/)[1] ?? ''}     tells why`;
    return found('workloads', 'warning', `not all of whereabouts is ready: ${lacking.join(', ')}`, fix, seen);
  }
  if (seen.length > 0) return fine('workloads', `whereabouts runs: ${seen.join(', ')}`);
  return found(
    'workloads',
    'info',
    `no workload of whereabouts in ${namespaces.join(', ')}: nothing there reconciles, and ipamctl does not depend on it`,
    null,
  );
}

/** By its name, or by what its containers run. */
function isWhereabouts(object: KubeObject): boolean {
  const template = record(record(record(object['spec'])['template'])['spec']);
  const containers = JSON.stringify(template['containers'] ?? []);
  return (object.metadata.name ?? '').includes('whereabouts') || /whereabouts|ip-control-loop/.test(containers);
}

function readiness(resource: Resource, object: KubeObject): { readonly ready: number; readonly wanted: number } {
  const status = record(object['status']);
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  if (resource === DAEMON_SETS) {
    return { ready: number(status['numberReady']), wanted: number(status['desiredNumberScheduled']) };
  }
  const replicas = record(object['spec'])['replicas'];
  return { ready: number(status['readyReplicas']), wanted: typeof replicas === 'number' ? replicas : 1 };
}

/** A right of a role, one question each. */
interface Right {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly name: string | undefined;
}

async function rightChecks(reader: Doctored): Promise<Check[]> {
  const answers = new Map<string, boolean>();
  const rights = ROLES.map((role) => [role, clusterRole(role).rules.flatMap(rightsOf)] as const);
  const open = new Map(rights.flatMap(([, list]) => list.map((right) => [JSON.stringify(right), right] as const)));
  const questions = [...open];
  try {
    await Promise.all(
      Array.from({ length: QUESTIONS }, async () => {
        for (let next = questions.pop(); next !== undefined; next = questions.pop()) {
          const [key, { verb, group, plural, name }] = next;
          // What the cluster scope grants, each namespace grants; an object that has none does not mind.
          answers.set(key, await reader.can(verb, { group, plural, namespaced: name === undefined }, '', name));
        }
      }),
    );
  } catch (failure) {
    return ROLES.flatMap((role) => fromFailure(role, failure));
  }
  return rights.map(([role, list]) => roleCheck(role, list, (right) => answers.get(JSON.stringify(right)) === true));
}

function rightsOf({ apiGroups, resources, resourceNames, verbs }: PolicyRule): Right[] {
  const [group = ''] = apiGroups;
  return resources.flatMap((plural) =>
    verbs.flatMap((verb) => (resourceNames ?? [undefined]).map((name) => ({ verb, group, plural, name }))),
  );
}

function roleCheck(role: Role, rights: readonly Right[], may: (right: Right) => boolean): Check {
  const missing = rights.filter((right) => !may(right));
  if (missing.length === 0)
    return fine(role, `may do all that role ${role} needs (${rights.length.toString()} rights)`);
  const words = missing.map(({ verb, group, plural }) => `${verb} ${resourceName({ group, plural })}`);
  const some = words.slice(0, 4).join(', ') + (words.length > 4 ? ` and ${(words.length - 4).toString()} more` : '');
  const fix = `ipamctl rbac --role ${role} | kubectl apply -f -     the ClusterRole; then bind it`;
  // Who only looks needs no more; who may not even look is told wrong things, or nothing.
  const message = `lacks ${missing.length.toString()} of ${rights.length.toString()} rights of role ${role} in the whole cluster: ${some}`;
  return found(role, role === 'viewer' ? 'problem' : 'info', message, fix, words.slice(4));
}
