import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { openTarget, type Target } from '../../src/cluster/open.js';
import { changeNetwork, planAdd, planRemove } from '../../src/openshift/change.js';
import { type Entry, shimEntry } from '../../src/openshift/entry.js';
import type { ShimResult, ShimStatus } from '../../src/openshift/documents.js';
import { type PolicyRule, TestCluster } from '../cluster/cluster.js';
import { createNad, ensureNamespace } from '../cluster/objects.js';
import {
  createClusterOperator,
  createOperand,
  createOperatorNetwork,
  createStuckPod,
  deployWhereabouts,
  OPERATOR_NETWORK_PATH,
  operatorSpec,
  READY,
  removeOperands,
  setOperandStatus,
} from '../cluster/openshift.js';
import { violations } from '../support/schemas.js';
import { type CliResult, jsonOf, runCli, startCli } from './support/cli.js';
import { Door } from './support/door.js';
import { openTerminal } from './support/pty.js';
import { without } from './support/viewer.js';

const SHIM = shimEntry({ type: 'whereabouts' });
const OTHER: Entry = {
  name: 'tenant-a',
  namespace: 'tenants',
  type: 'SimpleMacvlan',
  simpleMacvlanConfig: { master: 'eth1', mode: 'Bridge', ipamConfig: { type: 'Static' }, mtu: 9000 },
};
const RAW: Entry = {
  name: 'odd',
  type: 'Raw',
  rawCNIConfig: ' {"cniVersion":"0.3.1",  "name":"odd","type":"macvlan",\t"x":1.0} ',
};
/** Of what no definition says anything: it must come back letter by letter. */
const UNKNOWN = { unsupportedConfigOverrides: { x: { y: [1.5, 1e21, null, '\u00e9'] } } };
const FIFTY = Array.from({ length: 50 }, (_, i) => ({ ...(i % 2 === 0 ? OTHER : RAW), name: `net-${i.toString()}` }));

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
  await ensureNamespace(cluster, 'tenants');
}, 400_000);
afterAll(() => cluster.stop());
beforeEach(() => removeOperands(cluster));

function shim(...words: string[]): Promise<CliResult> {
  return runCli(['shim', ...words], { kubeconfig: cluster.kubeconfig });
}

async function resultOf(...words: string[]): Promise<{ ran: CliResult; result: ShimResult }> {
  const ran = await shim(...words, '-o', 'json');
  const result = jsonOf(ran) as ShimResult;
  expect(violations(result)).toEqual([]);
  return { ran, result };
}

async function statusOf(...words: string[]): Promise<{ ran: CliResult; status: ShimStatus }> {
  const ran = await shim('status', ...words, '-o', 'json');
  const status = jsonOf(ran) as ShimStatus;
  expect(violations(status)).toEqual([]);
  return { ran, status };
}

const stateOf = ({ items }: ShimStatus): [string, string][] =>
  items.flatMap(({ parts }) => parts.map(({ part, state }): [string, string] => [part, state]));

const listOf = async (): Promise<unknown> => (await operatorSpec(cluster))['additionalNetworks'];

describe('apply, and remove again', () => {
  const lists: [string, Record<string, unknown>, unknown][] = [
    ['absent', {}, undefined],
    ['empty', { additionalNetworks: [] }, []],
    ['one entry', { additionalNetworks: [OTHER] }, [OTHER]],
    ['fifty entries', { additionalNetworks: FIFTY }, FIFTY],
  ];
  test.each(lists)('%s: only our entry comes and goes', async (_title, spec, list) => {
    await createOperatorNetwork(cluster, { ...UNKNOWN, ...spec });
    const before = await operatorSpec(cluster);
    const bytes = await bytesOfSpec();
    expect(before['additionalNetworks']).toEqual(list);
    for (const dryRun of ['client', 'server']) {
      const { ran, result } = await resultOf('apply', 'whereabouts', `--dry-run=${dryRun}`);
      expect([ran.code, result.result, result.dryRun, result.after]).toEqual([0, 'added', dryRun, SHIM]);
      expect(await operatorSpec(cluster)).toEqual(before);
    }
    const { ran, result } = await resultOf('apply', 'whereabouts', '--yes');
    expect([ran.code, ran.stderr, result.result, result.before]).toEqual([0, '', 'added', null]);
    const others = (list ?? []) as unknown[];
    expect(await operatorSpec(cluster)).toEqual({ ...before, additionalNetworks: [...others, SHIM] });
    expect((await bytesOfSpec()).replace(SHIM_BYTES, '')).toBe(
      bytes.replace(/^{(?!"additionalN)/, '{"additionalNetworks":[],'),
    );
    const again = await resultOf('apply', 'whereabouts');
    expect([again.ran.code, again.result.result, again.result.patch]).toEqual([0, 'unchanged', []]);
    const removed = await resultOf('remove', 'whereabouts', '--yes');
    expect([removed.ran.code, removed.result.result, removed.result.before]).toEqual([0, 'removed', SHIM]);
    expect(await bytesOfSpec()).toBe(bytes.replace(/^{(?!"additionalN)/, '{"additionalNetworks":[],'));
    const gone = await resultOf('remove', 'whereabouts');
    expect([gone.ran.code, gone.result.result]).toEqual([0, 'unchanged']);
  });

  test('null is as good as absent, should a server keep it', async () => {
    const made = await cluster.request('PATCH', OPERATOR_NETWORK_PATH, { spec: { additionalNetworks: null } });
    expect(made.status).toBe(200);
    expect((await resultOf('apply', 'dhcp', '--yes')).result.result).toBe('added');
    expect(await listOf()).toEqual([shimEntry({ type: 'dhcp' })]);
  });

  test('in the middle of a list, and nothing of the others is even sent', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [OTHER, SHIM, RAW] });
    const { result } = await resultOf('remove', 'whereabouts', '--yes');
    expect(await listOf()).toEqual([OTHER, RAW]);
    expect(JSON.stringify(result.patch)).not.toContain('tenant-a');
  });

  test('the document as it is written counts as our entry, whatever its white space', async () => {
    const rawCNIConfig =
      '{"name":"whereabouts-shim","cniVersion":"0.3.1","type":"bridge","ipam":{"type":"whereabouts"}}';
    await createOperatorNetwork(cluster, {
      additionalNetworks: [{ name: 'whereabouts-shim', type: 'Raw', rawCNIConfig }],
    });
    const ran = await shim('apply', 'whereabouts');
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([
      0,
      '',
      '\nNothing to do: entry whereabouts-shim of network.operator.openshift.io/cluster says that already.\n',
    ]);
  });

  test('an entry of another name that has the effect is as good; --force adds ours beside it', async () => {
    const rawCNIConfig = JSON.stringify({ name: 'n', plugins: [{ type: 'macvlan', ipam: { type: 'whereabouts' } }] });
    const other = { name: 'prod', type: 'Raw', rawCNIConfig };
    await createOperatorNetwork(cluster, { additionalNetworks: [other] });
    const { ran, result } = await resultOf('apply', 'whereabouts');
    expect([ran.code, result.result, result.by]).toEqual([0, 'unchanged', 'prod']);
    expect((await shim('apply', 'whereabouts')).stderr).toContain('entry prod has IPAM whereabouts, which is as good');
    expect((await resultOf('apply', 'whereabouts', '--force', '--yes')).result.result).toBe('added');
    await createNad(cluster, 'tenants', 'user', {
      name: 'u',
      type: 'macvlan',
      ipam: { type: 'whereabouts', range: '10.0.0.0/24' },
    });
    // prod keeps what the operator deploys, so nobody needs ours.
    const removed = await resultOf('remove', 'whereabouts', '--yes');
    expect([removed.ran.code, removed.result.result, removed.result.by]).toEqual([0, 'removed', 'prod']);
    expect(await listOf()).toEqual([other]);
  });

  test('an entry of that name that says something else: its diff, and replaced only with --force', async () => {
    const foreign = {
      ...SHIM,
      rawCNIConfig: '{"cniVersion":"0.3.1","name":"mine","type":"bridge","ipam":{"type":"static"}}',
    };
    await createOperatorNetwork(cluster, { additionalNetworks: [OTHER, foreign, RAW] });
    for (const verb of ['apply', 'remove']) {
      const refused = await shim(verb, 'whereabouts', '--yes');
      expect([refused.code, refused.stdout]).toEqual([5, '']);
      expect(refused.stderr).toContain('an entry whereabouts-shim is there, and says something else');
      expect(refused.stderr).toMatch(/-\s+"name": "mine"/);
    }
    expect(await listOf()).toEqual([OTHER, foreign, RAW]);
    const { ran, result } = await resultOf('apply', 'whereabouts', '--force', '--yes');
    expect([ran.code, result.result, result.before]).toEqual([0, 'replaced', foreign]);
    expect(await listOf()).toEqual([OTHER, SHIM, RAW]);
  });

  test('disableMultiNetwork is refused with the reason', async () => {
    await createOperatorNetwork(cluster, { disableMultiNetwork: true });
    const ran = await shim('apply', 'dhcp', '--yes');
    expect([ran.code, ran.stdout]).toEqual([5, '']);
    expect(ran.stderr).toContain('disableMultiNetwork: true');
    expect(await listOf()).toBeUndefined();
  });

  test('set while we write: the guard holds, and it is refused', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [OTHER] });
    const door = await Door.open(cluster);
    const stop = door.hold(/^PATCH .*networks\/cluster/);
    const running = startCli(['shim', 'apply', 'whereabouts', '--yes'], { kubeconfig: door.kubeconfig });
    await stop.reached();
    await cluster.ok('PATCH', OPERATOR_NETWORK_PATH, { spec: { disableMultiNetwork: true } });
    stop.pass();
    expect((await running.ended).code).toBe(5);
    expect(await listOf()).toEqual([OTHER]);
    await door.close();
  });

  test('a managementState that makes the operator idle is said', async () => {
    await createOperatorNetwork(cluster, { managementState: 'Unmanaged' });
    expect((await shim('apply', 'dhcp', '--dry-run=client')).stderr).toContain('spec.managementState is Unmanaged');
  });

  test('without --yes nothing is written where nobody can be asked; with nothing to do nobody asks', async () => {
    await createOperatorNetwork(cluster);
    const ran = await shim('apply', 'whereabouts');
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain('--yes');
    expect(await listOf()).toBeUndefined();
  });

  test('at a terminal the diff is shown and the question asked; no is the answer without a word', async () => {
    await createOperatorNetwork(cluster);
    const env = { KUBECONFIG: cluster.kubeconfig };
    const terminal = openTerminal(['shim', 'apply', 'whereabouts'], { env });
    await terminal.sees(/Add entry whereabouts-shim to network\.operator\.openshift\.io\/cluster in cluster ".+"/);
    expect(terminal.shown).toContain('+name: whereabouts-shim');
    terminal.type('\r');
    expect(await terminal.code).toBe(1);
    expect(terminal.shown).toContain('Nothing was changed.');
    expect(await listOf()).toBeUndefined();
    const agreed = openTerminal(['shim', 'apply', 'whereabouts'], { env });
    await agreed.sees(/\(y\/N\)/);
    agreed.type('y\r');
    expect(await agreed.code).toBe(0);
    expect(await listOf()).toEqual([SHIM]);
  });
});

/** What the server keeps of our entry, with the comma before it: its keys are sorted. */
const SHIM_BYTES = new RegExp(`,?${escaped(JSON.stringify(SHIM, ['name', 'namespace', 'rawCNIConfig', 'type']))}`);

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** The spec as the server sends it, letter by letter. */
async function bytesOfSpec(): Promise<string> {
  const { text } = await cluster.request('GET', OPERATOR_NETWORK_PATH);
  const [, spec] = /"spec":(\{.*\}),"status":/s.exec(text) ?? [];
  if (spec === undefined) throw new Error(text);
  return spec;
}

describe('remove while networks need it', () => {
  test('5, and they are named; --force removes', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM] });
    await createNad(cluster, 'default', 'whereabouts-shim', JSON.parse(String(SHIM['rawCNIConfig'])) as object);
    const config = { name: 'u', type: 'macvlan', ipam: { type: 'whereabouts', range: '10.0.0.0/24' } };
    await createNad(cluster, 'tenants', 'user', config);
    await createNad(cluster, 'tenants', 'static', { name: 's', type: 'macvlan', ipam: { type: 'static' } });
    const ran = await shim('remove', 'whereabouts', '--yes');
    expect([ran.code, ran.stdout]).toEqual([5, '']);
    expect(ran.stderr).toContain('1 NAD still uses IPAM whereabouts\n  tenants/user\n');
    expect((await shim('remove', 'whereabouts', '--dry-run=client')).code).toBe(5);
    expect(await listOf()).toEqual([SHIM]);
    expect((await shim('remove', 'whereabouts', '--yes', '--force')).code).toBe(0);
    expect(await listOf()).toEqual([]);
  });

  test("the shim's own NAD is no need of it", async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM] });
    await createNad(cluster, 'default', 'whereabouts-shim', JSON.parse(String(SHIM['rawCNIConfig'])) as object);
    expect((await shim('remove', 'whereabouts', '--yes')).code).toBe(0);
  });
});

test('200 rounds beside a second writer: no edit of either is lost', async () => {
  await createOperatorNetwork(cluster, { additionalNetworks: [OTHER, RAW] });
  const target: Target = await openTarget({ connection: { kubeconfig: cluster.kubeconfig }, version: 'test' }, {});
  const theirs = new Set<string>();
  let theirEdits = 0;
  const stop = new AbortController();
  /** Another tool, as careful as it should be: it puts back the whole object that it read, with its version. */
  const second = (async () => {
    for (let round = 0; !stop.signal.aborted; round++) {
      const object = await cluster.ok<{ spec: { additionalNetworks: Entry[] } }>('GET', OPERATOR_NETWORK_PATH);
      const list = object.spec.additionalNetworks;
      const name = `theirs-${round.toString()}`;
      // In front, so that every place in the list moves; and the oldest of its own go again.
      const own = list.filter((entry) => String(entry['name']).startsWith('theirs-'));
      const dropped = own.length > 5 ? own.at(-1) : undefined;
      object.spec.additionalNetworks = [{ ...RAW, name }, ...list.filter((entry) => entry !== dropped)];
      const answer = await cluster.request('PUT', OPERATOR_NETWORK_PATH, object);
      if (answer.status === 200) {
        theirEdits++;
        theirs.add(name);
        if (dropped !== undefined) theirs.delete(String(dropped['name']));
      }
      await pause(Math.random() * 10);
    }
  })();
  const ports = { cluster: target, sleep: (ms: number) => pause(ms) };
  const ours: Entry[] = [];
  try {
    for (let round = 0; round < 200; round++) {
      const entry = shimEntry({ type: 'dhcp', name: `ours-${round.toString()}` });
      const add = await changeNetwork(ports, (network) =>
        planAdd(network, entry, { type: null, force: false, hints: [] }),
      );
      expect(add.result).toBe('added');
      ours.push(entry);
      const [oldest] = ours;
      if (ours.length <= 5 || oldest === undefined) continue;
      const removed = await changeNetwork(ports, (network) =>
        planRemove(network, String(oldest['name']), 'dhcp', false),
      );
      expect(removed.result).toBe('removed');
      ours.shift();
    }
  } finally {
    stop.abort();
    await second;
    await target.close();
  }
  const list = (await listOf()) as Entry[];
  const named = (start: string): string[] =>
    list.map(({ name }) => String(name)).filter((name) => name.startsWith(start));
  expect(named('ours-').sort()).toEqual(ours.map(({ name }) => String(name)).sort());
  expect(named('theirs-').sort()).toEqual([...theirs].sort());
  expect(list.filter(({ name }) => name === 'tenant-a' || name === 'odd')).toEqual([OTHER, RAW]);
  expect(theirEdits).toBeGreaterThan(50);
}, 120_000);

describe('generate with the present list', () => {
  test('json-patch and merge-patch fit what is there, and the server takes them', async () => {
    for (const [spec, others] of [
      [{}, []],
      [{ additionalNetworks: [] }, []],
      [{ additionalNetworks: [OTHER, RAW] }, [OTHER, RAW]],
    ] as const) {
      for (const [format, contentType] of [
        ['json-patch', 'application/json-patch+json'],
        ['merge-patch', 'application/merge-patch+json'],
      ] as const) {
        await createOperatorNetwork(cluster, spec);
        const ran = await shim('generate', 'whereabouts', '-o', format, '--with-cluster');
        expect(ran.code).toBe(0);
        expect(ran.stderr).toContain('oc patch network.operator.openshift.io cluster --type=');
        await cluster.ok('PATCH', OPERATOR_NETWORK_PATH, JSON.parse(ran.stdout), { contentType });
        expect(await listOf()).toEqual([...others, SHIM]);
        // Once more it does not fit any more, and is refused rather than lost.
        expect(
          (await cluster.request('PATCH', OPERATOR_NETWORK_PATH, JSON.parse(ran.stdout), { contentType })).status,
        ).toBeGreaterThan(400);
        const again = await shim('generate', 'whereabouts', '-o', format, '--with-cluster');
        expect([again.code, JSON.parse(again.stdout)]).toEqual([0, format === 'json-patch' ? [] : {}]);
        expect(again.stderr).toContain('is there already');
      }
    }
  });

  test('offline: --empty-list makes the list, and is refused where there is one; without it the other way round', async () => {
    const contentType = 'application/json-patch+json';
    const [plain, empty] = await Promise.all([
      runCli(['shim', 'generate', 'dhcp', '-o', 'json-patch']),
      runCli(['shim', 'generate', 'dhcp', '-o', 'json-patch', '--empty-list']),
    ]);
    const send = async (ran: CliResult): Promise<number> =>
      (await cluster.request('PATCH', OPERATOR_NETWORK_PATH, JSON.parse(ran.stdout), { contentType })).status;
    await createOperatorNetwork(cluster);
    expect(await send(plain)).toBe(422);
    expect(await send(empty)).toBe(200);
    await createOperatorNetwork(cluster, { additionalNetworks: [OTHER] });
    expect(await send(empty)).toBe(422);
    expect(await send(plain)).toBe(200);
    expect(await listOf()).toEqual([OTHER, shimEntry({ type: 'dhcp' })]);
  });
});

describe('status, and --wait', () => {
  test('nothing is needed where nobody uses it', async () => {
    await createOperatorNetwork(cluster);
    const { ran, status } = await statusOf();
    expect([ran.code, status.items, status.platform]).toEqual([0, [], 'openshift']);
  });

  test('missing where NADs use it, with the command that mends', async () => {
    await createOperatorNetwork(cluster);
    await createNad(cluster, 'tenants', 'user', {
      name: 'u',
      type: 'macvlan',
      ipam: { type: 'whereabouts', range: '10.0.0.0/24' },
    });
    const { ran, status } = await statusOf();
    expect([ran.code, stateOf(status)]).toEqual([
      1,
      [
        ['entry', 'missing'],
        ['reconciler', 'missing'],
        ['controller', 'missing'],
      ],
    ]);
    expect(status.items[0]?.parts[0]?.mend).toBe('ipamctl shim apply whereabouts');
    expect(status.items[0]?.nads).toEqual([{ namespace: 'tenants', name: 'user' }]);
  });

  test('all there and ready', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM] });
    await deployWhereabouts(cluster);
    const { ran, status } = await statusOf();
    expect([ran.code, ran.stderr, status.items[0]?.state]).toEqual([0, '', 'ready']);
    expect(stateOf(status).map(([part]) => part)).toEqual(['entry', 'nad', 'reconciler', 'controller']);
    const human = await shim('status');
    expect(human.stdout).toContain('DaemonSet whereabouts-reconciler 3/3');
    expect(human.stderr).toBe('\nAll that whereabouts needs is there and ready.\n');
  });

  test('images that are not pulled, crash loops, nodes that do not fit', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM, shimEntry({ type: 'dhcp' })] });
    await deployWhereabouts(cluster, 6);
    const reconciler = { kind: 'DaemonSet', name: 'whereabouts-reconciler' } as const;
    await setOperandStatus(cluster, reconciler, { ...READY('DaemonSet', 6), numberReady: 3 });
    const pull = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "quay.example.com/x"' };
    for (const at of [4, 5]) {
      await createStuckPod(cluster, {
        workload: reconciler.name,
        name: `${reconciler.name}-${at.toString()}`,
        node: `worker-${at.toString()}`,
        waiting: pull,
      });
    }
    await createStuckPod(cluster, {
      workload: reconciler.name,
      name: `${reconciler.name}-6`,
      node: 'worker-6',
      waiting: { reason: 'CrashLoopBackOff', message: 'back-off' },
      lastExitCode: 4,
    });
    await createOperand(cluster, {
      kind: 'DaemonSet',
      name: 'dhcp-daemon',
      nodeSelector: { 'kubernetes.io/os': 'linux', dhcp: 'yes' },
      status: READY('DaemonSet', 0),
    });
    const { ran, status } = await statusOf();
    expect(ran.code).toBe(1);
    const messages = Object.fromEntries(
      status.items.flatMap(({ parts }) => parts.map(({ part, message }) => [part, message])),
    );
    expect(messages['reconciler']).toBe(
      '3 of 6 ready; worker-4, worker-5: ImagePullBackOff (Back-off pulling image "quay.example.com/x"); ' +
        'worker-6: CrashLoopBackOff (it ended with exit code 4)',
    );
    expect(messages['daemon']).toBe('no node matches its selector dhcp=yes,kubernetes.io/os=linux');
  });

  test('a rollout that its controller has not seen, an old release, an operator that is degraded', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM] });
    await createClusterOperator(cluster, [
      { type: 'Degraded', status: 'True', reason: 'RolloutHung', message: 'DaemonSet "/openshift-multus/x" is hung' },
      { type: 'Progressing', status: 'False' },
      { type: 'Available', status: 'True' },
    ]);
    await createNad(cluster, 'default', 'whereabouts-shim', '{}');
    await createOperand(cluster, { kind: 'DaemonSet', name: 'whereabouts-reconciler' });
    const status = READY('Deployment', 1);
    await createOperand(cluster, { kind: 'Deployment', name: 'whereabouts-controller', release: '4.19.1', status });
    const seen = (await statusOf('whereabouts')).status;
    expect(stateOf(seen)).toEqual([
      ['entry', 'ready'],
      ['nad', 'ready'],
      ['reconciler', 'pending'],
      ['controller', 'warning'],
      ['operator', 'warning'],
    ]);
    const parts = seen.items[0]?.parts ?? [];
    expect(parts.map(({ message }) => message)).toEqual([
      expect.stringContaining('whereabouts-shim in'),
      null,
      'its controller has not seen it yet',
      'it is of release 4.19.1, and the operator of 4.20.3',
      'Degraded=True: RolloutHung: DaemonSet "/openshift-multus/x" is hung',
    ]);
    expect(seen.operator).toMatchObject({ degraded: true, progressing: false, available: true, version: '4.20.3' });
  });

  test('--wait sees it come, and tells what is missing meanwhile', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [OTHER] });
    const running = startCli(['shim', 'apply', 'whereabouts', '--yes', '--wait', '-o', 'json'], {
      kubeconfig: cluster.kubeconfig,
    });
    await pause(2500);
    await deployWhereabouts(cluster);
    const ran = await running.ended;
    const result = jsonOf(ran) as ShimResult;
    expect(violations(result)).toEqual([]);
    expect([ran.code, result.result, result.status?.state]).toEqual([0, 'added', 'ready']);
  });

  test('when the time is up: 8, with what is missing and why', async () => {
    await createOperatorNetwork(cluster);
    await createOperand(cluster, {
      kind: 'DaemonSet',
      name: 'dhcp-daemon',
      status: { ...READY('DaemonSet', 2), numberReady: 1 },
    });
    await createStuckPod(cluster, {
      workload: 'dhcp-daemon',
      name: 'dhcp-daemon-x',
      node: null,
      unschedulable: '0/2 nodes are available',
    });
    const ran = await shim('apply', 'dhcp', '--yes', '--wait', '--timeout', '2s');
    expect(ran.code).toBe(8);
    expect(ran.stdout).toContain('default/dhcp-shim: the operator has not made it');
    expect(ran.stdout).toContain('Unschedulable (0/2 nodes are available)');
    expect(ran.stderr).toContain('the rest was not ready in time');
    expect(await listOf()).toEqual([shimEntry({ type: 'dhcp' })]);
  });

  test('SIGINT ends the waiting, and what was done is said', async () => {
    await createOperatorNetwork(cluster);
    const running = startCli(['shim', 'apply', 'dhcp', '--yes', '--wait'], { kubeconfig: cluster.kubeconfig });
    await pause(3000);
    running.kill('SIGINT');
    const ran = await running.ended;
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain('the rest was not waited for');
    expect(await listOf()).toEqual([shimEntry({ type: 'dhcp' })]);
  });
});

describe('without an operator', () => {
  beforeEach(() => cluster.request('DELETE', OPERATOR_NETWORK_PATH));

  test('there is nothing to patch', async () => {
    const ran = await shim('apply', 'whereabouts', '--yes');
    expect([ran.code, ran.stdout]).toEqual([4, '']);
    expect(ran.stderr).toContain('there is no operator to patch');
  });

  const container = (name: string, image: string, program: string, mounts: object[] = []): object => ({
    name,
    image,
    command: [program],
    volumeMounts: mounts,
  });
  const volumes = [{ name: 'cron', configMap: { name: 'whereabouts-config' } }];
  const mounts = [{ name: 'cron', mountPath: '/cron-schedule' }];

  test.each<[string, string, boolean, string]>([
    ['0.9.3: the DaemonSet reconciles', 'ghcr.io/x/whereabouts:v0.9.3', true, 'ready'],
    ['0.9.4: it does not', 'ghcr.io/x/whereabouts:v0.9.4', false, 'missing'],
    ['a version that nobody knows', 'ghcr.io/x/whereabouts@sha256:00', false, 'missing'],
  ])('%s', async (_title, image, isMounted, expected) => {
    await createNad(cluster, 'tenants', 'user', {
      name: 'u',
      type: 'macvlan',
      ipam: { type: 'whereabouts', range: '10.0.0.0/24' },
    });
    await createOperand(cluster, {
      kind: 'DaemonSet',
      name: 'whereabouts',
      namespace: 'kube-system',
      containers: [container('whereabouts', image, '/ip-control-loop', isMounted ? mounts : [])],
      volumes,
      status: READY('DaemonSet', 2),
    });
    const { ran, status } = await statusOf();
    expect([status.platform, stateOf(status)]).toEqual([
      'kubernetes',
      [
        ['plugin', 'ready'],
        ['reconciler', expected],
        ['controller', 'not-needed'],
      ],
    ]);
    expect(ran.code).toBe(expected === 'ready' ? 0 : 1);
  });

  test('all of 0.9.4, whose slice controller mounts the schedule, too', async () => {
    const config = {
      name: 'u',
      type: 'macvlan',
      ipam: { type: 'whereabouts', range: '10.0.0.0/16', node_slice_size: '/24' },
    };
    await createNad(cluster, 'openshift-multus', 'sliced', config);
    const make = (kind: 'DaemonSet' | 'Deployment', name: string, program: string, isMounted: boolean) =>
      createOperand(cluster, {
        kind,
        name,
        namespace: 'kube-system',
        containers: [container('whereabouts', 'x/whereabouts:v0.9.4', program, isMounted ? mounts : [])],
        volumes,
        status: READY(kind, 1),
      });
    await make('DaemonSet', 'whereabouts', '/ip-control-loop', false);
    await make('Deployment', 'whereabouts-controller', '/node-slice-controller', true);
    expect(stateOf((await statusOf()).status)[1]).toEqual(['reconciler', 'missing']);
    await make('Deployment', 'whereabouts-reconciler', '/ip-reconciler', true);
    const { ran, status } = await statusOf();
    expect([ran.code, stateOf(status)]).toEqual([
      0,
      [
        ['plugin', 'ready'],
        ['reconciler', 'ready'],
        ['controller', 'ready'],
      ],
    ]);
  });

  test('a DHCP daemon may run where nobody sees it', async () => {
    const { ran, status } = await statusOf('dhcp');
    expect([ran.code, status.incomplete, stateOf(status)]).toEqual([1, true, [['daemon', 'unknown']]]);
  });
});

describe('rights', () => {
  let viewer: PolicyRule[];
  let admin: PolicyRule[];
  beforeAll(async () => {
    const rulesOf = async (role: string): Promise<PolicyRule[]> =>
      (jsonOf(await runCli(['rbac', '--role', role, '-o', 'json'])) as { rules: PolicyRule[] }).rules;
    [viewer, admin] = [await rulesOf('viewer'), await rulesOf('admin')];
  });

  async function as(user: string, rules: PolicyRule[], ...words: string[]): Promise<CliResult> {
    const kubeconfig = await cluster.kubeconfigFor(user, { rules });
    return runCli(['shim', ...words], { kubeconfig });
  }

  test('an admin does all of it, and a viewer sees all of it and writes nothing', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM] });
    await deployWhereabouts(cluster);
    const seen = await as('shim-viewer', viewer, 'status', '-o', 'json');
    expect([seen.code, seen.stderr]).toEqual([0, '']);
    const refused = await as('shim-viewer', viewer, 'apply', 'dhcp', '--yes');
    expect([refused.code, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain('may not patch networks.operator.openshift.io');
    expect(refused.stderr).toContain('ipamctl rbac --role admin');
    expect((await as('shim-admin', admin, 'apply', 'dhcp', '--yes')).code).toBe(0);
    expect((await as('shim-admin', admin, 'remove', 'dhcp', '--yes')).code).toBe(0);
  });

  test.each<[string, string, string[], number]>([
    ['get', 'networks', ['apply', 'dhcp', '--yes'], 4],
    ['get', 'networks', ['generate', 'dhcp', '-o', 'merge-patch'], 4],
    ['get', 'networks', ['status', 'whereabouts'], 1],
    ['list', 'network-attachment-definitions', ['status', 'whereabouts'], 1],
    ['list', 'network-attachment-definitions', ['remove', 'whereabouts', '--yes'], 4],
    ['list', 'daemonsets', ['status', 'whereabouts'], 1],
    ['list', 'deployments', ['status', 'whereabouts'], 1],
    ['list', 'nodeslicepools', ['status', 'whereabouts'], 1],
    ['list', 'pods', ['status', 'dhcp'], 1],
  ])('without %s %s: %j', async (verb, resource, words, code) => {
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM, shimEntry({ type: 'dhcp' })] });
    await deployWhereabouts(cluster);
    await createOperand(cluster, {
      kind: 'DaemonSet',
      name: 'dhcp-daemon',
      status: { ...READY('DaemonSet', 2), numberReady: 1 },
    });
    const rules = without(admin, { resource, verb });
    const user = `shim-no-${verb}-${resource}`;
    const ran = await as(user, rules, ...words);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(new RegExp(`may not ${verb} ${resource}`));
    if (words[0] !== 'status') return;
    const document = jsonOf(await as(user, rules, ...words, '-o', 'json')) as ShimStatus;
    expect([document.incomplete, violations(document)]).toEqual([true, []]);
  });

  test('the cluster operator is evidence besides', async () => {
    await createClusterOperator(cluster, [{ type: 'Degraded', status: 'False' }]);
    await createOperatorNetwork(cluster, { additionalNetworks: [SHIM] });
    await deployWhereabouts(cluster);
    const ran = await as('shim-no-operator', without(viewer, { resource: 'clusteroperators' }), 'status', '-o', 'json');
    expect([ran.code, (jsonOf(ran) as ShimStatus).incomplete]).toEqual([0, false]);
    expect(ran.stderr).toContain('may not get clusteroperators.config.openshift.io');
  });
});

describe('nad generate --apply --form additional-network', () => {
  const words = [
    'whereabouts',
    '--name',
    'tenant-b',
    '--main',
    'macvlan',
    '--master',
    'eth1',
    '--range',
    '192.0.2.0/24',
  ];
  const generate = (...more: string[]): Promise<CliResult> =>
    runCli(['nad', 'generate', ...words, '--form', 'additional-network', '--apply', ...more], {
      kubeconfig: cluster.kubeconfig,
    });

  test('is the same guarded write, and needs no --yes', async () => {
    await createOperatorNetwork(cluster, { additionalNetworks: [OTHER] });
    const dry = await generate('--dry-run=server', '-o', 'json');
    expect(await listOf()).toEqual([OTHER]);
    const ran = await generate('-o', 'json');
    const result = jsonOf(ran) as ShimResult;
    expect([ran.code, violations(result), result.result, result.type]).toEqual([0, [], 'added', 'whereabouts']);
    expect(result.patch).toEqual((jsonOf(dry) as ShimResult).patch);
    expect(await listOf()).toEqual([OTHER, result.after]);
    expect((jsonOf(await generate('-o', 'json')) as ShimResult).result).toBe('unchanged');
    const other = await generate('--mtu', '9000');
    expect([other.code, other.stdout]).toEqual([5, '']);
    expect(other.stderr).toMatch(/\+\s+"mtu": 9000/);
    expect((await generate('--mtu', '9000', '--force')).code).toBe(0);
    expect(JSON.stringify(await listOf())).toContain('9000');
  });

  test('--force is for this form alone', async () => {
    const ran = await runCli(['nad', 'generate', ...words, '--apply', '--force'], { kubeconfig: cluster.kubeconfig });
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('--force is for --form additional-network')]);
  });
});
