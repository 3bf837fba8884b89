import { afterAll, describe, expect, test } from '@jest/globals';
import { survey } from '../../src/reconcile/survey.js';
import { list, openFiles, pod, removeFolders } from '../cluster-snapshot/support.js';

afterAll(removeFolders);

/** One pool that these owners hold, and a list of no pods of namespace demo but those given. */
function files(podrefs: readonly string[], pods: readonly unknown[] = []): Record<string, string> {
  const allocations = Object.fromEntries(
    podrefs.map((podref, index) => [(index + 1).toString(), { id: 'c', podref, ifname: 'net1' }]),
  );
  const pool = {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'IPPool',
    metadata: { name: '10.0.0.0-24', namespace: 'kube-system', uid: 'pool' },
    spec: { range: '10.0.0.0/24', allocations },
  };
  const podList = { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '1' }, items: pods };
  return { 'pool.json': JSON.stringify(pool), 'namespaces/demo/core/pods.yaml': JSON.stringify(podList) };
}

const NODE_A = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-a', uid: 'node-a' },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};

function object(apiVersion: string, kind: string, namespace: string, name: string): Record<string, unknown> {
  return { apiVersion, kind, metadata: { name, namespace, uid: `${kind}-${name}` }, spec: {}, status: {} };
}

async function verdicts(given: Record<string, string>): Promise<Record<string, string>> {
  const { claims } = await survey(await openFiles(given));
  return Object.fromEntries(claims.map(({ claim, verdict, reason }) => [claim.podref, `${verdict} (${reason})`]));
}

describe('what a snapshot does not hold is not known to be absent', () => {
  test('pods of another namespace', async () => {
    const given = { ...files(['demo/gone', 'other/gone']), 'nodes.json': list(NODE_A) };
    expect(await verdicts(given)).toEqual({
      'demo/gone': 'stale (pod-gone)',
      'other/gone': 'unknown (pods-not-collected)',
    });
  });

  test.each([1, 12])('StatefulSets of the namespace, %i asked for', async (count) => {
    const podrefs = Array.from({ length: count }, (_, index) => `demo/s${index.toString()}-0`);
    const given = { ...files(podrefs), 'nodes.json': list(NODE_A) };
    const elsewhere = list(object('apps/v1', 'StatefulSet', 'other', 'x'));
    const all = (told: string): Record<string, string> => Object.fromEntries(podrefs.map((podref) => [podref, told]));
    const unknown = all('unknown (statefulsets-not-readable)');
    expect(await verdicts(given)).toEqual(unknown);
    expect(await verdicts({ ...given, 'namespaces/other/apps/statefulsets.yaml': elsewhere })).toEqual(unknown);
    const its = list(object('apps/v1', 'StatefulSet', 'demo', 'x'));
    expect(await verdicts({ ...given, 'namespaces/demo/apps/statefulsets.yaml': its })).toEqual(
      all('stale (pod-gone)'),
    );
  });

  test('a node of which no file tells, unless all nodes were listed', async () => {
    const leaving = pod('demo', 'leaving', {
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
      spec: { nodeName: 'node-b' },
      status: { phase: 'Running' },
    });
    const given = files(['demo/leaving'], [leaving]);
    const single = { 'cluster-scoped-resources/core/nodes/node-a.yaml': JSON.stringify(NODE_A) };
    expect(await verdicts(given)).toEqual({ 'demo/leaving': 'unknown (nodes-not-readable)' });
    expect(await verdicts({ ...given, ...single })).toEqual({ 'demo/leaving': 'unknown (nodes-not-readable)' });
    expect(await verdicts({ ...given, 'nodes.json': list(NODE_A) })).toEqual({ 'demo/leaving': 'lost (node-gone)' });
  });

  test('migrations, for the pods of virtual machines only', async () => {
    const given = { ...files(['demo/virt-launcher-a', 'demo/gone']), 'nodes.json': list(NODE_A) };
    const partly = {
      'virt-launcher': 'unknown (migrations-not-readable)',
      gone: 'stale (pod-gone)',
    };
    const told = async (more: Record<string, string>): Promise<Record<string, string | undefined>> => {
      const found = await verdicts({ ...given, ...more });
      return { 'virt-launcher': found['demo/virt-launcher-a'], gone: found['demo/gone'] };
    };
    const migration = list({
      ...object('kubevirt.io/v1', 'VirtualMachineInstanceMigration', 'other', 'm'),
      status: { phase: 'Succeeded' },
    });
    const folder = 'kubevirt.io/virtualmachineinstancemigrations.yaml';
    expect(await told({})).toEqual(partly);
    expect(await told({ [`namespaces/other/${folder}`]: migration })).toEqual(partly);
    expect(await told({ 'namespaces/demo/kubevirt.io/virtualmachineinstancemigrations.yaml': list() })).toEqual({
      ...partly,
      'virt-launcher': 'stale (pod-gone)',
    });
  });
});
