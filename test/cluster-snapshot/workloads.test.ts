import { afterAll, describe, expect, test } from '@jest/globals';
import {
  CLUSTER_OPERATORS,
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  LEASES,
  NETWORK_CONFIGS,
  OPERATOR_NETWORKS,
} from '../../src/cluster/resources.js';
import { readCluster } from '../../src/lint/cluster/read.js';
import { RULES } from '../../src/lint/registry.js';
import { all, names, openFiles, pod, removeFolders, typedList } from './support.js';

afterAll(removeFolders);

const meta = (name: string, namespace?: string): object => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

function workload(name: string, namespace: string, container: object = {}): object {
  return { ...meta(name, namespace), spec: { template: { spec: { containers: [{ name: 'c', ...container }] } } } };
}

/** What `oc adm inspect` writes of OpenShift's own namespace. */
const OPENSHIFT = {
  'namespaces/openshift-multus/apps/daemonsets.yaml': typedList(
    'DaemonSetList',
    'apps/v1',
    workload('whereabouts-reconciler', 'openshift-multus', { image: 'quay.io/x', args: ['/ip-control-loop'] }),
  ),
  'namespaces/openshift-multus/apps/deployments.yaml': typedList('DeploymentList', 'apps/v1'),
  'namespaces/openshift-multus/core/configmaps.yaml': typedList('ConfigMapList', 'v1', {
    ...meta('cni-sysctl-allowlist', 'openshift-multus'),
    data: { 'allowlist.conf': '^net.ipv4.conf.IFNAME.accept_redirects$\n' },
  }),
};
const KUBE_SYSTEM = {
  'namespaces/kube-system/apps/daemonsets.yaml': typedList('DaemonSetList', 'apps/v1'),
  'namespaces/kube-system/apps/deployments.yaml': typedList('DeploymentList', 'apps/v1'),
};

test('workloads, ConfigMaps, Leases, definitions and operators are read where inspect and must-gather put them', async () => {
  const reader = await openFiles({
    ...OPENSHIFT,
    'namespaces/kube-system/coordination.k8s.io/leases.yaml': typedList(
      'LeaseList',
      'coordination.k8s.io/v1',
      meta('whereabouts', 'kube-system'),
    ),
    'cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions/ippools.whereabouts.cni.cncf.io.yaml':
      JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        ...meta('ippools.whereabouts.cni.cncf.io'),
      }),
    'cluster-scoped-resources/config.openshift.io/clusteroperators.yaml': typedList(
      'ClusterOperatorList',
      'config.openshift.io/v1',
      meta('network'),
    ),
    'cluster-scoped-resources/config.openshift.io/networks.yaml': 'apiVersion: v1\nitems: []\nkind: List\n',
    'cluster-scoped-resources/operator.openshift.io/networks/cluster.yaml': JSON.stringify({
      apiVersion: 'operator.openshift.io/v1',
      kind: 'Network',
      ...meta('cluster'),
    }),
  });
  expect(await names(reader, DAEMON_SETS)).toEqual(['openshift-multus/whereabouts-reconciler']);
  expect(await names(reader, DEPLOYMENTS)).toEqual([]);
  expect(await names(reader, CONFIG_MAPS)).toEqual(['openshift-multus/cni-sysctl-allowlist']);
  expect(await names(reader, LEASES)).toEqual(['kube-system/whereabouts']);
  expect(await names(reader, CUSTOM_RESOURCE_DEFINITIONS)).toEqual(['ippools.whereabouts.cni.cncf.io']);
  expect(await names(reader, CLUSTER_OPERATORS)).toEqual(['network']);
  // Two groups have networks, and a list of none is of the group that its folder names.
  expect(await all(reader, NETWORK_CONFIGS)).toEqual([]);
  expect(await names(reader, OPERATOR_NETWORKS)).toEqual(['cluster']);
  expect(reader.isComplete(NETWORK_CONFIGS)).toBe(true);
  expect(reader.isComplete(OPERATOR_NETWORKS)).toBe(false);
  expect(reader.isComplete(LEASES, 'kube-system')).toBe(true);
  expect(await reader.get(CONFIG_MAPS, 'openshift-multus', 'whereabouts-config')).toBeUndefined();
  await expect(reader.get(CONFIG_MAPS, 'kube-system', 'whereabouts-config')).rejects.toMatchObject({
    reason: 'not-collected',
  });
});

describe('nad lint', () => {
  test('reads workloads and the allow-list of sysctls of a snapshot', async () => {
    const { facts, missing } = await readCluster(await openFiles({ ...OPENSHIFT, ...KUBE_SYSTEM }), RULES);
    expect(facts.daemonSets.map(({ name, args, images }) => [name, args, images])).toEqual([
      ['whereabouts-reconciler', ['/ip-control-loop'], ['quay.io/x']],
    ]);
    expect(facts.sysctlAllowlist).toEqual(['^net.ipv4.conf.IFNAME.accept_redirects$']);
    for (const list of ['daemonSets', 'deployments', 'sysctlAllowlist'] as const) expect(missing.has(list)).toBe(false);
  });

  test('a namespace that does not exist needs no collecting', async () => {
    const namespaces = typedList('NamespaceList', 'v1', meta('kube-system'));
    const reader = await openFiles({ ...KUBE_SYSTEM, 'cluster-scoped-resources/core/namespaces.yaml': namespaces });
    const { missing } = await readCluster(reader, RULES);
    expect(missing.has('daemonSets')).toBe(false);
  });

  test.each<[string, Record<string, string>, string]>([
    ['of another namespace only', OPENSHIFT, 'needs daemonsets.apps of namespace kube-system'],
    ['without any', { 'pods.json': JSON.stringify(pod('a', 'b')) }, 'needs daemonsets.apps,'],
  ])('workloads %s are a gap, not an absence', async (_, files, why) => {
    const { missing, facts } = await readCluster(await openFiles(files), RULES);
    expect(missing.get('daemonSets')).toEqual({ why: expect.stringContaining(why), gap: true });
    expect(facts.daemonSets).toEqual([]);
  });
});
