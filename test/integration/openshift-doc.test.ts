import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestCluster } from '../cluster/cluster.js';
import { FakeKubelet } from '../cluster/kubelet.js';
import { ensureNamespace } from '../cluster/objects.js';
import { addPod, deploy, oldLog, OPERATORS, reloaded } from './support/reconcilers.js';

/* Every command of docs/openshift.md, in its order, on a cluster whose operator the test plays. */

const PAGE = readFileSync('docs/openshift.md', 'utf8');
const commands = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
  block.split('\n').filter((line) => line !== ''),
);
const NODE = 'worker-1';
const NETWORK = '/apis/operator.openshift.io/v1/networks/cluster';

let cluster: TestCluster;
let kubelet: FakeKubelet;
let folder: string;
let operator: Operator;

/** What the Cluster Network Operator and the kubelet do of what the page asks for. */
class Operator {
  readonly #played: Promise<void>;
  #isOver = false;

  constructor() {
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
      const network = await cluster.ok('GET', NETWORK);
      const spec = network['spec'] as {
        additionalNetworks?: { name: string; namespace: string; rawCNIConfig: string }[];
      };
      for (const { name, namespace, rawCNIConfig } of spec.additionalNetworks ?? []) {
        if (done.has(name)) continue;
        done.add(name);
        await cluster.ok('POST', `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`, {
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
        });
        if (rawCNIConfig.includes('dhcp')) await this.#workload('DaemonSet', 'dhcp-daemon');
        else await this.#whereabouts();
      }
      const map = await cluster.request('GET', '/api/v1/namespaces/openshift-multus/configmaps/whereabouts-config');
      const data = (map.status === 404 ? {} : map.json['data']) as Record<string, string> | undefined;
      const now = data?.[OPERATORS.key] ?? '30 4 * * *';
      if (now !== schedule && done.has('whereabouts-shim')) {
        schedule = now;
        const log = oldLog(stamp(), '30 4 * * *', []) + reloaded(stamp(), now);
        kubelet.setLog('openshift-multus', 'whereabouts-reconciler-2p7hw', OPERATORS.container, log);
      }
      await pause(100);
    }
  }

  async #whereabouts(): Promise<void> {
    const owner = await deploy(cluster, OPERATORS, 1);
    const pod = { name: 'whereabouts-reconciler-2p7hw', node: NODE, owner, startedAt: stamp() };
    await addPod(cluster, kubelet, OPERATORS, { ...pod, log: oldLog(stamp(), '30 4 * * *', []) });
    await this.#workload('Deployment', 'whereabouts-controller');
  }

  async #workload(kind: 'DaemonSet' | 'Deployment', name: string): Promise<void> {
    const path = `/apis/apps/v1/namespaces/openshift-multus/${kind.toLowerCase()}s`;
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: [{ name, image: 'quay.io/openshift/x' }] } };
    const made = await cluster.ok('POST', path, {
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
    await cluster.ok(
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

beforeAll(async () => {
  cluster = await TestCluster.start();
  kubelet = await FakeKubelet.start(cluster, NODE);
  await ensureNamespace(cluster, 'openshift-multus');
  await cluster.ok('POST', '/apis/operator.openshift.io/v1/networks', {
    apiVersion: 'operator.openshift.io/v1',
    kind: 'Network',
    metadata: { name: 'cluster' },
    spec: { managementState: 'Managed' },
  });
  operator = new Operator();
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-openshift-'));
  const bin = join(folder, 'ipamctl');
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${resolve('bin/run.js')}" "$@"\n`);
  chmodSync(bin, 0o755);
}, 180_000);

afterAll(async () => {
  await operator.stop();
  await kubelet.stop();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Not by spawnSync: the kubelet answers in this process. */
function run(command: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('sh', ['-c', command], {
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return new Promise((done) => {
    child.on('close', (code) => {
      done({ code, stdout, stderr });
    });
  });
}

describe('docs/openshift.md', () => {
  test('has the whole procedure, in its order', () => {
    const steps = [
      'nad generate static',
      'shim apply dhcp',
      'nad generate dhcp',
      '--exclude',
      '--network-name',
      'shim apply whereabouts',
      'shim status',
      "reconciler schedule '",
      'reconciler status',
      '--node-slice-size',
      '2001:db8',
    ];
    const places = steps.map((step) => commands.findIndex((command) => command.includes(step)));
    expect(places.filter((at) => at === -1)).toEqual([]);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const command of commands) expect(command).toMatch(/^ipamctl /);
  });

  test.each(commands)(
    '%s',
    async (command) => {
      const { code, stdout, stderr } = await run(command);
      // Before the reconciler wrote of a run, or its ConfigMap was there, nothing is wrong.
      expect({ code, stderr: code === 0 ? '' : stderr + stdout }).toEqual({ code: 0, stderr: '' });
      expect((stdout + stderr).trim()).not.toBe('');
    },
    60_000,
  );
});
