/** `audit/crd-drift` on definitions of older versions: the API server prunes and refuses, and the real plugin fails. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/engine.js';
import { whereaboutsDaemonSet } from '../../src/audit/examples.js';
import { DEFAULT_SETTINGS } from '../../src/audit/model.js';
import { CHECKS } from '../../src/audit/registry.js';
import { openCluster } from '../../src/cluster/live/index.js';
import { IP_POOLS, NODE_SLICE_POOLS, RESERVATIONS, resourceName, type Resource } from '../../src/cluster/resources.js';
import { attach } from '../cluster/attach.js';
import { TestCluster } from '../cluster/cluster.js';
import { installCrds } from '../cluster/crds.js';
import { createNad, createNode } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import type { KubeObject } from '../cluster/client.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const DAEMON_SETS = '/apis/apps/v1/namespaces/kube-system/daemonsets';
const DRIFT = CHECKS.filter(({ id }) => id === 'audit/crd-drift');
const NAMESPACE = 'drift';

interface Fields {
  properties: Record<string, unknown>;
  required?: string[];
}

let cluster: TestCluster;
let pods = 0;
const real = new Map<Resource, KubeObject>();

beforeAll(async () => {
  cluster = await TestCluster.start({ noSnapshots: true });
  await createNode(cluster, 'node-a');
  const ipam = { type: 'whereabouts', range: '10.80.0.0/24' };
  await createNad(cluster, NAMESPACE, 'plain', { cniVersion: '0.3.1', name: 'plain', type: 'macvlan', ipam });
  for (const resource of [IP_POOLS, RESERVATIONS, NODE_SLICE_POOLS]) {
    const { metadata, ...rest } = await cluster.client.ok('GET', `${CRDS}/${resourceName(resource)}`);
    real.set(resource, { ...rest, metadata: { name: metadata?.name ?? '' } });
  }
}, 200_000);

afterEach(async () => {
  await cluster.client.request('DELETE', `${DAEMON_SETS}/whereabouts`);
  for (const [resource, definition] of real) await replace(resource, definition['spec']);
}, 60_000);

afterAll(() => cluster.stop());

test('the definitions that came with the plugin raise nothing', async () => {
  await install('v0.9.4');
  expect(await drifts()).toEqual([]);
});

test('a required containerid fails pods of 0.8 and newer, and is no claim where the version is not told', async () => {
  const drifted = specOf(RESERVATIONS, ({ spec }) => (spec.required = ['containerid', 'podref']));
  await replace(RESERVATIONS, drifted);
  await waitFor('the plugin to be refused', async () => (await failureOfAdd()).includes('spec.containerid'), 30_000);
  expect(await drifts()).toEqual([['info', RESERVATIONS.plural, expect.stringContaining('no image tells'), null]]);
  await install('v0.7.0');
  expect(await drifts()).toEqual([]);
  await install('v0.9.4@sha256:0123');
  expect(await drifts()).toEqual([
    [
      'error',
      RESERVATIONS.plural,
      expect.stringMatching(
        /^it requires containerid, which whereabouts 0\.9\.4 does not write: .* no pod gets an address$/,
      ),
      expect.stringMatching(/v0\.9\.4\/doc\/crds\/.*_overlappingrangeipreservations\.yaml$/),
    ],
  ]);
}, 90_000);

test('reservations with the schema of pools are refused, whatever the version', async () => {
  await replace(
    RESERVATIONS,
    specOf(RESERVATIONS, ({ spec }) => {
      Object.assign(spec.properties, { range: { type: 'string' }, allocations: { type: 'object' } });
      spec.required = ['allocations', 'range'];
    }),
  );
  await waitFor('the plugin to be refused', async () => (await failureOfAdd()).includes('spec.range'), 30_000);
  expect(await drifts()).toEqual([
    ['error', RESERVATIONS.plural, expect.stringMatching(/^it requires allocations and range,/), null],
  ]);
}, 90_000);

test('fields that are dropped are named, and what comes of it', async () => {
  await install('v0.9.4');
  await replace(
    IP_POOLS,
    specOf(IP_POOLS, ({ entry }) => {
      delete entry.properties['podref'];
      delete entry.properties['ifname'];
      entry.required = ['id'];
    }),
  );
  const pruned = async (): Promise<boolean> => {
    await add();
    const { items } = await cluster.client.ok<{ items: { spec: { allocations: Record<string, object> } }[] }>(
      'GET',
      '/apis/whereabouts.cni.cncf.io/v1alpha1/ippools',
    );
    return items.some(({ spec }) => Object.values(spec.allocations).some((entry) => !('podref' in entry)));
  };
  await waitFor('an entry without its pod', pruned, 30_000);
  const found = await drifts();
  expect(found.map(([severity, plural, message]) => [severity, plural, message.split(',')[0]])).toEqual([
    ['error', IP_POOLS.plural, 'it has no spec.allocations.*.podref'],
    ['error', IP_POOLS.plural, 'it has no spec.allocations.*.ifname'],
  ]);
}, 90_000);

test('a kind that is not there is missed where something needs it', async () => {
  await cluster.client.ok('DELETE', `${CRDS}/${resourceName(NODE_SLICE_POOLS)}`);
  await gone(NODE_SLICE_POOLS);
  expect(await drifts()).toEqual([]);
  const ipam = { type: 'whereabouts', range: '10.81.0.0/16', node_slice_size: '/24' };
  await createNad(cluster, NAMESPACE, 'sliced', { cniVersion: '0.3.1', name: 'sliced', type: 'macvlan', ipam });
  await cluster.client.ok('DELETE', `${CRDS}/${resourceName(IP_POOLS)}`);
  await gone(IP_POOLS);
  expect(await drifts()).toEqual([
    ['error', IP_POOLS.plural, 'the API server has no such kind: no pod gets an address of 2 networks', null],
    [
      'error',
      NODE_SLICE_POOLS.plural,
      'the API server has no such kind: no pod gets an address of 1 network with node slices',
      null,
    ],
  ]);
  await installCrds(cluster.client, [...real.values()]);
}, 90_000);

/** What the check says, as `[severity, plural, message, fix]`. */
async function drifts(): Promise<[string, string, string, string | null][]> {
  const live = await openCluster({ kubeconfig: cluster.kubeconfig }, {}, { version: 'test' });
  try {
    const clock = { now: () => performance.now(), wait: () => Promise.resolve() };
    const outcome = await audit(live, { checks: DRIFT, settings: DEFAULT_SETTINGS, clock });
    expect([outcome.skipped, outcome.incomplete]).toEqual([[], false]);
    return outcome.findings.map(({ severity, object, message, fix }) => [
      severity,
      object.name.split('.')[0] ?? '',
      message,
      fix,
    ]);
  } finally {
    await live.close();
  }
}

async function install(tag: string): Promise<void> {
  await cluster.client.request('DELETE', `${DAEMON_SETS}/whereabouts`);
  const { metadata, ...rest } = whereaboutsDaemonSet(tag);
  await cluster.client.ok('POST', DAEMON_SETS, {
    ...rest,
    metadata: { name: metadata.name, namespace: 'kube-system' },
  });
}

async function add(): Promise<void> {
  await attach(cluster, {
    namespace: NAMESPACE,
    name: `p${(pods++).toString()}`,
    node: 'node-a',
    nets: [`${NAMESPACE}/plain`],
  });
}

async function failureOfAdd(): Promise<string> {
  return add().then(
    () => '',
    (failure: unknown) => String(failure),
  );
}

/** The real definition with another shape of what it holds. */
function specOf(resource: Resource, change: (fields: { spec: Fields; entry: Fields }) => unknown): unknown {
  const copy = structuredClone(real.get(resource)?.['spec']) as {
    versions: { schema: { openAPIV3Schema: { properties: { spec: Fields } } } }[];
  };
  const spec = copy.versions[0]?.schema.openAPIV3Schema.properties.spec;
  if (spec === undefined) throw new Error('no schema');
  const allocations = spec.properties['allocations'] as { additionalProperties: Fields } | undefined;
  change({ spec, entry: allocations?.additionalProperties ?? spec });
  return copy;
}

async function replace(resource: Resource, spec: unknown): Promise<void> {
  const path = `${CRDS}/${resourceName(resource)}`;
  const present = await cluster.client.ok('GET', path);
  await cluster.client.ok('PUT', path, { ...present, spec });
}

async function gone(resource: Resource): Promise<void> {
  const path = `/apis/${resource.group}/${resource.version}/${resource.plural}`;
  await waitFor(
    `${resource.plural} to be gone`,
    async () => (await cluster.client.request('GET', path)).status === 404,
    30_000,
  );
}
