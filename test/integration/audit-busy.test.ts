/**
 * A cluster that is healthy and busy raises nothing: pods come, go and finish all the time by the real plugin, in
 * kubelet's order, on networks of every kind. `AUDITS=300 npm test -- audit-busy` looks longer than CI does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit, type AuditOutcome } from '../../src/audit/engine.js';
import { DEFAULT_SETTINGS } from '../../src/audit/model.js';
import { CHECKS } from '../../src/audit/registry.js';
import { openCluster } from '../../src/cluster/live/index.js';
import { attach, detach, type Attached } from '../cluster/attach.js';
import { TestCluster } from '../cluster/cluster.js';
import { makeNodeSlicePool } from '../cluster/controllers.js';
import { createNad, createNode, deletePod, setPodStatus } from '../cluster/objects.js';
import { deploy, UPSTREAMS } from './support/reconcilers.js';

const NAMESPACE = 'busy';
const NODES = ['node-a', 'node-b'] as const;
const AUDITS = Number(process.env['AUDITS'] ?? '20');
/** As many attachments must have come and gone meanwhile, or it was not busy. */
const LEAST_ADDS = 60;

const IPAM: Readonly<Record<string, object>> = {
  plain: { range: '10.70.0.0/24' },
  wide: { range: '10.71.0.0/24', network_name: 'over' },
  narrow: { range: '10.71.0.0/25', network_name: 'over' },
  dual: { ipRanges: [{ range: '10.72.0.0/24' }, { range: 'fd00:72::/64' }] },
  slice: { range: '10.73.0.0/22', node_slice_size: '/24', network_name: 'busyslice' },
};
const REQUESTS = [['plain'], ['wide'], ['narrow'], ['dual'], ['slice'], ['plain', 'dual'], ['wide', 'slice']] as const;
type Fate = 'deleted' | 'finished';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await deploy(cluster, UPSTREAMS, 1);
  for (const node of NODES) await createNode(cluster, node);
  for (const [at, [name, ipam]] of Object.entries(IPAM).entries()) {
    await createNad(cluster, NAMESPACE, name, {
      cniVersion: '0.3.1',
      name: `${NAMESPACE}-${name}`,
      type: 'macvlan',
      // Those of one network name share their segment, too.
      master: `eth${(name === 'narrow' ? 1 : at).toString()}`,
      ipam: { type: 'whereabouts', ...ipam },
    });
  }
  await makeNodeSlicePool(cluster, 'busyslice', NODES);
}, 200_000);

afterAll(() => cluster.stop());

/** What really happens. */
class World {
  adds = 0;
  ended = 0;
  #isOver = false;

  stop(): void {
    this.#isOver = true;
  }

  async churn(worker: string): Promise<void> {
    for (let index = 0; !this.#isOver; index++) {
      const request = REQUESTS[index % REQUESTS.length] ?? REQUESTS[0];
      const attached = await this.start(`${worker}-${index.toString()}`, request, NODES[index % 2] ?? NODES[0]);
      await sleep(Math.random() * 200);
      await this.#end(attached, NODES[index % 2] ?? NODES[0], index % 4 === 3 ? 'finished' : 'deleted');
    }
  }

  /** One name again and again, as a StatefulSet does. */
  async comeBack(name: string): Promise<void> {
    while (!this.#isOver) await this.#end(await this.start(name, ['plain', 'dual'], 'node-a'), 'node-a', 'deleted');
  }

  async start(name: string, nads: readonly string[], node: string): Promise<Attached> {
    const nets = nads.map((nad) => `${NAMESPACE}/${nad}`);
    const attached = await attach(cluster, { namespace: NAMESPACE, name, node, nets, phase: 'Pending' });
    this.adds += nets.length;
    await setPodStatus(cluster, NAMESPACE, name, { phase: 'Running', conditions: [ready('True')] });
    return attached;
  }

  /** Terminating or over, then DEL, then the object goes, in kubelet's order. */
  async #end(attached: Attached, node: string, fate: Fate): Promise<void> {
    const { name } = attached;
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}`;
    if (fate === 'deleted') await cluster.ok('DELETE', path, { gracePeriodSeconds: 30 });
    else await setPodStatus(cluster, NAMESPACE, name, { phase: 'Succeeded', conditions: [ready('False')] });
    await detach(cluster, attached, node);
    // A Job's pod stays for a while with the status that it had.
    if (fate === 'finished') await sleep(300);
    await deletePod(cluster, NAMESPACE, name);
    this.ended++;
  }
}

function ready(status: 'True' | 'False'): object {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return { type: 'Ready', status, lastProbeTime: null, lastTransitionTime };
}

test(
  `${AUDITS.toString()} audits of a busy healthy cluster raise nothing`,
  async () => {
    const world = new World();
    for (const [at, request] of REQUESTS.entries()) await world.start(`stays-${at.toString()}`, request, 'node-b');
    const workers = ['a', 'b', 'c', 'd'].map((worker) => world.churn(`churn-${worker}`));
    const ended = Promise.all([...workers, world.comeBack('set-0'), world.comeBack('set-1')]);
    ended.catch(() => undefined);
    const reader = await openCluster({ kubeconfig: cluster.kubeconfig }, {}, { version: 'test' });
    const outcomes: AuditOutcome[] = [];
    let waits = 0;
    try {
      while (outcomes.length < AUDITS || world.adds < LEAST_ADDS) {
        const clock = {
          now: () => performance.now(),
          wait: async (ms: number) => {
            waits++;
            await sleep(ms);
          },
        };
        outcomes.push(await audit(reader, { checks: CHECKS, settings: DEFAULT_SETTINGS, clock }));
        await Promise.race([sleep(20), ended]);
      }
    } finally {
      world.stop();
      await reader.close();
    }
    await ended;
    const raised = outcomes.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'info'));
    const infos = outcomes.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'info'));
    const count = (checks: readonly string[]): string =>
      JSON.stringify(Object.fromEntries([...new Set(checks)].map((id) => [id, checks.filter((x) => x === id).length])));
    process.stderr.write(
      `${outcomes.length.toString()} audits, ${world.adds.toString()} ADDs, ${world.ended.toString()} ends, ${waits.toString()} waits, infos ${count(infos.map(({ check }) => check))}\n`,
    );
    expect(raised).toEqual([]);
    expect(outcomes.filter(({ incomplete }) => incomplete)).toEqual([]);
    // There was something to be wrong about.
    for (const { looked } of outcomes) expect(looked.allocations).toBeGreaterThan(REQUESTS.length);
    expect(world.ended).toBeGreaterThan(20);
  },
  20_000 + AUDITS * 15_000,
);
