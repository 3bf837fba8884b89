import { describe, expect, test } from '@jest/globals';
import type { ClusterReader, KubeObject } from '../../../src/cluster/port.js';
import { resourceName, type Resource } from '../../../src/cluster/resources.js';
import { ClusterFailure, type ClusterFailureReason } from '../../../src/errors.js';
import { clusterDocuments } from '../../../src/lint/cluster/documents.js';
import { readCluster } from '../../../src/lint/cluster/read.js';
import { lint, type Outcome } from '../../../src/lint/engine.js';
import { readDocuments } from '../../../src/lint/read-document.js';
import { RULES } from '../../../src/lint/registry.js';

type Lists = Readonly<Record<string, readonly object[] | ClusterFailureReason>>;

/** A cluster of these lists; what is not named is not defined there. */
function clusterOf(lists: Lists): ClusterReader {
  const contentOf = (resource: Resource, verb: string): readonly object[] => {
    const name = resourceName(resource);
    const content = lists[name] ?? 'not-defined';
    if (typeof content === 'string') throw new ClusterFailure(content, `no ${name}`, { verb, resource: name });
    return content;
  };
  return {
    source: 'cluster',
    contextNamespace: 'default',
    notes: [],
    identity: () => Promise.reject(new Error('not asked')),
    collect: <T>(
      resource: Resource,
      { namespace }: { namespace?: string },
      project: (object: KubeObject) => T | undefined,
    ) =>
      Promise.resolve().then(() =>
        (contentOf(resource, 'list') as KubeObject[])
          .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
          .flatMap((object) => project(object) ?? []),
      ),
    get: (resource) => Promise.resolve().then(() => (contentOf(resource, 'get') as KubeObject[])[0]),
    log: () => Promise.reject(new Error('not asked')),
    now: () => new Date(0),
    isComplete: () => true,
    close: () => Promise.resolve(),
  };
}

function nad(name: string, config: string, namespace = 'default'): object {
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace, uid: name, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
    spec: { config },
  };
}

const macvlan = (name: string, range: string, more = ''): string =>
  `{"cniVersion": "0.3.1", "name": "${name}", "type": "macvlan", "master": "eth1", "mode": "bridge", "ipam": {"type": "whereabouts", "range": "${range}", "exclude": ["${range}"]${more}}}`.replace(
    /"exclude": \["([^/]*)\/\d+"\]/,
    '"exclude": ["$1/29"]',
  );

async function lintCluster(lists: Lists, namespace: string | null = null): Promise<Outcome> {
  const reader = clusterOf(lists);
  const [{ sources }, cluster] = await Promise.all([
    clusterDocuments(reader, { namespace, selector: undefined }),
    readCluster(reader, RULES),
  ]);
  const documents = (await Promise.all(sources.map((source) => readDocuments(source)))).flat();
  return lint(documents, { rules: RULES, profile: 'openshift', scope: 'dir', cluster });
}

const rulesOf = ({ findings }: Outcome): string[] => findings.map(({ finding }) => finding.rule);

const NETWORK_ATTACHMENTS = 'network-attachment-definitions.k8s.cni.cncf.io';
const NODE = {
  metadata: { name: 'worker-0', annotations: { 'k8s.ovn.org/node-primary-ifaddr': '{"ipv4":"10.0.0.5/24"}' } },
  spec: { podCIDRs: ['10.128.0.0/23'] },
  status: { addresses: [{ type: 'InternalIP', address: '10.0.0.20' }], allocatable: { 'openshift.io/fast': '0' } },
};
const OPERATOR = {
  metadata: { name: 'cluster' },
  spec: {
    defaultNetwork: { type: 'OVNKubernetes', ovnKubernetesConfig: { ipv4: { internalJoinSubnet: '10.0.0.0/25' } } },
    additionalNetworks: [
      { name: 'shim', type: 'Raw', rawCNIConfig: '{"name": "shim", "type": "bridge", "ipam": {"type": "dhcp"}}' },
    ],
  },
};

describe('a cluster', () => {
  test('is judged as files are, with what it is besides', async () => {
    const outcome = await lintCluster({
      [NETWORK_ATTACHMENTS]: [nad('a', macvlan('a', '10.0.0.0/24'))],
      nodes: [NODE],
      pods: [],
      'networks.operator.openshift.io': [OPERATOR],
      'daemonsets.apps': [],
      'deployments.apps': [],
    });
    expect(rulesOf(outcome)).toEqual(
      expect.arrayContaining([
        'cluster/overlap-machine',
        'cluster/ovn-join-overlap',
        'cluster/whereabouts-shim-missing',
        'cluster/reconciler-missing',
        'cluster/orphan-nad',
      ]),
    );
    expect(outcome.incomplete).toBe(false);
    const machine = outcome.findings.find(({ finding }) => finding.rule === 'cluster/overlap-machine')?.finding;
    expect(machine).toMatchObject({
      file: 'network-attachment-definitions/default/a',
      message: '10.0.0.20 is the address of node worker-0',
      namespace: 'default',
      severity: 'error',
    });
  });

  test('what may not be read is told with verb and resource, and the result is incomplete', async () => {
    const outcome = await lintCluster({
      [NETWORK_ATTACHMENTS]: [nad('a', macvlan('a', '10.0.0.0/24'))],
      nodes: 'forbidden',
      pods: [],
    });
    expect(outcome.incomplete).toBe(true);
    expect(outcome.skipped).toContainEqual({ rule: 'cluster/overlap-pod', why: 'needs the right to list nodes' });
    expect(rulesOf(outcome)).not.toContain('cluster/overlap-machine');
  });

  test('what it does not have at all is no gap', async () => {
    const outcome = await lintCluster({
      [NETWORK_ATTACHMENTS]: [nad('a', macvlan('a', '10.0.0.0/24'))],
      nodes: [],
      pods: [],
    });
    expect(outcome.incomplete).toBe(false);
    expect(outcome.skipped).toContainEqual({
      rule: 'cluster/overlap-service',
      why: 'does not apply here: there is no networks.config.openshift.io',
    });
  });

  test('a server that does not answer is no gap but a failure', async () => {
    await expect(lintCluster({ [NETWORK_ATTACHMENTS]: [], nodes: 'unreachable', pods: [] })).rejects.toThrow(
      'no nodes',
    );
  });

  test('NADs of other namespaces are compared with, and not judged', async () => {
    const lists = {
      [NETWORK_ATTACHMENTS]: [
        nad('a', macvlan('a', '10.0.0.0/24', ', "network_name": "a"')),
        nad('b', macvlan('b', '10.0.0.0/24', ', "network_name": "b", "gateway": "10.0.0.99"'), 'shop'),
      ],
      nodes: [],
      pods: [],
    };
    const outcome = await lintCluster(lists, 'shop');
    expect(rulesOf(outcome)).toContain('cross/overlap-same-l2');
    expect(new Set(outcome.findings.map(({ finding }) => finding.namespace))).toEqual(new Set(['shop']));
  });

  test.each([
    ['a block', macvlan('a', '10.0.0.0/24').replaceAll(', ', ',\n  ')],
    ['what a block cannot hold', ` ${macvlan('a', '10.0.0.0/24')}\n\n`],
    ['tabs', macvlan('a', '10.0.0.0/24').replaceAll(', ', ',\t')],
    ['nothing', ''],
    ['no JSON', '{"type": "macvlan"'],
  ])('a configuration says the same as a document: %s', async (_, config) => {
    const { sources } = await clusterDocuments(clusterOf({ [NETWORK_ATTACHMENTS]: [nad('a', config)] }), {
      namespace: null,
      selector: undefined,
    });
    const documents = (await Promise.all(sources.map((source) => readDocuments(source)))).flat();
    expect((documents[0]?.value as { spec: unknown }).spec).toEqual({ config });
  });
});
