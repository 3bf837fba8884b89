import { describe, expect, test } from '@jest/globals';
import { keptOf } from '../../src/cluster/kept.js';
import {
  ALL_RESOURCES,
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  EVENTS,
  NADS,
  NODE_NETWORK_POLICIES,
  PODS,
  type Resource,
  resourceName,
  VIRTUAL_MACHINES,
} from '../../src/cluster/resources.js';

const SECRET = 'hunter2';

function kept(resource: Resource, fields: object): Record<string, unknown> {
  const object = { apiVersion: 'v1', kind: resource.kind, metadata: { name: 'x', namespace: 'n' }, ...fields };
  const before = JSON.stringify(object);
  const result = keptOf(resource, object);
  expect(JSON.stringify(object)).toBe(before);
  return result;
}

describe('what of an object is kept', () => {
  test.each(ALL_RESOURCES.map((resource) => [resourceName(resource), resource] as const))(
    'of %s: its identity; never managed fields, or what kubectl notes of the whole object',
    (_, resource) => {
      const { metadata } = kept(resource, {
        metadata: {
          name: 'x',
          uid: 'u',
          resourceVersion: '5',
          labels: { a: 'b' },
          managedFields: [{ manager: 'm' }],
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET },
        },
      });
      expect(metadata).toEqual({ name: 'x', uid: 'u', resourceVersion: '5', labels: { a: 'b' } });
    },
  );

  const ENV = [
    { name: 'PASSWORD', value: SECRET },
    { name: 'FROM', valueFrom: { secretKeyRef: { name: SECRET, key: 'k' } } },
    { name: 'WHEREABOUTS_NAMESPACE', value: 'kube-system' },
  ];

  test('of a pod: where it runs, what it shows and how it is; no arguments, no environment, no last words', () => {
    const pod = kept(PODS, {
      metadata: {
        name: 'x',
        annotations: { 'k8s.v1.cni.cncf.io/networks': 'a', 'vault.example/token': SECRET, ['__proto__']: SECRET },
      },
      spec: {
        nodeName: 'n1',
        containers: [{ name: 'c', image: 'i', command: [SECRET], args: [SECRET], env: ENV }],
        volumes: [{ name: 'v', secret: { secretName: SECRET } }],
      },
      status: {
        phase: 'Failed',
        message: SECRET,
        conditions: [{ type: 'Ready', status: 'False', message: SECRET }],
        containerStatuses: [
          { name: 'c', state: { terminated: { exitCode: 3, message: SECRET } }, lastState: {}, containerID: 'c' },
        ],
      },
    });
    expect(pod).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x', annotations: { 'k8s.v1.cni.cncf.io/networks': 'a' } },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
      status: {
        phase: 'Failed',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [{ name: 'c', state: { terminated: { exitCode: 3 } }, lastState: {} }],
      },
    });
  });

  const workload = (container: object): Record<string, unknown> =>
    kept(DAEMON_SETS, { spec: { template: { spec: { containers: [{ name: 'c', env: ENV, ...container }] } } } });
  const containerOf = (object: Record<string, unknown>): unknown =>
    (object as { spec: { template: { spec: { containers: unknown[] } } } }).spec.template.spec.containers[0];
  const NAMES = [{ name: 'PASSWORD' }, { name: 'FROM' }, { name: 'WHEREABOUTS_NAMESPACE', value: 'kube-system' }];

  test.each([
    [
      ['/ip-control-loop', '-log-level', 'debug'],
      ['/ip-control-loop', '-log-level', 'debug'],
    ],
    [
      ['/ip-control-loop', '--auth-token', SECRET, `--password=${SECRET}`, 'x'],
      ['/ip-control-loop', '--auth-token', '***', '--password=***', 'x'],
    ],
    [
      [`API_KEY=${SECRET} /ip-control-loop\n--secret  ${SECRET} -x=1`],
      ['API_KEY=*** /ip-control-loop\n--secret  *** -x=1'],
    ],
    [['SLEEP=false /token-watcher.sh & /ip-control-loop'], ['SLEEP=false /token-watcher.sh & /ip-control-loop']],
  ])('of a workload of networks its arguments %j as %j', (args, expected) => {
    expect(containerOf(workload({ args, command: args }))).toEqual({
      name: 'c',
      env: NAMES,
      args: expected,
      command: expected,
    });
  });

  test('of any other workload no arguments', () => {
    expect(containerOf(workload({ command: ['serve'], args: [SECRET], image: 'i' }))).toEqual({
      name: 'c',
      image: 'i',
      env: NAMES,
    });
  });

  test('of a ConfigMap what may be a schedule; files only where they are the allow-list of sysctls', () => {
    const data = { schedule: '*/5 * * * *', file: 'x'.repeat(5000) };
    expect(kept(CONFIG_MAPS, { data })['data']).toEqual({ schedule: data.schedule });
    const metadata = { name: 'cni-sysctl-allowlist' };
    expect(kept(CONFIG_MAPS, { metadata, data })['data']).toEqual(data);
  });

  test('of an event its message, unless it quotes a program', () => {
    expect(kept(EVENTS, { reason: 'Killing', message: 'Stopping' })).toMatchObject({ message: 'Stopping' });
    expect(kept(EVENTS, { reason: 'Unhealthy', message: SECRET })).not.toHaveProperty('message');
  });

  test('of NADs and definitions of networks all, of other definitions no schema', () => {
    const annotations = { any: 'thing' };
    expect(kept(NADS, { metadata: { name: 'x', annotations }, spec: { config: '{}' } })).toMatchObject({
      metadata: { annotations },
      spec: { config: '{}' },
    });
    const versions = [{ name: 'v1', served: true, schema: { openAPIV3Schema: {} } }];
    const definition = (name: string): unknown =>
      kept(CUSTOM_RESOURCE_DEFINITIONS, { metadata: { name }, spec: { versions } })['spec'];
    expect(definition('ippools.whereabouts.cni.cncf.io')).toEqual({ versions });
    expect(definition('virtualmachines.kubevirt.io')).toEqual({ versions: [{ name: 'v1', served: true }] });
  });

  test('of machines and policies of nodes no user data and no keys', () => {
    const networks = [{ name: 'n', multus: { networkName: 'a' } }];
    const machine = kept(VIRTUAL_MACHINES, {
      spec: { template: { spec: { networks, volumes: [{ cloudInitNoCloud: { userData: SECRET } }] } } },
    });
    expect(machine['spec']).toEqual({ template: { spec: { networks } } });
    const ovn = { 'bridge-mappings': [{ localnet: 'l', bridge: 'b' }] };
    const policy = kept(NODE_NETWORK_POLICIES, {
      spec: { desiredState: { ovn, interfaces: [{ libreswan: { psk: SECRET } }] } },
    });
    expect(policy['spec']).toEqual({ desiredState: { ovn } });
  });

  test('values of another type than expected are none', () => {
    expect(kept(PODS, { spec: 'text', status: [1, { phase: 'x' }], data: SECRET })).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x', namespace: 'n' },
      status: [undefined, { phase: 'x' }],
    });
  });
});
