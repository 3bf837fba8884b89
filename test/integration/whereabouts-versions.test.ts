/**
 * Addresses of older versions of whereabouts, on the real API server with the definitions that each version ships. Of the
 * oldest its real plugin gives them; of the others it did when they were saved, since each takes minutes to build.
 * `npm run matrix` runs the real plugin of all, `npm run matrix:save` saves anew.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { groupedBy } from '../../src/pools/multimap.js';
import { attach } from '../cluster/attach.js';
import { OLDER_WHEREABOUTS } from '../cluster/binaries.js';
import type { KubeObject } from '../cluster/client.js';
import { POOL_NAMESPACE } from '../cluster/cluster.js';
import { addressAt } from '../cluster/facts.js';
import type { Allocation } from '../cluster/objects.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import {
  containerOf,
  knowsNetworks,
  knowsSlices,
  networksOf,
  openOlderScene,
  saveScene,
  writesInterface,
  type Given,
  type OlderScene,
} from './support/older.js';

const MODE = process.env['IPAMCTL_MATRIX'] ?? '';
const [OLDEST] = OLDER_WHEREABOUTS;
const GROUP = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;

interface Item {
  readonly address: string;
  readonly podref: string;
  readonly ifName: string | null;
  readonly networkName: string | null;
  readonly verdict: string;
  readonly reason: string;
  readonly reservation: { readonly name: string } | null;
  readonly result?: string | null;
}

interface Finding {
  readonly check: string;
  readonly severity: string;
  readonly message: string;
  readonly address: string | null;
  readonly fix: string | null;
}

const VERDICTS: Readonly<Record<Given['fate'], string>> = {
  lives: 'live address-shown',
  'pod-gone': 'stale pod-gone',
  'other-address': 'stale other-address',
};

describe.each(OLDER_WHEREABOUTS)('whereabouts %s', (version) => {
  let scene: OlderScene;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ipamctl-older-'));
    scene = await openOlderScene(version, MODE !== '' || version === OLDEST);
    if (MODE === 'save') await saveScene(scene);
    await install();
  }, 900_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await scene.cluster.stop();
  });

  const run = (...args: string[]): Promise<CliResult> =>
    runCli(args, { kubeconfig: scene.cluster.kubeconfig, env: { XDG_STATE_HOME: folder } });

  async function answer<T>(code: number, ...args: string[]): Promise<T> {
    const ran = await run(...args, '-o', 'json');
    const document = jsonOf(ran);
    expect([ran.code, ran.stderr, violations(document)]).toEqual([code, expect.anything(), []]);
    return document as T;
  }

  /** The DaemonSet that the version ships, with an image of that version, and its ConfigMap. */
  async function install(): Promise<void> {
    const objects = parseAllDocuments(readFileSync(scene.daemonSet, 'utf8'), { version: '1.1' }).map(
      (doc) => doc.toJS() as KubeObject,
    );
    for (const object of objects) {
      if (object['kind'] !== 'DaemonSet' && object['kind'] !== 'ConfigMap') continue;
      const text = JSON.stringify(object).replace(/whereabouts:latest[a-z0-9-]*/, `whereabouts:v${version}`);
      const group = object['kind'] === 'DaemonSet' ? '/apis/apps/v1' : '/api/v1';
      const path = `${group}/namespaces/kube-system/${(object['kind'] as string).toLowerCase()}s`;
      await scene.cluster.ok('POST', path, JSON.parse(text) as KubeObject);
    }
    const status = { observedGeneration: 1, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1 };
    await scene.cluster.ok('PATCH', '/apis/apps/v1/namespaces/kube-system/daemonsets/whereabouts/status', {
      status: { ...status, currentNumberScheduled: 1, numberMisscheduled: 0 },
    });
  }

  const listOf = async (plural: string): Promise<KubeObject[]> =>
    (await scene.cluster.ok<{ items: KubeObject[] }>('GET', `${GROUP}/${plural}`)).items;

  /** What the cluster holds, from the API: `pool address pod`, and `reservation pod`. */
  async function held(): Promise<{ entries: string[]; reservations: string[] }> {
    const pools = await listOf('ippools');
    const entries = pools.flatMap(({ metadata, ...pool }) => {
      const { range, allocations } = pool['spec'] as { range: string; allocations: Record<string, Allocation> };
      return Object.entries(allocations).map(
        ([key, { podref }]) => `${metadata?.name ?? ''} ${addressAt(range, key) ?? ''} ${podref}`,
      );
    });
    const reservations = await listOf('overlappingrangeipreservations');
    return {
      entries: entries.sort(),
      reservations: reservations
        .map(({ metadata, spec }) => `${metadata?.name ?? ''} ${(spec as { podref: string }).podref}`)
        .sort(),
    };
  }

  async function contents(): Promise<unknown[][]> {
    const kinds = await Promise.all(['ippools', 'overlappingrangeipreservations'].map(listOf));
    return kinds.map((items) => items.map(({ metadata, spec }) => [metadata?.name, spec]));
  }

  /** The name of the pool that an address was taken from, and of the reservation that guards it. */
  function namesOf({ nad, address }: Given): { pool: string; reservation: string | null } {
    const ipam = networksOf(version)[nad] ?? {};
    const network = knowsNetworks(version) ? (ipam['network_name'] as string | undefined) : undefined;
    const ranges = (ipam['ipRanges'] as { range: string }[] | undefined) ?? [{ range: ipam['range'] as string }];
    const range = ranges.find((each) => each.range.includes(':') === address.includes(':'))?.range ?? '';
    const pool = nad === 'sliced' ? 'node-a-10.18.0.0-24' : range.replaceAll(/[:/]/g, '-');
    const before = network === undefined ? '' : `${network}-`;
    const isGuarded = ipam['enable_overlapping_ranges'] !== false;
    return { pool: before + pool, reservation: isGuarded ? before + address.replaceAll(':', '-') : null };
  }

  const entryOf = (given: Given): string => `${namesOf(given).pool} ${given.address} default/${given.pod}`;

  function reservationsOf(list: readonly Given[]): string[] {
    const lines = list.flatMap((given) => {
      const { reservation } = namesOf(given);
      return reservation === null ? [] : [`${reservation} default/${given.pod}`];
    });
    return [...new Set(lines)].sort();
  }

  const living = (): Given[] => scene.given.filter(({ fate }) => fate === 'lives');
  const lost = (): Given[] => scene.given.filter(({ fate }) => fate !== 'lives');

  test('the plugin left what is known of it', async () => {
    const { entries, reservations } = await held();
    expect(entries).toEqual(scene.given.map(entryOf).sort());
    expect(reservations).toEqual(reservationsOf(scene.given));
    // Two of the versions find the entry of a pod's interface again, the older ones do not.
    expect(lost().some(({ fate }) => fate === 'other-address')).toBe(!writesInterface(version));
    // Only 0.6 gave the address of the network itself.
    expect(scene.given.some(({ address }) => address === '10.17.0.0')).toBe(!knowsNetworks(version));
  });

  test('addresses with their pods, verdicts and reservations', async () => {
    const { items } = await answer<{ items: (Item & { pool: { name: string } })[] }>(0, 'ips', 'ls');
    const lines = items.map(
      ({ pool, address, podref, ifName, verdict, reason, reservation }) =>
        `${pool.name} ${address} ${podref} ${String(ifName)} ${verdict} ${reason} ${reservation?.name ?? 'null'}`,
    );
    const expected = scene.given.map((given) => {
      const ifname = writesInterface(version) ? given.ifname : null;
      return `${entryOf(given)} ${String(ifname)} ${VERDICTS[given.fate]} ${String(namesOf(given).reservation)}`;
    });
    expect(lines.sort()).toEqual(expected.sort());
    const shown = await answer<{ kind: string }>(0, 'ips', 'show', 'fd00:14::2');
    expect(JSON.stringify(shown)).toContain('default/leaves');
  });

  test('pools with their networks and what they hold', async () => {
    const { items } = await answer<{
      items: { name: string; networkName: string | null; used: number; stale: number | null; nads: unknown[] }[];
    }>(0, 'pools', 'ls', '--stale');
    const byPool = groupedBy(scene.given, (given) => namesOf(given).pool);
    expect(items.map(({ name, used, stale }) => [name, used, stale]).sort()).toEqual(
      [...byPool].map(([name, list]) => [name, list.length, list.filter(({ fate }) => fate !== 'lives').length]).sort(),
    );
    const named = items.filter(({ networkName }) => networkName !== null).map(({ name }) => name);
    expect(named.sort()).toEqual([...byPool.keys()].filter((name) => /^(red|blue|six|slices)-/.test(name)).sort());
  });

  test('the audit finds what is stale, and nothing wrong with the version', async () => {
    const { findings } = await answer<{ findings: Finding[] }>(1, 'audit');
    const counts: Record<string, number> = {};
    for (const { check, severity } of findings)
      counts[`${check} ${severity}`] = (counts[`${check} ${severity}`] ?? 0) + 1;
    const isOld = !writesInterface(version);
    const ignores = !knowsNetworks(version);
    expect(counts).toEqual({
      'audit/stale-allocation warning': lost().length,
      ...(isOld ? { 'audit/missing-ifname info': new Set(scene.given.map((given) => namesOf(given).pool)).size } : {}),
      // What such a plugin does not know is not made an error of; nobody is told to delete the pod.
      ...(ignores ? { 'audit/untracked-live-ip warning': 4, 'audit/invalid-offset warning': 1 } : {}),
    });
    const untracked = findings.filter(({ check }) => check === 'audit/untracked-live-ip');
    expect(untracked.every(({ fix, message }) => fix === null && message.includes('of another network'))).toBe(true);
  });

  test('doctor has no problem with it', async () => {
    const { checks } = await answer<{ checks: { id: string; status: string; message: string }[] }>(0, 'doctor');
    const of = (id: string): string | undefined => checks.find((check) => check.id === id)?.status;
    expect([of('ippools'), of('reservations'), of('node-slices'), of('workloads')]).toEqual([
      'ok',
      'ok',
      knowsSlices(version) ? 'ok' : 'info',
      'ok',
    ]);
    expect(checks.filter(({ status }) => status === 'warning' || status === 'problem')).toEqual([]);
  });

  test('the reconciler of its DaemonSet is found, and where its schedule is set', async () => {
    const ran = await run('reconciler', 'status', '-o', 'json');
    const status = jsonOf(ran) as { workloads: { namespace: string; name: string }[]; source: unknown };
    expect(violations(status)).toEqual([]);
    expect(JSON.stringify(status)).toContain('"whereabouts"');
    if (version !== OLDEST) expect(JSON.stringify(status)).toContain('"cron-expression"');
  });

  test('lint of its networks', async () => {
    const ran = await run('nad', 'lint', '--whereabouts-version', version, '-o', 'json');
    const { findings } = jsonOf(ran) as { findings: { rule: string; severity: string; name: string }[] };
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ rule, name }) => `${rule} ${name}`);
    // On one segment red and blue may give the same address twice; of 0.9 only the controller of slices is not there.
    expect(errors.sort()).toEqual([
      ...(knowsSlices(version) ? ['cluster/controller-missing sliced'] : []),
      'cross/overlap-same-l2 red-narrow',
      'cross/overlap-same-l2 red-wide',
      ...(knowsSlices(version) ? ['whereabouts/slice-namespace sliced'] : []),
    ]);
  });

  test('a reservation that got lost is made as the version makes it', async () => {
    const before = await contents();
    const victim = living().find(({ nad, pod }) => nad === 'plain' && pod === 'stays');
    const name = victim === undefined ? '' : (namesOf(victim).reservation ?? '');
    await scene.cluster.ok('DELETE', `${GROUP}/overlappingrangeipreservations/${name}`);
    const fixed = await run('audit', '--fix', 'allocation-without-reservation', '--yes');
    expect([fixed.code, fixed.stderr]).toEqual([0, expect.anything()]);
    expect(await contents()).toEqual(before);
  }, 120_000);

  test('released is what is stale, and it comes back as it was', async () => {
    const before = await contents();
    const plan = await answer<{ items: Item[] }>(1, 'reconcile');
    expect(plan.items.map(({ address, podref }) => `${address} ${podref}`).sort()).toEqual(
      lost()
        .map(({ address, pod }) => `${address} default/${pod}`)
        .sort(),
    );
    const done = await answer<{ items: Item[]; journal: string }>(0, 'reconcile', '--now');
    expect(new Set(done.items.map(({ result }) => result))).toEqual(new Set(['released']));
    expect(await held()).toEqual({
      entries: living().map(entryOf).sort(),
      reservations: reservationsOf(living()),
    });
    const restored = await run('restore', done.journal, '--yes');
    if (!writesInterface(version)) {
      expect([restored.code, restored.stderr]).toEqual([0, expect.stringContaining('0 failed')]);
      expect(await contents()).toEqual(before);
      return;
    }
    // Since 0.8 a pod may have one address of two overlapping pools, by one reservation: the first entry goes back with it.
    const twins = lost().filter(({ nad }) => ['wide', 'narrow', 'red-wide', 'red-narrow'].includes(nad));
    const back = scene.given.filter((given) => !twins.includes(given) || given.nad.endsWith('wide'));
    expect([restored.code, restored.stderr]).toEqual([6, expect.stringContaining('0 failed, 2 changed')]);
    expect((await held()).entries).toEqual(back.map(entryOf).sort());
    expect((await held()).reservations).toEqual(reservationsOf(scene.given));
  }, 180_000);

  test('its plugin gives what was released to the next pod', async () => {
    await answer(0, 'reconcile', '--now');
    if (!scene.isReal) {
      expect((await held()).entries).toEqual(living().map(entryOf).sort());
      return;
    }
    const nets = ['plain', 'wide', 'dual', 'blue', 'ended'].map((name) => `default/${name}`);
    const next = await attach(scene.cluster, { name: 'next', nets, containerId: containerOf('next') });
    const freed = new Set(lost().map(({ address }) => address));
    const taken = next.networks.flatMap(({ ips }) => ips);
    expect(taken.filter((address) => !freed.has(address))).toEqual([]);
    const { items } = await answer<{ items: Item[] }>(0, 'ips', 'ls', '--pod', 'default/next');
    expect(items.map(({ address, verdict }) => `${address} ${verdict}`).sort()).toEqual(
      taken.map((address) => `${address} live`).sort(),
    );
  }, 180_000);
});
