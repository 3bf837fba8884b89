/** `reconcile --now` with the rights that `rbac --role operator` says, and with each of them taken away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { POOL_NAMESPACE, TestCluster, type PolicyRule, type Rights } from '../cluster/cluster.js';
import { createNode, createPool, createReservation, createStatefulSet, ensureNamespace } from '../cluster/objects.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import { journalsOf } from './support/journals.js';
import {
  clear,
  holding,
  makeNetworks,
  plant,
  plantWithPod,
  stockOf,
  type Held,
  type NetworkName,
} from './support/leftovers.js';
import { without } from './support/viewer.js';

interface Answer {
  kind: string;
  code?: number;
  reason?: string;
  message?: string;
  hints?: string[];
  incomplete?: boolean;
  items?: { pool: { namespace: string }; podref: string; result: string | null; error: string | null }[];
  reservations?: { namespace: string; name: string; result: string | null; error: string | null }[];
  warnings?: string[];
}

const NETS: readonly NetworkName[] = ['red', 'plain', 'dual'];

let cluster: TestCluster;
let operator: PolicyRule[];
let folder: string;
let live: Held[];
let gone: Held[];

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createNode(cluster, 'node-a');
  await makeNetworks(cluster, NETS);
  await createStatefulSet(cluster, 'default', 'web', 2);
  live = NETS.map((net) => holding(net, `default/live-${net}`, 50));
  for (const [at, net] of NETS.entries()) {
    const held = live[at];
    if (held !== undefined) await plantWithPod(cluster, net, held);
  }
  const role = jsonOf(await runCli(['rbac', '--role', 'operator', '-o', 'json'])) as { rules: PolicyRule[] };
  operator = role.rules;
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-rights-'));
  await clear(cluster, NETS);
  gone = [...NETS.map((net, at) => holding(net, `default/gone-${net}`, at + 1)), holding('red', 'default/web-7', 9)];
  await plant(cluster, [...live, ...gone]);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function nowAs(user: string, rights: Rights, args: string[] = []): Promise<{ ran: CliResult; answer: Answer }> {
  const kubeconfig = await cluster.kubeconfigFor(user, rights);
  const ran = await runCli(['reconcile', '--now', '--journal', folder, '-o', 'json', ...args], { kubeconfig });
  const answer = jsonOf(ran) as Answer;
  if (answer.kind !== 'Error') expect(violations(answer)).toEqual([]);
  return { ran, answer };
}

const entriesOf = (held: readonly Held[]): Held['entries'][number][] => held.flatMap(({ entries }) => entries);

/** Which of the entries and reservations are still there. */
async function leftOf(held: readonly Held[]): Promise<{ keys: number; reservations: number }> {
  const stock = await stockOf(cluster);
  const entries = entriesOf(held);
  return {
    keys: entries.filter(({ pool, key }) => stock.keys.has(`${pool}/${key}`)).length,
    reservations: entries.filter(({ reservation }) => stock.reservations.has(reservation)).length,
  };
}

/** All that a run says, in one text. */
function textOf({ message, items = [], reservations = [], warnings = [] }: Answer): string {
  return [message ?? '', ...warnings, ...[...items, ...reservations].map(({ error }) => error ?? '')].join('\n');
}

test('the role as it is printed', async () => {
  const ran = await runCli(['rbac', '--role', 'operator']);
  expect(ran.code).toBe(0);
  const role = parse(ran.stdout) as {
    apiVersion: string;
    kind: string;
    metadata: { name: string };
    rules: PolicyRule[];
  };
  expect([role.apiVersion, role.kind, role.metadata.name]).toEqual([
    'rbac.authorization.k8s.io/v1',
    'ClusterRole',
    'ipamctl-operator',
  ]);
  expect(role.rules).toEqual(operator);
  // The API server takes it, and it grants no more than it says.
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All';
  expect((await cluster.request('POST', path, role)).status).toBe(201);
  const writes = operator.flatMap(({ resources, verbs }) =>
    resources.flatMap((of) =>
      verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb)).map((verb) => `${verb} ${of}`),
    ),
  );
  expect(writes.sort()).toEqual([
    'create events',
    'create leases',
    'create overlappingrangeipreservations',
    'delete ippools',
    'delete overlappingrangeipreservations',
    'patch ippools',
    'update leases',
  ]);
  expect(operator.some(({ verbs, resources }) => verbs.includes('*') || resources.includes('*'))).toBe(false);
});

describe('an operator', () => {
  test('has all that is needed, a reservation without a key included', async () => {
    await createReservation(cluster, 'red-10.30.0.77', { podref: 'default/long-gone' });
    const { ran, answer } = await nowAs('operator', { rules: operator });
    expect([ran.code, answer.incomplete, answer.warnings]).toEqual([0, false, []]);
    expect(await leftOf(gone)).toEqual({ keys: 0, reservations: 0 });
    expect((await stockOf(cluster)).reservations.has('red-10.30.0.77')).toBe(false);
    const keys = entriesOf(live).length;
    expect(await leftOf(live)).toEqual({ keys, reservations: keys });
  });

  test('a viewer may not: 4, and nothing is written', async () => {
    const role = jsonOf(await runCli(['rbac', '--role', 'viewer', '-o', 'json'])) as { rules: PolicyRule[] };
    const before = await stockOf(cluster);
    const { ran, answer } = await nowAs('viewer', { rules: role.rules });
    expect([ran.code, answer.kind, answer.reason]).toEqual([4, 'Error', 'forbidden']);
    expect(answer.hints?.join('\n')).toContain('rbac --role operator');
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    expect(journalsOf(folder)).toEqual([]);
  });
});

/** What a run comes to without a right. */
interface Without {
  readonly code: number;
  /** Of the five entries and the five reservations. */
  readonly left: readonly [keys: number, reservations: number];
  /** Whether the result says `incomplete`; null: there is none. */
  readonly incomplete: boolean | null;
  /** Whether verb and resource are named. */
  readonly named: boolean;
}

const REFUSED: Without = { code: 4, left: [5, 5], incomplete: null, named: true };
/** Nothing here asks for it. */
const UNUSED: Without = { code: 0, left: [0, 0], incomplete: false, named: false };
const WARNED: Without = { code: 0, left: [0, 0], incomplete: false, named: true };
const INCOMPLETE: Without = { code: 1, left: [0, 0], incomplete: true, named: true };

/** By verb, resource and group: each right of the role. */
const WITHOUT: Readonly<Record<string, Without>> = {
  'get ippools whereabouts.cni.cncf.io': REFUSED,
  'list ippools whereabouts.cni.cncf.io': REFUSED,
  'patch ippools whereabouts.cni.cncf.io': REFUSED,
  // For `audit --fix` alone.
  'delete ippools whereabouts.cni.cncf.io': UNUSED,
  'get overlappingrangeipreservations whereabouts.cni.cncf.io': REFUSED,
  // Keys would go without reservations that nobody sees.
  'list overlappingrangeipreservations whereabouts.cni.cncf.io': REFUSED,
  'create overlappingrangeipreservations whereabouts.cni.cncf.io': REFUSED,
  'delete overlappingrangeipreservations whereabouts.cni.cncf.io': REFUSED,
  'list nodeslicepools whereabouts.cni.cncf.io': UNUSED,
  'list network-attachment-definitions k8s.cni.cncf.io': INCOMPLETE,
  'get pods ': { ...REFUSED, incomplete: false },
  'list pods ': REFUSED,
  'list nodes ': INCOMPLETE,
  'list events ': WARNED,
  // The pod of a StatefulSet is kept.
  'get statefulsets apps': { ...INCOMPLETE, left: [1, 1] },
  // More than ten sets are asked for by one list.
  'list statefulsets apps': UNUSED,
  'list virtualmachineinstancemigrations kubevirt.io': UNUSED,
  'get virtualmachineinstances kubevirt.io': UNUSED,
  'get leases coordination.k8s.io': REFUSED,
  'create leases coordination.k8s.io': REFUSED,
  'update leases coordination.k8s.io': REFUSED,
  'create events events.k8s.io': WARNED,
  // The reconciler matters to reservations without a key alone (below).
  'list daemonsets apps': UNUSED,
  'list deployments apps': UNUSED,
  'get configmaps ': UNUSED,
  'get pods/log ': UNUSED,
  // For `--watch` alone.
  'watch ippools whereabouts.cni.cncf.io': UNUSED,
  'watch overlappingrangeipreservations whereabouts.cni.cncf.io': UNUSED,
  'watch nodeslicepools whereabouts.cni.cncf.io': UNUSED,
  'watch network-attachment-definitions k8s.cni.cncf.io': UNUSED,
  'watch pods ': UNUSED,
  // For `nad lint` alone.
  'list networks config.openshift.io': UNUSED,
  'list networks operator.openshift.io': UNUSED,
  'list nodenetworkstates nmstate.io': UNUSED,
  'list nodenetworkconfigurationpolicies nmstate.io': UNUSED,
  'list virtualmachines kubevirt.io': UNUSED,
  // For `shim` alone.
  'get networks operator.openshift.io': UNUSED,
  'get clusteroperators config.openshift.io': UNUSED,
  // For `snapshot save` alone.
  'list namespaces ': UNUSED,
  'list leases coordination.k8s.io': UNUSED,
  'get customresourcedefinitions apiextensions.k8s.io': UNUSED,
  'get namespaces ': WARNED,
};

describe('without one right', () => {
  const rights = Object.keys(WITHOUT).map((right) => right.split(' ') as [string, string, string]);

  test('the list has each right of the role', () => {
    const all = operator.flatMap(({ apiGroups, resources, verbs }) =>
      resources.flatMap((of) => verbs.map((verb) => `${verb} ${of} ${apiGroups[0] ?? ''}`)),
    );
    expect(Object.keys(WITHOUT).sort()).toEqual([...new Set(all)].sort());
  });

  const rulesWithout = (verb: string, resource: string, group: string): PolicyRule[] =>
    operator.flatMap((rule) => (rule.apiGroups[0] === group ? without([rule], { resource, verb }) : [rule]));
  const userWithout = (verb: string, resource: string, group: string): string =>
    `no-${verb}-${resource}-${group}`.replaceAll(/[^a-z-]/g, '-').replace(/-+$/, '');

  test.each(rights)('%s %s %s: refused, or said', async (verb, resource, group) => {
    const expected = WITHOUT[[verb, resource, group].join(' ')];
    const before = await stockOf(cluster);
    const { ran, answer } = await nowAs(userWithout(verb, resource, group), {
      rules: rulesWithout(verb, resource, group),
    });
    const { keys, reservations } = await leftOf(gone);
    const spelled = group === '' ? resource : `${resource}.${group}`;
    const text = textOf(answer);
    const got: Without = {
      code: ran.code ?? -1,
      left: [keys, reservations],
      incomplete: answer.incomplete ?? null,
      named: new RegExp(`may not ${verb} ${spelled.replaceAll('.', '\\.')}[ :]`).test(text),
    };
    expect([got, text]).toEqual([expected, text]);
    if (ran.code === 4) expect((await stockOf(cluster)).versions).toEqual(before.versions);
    const own = entriesOf(live).length;
    expect(await leftOf(live)).toEqual({ keys: own, reservations: own });
    // What failed alike is told once.
    expect(answer.warnings?.filter((warning) => warning.includes('may not')).length ?? 0).toBeLessThanOrEqual(1);
  });

  test.each([
    ['list', 'daemonsets', 'apps'],
    ['list', 'deployments', 'apps'],
  ])('%s %s %s: a reservation without a key stays, and why', async (verb, resource, group) => {
    await createReservation(cluster, 'red-10.30.0.77', { podref: 'default/long-gone' });
    const { ran, answer } = await nowAs(userWithout(verb, resource, group), {
      rules: rulesWithout(verb, resource, group),
    });
    const [alone] = answer.reservations?.filter(({ name }) => name === 'red-10.30.0.77') ?? [];
    expect([ran.code, alone?.result]).toEqual([6, 'skipped']);
    expect(alone?.error).toContain(`may not ${verb} ${resource}.${group}`);
    expect((await stockOf(cluster)).reservations.has('red-10.30.0.77')).toBe(true);
    expect(await leftOf(gone)).toEqual({ keys: 0, reservations: 0 });
  });
});

describe('rights in one namespace of two', () => {
  const SECOND = 'second-ipam';
  const second = holding('red', 'default/gone-second', 30);

  beforeEach(async () => {
    await ensureNamespace(cluster, SECOND);
    for (const plural of ['ippools', 'overlappingrangeipreservations']) {
      await cluster.ok('DELETE', `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${SECOND}/${plural}`);
    }
    const [entry] = second.entries;
    if (entry === undefined) throw new Error('a network without a range');
    await createPool(cluster, entry.pool, '10.30.0.0/24', { [entry.key]: entry.entry }, SECOND);
    await createReservation(
      cluster,
      entry.reservation,
      { podref: second.podref, containerid: second.containerId },
      SECOND,
    );
  });

  test.each([
    ['patch', 'ippools', 'ippools.whereabouts.cni.cncf.io'],
    ['delete', 'overlappingrangeipreservations', 'overlappingrangeipreservations.whereabouts.cni.cncf.io'],
    ['create', 'overlappingrangeipreservations', 'overlappingrangeipreservations.whereabouts.cni.cncf.io'],
    ['create', 'leases', 'leases.coordination.k8s.io'],
    ['update', 'leases', 'leases.coordination.k8s.io'],
    ['get', 'leases', 'leases.coordination.k8s.io'],
  ])('%s %s: the other namespace is done', async (verb, resource, spelled) => {
    const rules = without(operator, { resource, verb });
    const right = operator.filter((rule) => rule.resources.includes(resource));
    const before = await stockOf(cluster, SECOND);
    const { ran, answer } = await nowAs(`half-${verb}-${resource}`, { rules, namespaced: { [POOL_NAMESPACE]: right } });
    expect([ran.code, answer.kind, textOf(answer)]).toEqual([6, 'ReconcileResult', textOf(answer)]);
    for (const { pool, result, error } of answer.items ?? []) {
      const isSecond = pool.namespace === SECOND;
      expect([pool.namespace, result]).toEqual([pool.namespace, isSecond ? 'failed' : 'released']);
      if (isSecond) expect(error).toMatch(new RegExp(`^may not ${verb} ${spelled} .*${SECOND} \\(403\\)$`));
    }
    expect(answer.items?.some(({ pool }) => pool.namespace === SECOND)).toBe(true);
    expect((await stockOf(cluster, SECOND)).versions).toEqual(before.versions);
    expect(await leftOf(gone)).toEqual({ keys: 0, reservations: 0 });
  });
});
