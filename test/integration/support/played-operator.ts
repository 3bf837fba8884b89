import { setTimeout as pause } from 'node:timers/promises';
import type { TestCluster } from '../../cluster/cluster.js';
import type { FakeKubelet } from '../../cluster/kubelet.js';
import { OPERATOR_NETWORK_PATH } from '../../cluster/openshift.js';
import { addPod, deploy, oldLog, OPERATORS, reloaded } from './reconcilers.js';

/** What the Cluster Network Operator and the kubelet do of what the page asks for. */
export class PlayedOperator {
  readonly #cluster: TestCluster;
  readonly #kubelet: FakeKubelet;
  readonly #node: string;
  readonly #played: Promise<void>;
  #isOver = false;

  /** Plays from now on; `kubelet` stands for `node`, which the reconciler's pod is on. */
  constructor(cluster: TestCluster, kubelet: FakeKubelet, node: string) {
    this.#cluster = cluster;
    this.#kubelet = kubelet;
    this.#node = node;
    this.#played = this.#play();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#played;
  }

  async #play(): Promise<void> {
    const done = new Set<string>();
    let schedule = '30 4 * * *';
    while (!this.#isOver) {
      const network = await this.#cluster.ok('GET', OPERATOR_NETWORK_PATH);
      const spec = network['spec'] as {
        additionalNetworks?: { name: string; namespace: string; rawCNIConfig: string }[];
      };
      for (const { name, namespace, rawCNIConfig } of spec.additionalNetworks ?? []) {
        if (done.has(name)) continue;
        done.add(name);
        await this.#cluster.ok(
          'POST',
          `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`,
          {
            apiVersion: 'k8s.cni.cncf.io/v1',
            kind: 'NetworkAttachmentDefinition',
            metadata: {
              name,
              ownerReferences: [
                {
                  apiVersion: 'operator.openshift.io/v1',
                  kind: 'Network',
                  name: 'cluster',
                  uid: network.metadata?.uid,
                  controller: true,
                },
              ],
            },
            spec: { config: rawCNIConfig },
          },
        );
        if (rawCNIConfig.includes('dhcp')) await this.#workload('DaemonSet', 'dhcp-daemon');
        else await this.#whereabouts();
      }
      const map = await this.#cluster.request(
        'GET',
        '/api/v1/namespaces/openshift-multus/configmaps/whereabouts-config',
      );
      const data = (map.status === 404 ? {} : map.json['data']) as Record<string, string> | undefined;
      const now = data?.[OPERATORS.key] ?? '30 4 * * *';
      if (now !== schedule && done.has('whereabouts-shim')) {
        schedule = now;
        const log = oldLog(stamp(), '30 4 * * *', []) + reloaded(stamp(), now);
        this.#kubelet.setLog('openshift-multus', 'whereabouts-reconciler-2p7hw', OPERATORS.container, log);
      }
      await pause(100);
    }
  }

  async #whereabouts(): Promise<void> {
    const owner = await deploy(this.#cluster, OPERATORS, 1);
    const pod = { name: 'whereabouts-reconciler-2p7hw', node: this.#node, owner, startedAt: stamp() };
    await addPod(this.#cluster, this.#kubelet, OPERATORS, { ...pod, log: oldLog(stamp(), '30 4 * * *', []) });
    await this.#workload('Deployment', 'whereabouts-controller');
  }

  async #workload(kind: 'DaemonSet' | 'Deployment', name: string): Promise<void> {
    const path = `/apis/apps/v1/namespaces/openshift-multus/${kind.toLowerCase()}s`;
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: [{ name, image: 'quay.io/openshift/x' }] } };
    const made = await this.#cluster.ok('POST', path, {
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template, ...(kind === 'Deployment' ? { replicas: 1 } : {}) },
    });
    const observedGeneration = made.metadata?.['generation'] ?? 1;
    const status =
      kind === 'DaemonSet'
        ? {
            observedGeneration,
            currentNumberScheduled: 1,
            numberMisscheduled: 0,
            desiredNumberScheduled: 1,
            numberReady: 1,
            updatedNumberScheduled: 1,
            numberAvailable: 1,
          }
        : { observedGeneration, replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    await this.#cluster.ok(
      'PATCH',
      `${path}/${name}/status`,
      { status },
      { headers: { 'content-type': 'application/merge-patch+json' } },
    );
  }
}

function stamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
