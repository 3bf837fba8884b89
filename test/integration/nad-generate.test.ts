import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { generateFrom } from '../../src/cli/generate-run.js';
import type { Given } from '../../src/nad/generate/questions.js';
import { parseIpam } from '../../src/whereabouts/ipam.js';
import { POOL_NAMESPACE, type PolicyRule, TestCluster } from '../cluster/cluster.js';
import { makeNodeSlicePool } from '../cluster/controllers.js';
import { createNode, createPod, ensureNamespace } from '../cluster/objects.js';
import { add } from '../cluster/plugin.js';
import { whereabouts } from '../nad/generate-arbitraries.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import { openTerminal } from './support/pty.js';

const NAMESPACE = 'generated';
const NADS = `/apis/k8s.cni.cncf.io/v1/namespaces/${NAMESPACE}/network-attachment-definitions`;
const WORDS = ['whereabouts', '--name', 'tenant-a', '--main', 'macvlan', '--master', 'eth1', '--range', '192.0.2.0/24'];

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
  await ensureNamespace(cluster, NAMESPACE);
}, 400_000);
afterAll(() => cluster.stop());

function generate(...words: string[]): Promise<CliResult> {
  return runCli(['nad', 'generate', ...words], { kubeconfig: cluster.kubeconfigIn(NAMESPACE) });
}

interface Stored {
  spec: { config: string };
  metadata: { managedFields: { manager: string; operation: string }[] };
}

describe('the real whereabouts hands out what was meant', () => {
  const seed = Number(process.env['IPAMCTL_GENERATE_SEED'] ?? 20261125);
  // Node slices need their controller; each other case is one run of the plugin.
  const withoutSlices = whereabouts.filter((given) => given['node-slice-size'] === undefined);
  const cases = fc.sample(withoutSlices, { seed, numRuns: Number(process.env['IPAMCTL_GENERATE_ADDS'] ?? 40) });

  test.each(cases.map((given, i): [number, Given] => [i, given]))('case %i: %j', async (i, given) => {
    const pod = `pod-${i.toString()}`;
    await createPod(cluster, { namespace: NAMESPACE, name: pod, node: 'node-a' });
    const answers = { ...given, name: `case-${i.toString()}`, main: 'macvlan', master: 'eth1', form: 'cni' };
    const [conf] = generateFrom(answers).documents;
    const netConf = JSON.stringify(conf);
    const { ipam } = JSON.parse(netConf) as { ipam: object };
    const reading = parseIpam(ipam, { cniName: answers.name, cniVersion: '0.3.1' });
    if (!reading.ok) throw new Error(reading.error);
    const first = reading.ranges.map(({ addresses }) => String(addresses.intervals[0]?.first));
    const added = await add({ cluster, namespace: NAMESPACE, pod, containerId: `c${i.toString()}`, netConf });
    expect(added.ips).toEqual(first);
  });
});

test('node slices: the controller divides the range, and a pod gets the first address of its node', async () => {
  for (const name of ['node-a', 'node-b']) await createNode(cluster, name);
  const words = ['whereabouts', '--name', 'sliced', '--main', 'macvlan', '--master', 'eth1', '--range', '10.5.0.0/20'];
  const run = await generate(...words, '--node-slice-size', '24', '--apply', '-o', 'json');
  expect(run.code).toBe(0);
  const { metadata, spec } = JSON.parse(run.stdout) as { metadata: { namespace: string }; spec: { config: string } };
  expect(metadata.namespace).toBe(POOL_NAMESPACE);
  await makeNodeSlicePool(cluster, 'sliced', ['node-a', 'node-b']);
  const call = { cluster, namespace: POOL_NAMESPACE, netConf: spec.config };
  const added = await Promise.all(
    ['node-a', 'node-b'].map(async (nodeName) => {
      await createPod(cluster, { namespace: POOL_NAMESPACE, name: `on-${nodeName}`, node: nodeName });
      return add({ ...call, pod: `on-${nodeName}`, containerId: nodeName, nodeName });
    }),
  );
  expect(added.map(({ ips }) => ips).sort()).toEqual([['10.5.0.1'], ['10.5.1.1']]);
});

describe('--apply', () => {
  test('a dry run stores nothing, an apply does, and a second one changes nothing', async () => {
    const dry = await generate(...WORDS, '--apply', '--dry-run=server');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      'networkattachmentdefinition.k8s.cni.cncf.io/tenant-a serverside-applied (server dry run)\n',
    ]);
    expect((await cluster.request('GET', `${NADS}/tenant-a`)).status).toBe(404);
    const client = await generate(...WORDS, '--apply', '--dry-run=client');
    expect([client.code, client.stdout]).toEqual([0, (await generate(...WORDS)).stdout]);

    for (let i = 0; i < 2; i++) {
      const run = await generate(...WORDS, '--apply');
      expect([run.code, run.stdout, run.stderr]).toEqual([
        0,
        'networkattachmentdefinition.k8s.cni.cncf.io/tenant-a serverside-applied\n',
        '',
      ]);
    }
    const stored = await cluster.ok<Stored>('GET', `${NADS}/tenant-a`);
    expect(stored.metadata.managedFields.map(({ manager, operation }) => [manager, operation])).toEqual([
      ['ipamctl', 'Apply'],
    ]);
    expect(JSON.parse(stored.spec.config)).toMatchObject({ name: 'tenant-a', ipam: { range: '192.0.2.0/24' } });
    const json = await generate(...WORDS, '--apply', '-o', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ metadata: { namespace: NAMESPACE, name: 'tenant-a' } });
  });

  test("a field of somebody else's is not taken", async () => {
    await cluster.ok('POST', `${NADS}?fieldManager=gitops`, {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name: 'kept', namespace: NAMESPACE },
      spec: { config: '{"cniVersion":"0.3.1","name":"kept","type":"macvlan"}' },
    });
    const run = await generate('none', '--name', 'kept', '--main', 'macvlan', '--master', 'eth1', '--apply');
    expect([run.code, run.stdout]).toEqual([5, '']);
    expect(run.stderr).toContain('who owns .spec.config');
    expect(run.stderr).toContain('gitops');
    const stored = await cluster.ok<Stored>('GET', `${NADS}/kept`);
    expect(stored.spec.config).toContain('"type":"macvlan"}');
  });

  test('what is there already is compared with', async () => {
    const other = WORDS.map((word) => word.replace('tenant-a', 'tenant-b').replace('eth1', 'eth2'));
    const run = await generate(...other, '--apply', '--dry-run=server');
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('cross/same-range-diff-l2');
  });

  test('with a pod', async () => {
    const run = await generate('none', '--name', 'l2', '--main', 'tap', '--with-pod', '--apply', '-o', 'name');
    expect([run.code, run.stdout]).toEqual([0, 'networkattachmentdefinition.k8s.cni.cncf.io/l2\npod/l2-pod\n']);
  });

  test('at a terminal it asks, and no is the answer without a word', async () => {
    const path = `${NADS}/asked`;
    const words = ['none', '--name', 'asked', '--main', 'macvlan', '--master', 'eth1', '--apply'];
    const kubeconfig = cluster.kubeconfigIn(NAMESPACE);
    const terminal = openTerminal(['nad', 'generate', ...words], { env: { KUBECONFIG: kubeconfig } });
    await terminal.sees(/Apply NetworkAttachmentDefinition generated\/asked to cluster ".+" \(https:.*\)\? \(y\/N\)/);
    terminal.type('\r');
    expect(await terminal.code).toBe(1);
    expect(terminal.shown).toContain('Nothing was applied.');
    expect((await cluster.request('GET', path)).status).toBe(404);

    const agreed = openTerminal(['nad', 'generate', ...words], { env: { KUBECONFIG: kubeconfig } });
    await agreed.sees(/\(y\/N\)/);
    agreed.type('y\r');
    expect(await agreed.code).toBe(0);
    expect((await cluster.request('GET', path)).status).toBe(200);

    const machine = openTerminal(['nad', 'generate', ...words, '-o', 'json'], { env: { KUBECONFIG: kubeconfig } });
    expect(await machine.code).toBe(2);
  });

  test('needs the role admin, and no more', async () => {
    const as = async (user: string, rules: PolicyRule[]): Promise<CliResult> => {
      const kubeconfig = await cluster.kubeconfigFor(user, { rules });
      return runCli(['nad', 'generate', ...WORDS, '-n', NAMESPACE, '--apply'], { kubeconfig });
    };
    const rulesOf = async (role: string): Promise<PolicyRule[]> =>
      (jsonOf(await runCli(['rbac', '--role', role, '-o', 'json'])) as { rules: PolicyRule[] }).rules;
    const operator = await as('generate-operator', await rulesOf('operator'));
    expect([operator.code, operator.stdout]).toEqual([4, '']);
    expect(operator.stderr).toContain('may not patch network-attachment-definitions.k8s.cni.cncf.io');
    expect(operator.stderr).toContain('ipamctl rbac --role admin');
    expect((await as('generate-admin', await rulesOf('admin'))).code).toBe(0);
    const nobody = await as('generate-nobody', []);
    expect(nobody.code).toBe(4);
  });
});

test('nad ls shows what was applied, and how full it is', async () => {
  const words = ['whereabouts', '--name', 'listed', '--main', 'macvlan', '--master', 'eth9', '--range', '10.77.0.0/29'];
  const applied = await generate(...words, '--with-pod', '--apply', '-o', 'json');
  const { items } = JSON.parse(applied.stdout) as { items: [{ spec: { config: string } }] };
  const netConf = items[0].spec.config;
  await add({ cluster, namespace: NAMESPACE, pod: 'listed-pod', containerId: 'listed', netConf });
  const kubeconfig = cluster.kubeconfigIn(NAMESPACE);
  const list = jsonOf(await runCli(['nad', 'ls', '-o', 'json'], { kubeconfig })) as { items: { name: string }[] };
  expect(list.items.find(({ name }) => name === 'listed')).toMatchObject({
    plugin: 'macvlan',
    ranges: ['10.77.0.0/29'],
    pools: [{ namespace: POOL_NAMESPACE, name: '10.77.0.0-29', capacity: '6', used: 1, usedPercent: 16.7 }],
    pods: 1,
    findings: { errors: 0 },
  });
});
