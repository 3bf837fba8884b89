import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FixResult } from '../../src/audit/fix-result.js';
import type { AuditReport } from '../../src/audit/report.js';
import { attach } from '../cluster/attach.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { runReconciler } from '../cluster/controllers.js';
import { createNad, createNode, createPod, deletePod, setNodeReady, terminatePod } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import { optionalFields, violations } from '../support/schemas.js';
import { jsonOf, runCli, startCli } from './support/cli.js';
import { openGate, type Gate, type Passing } from './support/gate.js';
import { statesOf } from './support/journals.js';
import { deploy, UPSTREAMS } from './support/reconcilers.js';
import { viewerRules, without } from './support/viewer.js';

const NS = 'audited';
const POOLS = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/ippools`;
const RESERVATIONS = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/overlappingrangeipreservations`;

/** Of 14 addresses. */
const TIGHT_PODS = 12;

/** What is seen of the cluster that is saved. */
const RAISED = [
  'capacity',
  'collection-failed-event',
  'duplicate-live-ip',
  'finished-pod',
  'invalid-podref',
  'lease-contention',
  'missing-ifname',
  'missing-network-status',
  'missing-slice-pool',
  'reservation-without-allocation',
  'stale-allocation',
  'untracked-live-ip',
];

const TELLS_THE_MOMENT: ReadonlySet<string> = new Set([
  'firstSeen',
  'readAt',
  'confirmedByGet',
  'sinceMinutes',
  'transitionsPerMinute',
]);

/** Its reconciler is deployed, and no node runs it. */
const WITHOUT_PODS = [
  { check: 'audit/reconciler-not-running', why: 'no reconciler has started' },
  { check: 'audit/schedule-not-in-force', why: 'no schedule is set' },
];

let cluster: TestCluster;
let journal: string;

beforeAll(async () => {
  journal = mkdtempSync(join(tmpdir(), 'ipamctl-audit-fix-'));
  cluster = await TestCluster.start();
  await createNode(cluster, 'node-a');
  await deploy(cluster, UPSTREAMS, 1);
  await nad('plain', { range: '10.60.0.0/24' });
  await nad('named', { range: '10.61.0.0/24', network_name: 'auditnet' });
  await nad('wide', { range: '10.62.0.0/24', network_name: 'auditover' });
  await nad('narrow', { range: '10.62.0.0/25', network_name: 'auditover' });
  for (const name of ['plain', 'named']) await pod(`stays-${name}`, name);
});

afterAll(async () => {
  await cluster.stop();
  rmSync(journal, { recursive: true, force: true });
});

function nad(name: string, ipam: object): Promise<unknown> {
  const config = {
    cniVersion: '0.3.1',
    name,
    type: 'macvlan',
    master: `eth-${name}`,
    ipam: { type: 'whereabouts', ...ipam },
  };
  return createNad(cluster, NS, name, config);
}

/** A pod of the real plugin; its first address. */
async function pod(name: string, network: string, noNetworkStatus = false): Promise<string> {
  const { networks } = await attach(cluster, { namespace: NS, name, nets: [`${NS}/${network}`], noNetworkStatus });
  return networks[0]?.ips[0] ?? '';
}

async function audited(...args: string[]): Promise<AuditReport> {
  const report = jsonOf(
    await runCli(['audit', '-o', 'json', ...args], { kubeconfig: cluster.kubeconfig }),
  ) as AuditReport;
  expect(violations(report)).toEqual([]);
  expect(report.incomplete).toBe(false);
  return report;
}

/** `check subject` of what is found, from a severity on. */
function found({ findings }: AuditReport, serious = false): string[] {
  return findings
    .filter(({ severity }) => !serious || severity !== 'info')
    .map(({ check, address, object }) => `${check.slice('audit/'.length)} ${address ?? object.name}`)
    .sort();
}

async function fixed(...args: string[]): Promise<{ code: number; result: FixResult }> {
  const ran = await runCli(['audit', '-o', 'json', '--journal', journal, ...args], { kubeconfig: cluster.kubeconfig });
  const result = jsonOf(ran) as FixResult;
  expect(violations(result)).toEqual([]);
  return { code: ran.code ?? -1, result };
}

const keyOf = (address: string): string => address.split('.').at(-1) ?? '';

async function entry(pool: string, key: string): Promise<Record<string, unknown> | undefined> {
  const object = await cluster.ok('GET', `${POOLS}/${pool}`);
  return (object['spec'] as { allocations?: Record<string, Record<string, unknown>> }).allocations?.[key];
}

async function removeEntry(pool: string, key: string): Promise<void> {
  await cluster.ok('PATCH', `${POOLS}/${pool}`, { spec: { allocations: { [key]: null } } });
}

/** Reason and note of the Events that are about a pool, whether that is there or not. */
async function told(pool: string): Promise<string[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${POOL_NAMESPACE}/events`;
  const { items } = await cluster.ok<{ items: { regarding: { name: string }; reason: string; note: string }[] }>(
    'GET',
    path,
  );
  return items.filter(({ regarding }) => regarding.name === pool).map(({ reason, note }) => `${reason}: ${note}`);
}

describe('a healthy cluster', () => {
  test('raises nothing, as a person sees it too', async () => {
    const report = await audited();
    expect([found(report), report.skipped]).toEqual([[], WITHOUT_PODS]);
    const { code, stdout, stderr } = await runCli(['audit'], { kubeconfig: cluster.kubeconfig });
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^\s*No findings: \d+ checks over 2 pools, 2 allocations, 2 reservations, \d+ pods?\./);
  });
});

describe('what raises a check raises it, and nothing else', () => {
  test('nothing that reconciles: where it went, and not where it is in another namespace than usual', async () => {
    const path = '/apis/apps/v1/namespaces/kube-system/deployments/whereabouts-reconciler';
    await cluster.ok('DELETE', path);
    const report = await audited();
    expect(report.findings.map(({ check, severity }) => [check, severity])).toEqual([
      ['audit/reconciler-missing', 'error'],
    ]);
    expect(report.findings[0]?.message).toMatch(
      /^nothing that reconciles is deployed, and 4 networks use whereabouts$/,
    );
    await deploy(cluster, { ...UPSTREAMS, namespace: 'elsewhere' }, 1);
    expect(found(await audited())).toEqual([]);
    await cluster.ok('DELETE', path.replace('kube-system', 'elsewhere'));
    await deploy(cluster, UPSTREAMS, 1);
  });

  test('the reconciler deletes the reservations of a named network: worth knowing, and mended', async () => {
    const address = await pod('renamed', 'named');
    await runReconciler(cluster);
    const report = await audited('-n', NS);
    expect(found(report, true)).toEqual([]);
    expect(found(report)).toContain(`allocation-without-reservation ${address}`);
    const dry = await fixed('--fix', 'allocation-without-reservation', '--dry-run=server');
    expect([dry.code, dry.result.writes?.map(({ verb, refusal }) => [verb, refusal])]).toEqual([
      1,
      dry.result.items.map(() => ['create', null]),
    ]);
    const { code, result } = await fixed('--fix', 'allocation-without-reservation', '--yes');
    expect(result.items.map(({ result: each, error }) => [each, error])).toEqual(
      result.items.map(() => ['fixed', null]),
    );
    expect([code, result.items.length]).toEqual([0, 2]);
    expect(await told('auditnet-10.61.0.0-24')).toContainEqual(
      expect.stringMatching(/^AddressesRestored: .*10\.61\.0\./),
    );
    const made = await cluster.ok('GET', `${RESERVATIONS}/auditnet-${address}`);
    expect(made['spec']).toMatchObject({ podref: `${NS}/renamed`, ifname: 'net1' });
    expect(found(await audited())).toEqual([]);
    await deletePod(cluster, NS, 'renamed');
    await runCli(['reconcile', '--now', '--yes', '--journal', journal], { kubeconfig: cluster.kubeconfig });
  });

  test('an entry that got lost: untracked, and its reservation stands alone; mended by its entry', async () => {
    const address = await pod('untracked', 'plain');
    await removeEntry('10.60.0.0-24', keyOf(address));
    expect(found(await audited())).toEqual([
      `reservation-without-allocation ${address}`,
      `untracked-live-ip ${address}`,
    ]);
    const asked = await runCli(['audit', '--fix', 'untracked-live-ip'], { kubeconfig: cluster.kubeconfig });
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--fix needs --yes')]);
    const { code, result } = await fixed('--fix', 'untracked-live-ip', '--yes');
    expect([code, result.items]).toEqual([
      0,
      [expect.objectContaining({ address, action: 'add-key', result: 'fixed', error: null })],
    ]);
    expect(result.journal).not.toBeNull();
    expect(await told('10.60.0.0-24')).toContain(`AddressesRestored: Restored 1 address: ${address}`);
    expect(await entry('10.60.0.0-24', keyOf(address))).toEqual({ id: '', podref: `${NS}/untracked`, ifname: 'net1' });
    expect(found(await audited())).toEqual([]);
    await deletePod(cluster, NS, 'untracked');
    await runCli(['reconcile', '--now', '--yes', '--journal', journal], { kubeconfig: cluster.kubeconfig });
  });

  test('a pod that is gone: stale, and released by the report', async () => {
    const address = await pod('gone', 'plain');
    const other = await pod('gone-too', 'named');
    await deletePod(cluster, NS, 'gone');
    const file = join(journal, 'report.json');
    await runCli(['audit', '-o', `json=${file}`], { kubeconfig: cluster.kubeconfig });
    // What the report does not name is left alone, though it is stale by now.
    await deletePod(cluster, NS, 'gone-too');
    const args = ['ips', 'release', '--from-report', file, '--yes', '--journal', journal, '-o', 'json'];
    const ran = await runCli(args, { kubeconfig: cluster.kubeconfig });
    const { items } = jsonOf(ran) as { items: { address: string; result: string | null }[] };
    expect(items.filter(({ result }) => result === 'released').map((item) => item.address)).toEqual([address]);
    expect(found(await audited())).toEqual([`stale-allocation ${other}`]);
    await runCli(['reconcile', '--now', '--yes', '--journal', journal], { kubeconfig: cluster.kubeconfig });
  });

  test('a running pod without network-status', async () => {
    await pod('silent', 'plain', true);
    expect(found(await audited())).toEqual(['missing-network-status silent']);
    await deletePod(cluster, NS, 'silent');
    await runCli(['reconcile', '--now', '--yes', '--journal', journal], { kubeconfig: cluster.kubeconfig });
  });

  test('overlapping ranges hand one address out twice once the reconciler has run', async () => {
    const first = await pod('twice-a', 'wide');
    await runReconciler(cluster);
    const second = await pod('twice-b', 'narrow');
    expect(second).toBe(first);
    expect(found(await audited(), true)).toEqual([
      `duplicate-allocation ${first}`,
      `duplicate-live-ip ${first}`,
      `owner-mismatch ${first}`,
    ]);
    for (const name of ['twice-a', 'twice-b']) await deletePod(cluster, NS, name);
    // The same run took the reservation of another named network's pod.
    expect((await fixed('--fix', 'allocation-without-reservation', '--yes')).code).toBe(0);
    await runCli(['reconcile', '--now', '--yes', '--journal', journal], { kubeconfig: cluster.kubeconfig });
  });

  test('what only a hand can write: keys, owners, ranges', async () => {
    const body = { podref: `${NS}/stays-plain`, id: 'x' };
    await cluster.ok('PATCH', `${POOLS}/10.60.0.0-24`, {
      spec: { allocations: { '18446463705355360228': body, 200: { ...body, podref: 'nobody' } } },
    });
    for (const [name, range] of [
      ['10.66.0.0-24', '10.66.0.9/24'],
      ['10.67.0.0-24', 'nothing'],
    ] as const) {
      await cluster.ok('POST', POOLS, {
        apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
        kind: 'IPPool',
        metadata: { name, namespace: POOL_NAMESPACE },
        spec: { range, allocations: {} },
      });
    }
    const checks = found(await audited(), true);
    expect(checks).toEqual([
      'invalid-offset 10.60.0.0-24',
      'invalid-podref 10.60.0.200',
      'invalid-pool-range 10.67.0.0-24',
      'unmasked-pool-range 10.66.0.0-24',
    ]);
    await cluster.ok('PATCH', `${POOLS}/10.60.0.0-24`, {
      spec: { allocations: { '18446463705355360228': null, 200: null } },
    });
    const deleted = await fixed('--fix', 'orphan-pool', '--yes');
    // The pools of the networks are mapped, these are not, and an Event tells of each.
    expect(deleted.result.items.map(({ object, result }) => [object.name, result]).sort()).toEqual([
      ['10.66.0.0-24', 'fixed'],
      ['10.67.0.0-24', 'fixed'],
    ]);
    expect(deleted.code).toBe(0);
    for (const name of ['10.66.0.0-24', '10.67.0.0-24']) {
      expect(await told(name)).toEqual(['PoolDeleted: Deleted: it was empty, and no NAD or node slice drew from it']);
    }
    expect((await cluster.request('GET', `${POOLS}/10.66.0.0-24`)).status).toBe(404);
    expect((await cluster.request('GET', `${POOLS}/10.60.0.0-24`)).status).toBe(200);
    expect(found(await audited())).toEqual([]);
  });

  test('a pool where the plugin does not look; without a right to Leases nobody knows, and says so', async () => {
    const namespace = 'old-place';
    await cluster.ok('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${namespace}/ippools`;
    await cluster.ok('POST', path, {
      apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
      kind: 'IPPool',
      metadata: { name: '10.60.0.0-24', namespace },
      spec: { range: '10.60.0.0/24', allocations: {} },
    });
    expect(found(await audited(), true)).toEqual(['foreign-namespace 10.60.0.0-24']);
    const rules = await viewerRules();
    const seeing = await cluster.kubeconfigFor('audit-viewer', { rules });
    const seen = jsonOf(await runCli(['audit', '-o', 'json'], { kubeconfig: seeing })) as AuditReport;
    expect([found(seen, true), seen.incomplete, seen.skipped]).toEqual([
      ['foreign-namespace 10.60.0.0-24'],
      false,
      WITHOUT_PODS,
    ]);
    const blind = await cluster.kubeconfigFor('audit-no-leases', {
      rules: without(rules, { resource: 'leases', verb: 'get' }),
    });
    const ran = await runCli(['audit', '-o', 'json', '--fail-on', 'never'], { kubeconfig: blind });
    const report = jsonOf(ran) as AuditReport;
    expect([ran.code, report.incomplete, found(report, true)]).toEqual([1, true, []]);
    expect(report.skipped).toEqual([
      { check: 'audit/foreign-namespace', why: expect.stringContaining('may not get leases') as unknown },
      ...WITHOUT_PODS,
    ]);
    await cluster.ok('DELETE', `${path}/10.60.0.0-24`);
  });

  test('a finished pod, and one whose network-status another pod shows as well', async () => {
    const address = await pod('done', 'plain');
    await cluster.ok('PATCH', `/api/v1/namespaces/${NS}/pods/done/status`, { status: { phase: 'Succeeded' } });
    const report = await audited();
    expect(found(report)).toEqual([`finished-pod ${address}`]);
    const twin = [{ name: `${NS}/plain`, interface: 'net1', ips: [await stays()] }];
    await createPod(cluster, { namespace: NS, name: 'twin', networkStatus: twin });
    expect(found(await audited(), true)).toEqual([`duplicate-live-ip ${await stays()}`]);
  });
});

describe('what nodes and changed networks raise', () => {
  test('a pod that is being deleted on a node that does not report', async () => {
    await createNode(cluster, 'node-b');
    const { networks } = await attach(cluster, {
      namespace: NS,
      name: 'cut-off',
      node: 'node-b',
      nets: [`${NS}/plain`],
    });
    const address = networks[0]?.ips[0] ?? '';
    const before = found(await audited());
    expect(before).not.toContain(`lost-node ${address}`);
    await setNodeReady(cluster, 'node-b', 'Unknown');
    await terminatePod(cluster, NS, 'cut-off');
    expect(found(await audited())).toEqual([...before, `lost-node ${address}`].sort());
    await deletePod(cluster, NS, 'cut-off');
    await cluster.ok('DELETE', '/api/v1/nodes/node-b');
  });

  test('an address that its network does not hand out any more', async () => {
    await nad('shrunk', { range: '10.69.0.0/24' });
    const address = await pod('early', 'shrunk');
    const before = found(await audited());
    expect(before).not.toContain(`outside-window ${address}`);
    const path = `/apis/k8s.cni.cncf.io/v1/namespaces/${NS}/network-attachment-definitions/shrunk`;
    const ipam = { type: 'whereabouts', range: '10.69.0.0/24', range_start: '10.69.0.100' };
    const config = { cniVersion: '0.3.1', name: 'shrunk', type: 'macvlan', master: 'eth-shrunk', ipam };
    await cluster.ok('PATCH', path, { spec: { config: JSON.stringify(config) } });
    expect(found(await audited())).toEqual([...before, `outside-window ${address}`].sort());
    await deletePod(cluster, NS, 'early');
    await cluster.ok('DELETE', path);
    await cluster.ok('DELETE', `${POOLS}/10.69.0.0-24`);
    await cluster.ok('DELETE', `${RESERVATIONS}/${address}`);
    await runCli(['reconcile', '--now', '--yes', '--journal', journal], { kubeconfig: cluster.kubeconfig });
  });
});

describe('deleting a pool', () => {
  const name = '10.68.0.0-24';
  const args = ['audit', '--fix', 'orphan-pool', '--yes', '-o', 'json'];
  const isThere = async (): Promise<boolean> => (await cluster.request('GET', `${POOLS}/${name}`)).status === 200;

  /** Acts on the deletion itself: the first DELETE asks for the right, in its body. */
  function gateAtDeletion(act: (passing: Passing) => Promise<void> | void): Promise<Gate> {
    let deletes = 0;
    return openGate(cluster, async (passing) => {
      if (passing.method === 'DELETE' && passing.path.includes(`/ippools/${name}`) && ++deletes > 1) await act(passing);
    });
  }

  beforeAll(async () => {
    await cluster.ok('POST', POOLS, {
      apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
      kind: 'IPPool',
      metadata: { name, namespace: POOL_NAMESPACE },
      spec: { range: '10.68.0.0/24', allocations: {} },
    });
  });

  test('no field of a plan may be missing', async () => {
    const { result } = await fixed('--fix', 'orphan-pool', '--dry-run=server');
    expect(result.items).toHaveLength(1);
    expect(result.writes).toHaveLength(1);
    expect(optionalFields(result).filter((path) => !path.startsWith('writes.0.body.'))).toEqual([]);
  });

  test('the API server refuses it: failed, and the pool stays', async () => {
    const gate = await gateAtDeletion((passing) => {
      passing.refuse(403);
    });
    const ran = await runCli([...args, '--journal', journal], { kubeconfig: gate.kubeconfig });
    await gate.close();
    const { items } = jsonOf(ran) as FixResult;
    expect([ran.code, items.map(({ result }) => result)]).toEqual([4, ['failed']]);
    expect(items[0]?.error).not.toBeNull();
    expect(await isThere()).toBe(true);
  });

  test('killed before it: the journal tells, and the next one completes it', async () => {
    const own = join(journal, 'killed');
    let isStopped = false;
    const gate = await gateAtDeletion(() => {
      isStopped = true;
      return new Promise(() => undefined);
    });
    const running = startCli([...args, '--journal', own], { kubeconfig: gate.kubeconfig });
    await waitFor('the deletion', () => isStopped, 60_000);
    running.kill('SIGKILL');
    await running.ended;
    await gate.close();
    expect(await isThere()).toBe(true);
    const [killed] = await statesOf(own);
    expect(killed?.intents.map(({ status }) => status)).toEqual(['uncertain']);
    const ran = await runCli([...args, '--journal', own], { kubeconfig: cluster.kubeconfig });
    expect([ran.code, (jsonOf(ran) as FixResult).items.map(({ result }) => result)]).toEqual([0, ['fixed']]);
    expect(await isThere()).toBe(false);
    const [decided] = await statesOf(own);
    expect(decided?.intents.filter(({ status }) => status === 'uncertain')).toEqual([]);
  });
});

describe('a snapshot', () => {
  test('says what the cluster said', async () => {
    await pod('left', 'named');
    await deletePod(cluster, NS, 'left');
    await pod('mute', 'plain', true);
    const lost = await pod('lost-entry', 'plain');
    await removeEntry('10.60.0.0-24', keyOf(lost));
    await cluster.ok('PATCH', `${POOLS}/10.60.0.0-24`, {
      spec: { allocations: { 201: { podref: 'nobody', id: 'x' }, 202: { podref: `${NS}/stays-plain`, id: 'y' } } },
    });
    await nad('tight', { range: '10.63.0.0/28' });
    for (let index = 0; index < TIGHT_PODS; index++) await pod(`tight-${index.toString()}`, 'tight');
    await nad('sliced', { range: '10.64.0.0/22', node_slice_size: '/24', network_name: 'nosuchslice' });
    await gaveUp('was-here');
    await busyLease();
    const live = await audited();
    expect([...new Set(live.findings.map(({ check }) => check.slice('audit/'.length)))].sort()).toEqual(RAISED);
    for (const name of ['kept', 'kept.tar.gz']) {
      const place = join(journal, name);
      const saved = await runCli(['snapshot', 'save', place], { kubeconfig: cluster.kubeconfig });
      expect([saved.code, saved.stderr]).toEqual([0, expect.any(String)]);
      const read = jsonOf(await runCli(['audit', '-o', 'json', '--from', place])) as AuditReport;
      expect(violations(read)).toEqual([]);
      expect(answerOf(read)).toEqual(answerOf(live));
    }
  });
});

/** What differs between a cluster and files of it: when it was read, by whom, and what a pod's own read confirms. */
function answerOf({ findings, skipped, summary, incomplete, cluster: { uid } }: AuditReport): unknown {
  return JSON.parse(
    JSON.stringify({ findings, skipped, summary, incomplete, uid }, (key, value: unknown) =>
      TELLS_THE_MOMENT.has(key)
        ? undefined
        : typeof value === 'string'
          ? value.replace(/hands [\d.]+ times/, 'hands often')
          : value,
    ),
  ) as unknown;
}

/** Whereabouts' pod controller could not free what a pod had held. */
async function gaveUp(name: string): Promise<void> {
  await cluster.ok('POST', `/api/v1/namespaces/${NS}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.1` },
    involvedObject: { kind: 'Pod', namespace: NS, name, uid: 'gone' },
    reason: 'IPAddressGarbageCollectionFailed',
    message: 'failed to get the IPPool data',
    type: 'Warning',
    count: 3,
    lastTimestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  });
}

/** The plugin's own Lease, as it is where nodes wait for each other. */
async function busyLease(): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${POOL_NAMESPACE}/leases/whereabouts`;
  const lease = await cluster.ok('PATCH', path, { spec: { leaseTransitions: 100_000 } });
  // Of its first minute nothing is told.
  const told = Date.parse(String(lease.metadata?.['creationTimestamp'])) + 61_000;
  await sleep(Math.max(0, told - Date.now()));
}

async function stays(): Promise<string> {
  const object = await cluster.ok('GET', `/api/v1/namespaces/${NS}/pods/stays-plain`);
  const text = object.metadata?.annotations?.['k8s.v1.cni.cncf.io/network-status'] ?? '';
  return /10\.60\.0\.\d+/.exec(text)?.[0] ?? '';
}
