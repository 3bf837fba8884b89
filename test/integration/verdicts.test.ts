import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster } from '../../src/cluster/live/index.js';
import { Address } from '../../src/net/address.js';
import { showAddress } from '../../src/reconcile/show-ip.js';
import { REASONS, VERDICTS } from '../../src/reconcile/verdict.js';
import { TestCluster } from '../cluster/cluster.js';
import { collectFacts, type Fact, type Verdict } from '../cluster/facts.js';
import { seed, type Seeded } from '../cluster/seed.js';
import { Cases, CASES } from './support/cases.js';
import { jsonOf, runCli } from './support/cli.js';
import { viewerRules, without } from './support/viewer.js';

interface Held {
  address: string | null;
  pool: { namespace: string; name: string };
  key: string;
  podref: string;
  ifName: string | null;
  verdict: string;
  reason: string;
  action?: string;
}

interface Plan {
  kind: string;
  incomplete: boolean;
  items: Held[];
  reservations: (Verdict & { name: string; podref: string; withoutAllocation: boolean; action: string })[];
  summary: Record<string, number>;
  warnings: string[];
}

let cluster: TestCluster;
let seeded: Seeded;
let cases: Cases;
let facts: Fact[];

beforeAll(async () => {
  cluster = await TestCluster.start();
  seeded = await seed(cluster);
  cases = new Cases(cluster);
  await cases.make();
  const known = seeded.facts.map(({ pool, key, verdict, reason }) => [`${pool}/${key}`, { verdict, reason }] as const);
  const all = await collectFacts(cluster, new Map<string, Verdict>([...known, ...cases.expected]));
  // A key beyond 2^63-1 is a number to everybody but whereabouts.
  facts = all.map((fact) => (fact.reason === 'key-unreadable' ? { ...fact, address: null } : fact));
}, 400_000);

afterAll(() => cluster.stop());

/** `address podref ifname = verdict reason`, so that a difference reads as a sentence. */
function line(item: Held | Fact): string {
  const pool = typeof item.pool === 'string' ? item.pool : item.pool.name;
  const ifname = 'ifname' in item ? item.ifname : item.ifName;
  return `${pool}/${item.key} ${String(item.address)} ${item.podref} ${String(ifname)} = ${item.verdict} ${item.reason}`;
}

const lines = (items: readonly (Held | Fact)[]): string[] => items.map(line).sort();

const pair = ({ verdict, reason }: Pick<Verdict, 'reason'> & { verdict: string }): string => `${verdict} ${reason}`;

describe('every allocation', () => {
  test('in the plan', async () => {
    await cases.refresh();
    const result = await runCli(['reconcile', '--all', '-o', 'json'], { kubeconfig: cluster.kubeconfig });
    const plan = jsonOf(result) as Plan;
    expect(lines(plan.items)).toEqual(lines(facts));
    expect(plan).toMatchObject({ kind: 'ReconcilePlan', incomplete: false });
    expect(result.code).toBe(1);
    for (const verdict of VERDICTS) {
      expect([verdict, plan.summary[verdict]]).toEqual([
        verdict,
        facts.filter((fact) => fact.verdict === verdict).length,
      ]);
    }
    expect(plan.summary).toMatchObject({ allocations: facts.length, released: 0 });
    const released = plan.items.filter(({ action }) => action === 'release');
    expect(lines(released)).toEqual(lines(facts.filter(({ verdict }) => verdict === 'stale')));
    // Dead nodes take pods with them, so whoever releases is told of them.
    expect(plan.warnings.join('\n')).toMatch(/nodes node-c, node-d are not Ready/);
  });

  test('in the plan of what is not live, with the flags that release more', async () => {
    await cases.refresh();
    const flags = ['reconcile', '--include-completed', '--include-lost', '-o', 'json'];
    const plan = jsonOf(await runCli(flags, { kubeconfig: cluster.kubeconfig })) as Plan;
    expect(lines(plan.items)).toEqual(lines(facts.filter(({ verdict }) => verdict !== 'live')));
    const released = plan.items.filter(({ action }) => action === 'release');
    const wanted = facts.filter(({ verdict }) => ['stale', 'lost', 'finished'].includes(verdict));
    expect(lines(released)).toEqual(lines(wanted));
  });

  test('in the list', async () => {
    await cases.refresh();
    const result = await runCli(['ips', 'ls', '-o', 'json'], { kubeconfig: cluster.kubeconfig });
    const list = jsonOf(result) as Plan;
    expect(lines(list.items)).toEqual(lines(facts));
    expect(list).toMatchObject({ kind: 'IPList', incomplete: false });
    expect(result.code).toBe(0);
    const stale = jsonOf(
      await runCli(['ips', 'ls', '--stale', '-o', 'json'], { kubeconfig: cluster.kubeconfig }),
    ) as Plan;
    expect(lines(stale.items)).toEqual(lines(facts.filter(({ verdict }) => verdict === 'stale')));
  });

  test('counted as stale in its pool', async () => {
    const result = await runCli(['pools', 'ls', '--stale', '-o', 'json'], { kubeconfig: cluster.kubeconfig });
    const { items } = jsonOf(result) as { items: { name: string; stale: number }[] };
    const expected = items.map(({ name }) => [
      name,
      facts.filter(({ pool, verdict }) => pool === name && verdict === 'stale').length,
    ]);
    expect(items.map(({ name, stale }) => [name, stale])).toEqual(expected);
  });

  test('asked for one by one', async () => {
    const reader = await openCluster({ kubeconfig: cluster.kubeconfig }, {}, { version: 'test' });
    try {
      const byAddress = new Map<string, Fact[]>();
      for (const fact of facts) {
        if (fact.address !== null) byAddress.set(fact.address, [...(byAddress.get(fact.address) ?? []), fact]);
      }
      await cases.refresh();
      for (const [address, expected] of byAddress) {
        const report = await showAddress(reader, Address.parse(address) as Address, {});
        expect(lines(report.holders)).toEqual(lines(expected));
        expect(report.incomplete).toBe(false);
      }
    } finally {
      await reader.close();
    }
  });

  test('shown by the command, one of each verdict and reason', async () => {
    const samples = new Map(facts.filter(({ address }) => address !== null).map((fact) => [pair(fact), fact]));
    for (const sample of samples.values()) {
      await cases.refresh();
      const address = sample.address ?? '';
      const result = await runCli(['ips', 'show', address, '-o', 'json'], { kubeconfig: cluster.kubeconfig });
      const { holders } = jsonOf(result) as { holders: Held[] };
      expect(lines(holders)).toEqual(lines(facts.filter((fact) => fact.address === address)));
      expect(result.code).toBe(0);
    }
    expect(samples.size).toBe(16);
  });
});

test('reservations without a key', async () => {
  const plan = jsonOf(await runCli(['reconcile', '--all', '-o', 'json'], { kubeconfig: cluster.kubeconfig })) as Plan;
  const lone = plan.reservations.filter(({ withoutAllocation }) => withoutAllocation);
  const expected = new Map(cases.reservations);
  for (const name of seeded.orphanReservations) expected.set(name, { verdict: 'stale', reason: 'pod-gone' });
  expect(new Map(lone.map(({ name, verdict, reason }) => [name, { verdict, reason }]))).toEqual(expected);
  for (const { verdict, action } of lone) expect(action).toBe(verdict === 'stale' ? 'release' : 'keep');
  // Those that go with a key name its owner.
  const released = new Set(plan.items.filter(({ action }) => action === 'release').map(({ podref }) => podref));
  for (const reservation of plan.reservations.filter(({ withoutAllocation }) => !withoutAllocation)) {
    expect(released).toContain(reservation.podref);
    expect(reservation).toMatchObject({ action: 'release' });
  }
});

describe('what may not be read is unknown', () => {
  const lacking: [name: string, take: Parameters<typeof without>[1], of: string, reason: string, verb: string][] = [
    ['pods', { resource: 'pods', verb: 'get' }, 'unknown owner-not-settled', 'look-up-failed', 'get pods'],
    [
      'statefulsets',
      { resource: 'statefulsets' },
      'kept statefulset-ordinal',
      'statefulsets-not-readable',
      'statefulsets.apps',
    ],
    [
      'migrations',
      { resource: 'virtualmachineinstancemigrations' },
      'kept migration',
      'migrations-not-readable',
      'virtualmachineinstancemigrations.kubevirt.io',
    ],
    [
      'machines',
      { resource: 'virtualmachineinstances' },
      'kept migration',
      'migrations-not-readable',
      'virtualmachineinstances.kubevirt.io',
    ],
    ['nodes', { resource: 'nodes' }, 'lost node-unreachable', 'nodes-not-readable', 'nodes'],
  ];

  test.each(lacking)('%s', async (name, take, of, reason, verb) => {
    const kubeconfig = await cluster.kubeconfigFor(`lacks-${name}`, { rules: without(await viewerRules(), take) });
    await cases.refresh();
    const result = await runCli(['reconcile', '--all', '-o', 'json'], { kubeconfig });
    const plan = jsonOf(result) as Plan;
    expect([result.code, plan.incomplete]).toEqual([1, true]);
    expect(plan.warnings.join('\n')).toContain(verb);
    const unknown = plan.items.filter((item) => item.reason === reason);
    expect(unknown.map(({ verdict }) => verdict)).toContain('unknown');
    const expected = new Map(facts.map((fact) => [`${fact.pool}/${fact.key}`, pair(fact)]));
    const was = (item: Held): string => expected.get(`${item.pool.name}/${item.key}`) ?? '';
    expect(unknown.map(was)).toContain(of);
    // Who sees less may know less, and never another thing.
    for (const item of plan.items) {
      if (pair(item) !== was(item))
        expect([was(item), item.verdict, item.podref]).toEqual([was(item), 'unknown', item.podref]);
    }
  });

  test('pods that a snapshot does not hold', async () => {
    const files: string[] = [];
    for (const [kind, where] of [
      ['ippools', '-A'],
      ['pods', `--namespace=${CASES}`],
    ] as const) {
      const args = ['--kubeconfig', cluster.kubeconfig, 'get', kind, where, '-o', 'yaml'];
      const { stdout } = await promisify(execFile)(cluster.binaries.kubectl, args, { maxBuffer: 1 << 26 });
      const file = join(cluster.dir, `${kind}.yaml`);
      writeFileSync(file, stdout);
      files.push('--from', file);
    }
    const result = await runCli(['reconcile', '--all', '-o', 'json', ...files]);
    const plan = jsonOf(result) as Plan;
    expect([result.code, plan.incomplete]).toEqual([1, true]);
    const elsewhere = (item: Held | Fact): boolean => !item.podref.startsWith(`${CASES}/`);
    expect(lines(plan.items.filter(elsewhere))).toEqual(
      lines(
        facts
          .filter(elsewhere)
          .map((fact) =>
            fact.verdict === 'malformed' ? fact : { ...fact, verdict: 'unknown', reason: 'pods-not-collected' },
          ),
      ),
    );
    expect(plan.items.filter((item) => !elsewhere(item)).map(({ verdict }) => verdict)).toContain('live');
  });
});

test('no row of the table and no reason is without a case', () => {
  const given = new Set(facts.map(pair));
  const elsewhere = ['look-up-failed', 'pods-not-collected', 'statefulsets-not-readable', 'migrations-not-readable'];
  const reasons = new Set(facts.map(({ reason }) => reason));
  expect(REASONS.filter((reason) => !reasons.has(reason))).toEqual([...elsewhere, 'nodes-not-readable']);
  expect([...given].sort()).toEqual(
    [
      'malformed key-unreadable',
      'malformed podref-unreadable',
      'malformed range-unreadable',
      'live address-shown',
      'unknown shown-by-other-pod',
      'kept statefulset-ordinal',
      'kept migration',
      'lost pod-gone-node-lost',
      'unknown just-deleted',
      'stale pod-gone',
      'lost node-gone',
      'lost node-unreachable',
      'finished succeeded',
      'finished failed',
      'pending pending',
      'unknown no-network-status',
      'stale other-address',
      'unknown owner-not-settled',
    ].sort(),
  );
  // IPv4, IPv6, unnamed and named networks, slices: each in more than one verdict.
  const verdictsOf = (matches: (fact: Fact) => boolean): number => new Set(facts.filter(matches).map(pair)).size;
  expect(verdictsOf(({ address }) => address?.includes(':') === true)).toBeGreaterThan(6);
  expect(verdictsOf(({ pool }) => pool.startsWith('slices-'))).toBeGreaterThan(3);
  expect(verdictsOf(({ pool }) => pool.startsWith('casenet-'))).toBeGreaterThan(12);
  expect(verdictsOf(({ podref, pool }) => podref.startsWith(`${CASES}/`) && /^\d/.test(pool))).toBeGreaterThan(4);
});
