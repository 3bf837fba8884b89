import { NETWORKS_ANNOTATION, readRequestedNetworks } from '../../../nad/network-status.js';
import { defineRule } from '../../model.js';
import { operator, within } from './clusters.js';
import { podAsking } from './pod-example.js';

/** Namespaces whose networks every pod may use. Source: cluster-network-operator bindata/network/multus/multus.yaml. */
const GLOBAL: ReadonlySet<string> = new Set([
  'default',
  'openshift-multus',
  'openshift-sriov-network-operator',
  'openshift-cnv',
]);
const CLUSTER = { operatorNetworks: [operator()] };

export const namespaceIsolation = defineRule({
  id: 'cluster/namespace-isolation',
  severity: 'error',
  title: "a pod that asks for another namespace's network",
  why: 'OpenShift runs multus with namespaceIsolation: a pod may use networks of its own namespace and of a few that are for all. It does not start with any other.',
  over: 'attachment',
  needs: ['values', 'cluster'],
  reads: ['operatorNetworks'],
  fix: { kind: 'suggested', text: "put a NAD into the pod's namespace, or into default" },
  bad: within(podAsking('bank/tenant-a'), 'an OpenShift cluster', CLUSTER),
  good: within(podAsking('default/tenant-a'), 'an OpenShift cluster', CLUSTER),
  source: 'multus-cni pkg/k8sclient/k8sclient.go (isValidNamespaceReference)',
  *check({ subject, cluster }) {
    const { namespace, networks, path } = subject;
    if (cluster.operatorNetworks.length === 0 || namespace === null) return;
    const asked = readRequestedNetworks({ [NETWORKS_ANNOTATION]: networks }, namespace);
    const foreign =
      typeof asked === 'string'
        ? undefined
        : asked.find((each) => each.namespace !== namespace && !GLOBAL.has(each.namespace));
    if (foreign === undefined) return;
    const { namespace: other, name } = foreign;
    yield {
      at: { path },
      message: `${name} is in ${other}, the pod in ${namespace}`,
      upstream: `namespace isolation enabled, annotation violates permission, pod is in namespace ${namespace} but refers to target namespace ${other}`,
    };
  },
});
