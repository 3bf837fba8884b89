import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  NETWORK_CONFIGS,
  NODE_NETWORK_POLICIES,
  NODE_NETWORK_STATES,
  OPERATOR_NETWORKS,
  VIRTUAL_MACHINES,
} from '../../src/cluster/resources.js';
import { POOL_NAMESPACE, TestCluster, type PolicyRule } from '../cluster/cluster.js';
import { installMachineCrd } from './support/cases.js';
import { writeKubeconfig } from '../cluster/kubeconfig.js';
import { seed, type Seeded } from '../cluster/seed.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import { viewerRules, without } from './support/viewer.js';

interface Item {
  address: string | null;
  key: string;
  podref: string;
  pool: { name: string };
  verdict: string;
  reason: string;
}

interface Answer {
  kind: string;
  cluster?: { uid: string | null };
  incomplete: boolean;
  items: Item[];
  warnings: string[];
}

interface ErrorDocument {
  kind: string;
  code: number;
  reason: string;
  message: string;
  facts: string[];
  hints: string[];
}

const PLAN = ['reconcile', '--all', '-o', 'json'];

let cluster: TestCluster;
let seeded: Seeded;
let viewer: PolicyRule[];
let admin: Answer;

beforeAll(async () => {
  cluster = await TestCluster.start();
  seeded = await seed(cluster, { broken: false });
  viewer = await viewerRules();
}, 180_000);

afterAll(() => cluster.stop());

/** Every reading command, with what it exits with when nothing is lacking. */
const COMMANDS: [args: string[], code: number][] = [
  [PLAN, 1],
  [['reconcile', '-l', 'nobody=has', '-o', 'json'], 0],
  [['ips', 'ls', '-o', 'json'], 0],
  [['ips', 'ls', '--node', 'node-b', '-o', 'json'], 0],
  [['ips', 'show', '10.20.0.20', '-o', 'json'], 0],
  [['ips', 'show', '--pod', 'telco/amf-0', '-o', 'json'], 0],
  [['pools', 'ls', '--stale', '-o', 'json'], 0],
  [['pools', 'show', 'bignet-10.20.0.0-16', '-o', 'json'], 0],
];

/** What does not differ from one reading to the next. */
function lasting(result: CliResult): unknown {
  return JSON.parse(result.stdout, (key, value: unknown) => (key === 'readAt' || key === 'createdAt' ? null : value));
}

const place = ({ pool, key }: Item): string => `${pool.name}/${key}`;
const pair = ({ verdict, reason }: Item): string => `${verdict} ${reason}`;

async function planAs(user: string, rights: Parameters<TestCluster['kubeconfigFor']>[1], args: string[] = PLAN) {
  const kubeconfig = await cluster.kubeconfigFor(user, rights);
  const result = await runCli(args, { kubeconfig });
  return { result, answer: jsonOf(result) as Answer };
}

/** Who sees less may know less, and never another thing. */
function expectNothingElse(answer: Answer): void {
  const known = new Map(admin.items.map((item) => [place(item), pair(item)]));
  expect(answer.items.map(place)).toEqual(admin.items.map(place));
  for (const item of answer.items) {
    const was = known.get(place(item));
    if (pair(item) !== was) expect([place(item), was, item.verdict]).toEqual([place(item), was, 'unknown']);
  }
}

describe('a viewer', () => {
  test('a machine API of which only a part is served keeps what a migration names', async () => {
    const { answer } = await planAs('viewer-parts', { rules: viewer });
    const known = new Map(seeded.facts.map((fact) => [`${fact.pool}/${fact.key}`, `${fact.verdict} ${fact.reason}`]));
    expect(answer.items.map((item) => [place(item), pair(item)])).toEqual(
      answer.items.map((item) => [place(item), known.get(place(item))]),
    );
    expect(answer.items).toHaveLength(seeded.facts.length);
    await installMachineCrd(cluster);
    admin = jsonOf(await runCli(PLAN, { kubeconfig: cluster.kubeconfig })) as Answer;
    expect(admin.incomplete).toBe(false);
  });

  test.each(COMMANDS)('%j sees all that an admin sees', async (args, code) => {
    const kubeconfig = await cluster.kubeconfigFor('viewer', { rules: viewer });
    const [ours, theirs] = [await runCli(args, { kubeconfig }), await runCli(args, { kubeconfig: cluster.kubeconfig })];
    expect(lasting(ours)).toEqual(lasting(theirs));
    expect([ours.code, ours.stderr]).toEqual([theirs.code, theirs.stderr]);
    expect(ours.code).toBe(code);
    expect((jsonOf(ours) as Answer).incomplete).toBe(false);
  });
});

describe('without a single right', () => {
  const fatal = [
    ['list', 'ippools', 'ippools.whereabouts.cni.cncf.io'],
    ['list', 'pods', 'pods'],
  ] as const;
  test.each(fatal)('%s %s: nothing can be said', async (verb, resource, spelled) => {
    const kubeconfig = await cluster.kubeconfigFor(`no-${verb}-${resource}`, {
      rules: without(viewer, { resource, verb }),
    });
    const commands = COMMANDS.filter(([args]) => resource !== 'pods' || args[1] !== '-l');
    for (const [args] of commands) {
      const result = await runCli(args, { kubeconfig });
      const error = jsonOf(result) as ErrorDocument;
      expect([args, result.code, error.kind, error.code, error.reason]).toEqual([args, 4, 'Error', 4, 'forbidden']);
      expect(error.message).toBe(`may not ${verb} ${spelled} at the cluster scope (403)`);
      expect(error.facts[0]).toContain(`no-${verb}-${resource}`);
      expect(error.hints.join('\n')).toContain('ipamctl rbac --role viewer');
    }
    const human = await runCli(['reconcile'], { kubeconfig });
    expect([human.code, human.stdout]).toEqual([4, '']);
    expect(human.stderr).toMatch(new RegExp(`^Error: may not ${verb} ${spelled} .*\n`));
    expect(human.stderr).toMatch(/^Try: ipamctl rbac/m);
  });

  const lessening = [
    ['list', 'overlappingrangeipreservations', 'overlappingrangeipreservations.whereabouts.cni.cncf.io'],
    ['list', 'nodeslicepools', 'nodeslicepools.whereabouts.cni.cncf.io'],
    ['list', 'network-attachment-definitions', 'network-attachment-definitions.k8s.cni.cncf.io'],
    ['get', 'pods', 'pods'],
    ['list', 'nodes', 'nodes'],
    ['get', 'statefulsets', 'statefulsets.apps'],
    ['list', 'virtualmachineinstancemigrations', 'virtualmachineinstancemigrations.kubevirt.io'],
    ['get', 'virtualmachineinstances', 'virtualmachineinstances.kubevirt.io'],
  ] as const;
  test.each(lessening)('%s %s: incomplete, and said', async (verb, resource, spelled) => {
    const { result, answer } = await planAs(`no-${verb}-${resource}`, { rules: without(viewer, { resource, verb }) });
    expect([result.code, answer.kind, answer.incomplete]).toEqual([1, 'ReconcilePlan', true]);
    const said = answer.warnings.filter((warning) => warning.startsWith(`may not ${verb} ${spelled}`));
    expect(said).not.toEqual([]);
    for (const warning of said) expect(result.stderr).toContain(`Warning: ${warning}\n`);
    expectNothingElse(answer);
  });

  test('get pods: what is counted and shown of a pool is incomplete too', async () => {
    const kubeconfig = await cluster.kubeconfigFor('no-get-pods', {
      rules: without(viewer, { resource: 'pods', verb: 'get' }),
    });
    for (const args of [
      ['pools', 'ls', '--stale'],
      ['pools', 'show', 'bignet-10.20.0.0-16'],
      ['ips', 'ls'],
    ]) {
      const result = await runCli([...args, '-o', 'json'], { kubeconfig });
      expect([args, result.code, (jsonOf(result) as Answer).incomplete]).toEqual([args, 1, true]);
      expect(result.stderr).toMatch(/Warning: may not get pods "/);
    }
  });

  test('list events: they only warn', async () => {
    const { result, answer } = await planAs('no-events', { rules: without(viewer, { resource: 'events' }) });
    expect(answer.warnings.filter((warning) => warning.startsWith('may not list events'))).toHaveLength(1);
    expect([result.code, answer.incomplete]).toEqual([1, false]);
    expectNothingElse(answer);
  });

  test('get kube-system: the cluster has no uid', async () => {
    const { result, answer } = await planAs('no-namespace', { rules: without(viewer, { resource: 'namespaces' }) });
    expect(admin.cluster?.uid).toMatch(/^[\da-f-]{36}$/);
    expect([result.code, answer.incomplete, answer.cluster?.uid]).toEqual([1, false, null]);
    expectNothingElse(answer);
  });

  test('get pools and reservations: lists of one name answer', async () => {
    let rules = without(viewer, { resource: 'ippools', verb: 'get' });
    rules = without(rules, { resource: 'overlappingrangeipreservations', verb: 'get' });
    const { answer } = await planAs('lists-only', { rules });
    expect(answer.incomplete).toBe(false);
    expect(answer.items.map((item) => [place(item), pair(item)])).toEqual(
      admin.items.map((item) => [place(item), pair(item)]),
    );
  });

  /** What `nad lint` of a cluster looks at besides; only where the cluster has such a thing it lacks anything. */
  const linting = [
    ['list', 'networks', NETWORK_CONFIGS],
    ['list', 'networks', OPERATOR_NETWORKS],
    ['list', 'nodenetworkstates', NODE_NETWORK_STATES],
    ['list', 'nodenetworkconfigurationpolicies', NODE_NETWORK_POLICIES],
    ['list', 'virtualmachines', VIRTUAL_MACHINES],
    ['list', 'daemonsets', DAEMON_SETS],
    ['list', 'deployments', DEPLOYMENTS],
    ['get', 'configmaps', CONFIG_MAPS],
  ] as const;
  test.each(linting)('%s %s: rules are skipped, and said', async (verb, plural, resource) => {
    const apiGroups = [resource.group];
    const rules = viewer.flatMap((rule) =>
      rule.apiGroups[0] === resource.group ? without([rule], { resource: plural, verb }) : [rule],
    );
    const kubeconfig = await cluster.kubeconfigFor(`lints-without-${plural}-${resource.group || 'core'}`, { rules });
    const { group, version } = resource;
    const path = `${group === '' ? '/api' : `/apis/${group}`}/${version}/${plural}`;
    const isDefined = (await cluster.request('GET', path)).status === 200;
    const result = await runCli(['nad', 'lint', '-A', '-o', 'json', '--fail-on', 'never'], { kubeconfig });
    const report = jsonOf(result) as { incomplete: boolean; skipped: { rule: string; why: string }[] };
    const text = `${JSON.stringify(report)}${result.stderr}`;
    const said = text.includes(`${verb} ${plural}`);
    expect({ apiGroups, incomplete: report.incomplete, said, code: result.code }).toEqual({
      apiGroups,
      incomplete: isDefined,
      said: isDefined,
      code: isDefined ? 1 : 0,
    });
  });

  const saving = [
    ['list', 'namespaces'],
    ['list', 'leases'],
    ['get', 'customresourcedefinitions'],
  ] as const;
  test.each(saving)('%s %s: a snapshot lacks it, and says so', async (verb, resource) => {
    const kubeconfig = await cluster.kubeconfigFor(`saves-without-${resource}`, {
      rules: without(viewer, { resource, verb }),
    });
    const path = join(cluster.dir, `without-${resource}.tar.gz`);
    const result = await runCli(['snapshot', 'save', path, '-o', 'json'], { kubeconfig });
    expect([result.code, (jsonOf(result) as { incomplete: boolean }).incomplete]).toEqual([6, true]);
    expect(result.stderr).toContain(`may not ${verb} ${resource}`);
  });

  test('none is asked for in vain', () => {
    const tried = new Set<string>(
      [...fatal, ...lessening, ...linting, ...saving].map(([verb, resource]) => `${verb} ${resource}`),
    );
    for (const right of ['list events', 'get namespaces', 'get ippools', 'get overlappingrangeipreservations'])
      tried.add(right);
    // test/integration/shim.test.ts takes these away.
    for (const right of ['get networks', 'get clusteroperators']) tried.add(right);
    // test/integration/audit.test.ts takes it away.
    tried.add('get leases');
    // More than ten sets are asked for by one list.
    tried.add('list statefulsets');
    // Each is taken away in watch.test.ts.
    for (const plural of ['ippools', 'overlappingrangeipreservations', 'nodeslicepools', 'pods'])
      tried.add(`watch ${plural}`);
    tried.add('watch network-attachment-definitions');
    const all = viewer.flatMap(({ resources, verbs }) =>
      resources.flatMap((of) => verbs.map((verb) => `${verb} ${of}`)),
    );
    expect(all.filter((right) => !tried.has(right))).toEqual([]);
  });

  test('none at all, and a gate is never green', async () => {
    const kubeconfig = await cluster.kubeconfigFor('nobody');
    for (const [args] of COMMANDS) {
      const result = await runCli(args, { kubeconfig });
      expect([args, result.code, (jsonOf(result) as ErrorDocument).reason]).toEqual([args, 4, 'forbidden']);
    }
  });
});

describe('rights in the namespace of the pools alone', () => {
  const isPools = ({ apiGroups }: PolicyRule): boolean => apiGroups.includes('whereabouts.cni.cncf.io');

  test('it is found, and what was not looked at is said', async () => {
    const { result, answer } = await planAs('in-place', {
      rules: viewer.filter((rule) => !isPools(rule)),
      namespaced: { [POOL_NAMESPACE]: viewer.filter(isPools) },
    });
    expect([result.code, answer.incomplete]).toEqual([1, true]);
    expect(answer.warnings.join('\n')).toMatch(
      /may not list ippools\.whereabouts\.cni\.cncf\.io at the cluster scope \(403\): looked only in openshift-multus/,
    );
    expectNothingElse(answer);
  });

  test('named, it is all that was asked for', async () => {
    const { result, answer } = await planAs(
      'in-place-named',
      { rules: viewer.filter((rule) => !isPools(rule)), namespaced: { [POOL_NAMESPACE]: viewer.filter(isPools) } },
      [...PLAN, '--ipam-namespace', POOL_NAMESPACE],
    );
    expect(answer.warnings.filter((warning) => warning.startsWith('may not'))).toEqual([]);
    expect([result.code, answer.incomplete]).toEqual([1, false]);
    expect(answer.items.map((item) => [place(item), pair(item)])).toEqual(
      admin.items.map((item) => [place(item), pair(item)]),
    );
  });

  test('pods of one namespace prove nothing', async () => {
    const isPods = ({ resources }: PolicyRule): boolean => resources.includes('pods');
    const kubeconfig = await cluster.kubeconfigFor('pods-in-place', {
      rules: viewer.filter((rule) => !isPods(rule)),
      namespaced: { telco: viewer.filter(isPods) },
    });
    const result = await runCli(['reconcile', '-n', 'telco', '-o', 'json'], { kubeconfig });
    expect([result.code, (jsonOf(result) as ErrorDocument).message]).toEqual([
      4,
      'may not list pods at the cluster scope (403)',
    ]);
  });
});

describe('no way in', () => {
  async function expectFailure(kubeconfig: string | undefined, reason: string, message: RegExp, hint: RegExp) {
    const options = kubeconfig === undefined ? {} : { kubeconfig };
    for (const [args] of COMMANDS) {
      const result = await runCli(args, options);
      const error = jsonOf(result) as ErrorDocument;
      expect([args, result.code, error.kind, error.reason]).toEqual([args, 4, 'Error', reason]);
      expect(error.message).toMatch(message);
      expect([...error.facts, ...error.hints].join('\n')).toMatch(hint);
    }
    const human = await runCli(['ips', 'ls'], options);
    expect([human.code, human.stdout]).toEqual([4, '']);
    expect(human.stderr).toMatch(/^Error: .*\n/);
    expect(human.stderr).toMatch(/^Try: /m);
    expect(human.stderr).not.toMatch(/^\s+at /m);
  }

  function kubeconfig(name: string, change: Partial<Parameters<typeof writeKubeconfig>[1]>): string {
    const file = join(cluster.dir, `kubeconfig-${name}`);
    const { server, caFile } = cluster;
    writeKubeconfig(file, {
      server,
      caFile,
      token: cluster.access.token ?? '',
      namespace: 'default',
      user: 'u',
      ...change,
    });
    return file;
  }

  test('a wrong token', () =>
    expectFailure(
      kubeconfig('token', { token: 'wrong' }),
      'unauthorized',
      /does not accept the credentials \(401\)/,
      /log in again/,
    ));

  test('no kubeconfig', () => expectFailure(undefined, 'no-kubeconfig', /kubeconfig/, /--from/));

  test('a kubeconfig that is not there', () =>
    expectFailure(join(cluster.dir, 'nowhere'), 'no-kubeconfig', /kubeconfig|nowhere/, /--from|nowhere/));

  test('nobody listens', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => listener.on('listening', resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    const server = `https://127.0.0.1:${port.toString()}`;
    await expectFailure(
      kubeconfig('closed', { server }),
      'unreachable',
      /cannot reach the API server .*ECONNREFUSED/,
      /right context/,
    );
  });

  test('an authority that did not sign', async () => {
    const caFile = join(cluster.dir, 'other-ca.crt');
    writeFileSync(caFile, rootCertificates[0] ?? '');
    await expectFailure(
      kubeconfig('ca', { caFile }),
      'certificate',
      /certificate of https:.* cannot be trusted/,
      /authority/,
    );
  });

  test('an authority that is none', async () => {
    const caFile = join(cluster.dir, 'no-ca.crt');
    writeFileSync(caFile, 'nothing\n');
    await expectFailure(kubeconfig('no-ca', { caFile }), 'certificate', /cannot be trusted/, /certificate-authority/);
  });
});
