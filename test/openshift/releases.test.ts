/**
 * The operator's operands of each OpenShift release that is spoken of, as its source has them: that of 4.14 to 4.20 in
 * openshift/cluster-network-operator bindata/network/multus/multus.yaml. Read were commits 002059ad (between pull requests
 * 2648 and 2707) and 2a6a57fe; what else differs between releases is told by the pull requests that are named here.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { shimEntry } from '../../src/openshift/entry.js';
import { ipamctl } from '../support/program.js';
import { folderWith, removeFolders } from '../support/world.js';

afterAll(removeFolders);

interface Release {
  readonly version: string;
  /** Pull requests 2219, 2214, 2209: the ConfigMap is mounted from 4.14.11, 4.15.0 and 4.16.0 on. */
  readonly mounts: boolean;
  /** Pull request 2648: the controller of node slices, with 4.19. */
  readonly controller: boolean;
  /** Pull requests 2784, 2702, 3040: merged to 4.17, 4.18 and, late, 4.16. */
  readonly watcher: boolean;
  /** Where the file of the nodes is kept; before pull request 2707 in the ConfigMap that is the user's. */
  readonly flatFile: 'whereabouts-flatfile-config' | 'whereabouts-config' | null;
}

const RELEASES: readonly Release[] = [
  { version: '4.14.5', mounts: false, controller: false, watcher: false, flatFile: null },
  { version: '4.14.30', mounts: true, controller: false, watcher: false, flatFile: null },
  { version: '4.15.20', mounts: true, controller: false, watcher: false, flatFile: null },
  { version: '4.16.10', mounts: true, controller: false, watcher: false, flatFile: null },
  { version: '4.17.40', mounts: true, controller: false, watcher: true, flatFile: null },
  { version: '4.18.20', mounts: true, controller: false, watcher: true, flatFile: null },
  { version: '4.19.0', mounts: true, controller: true, watcher: true, flatFile: 'whereabouts-config' },
  { version: '4.19.9', mounts: true, controller: true, watcher: true, flatFile: 'whereabouts-flatfile-config' },
  { version: '4.20.3', mounts: true, controller: true, watcher: true, flatFile: 'whereabouts-flatfile-config' },
];

const NAMESPACE = 'openshift-multus';
const IMAGE = 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0123';

function workload({ version }: Release, kind: string, name: string, podSpec: object): object {
  const counts = kind === 'DaemonSet' ? { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1 } : {};
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: name,
      generation: 1,
      annotations: { 'release.openshift.io/version': version },
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name } },
      template: { metadata: { labels: { app: name, name } }, spec: podSpec },
    },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1, ...counts },
  };
}

/** The DaemonSet of the reconciler, its container called `whereabouts` as it is there. */
function reconciler(release: Release): object {
  const schedule = {
    name: 'cron-scheduler-configmap',
    configMap: {
      name: 'whereabouts-config',
      optional: true,
      items: [{ key: 'reconciler_cron_expression', path: 'config' }],
    },
  };
  const mounts = [
    { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
    ...(release.mounts ? [{ name: schedule.name, mountPath: '/cron-schedule' }] : []),
  ];
  return workload(release, 'DaemonSet', 'whereabouts-reconciler', {
    containers: [
      {
        name: 'whereabouts',
        image: IMAGE,
        command: ['/bin/sh'],
        args: ['-c', '/usr/src/whereabouts/bin/entrypoint.sh -log-level debug\n'],
        volumeMounts: mounts,
      },
    ],
    volumes: release.mounts ? [schedule] : [],
  });
}

function clusterOf(release: Release): string {
  const flat = JSON.stringify({ datastore: 'kubernetes', reconciler_cron_expression: '30 4 * * *' });
  const container = (name: string, command: string): object => ({
    containers: [{ name, image: IMAGE, command: [command] }],
  });
  const objects: [string, object[]][] = [
    [
      'networks.operator.openshift.io',
      [
        {
          apiVersion: 'operator.openshift.io/v1',
          kind: 'Network',
          metadata: { name: 'cluster', uid: 'n' },
          spec: { additionalNetworks: [shimEntry({ type: 'whereabouts' })] },
          status: { version: release.version },
        },
      ],
    ],
    [
      'daemonsets.apps',
      [
        reconciler(release),
        ...(release.watcher
          ? [
              workload(
                release,
                'DaemonSet',
                'whereabouts-token-watcher',
                container('whereabouts-token-watcher', '/bin/sh'),
              ),
            ]
          : []),
      ],
    ],
    [
      'deployments.apps',
      [
        workload(release, 'Deployment', 'multus-admission-controller', container('multus', '/usr/bin/webhook')),
        ...(release.controller
          ? [
              workload(
                release,
                'Deployment',
                'whereabouts-controller',
                container('whereabouts', '/usr/src/whereabouts/bin/node-slice-controller'),
              ),
            ]
          : []),
      ],
    ],
    [
      'configmaps',
      [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'multus-daemon-config', namespace: NAMESPACE },
          data: {},
        },
        ...(release.flatFile === null
          ? []
          : [
              {
                apiVersion: 'v1',
                kind: 'ConfigMap',
                metadata: { name: release.flatFile, namespace: NAMESPACE, creationTimestamp: '2026-01-01T00:00:00Z' },
                data: { 'whereabouts.conf': flat },
              },
            ]),
      ],
    ],
    [
      'network-attachment-definitions.k8s.cni.cncf.io',
      [
        {
          apiVersion: 'k8s.cni.cncf.io/v1',
          kind: 'NetworkAttachmentDefinition',
          metadata: { name: 'whereabouts-shim', namespace: 'default' },
          spec: {
            config: '{"cniVersion":"0.3.1","name":"whereabouts-shim","type":"bridge","ipam":{"type":"whereabouts"}}',
          },
        },
      ],
    ],
    ['pods', []],
    ...(release.controller ? [['nodeslicepools.whereabouts.cni.cncf.io', []] as [string, object[]]] : []),
  ];
  const KINDS: Readonly<Record<string, [string, string]>> = {
    'networks.operator.openshift.io': ['operator.openshift.io/v1', 'NetworkList'],
    'daemonsets.apps': ['apps/v1', 'DaemonSetList'],
    'deployments.apps': ['apps/v1', 'DeploymentList'],
    configmaps: ['v1', 'ConfigMapList'],
    'network-attachment-definitions.k8s.cni.cncf.io': ['k8s.cni.cncf.io/v1', 'NetworkAttachmentDefinitionList'],
    pods: ['v1', 'PodList'],
    'nodeslicepools.whereabouts.cni.cncf.io': ['whereabouts.cni.cncf.io/v1alpha1', 'NodeSlicePoolList'],
  };
  return folderWith(
    Object.fromEntries(
      objects.map(([file, items]) => {
        const [apiVersion, kind] = KINDS[file] ?? ['v1', 'List'];
        return [`${file}.json`, JSON.stringify({ apiVersion, kind, metadata: { resourceVersion: '9' }, items })];
      }),
    ),
  );
}

describe.each(RELEASES)('OpenShift $version', (release) => {
  const from = clusterOf(release);
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const ran = await ipamctl([...args, '--from', from, '-o', 'json']);
    return JSON.parse(ran.stdout) as Record<string, unknown>;
  };

  test('shim status knows its operands', async () => {
    const { platform, items } = await json('shim', 'status', 'whereabouts');
    const [item] = items as { parts: { part: string; state: string; object: { kind: string; name: string } }[] }[];
    const parts = Object.fromEntries(
      (item?.parts ?? []).map(({ part, state, object }) => [part, `${state} ${object.kind} ${object.name}`]),
    );
    expect(platform).toBe('openshift');
    expect(parts).toMatchObject({
      entry: 'ready Network cluster',
      nad: 'ready NetworkAttachmentDefinition whereabouts-shim',
      reconciler: 'ready DaemonSet whereabouts-reconciler',
      controller: `${release.controller ? 'ready' : 'not-needed'} Deployment whereabouts-controller`,
    });
  });

  test('reconciler status finds the workload, and the ConfigMap that it reads', async () => {
    const status = await json('reconciler', 'status');
    expect(status['workloads']).toMatchObject([
      { kind: 'DaemonSet', namespace: NAMESPACE, name: 'whereabouts-reconciler', container: 'whereabouts' },
    ]);
    expect(status['configured']).toMatchObject({
      configMap: { namespace: NAMESPACE, name: 'whereabouts-config', key: 'reconciler_cron_expression' },
      foundBy: release.mounts ? 'volume' : 'usual',
      // What the nodes fall back to is told where the operator keeps it in a ConfigMap, be it the user's own.
      schedule: release.flatFile === null ? null : { expression: '30 4 * * *' },
    });
  });
});
