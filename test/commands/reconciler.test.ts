/** The commands about the reconciler on files, and without a cluster. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { ReconcilerStatus } from '../../src/openshift/reconciler-status.js';
import { ipamctl, type Ran } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders } from '../support/world.js';

afterAll(removeFolders);

const reconciler = (...args: string[]): Promise<Ran> => ipamctl(['reconciler', ...args]);

describe('schedule --check', () => {
  test.each([
    ['*/15 * * * *', 0, { valid: true, supported: true, description: 'every 15 minutes, UTC' }],
    ['  30 4 * * *  ', 0, { expression: '30 4 * * *', valid: true }],
    ['@hourly', 0, { valid: true, supported: false }],
    ['TZ=Europe/Berlin 0 4 * * *', 0, { valid: true, supported: false }],
    ['0 0 * * 7', 1, { valid: false, supported: false, description: null, next: [] }],
    ['0 0 30 2 *', 1, { valid: false, next: [] }],
    ['0 */5 * * * *', 1, { valid: false }],
  ])('%s is a Schedule by its schema: exit code %i', async (cron, code, expected) => {
    const run = await reconciler('schedule', '--check', cron, '--after', '2026-03-01T12:07:00Z', '-o', 'json');
    const document = JSON.parse(run.stdout) as Record<string, unknown>;
    expect([run.code, violations(document)]).toEqual([code, []]);
    expect(document).toMatchObject({ apiVersion: 'ipamctl.io/v1', kind: 'Schedule', ...expected });
    expect(document['error'] === null).toBe(code === 0);
  });

  test('the next runs, and the schema wants each field', async () => {
    const run = await reconciler(
      'schedule',
      '--check',
      '*/15 * * * *',
      '--after',
      '2026-03-01T12:07:00Z',
      '-o',
      'json',
    );
    const document = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(document['next']).toEqual(
      ['12:15', '12:30', '12:45', '13:00', '13:15'].map((time) => `2026-03-01T${time}:00Z`),
    );
    // Without a kind there is no schema to hold it against.
    for (const field of Object.keys(document).filter((key) => key !== 'kind')) {
      const rest = Object.fromEntries(Object.entries(document).filter(([key]) => key !== field));
      expect([field, violations(rest)]).toEqual([field, [expect.stringContaining(field)]]);
    }
  });

  test('bad input: 2, and which', async () => {
    const none = await reconciler('schedule', '--check');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--check needs an expression')]);
    const when = await reconciler('schedule', '--check', '* * * * *', '--after', 'tomorrow');
    expect([when.code, when.stderr]).toEqual([2, expect.stringContaining('--after "tomorrow" is no time')]);
  });

  test('what it refuses is told without a cluster, before anything is asked', async () => {
    const run = await reconciler('schedule', '0 0 * * 7', '--yes');
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(`Error: whereabouts' scheduler refuses "0 0 * * 7"`);
  });
});

const NAMESPACE = 'openshift-multus';
const STARTED = '2026-03-01T06:00:00Z';
const NOW = '2026-03-01T12:07:00Z';

const listOf = (kind: string, apiVersion: string, ...items: object[]): string =>
  JSON.stringify({ apiVersion, kind, metadata: { resourceVersion: '9' }, items });

const started = (expression: string): string => `${STARTED} [verbose] using expression: ${expression}\n`;
const ran = (time: string): string =>
  `2026-03-01T${time}:00Z [verbose] starting reconciler run\n2026-03-01T${time}:01Z [verbose] reconciler success\n`;

/** As `oc adm must-gather` lays it out; a log that is null was not collected. */
function gather(logs: Readonly<Record<string, string | null>>): string {
  const names = Object.keys(logs);
  const pods = names.map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, uid: `uid-${name}`, labels: { name: 'whereabouts-reconciler' } },
    spec: { nodeName: 'worker-1', containers: [{ name: 'whereabouts' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: NOW }],
      containerStatuses: [
        { name: 'whereabouts', ready: true, restartCount: 0, state: { running: { startedAt: STARTED } } },
      ],
    },
  }));
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'whereabouts-reconciler', namespace: NAMESPACE, uid: 'uid-set' },
    spec: {
      selector: { matchLabels: { name: 'whereabouts-reconciler' } },
      template: {
        spec: {
          containers: [
            {
              name: 'whereabouts',
              image: 'quay.example.com/whereabouts@sha256:01',
              command: ['/bin/sh', '-c', '/usr/src/whereabouts/bin/entrypoint.sh -log-level debug'],
              volumeMounts: [{ name: 'cron-scheduler-configmap', mountPath: '/cron-schedule' }],
            },
          ],
          volumes: [
            {
              name: 'cron-scheduler-configmap',
              configMap: {
                name: 'whereabouts-config',
                optional: true,
                items: [{ key: 'reconciler_cron_expression', path: 'config' }],
              },
            },
          ],
        },
      },
    },
    status: { desiredNumberScheduled: names.length, numberReady: names.length },
  };
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'whereabouts-config', namespace: NAMESPACE, creationTimestamp: '2026-02-01T00:00:00Z' },
    data: { reconciler_cron_expression: '*/15 * * * *' },
  };
  const files = Object.entries(logs).flatMap(([name, log]) =>
    log === null ? [] : [[`mg/namespaces/${NAMESPACE}/pods/${name}/whereabouts/whereabouts/logs/current.log`, log]],
  );
  const folder = folderWith({
    [`mg/namespaces/${NAMESPACE}/apps/daemonsets.yaml`]: listOf('DaemonSetList', 'apps/v1', workload),
    [`mg/namespaces/${NAMESPACE}/apps/deployments.yaml`]: listOf('DeploymentList', 'apps/v1'),
    [`mg/namespaces/${NAMESPACE}/core/pods.yaml`]: listOf('PodList', 'v1', ...pods),
    [`mg/namespaces/${NAMESPACE}/core/configmaps.yaml`]: listOf('ConfigMapList', 'v1', configMap),
    ...(Object.fromEntries(files) as Record<string, string>),
  });
  return join(folder, 'mg');
}

async function statusOf(
  logs: Readonly<Record<string, string | null>>,
): Promise<{ run: Ran; answer: ReconcilerStatus }> {
  const run = await reconciler('status', '-o', 'json', '--from', gather(logs));
  const answer = JSON.parse(run.stdout) as ReconcilerStatus;
  expect(violations(answer)).toEqual([]);
  return { run, answer };
}

const GOOD = started('*/15 * * * *') + ran('11:45') + ran('12:00');

describe('status of a must-gather', () => {
  test('all in force, by the moment of the snapshot', async () => {
    const { run, answer } = await statusOf({ a: GOOD, b: GOOD });
    expect([run.code, answer.problems, answer.incomplete]).toEqual([0, [], false]);
    expect(answer).toMatchObject({
      lastRun: { startedAt: '2026-03-01T12:00:00Z', result: 'succeeded' },
      nextRun: '2026-03-01T12:15:00Z',
    });
    const human = await reconciler('status', '--from', gather({ a: GOOD, b: GOOD }));
    expect(human.stdout).toContain('✓  in force   2 of 2 pods\n');
    expect(human.stdout).toContain('✓  last run   7m ago (2026-03-01T12:00:00Z): succeeded\n');
  });

  test.each([
    ['tells no schedule', `${STARTED} [debug] nothing\n`, '1 of 2 pods: no line that was read tells the schedule'],
    ['was not collected', null, 'is not in the snapshot'],
  ])('one whose log %s is not green because another is', async (_, log, warning) => {
    const { run, answer } = await statusOf({ a: GOOD, b: log });
    expect([run.code, answer.incomplete, answer.problems]).toEqual([1, true, []]);
    expect(answer.pods.map(({ name, expression, inForce }) => [name, expression, inForce])).toEqual([
      ['a', '*/15 * * * *', true],
      ['b', null, null],
    ]);
    expect(run.stderr).toContain(warning);
    const human = await reconciler('status', '--from', gather({ a: GOOD, b: log }));
    expect(human.stdout).toContain('-  in force   1 of 2 pods; not seen of 1\n');
    expect(human.stdout).toMatch(/^b +worker-1 +not seen +not seen/m);
    // A log that may not be read tells no more of a new pod.
    expect(human.stderr.includes('kubectl delete pod b -n openshift-multus')).toBe(log !== null);
  });

  test('one that goes by another, and one that stopped', async () => {
    const { run, answer } = await statusOf({ a: started('30 4 * * *'), b: started('*/15 * * * *') + ran('11:00') });
    expect([run.code, answer.problems.map(({ code }) => code)]).toEqual([1, ['not-in-force', 'not-running']]);
    expect(answer.pods[0]).toMatchObject({ missedChange: true });
  });

  test('the schedule as it is; a change needs a cluster', async () => {
    const from = gather({ a: GOOD });
    const run = await reconciler('schedule', '--from', from, '-o', 'json');
    const document = JSON.parse(run.stdout) as Record<string, unknown>;
    expect([run.code, violations(document), document['before']]).toEqual([0, [], '*/15 * * * *']);
    expect((await reconciler('schedule', '0 1 * * *', '--yes', '--from', from)).code).toBe(2);
  });
});
