/** The commands about shims on files, and without a cluster. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { shimEntry } from '../../src/openshift/entry.js';
import { ipamctl, type Ran, ROOT } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';

afterAll(removeFolders);

const SHIM = shimEntry({ type: 'whereabouts' });
const SAMPLE_CLUSTER = join(ROOT, 'examples/sample-cluster');
/** Files of a cluster that nobody asked for operators and workloads. */
const BARE = folderWith(SAMPLE);
const OTHER = { name: 'tenant', namespace: 'tenants', type: 'SimpleMacvlan', simpleMacvlanConfig: { master: 'eth1' } };

const network = (spec: object): string =>
  JSON.stringify({
    apiVersion: 'operator.openshift.io/v1',
    kind: 'Network',
    metadata: { name: 'cluster', uid: 'u', resourceVersion: '71' },
    spec,
    status: { version: '4.20.3' },
  });

function workload(kind: string, name: string, status: object): object {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name,
      namespace: 'openshift-multus',
      generation: 2,
      annotations: { 'release.openshift.io/version': '4.20.3' },
    },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ name: 'a', image: 'quay.example.com/w@sha256:01' }] } },
    },
    status: { observedGeneration: 2, ...status },
  };
}

const listOf = (kind: string, apiVersion: string, ...items: object[]): string =>
  JSON.stringify({ apiVersion, kind, metadata: { resourceVersion: '9' }, items });

const READY = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2 };
const PULLING = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'whereabouts-reconciler-x',
    namespace: 'openshift-multus',
    labels: { app: 'whereabouts-reconciler' },
  },
  spec: { nodeName: 'worker-1' },
  status: {
    phase: 'Pending',
    containerStatuses: [{ name: 'a', state: { waiting: { reason: 'ErrImagePull', message: 'no such tag' } } }],
  },
};

/** As `oc adm must-gather` lays it out. */
const gather = (numberReady: number): Record<string, string> => ({
  'mg/cluster-scoped-resources/operator.openshift.io/networks/cluster.yaml': network({
    additionalNetworks: [OTHER, SHIM],
  }),
  'mg/cluster-scoped-resources/config.openshift.io/clusteroperators/network.yaml': JSON.stringify({
    apiVersion: 'config.openshift.io/v1',
    kind: 'ClusterOperator',
    metadata: { name: 'network' },
    status: {
      conditions: [{ type: 'Degraded', status: 'False' }],
      versions: [{ name: 'operator', version: '4.20.3' }],
    },
  }),
  'mg/namespaces/openshift-multus/apps/daemonsets.yaml': listOf(
    'DaemonSetList',
    'apps/v1',
    workload('DaemonSet', 'whereabouts-reconciler', { ...READY, numberReady }),
    workload('DaemonSet', 'dhcp-daemon', READY),
  ),
  'mg/namespaces/openshift-multus/apps/deployments.yaml': listOf(
    'DeploymentList',
    'apps/v1',
    workload('Deployment', 'whereabouts-controller', { updatedReplicas: 1, availableReplicas: 1 }),
  ),
  'mg/namespaces/openshift-multus/core/pods.yaml': listOf('PodList', 'v1', PULLING),
  'mg/namespaces/default/k8s.cni.cncf.io/network-attachment-definitions/whereabouts-shim.yaml': JSON.stringify({
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: 'whereabouts-shim', namespace: 'default' },
    spec: { config: SHIM['rawCNIConfig'] },
  }),
});

const shim = (...args: string[]): Promise<Ran> => ipamctl(['shim', ...args]);

describe('shim status of a must-gather', () => {
  test('all there', async () => {
    const run = await shim('status', 'whereabouts', '--from', join(folderWith(gather(2)), 'mg'));
    expect(run).toEqual({
      code: 0,
      stdout: `whereabouts: no NAD uses it
✓ entry      whereabouts-shim in network.operator.openshift.io/cluster
✓ NAD        default/whereabouts-shim
✓ reconciler DaemonSet whereabouts-reconciler 2/2
✓ controller Deployment whereabouts-controller 1/1
`,
      stderr: '\nAll that whereabouts needs is there and ready.\n',
    });
  });

  test('what is not ready, and why; what the snapshot lacks is not said to be missing', async () => {
    const from = join(folderWith(gather(1)), 'mg');
    const run = await shim('status', '--from', from);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      '✗ reconciler DaemonSet whereabouts-reconciler 1/2: 1 of 2 ready; worker-1: ErrImagePull (no such tag)\n',
    );
    // The entry of SimpleMacvlan has the operator deploy the DHCP daemon.
    expect(run.stdout).toContain('✓ entry      tenant in network.operator.openshift.io/cluster');
    expect(run.stdout).toContain('? NAD        tenants/tenant: is not in the snapshot');
    expect(run.stdout).toContain('✓ daemon     DaemonSet dhcp-daemon 2/2');
    const wide = await shim('status', 'whereabouts', '-o', 'wide', '--from', from);
    for (const part of [
      'image quay.example.com/w@sha256:01',
      'release 4.20.3',
      'generation 2, seen 2',
      'operator: version 4.20.3, Managed',
    ])
      expect(wide.stdout).toContain(part);
    const document = JSON.parse((await shim('status', '-o', 'json', '--from', from)).stdout) as object;
    expect(violations(document)).toEqual([]);
    expect(document).toMatchObject({ kind: 'ShimStatus', platform: 'openshift', incomplete: true });
  });

  test('in a C locale nothing but ASCII is drawn', async () => {
    const run = await ipamctl(['shim', 'status', '--from', join(folderWith(gather(1)), 'mg')], {
      env: { LC_ALL: 'C' },
    });
    expect(run.stdout).toMatch(/^[\x20-\x7e\n]+$/);
    expect(run.stdout).toContain('!! reconciler');
  });

  test('a snapshot that has nothing of it: seen is nothing, and that is said', async () => {
    const run = await shim('status', 'whereabouts', '--from', BARE);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('could not be seen');
    expect(run.stdout).not.toContain('✗');
  });
});

describe('shim generate', () => {
  test.each(['whereabouts', 'dhcp'])('%s is clean by our own linter, with each version of CNI', async (type) => {
    for (const version of ['0.3.1', '1.1.0']) {
      const run = await shim('generate', type, '--cni-version', version);
      expect([run.code, run.stderr]).toEqual([
        0,
        'oc apply --server-side -f -     adds it; without --server-side it would replace the list\n',
      ]);
      const lint = await ipamctl(['nad', 'lint', '-', '-o', 'json'], { stdin: run.stdout });
      const { summary } = JSON.parse(lint.stdout) as { summary: object };
      expect([lint.code, summary]).toEqual([0, expect.objectContaining({ errors: 0, warnings: 0 })]);
    }
  });

  test('the same bytes as YAML and JSON, on a name and in a namespace of its own', async () => {
    const args = ['generate', 'dhcp', '--name', 'x-shim', '-n', 'y'];
    const json = JSON.parse((await shim(...args, '-o', 'json')).stdout) as object;
    expect(json).toEqual({
      apiVersion: 'operator.openshift.io/v1',
      kind: 'Network',
      metadata: { name: 'cluster' },
      spec: { additionalNetworks: [shimEntry({ type: 'dhcp', name: 'x-shim', namespace: 'y' })] },
    });
    expect(await shim(...args)).toEqual(await shim(...args));
  });

  test('json-patch without a cluster: one step, with the warning that the list must be there', async () => {
    const run = await shim('generate', 'whereabouts', '-o', 'json-patch');
    expect(JSON.parse(run.stdout)).toEqual([{ op: 'add', path: '/spec/additionalNetworks/-', value: SHIM }]);
    expect(run.stderr).toMatch(/^Warning: .*must be there.*--empty-list/);
    // The line can be pasted: a shell hands on the very patch.
    const [, quoted = ''] =
      /^oc patch network\.operator\.openshift\.io cluster --type=json -p '(.*)'$/m.exec(run.stderr) ?? [];
    expect(JSON.parse(quoted)).toEqual(JSON.parse(run.stdout));
  });

  test('into a file: the line names it', async () => {
    const folder = folderWith({ 'net.json': network({ additionalNetworks: [OTHER] }) });
    const file = join(folder, "a 'b'.json");
    const from = join(folder, 'net.json');
    const run = await shim('generate', 'dhcp', '--name', 'd-shim', '-o', `merge-patch=${file}`, '--from', from);
    expect(run.code).toBe(0);
    // SimpleMacvlan without an IPAM is DHCP: nothing is to be done.
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({});
    const whereabouts = await shim('generate', 'whereabouts', '-o', `merge-patch=${file}`, '--from', from);
    expect(whereabouts.stderr).toContain(
      String.raw`--type=merge --patch-file '${file.replaceAll("'", String.raw`'\''`)}'`,
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      metadata: { resourceVersion: '71' },
      spec: { additionalNetworks: [OTHER, SHIM] },
    });
  });

  test.each<[number, string[], RegExp]>([
    [4, ['-o', 'merge-patch'], /kubeconfig/],
    [4, ['-o', 'json-patch', '--with-cluster'], /kubeconfig/],
    [3, ['-o', 'merge-patch', '--from', BARE], /holds no Network/],
    [4, ['-o', 'merge-patch', '--from', SAMPLE_CLUSTER], /there is no operator to patch/],
    [2, ['--empty-list'], /-o json-patch/],
    [2, ['-o', 'json-patch', '--empty-list', '--with-cluster'], /--empty-list/],
    [2, ['-o', 'table'], /unknown output format/],
    [2, ['--name', 'No_Name'], /--name: "No_Name" is no name/],
    [2, ['--cni-version', '9'], /--cni-version/],
  ])('%i: %j', async (code, args, message) => {
    const run = await shim('generate', 'whereabouts', ...args);
    expect([run.code, run.stdout, run.stderr]).toEqual([code, '', expect.stringMatching(message)]);
  });

  test('what would not be taken is refused here, too', async () => {
    const folder = folderWith({ 'net.json': network({ disableMultiNetwork: true }) });
    const run = await shim('generate', 'dhcp', '-o', 'json-patch', '--from', join(folder, 'net.json'));
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining('disableMultiNetwork')]);
  });
});

describe('exit codes of what writes', () => {
  test.each<[number, string[], RegExp]>([
    [2, ['apply'], /type/],
    [2, ['apply', 'static'], /whereabouts, dhcp/],
    [2, ['apply', 'dhcp', '--from', 'x'], /nothing can be written/],
    [2, ['apply', 'dhcp', '--timeout', '3s'], /--wait/],
    [2, ['apply', 'dhcp', '--wait', '--dry-run', 'client'], /nothing to wait for/],
    [2, ['apply', 'dhcp', '--wait', '--timeout', 'soon'], /--timeout "soon" is no duration/],
    [2, ['remove', 'dhcp', '--from', 'x'], /nothing can be written/],
    [4, ['apply', 'dhcp', '--yes'], /kubeconfig/],
    [4, ['apply', 'dhcp', '--dry-run', 'client'], /kubeconfig/],
    [4, ['remove', 'dhcp', '--yes'], /kubeconfig/],
    [4, ['status'], /kubeconfig/],
  ])('%i: %j', async (code, args, message) => {
    const run = await shim(...args);
    expect([run.code, run.stdout, run.stderr]).toEqual([code, '', expect.stringMatching(message)]);
  });
});
