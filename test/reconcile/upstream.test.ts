import { beforeEach, describe, expect, test } from '@jest/globals';
import { CONFIG_MAPS, DAEMON_SETS, DEPLOYMENTS, PODS } from '../../src/cluster/resources.js';
import { UpstreamReconcilers, type UpstreamState } from '../../src/reconcile/upstream.js';
import { World, WorldReader, type ReaderOptions } from './support/world.js';

const OPENSHIFT = 'openshift-multus';
const LABELS = { app: 'whereabouts-reconciler' };
const START = '2026-09-01T11:59:58Z [verbose] starting reconciler run';
const END = '2026-09-01T11:59:59Z [verbose] reconciler success';
/** The container began, and nothing ran yet. */
const FRESH = '2026-09-01T11:00:00Z [verbose] using expression: */15 * * * *';

let world: World;
let reader: WorldReader;

/** It is noon. */
beforeEach(() => {
  world = new World();
  reader = new WorldReader(world);
});

function look(options?: ReaderOptions, namespaces: readonly string[] = []): Promise<UpstreamState> {
  if (options !== undefined) reader = new WorldReader(world, options);
  return new UpstreamReconcilers({ reader }, namespaces).look();
}

function template(container: object, volumes: readonly object[] = []): object {
  return { spec: { containers: [{ name: 'other' }, container], volumes } };
}

const MOUNT = { volumeMounts: [{ name: 'cron-scheduler-configmap', mountPath: '/cron-schedule' }] };

function volume(key: string): object {
  const items = [{ key, path: 'config' }];
  return { name: 'cron-scheduler-configmap', configMap: { name: 'whereabouts-config', items } };
}

/** OpenShift's DaemonSet. */
function putDaemonSet(namespace = OPENSHIFT): void {
  world.put(DAEMON_SETS, namespace, 'whereabouts-reconciler', {
    spec: {
      selector: { matchLabels: LABELS },
      template: template({ name: 'whereabouts-reconciler', ...MOUNT }, [volume('reconciler_cron_expression')]),
    },
  });
}

function putPod(name: string, log: string | null, { namespace = OPENSHIFT, phase = 'Running', labels = LABELS } = {}) {
  world.put(PODS, namespace, name, { metadata: { labels }, status: { phase } });
  if (log !== null) world.logs.set(`${namespace}/${name}`, log);
}

function putSchedule(expression: string, key = 'reconciler_cron_expression', namespace = OPENSHIFT): void {
  world.put(CONFIG_MAPS, namespace, 'whereabouts-config', { data: { [key]: `${expression}\n` } });
}

function clock(time: string): number {
  return Date.parse(`2026-09-01T${time}Z`);
}

describe('what runs', () => {
  test('nothing runs where no workload does, in the usual namespaces and those of the pools', async () => {
    putPod('whereabouts-reconciler-a', START);
    expect(await look(undefined, ['ipam', 'kube-system'])).toEqual({ state: 'idle' });
    expect(reader.asked).toEqual(
      [OPENSHIFT, 'kube-system', 'ipam'].flatMap((namespace) => [
        `list daemonsets ${namespace}`,
        `list deployments ${namespace}`,
      ]),
    );
  });

  test('one pod that runs is enough, and says since when; pods that are no more do not count', async () => {
    putDaemonSet();
    putPod('a', `${START}\n${END}`);
    putPod('c', START, { phase: 'Failed' });
    putPod('d', START, { labels: { app: 'other' } });
    expect(await look()).toEqual({ state: 'idle' });
    putPod('b', START);
    putPod('e', null);
    expect(await look()).toEqual({ state: 'running', pod: `${OPENSHIFT}/b`, sinceMs: clock('11:59:58') });
  });

  test("upstream's DaemonSet up to v0.9.3 is told by its mount, v0.9.4's Deployment by its program", async () => {
    const selector = { matchLabels: { name: 'whereabouts' } };
    const loop = { name: 'whereabouts', args: ['-c', '/ip-control-loop -log-level debug'] };
    world.put(DAEMON_SETS, 'ipam', 'whereabouts', { spec: { selector, template: template({ ...loop, ...MOUNT }) } });
    const options = { namespace: 'ipam', labels: { name: 'whereabouts', app: '' } };
    putPod('whereabouts-x', START, options);
    expect(await look(undefined, ['ipam'])).toMatchObject({ state: 'running', pod: 'ipam/whereabouts-x' });

    // Of v0.9.4, the DaemonSet no longer reconciles.
    world.put(DAEMON_SETS, 'ipam', 'whereabouts', { spec: { selector, template: template(loop) } });
    world.logs.set('ipam/whereabouts-x', 'nothing that tells');
    expect(await look(undefined, ['ipam'])).toMatchObject({ state: 'unknown' });
    world.put(DEPLOYMENTS, 'ipam', 'anything', {
      spec: { selector: { matchLabels: LABELS }, template: template({ name: 'c', command: ['/ip-reconciler'] }) },
    });
    putPod('reconciler-y', FRESH, { namespace: 'ipam' });
    expect(await look(undefined, ['ipam'])).toEqual({ state: 'idle' });
    putPod('reconciler-y', START, { namespace: 'ipam' });
    expect(await look(undefined, ['ipam'])).toMatchObject({ state: 'running', pod: 'ipam/reconciler-y' });
  });

  test('workloads are sought once, pods and logs each time', async () => {
    putDaemonSet();
    putPod('a', FRESH);
    const upstream = new UpstreamReconcilers({ reader }, []);
    expect(await upstream.look()).toEqual({ state: 'idle' });
    reader.requests.length = 0;
    putPod('a', START);
    expect(await upstream.look()).toMatchObject({ state: 'running' });
    expect(reader.asked).toEqual([`list pods ${OPENSHIFT} status.phase=Running metadata`, `log pods ${OPENSHIFT}/a`]);
  });

  test('a log whose end tells nothing is read further back', async () => {
    putDaemonSet();
    const chatter = Array.from({ length: 600 }, () => '2026-09-01T11:59:59Z [debug] removed something').join('\n');
    putPod('a', `${START}\n${chatter}`);
    expect(await look()).toMatchObject({ state: 'running' });
    expect(reader.asked.filter((request) => request.startsWith('log'))).toHaveLength(2);
  });
});

describe('where logs cannot be read, the schedule decides', () => {
  beforeEach(() => {
    putDaemonSet();
    putPod('a', null);
  });

  test.each([
    ['*/15 * * * *', '11:59:59', '11:45:00', true],
    // The next tick is less than a minute away.
    ['0 * * * *', '11:58:59', '11:00:00', true],
    ['0 * * * *', '11:59:00', '12:00:00', false],
    ['0 * * * *', '12:04:59', '12:00:00', false],
    ['0 * * * *', '12:05:00', '12:00:00', true],
  ])('%s at %s: last tick %s, safe %s', async (expression, now, lastTick, safe) => {
    if (expression === '*/15 * * * *') world.tick(-70_000);
    else putSchedule(expression);
    world.nowMs = expression === '*/15 * * * *' ? clock('11:58:50') : clock(now);
    const why = expect.stringMatching(/^no log of whereabouts-reconciler of/);
    expect(await look()).toEqual({ state: 'unknown', why, lastTickMs: clock(lastTick), safe });
  });

  test('a log of another pod tells the schedule too, and the later tick of the two counts', async () => {
    putPod('b', '2026-09-01T11:00:00Z [verbose] using expression: 50 11 * * *');
    putSchedule('0 3 * * *');
    expect(await look()).toMatchObject({ lastTickMs: clock('11:50:00'), safe: true });
    putSchedule('58 11 * * *');
    expect(await look()).toMatchObject({ lastTickMs: clock('11:58:00'), safe: false });
  });

  test('without a ConfigMap the flat file decides', async () => {
    world.nowMs = clock('12:10:00');
    expect(await look()).toMatchObject({ lastTickMs: clock('12:00:00'), safe: true });
    world.remove(DAEMON_SETS, OPENSHIFT, 'whereabouts-reconciler');
    putDaemonSet('kube-system');
    putPod('a', null, { namespace: 'kube-system' });
    expect(await look()).toMatchObject({ lastTickMs: clock('04:30:00'), safe: true });
  });

  test.each(['nonsense', '@every 30s', '0 0 30 2 *'])(
    'a schedule without a known tick is never safe: %s',
    async (text) => {
      putSchedule(text);
      expect(await look()).toMatchObject({ state: 'unknown', lastTickMs: null, safe: false });
    },
  );

  test('no right to the ConfigMap: not safe', async () => {
    const refuse: ReaderOptions['refuse'] = ({ resource }) => (resource === CONFIG_MAPS ? 'forbidden' : undefined);
    expect(await look({ refuse })).toMatchObject({ state: 'unknown', lastTickMs: null, safe: false });
  });

  test('more pods than are asked are a doubt of their own', async () => {
    putSchedule('0 3 * * *');
    for (let n = 0; n < 25; n++) putPod(`p${n.toString()}`, FRESH);
    putPod('a', FRESH);
    expect(await look()).toEqual({
      state: 'unknown',
      why: `DaemonSet ${OPENSHIFT}/whereabouts-reconciler has 26 pods, of which the logs of 20 were read`,
      lastTickMs: clock('12:00:00'),
      safe: false,
    });
    expect(reader.asked.filter((request) => request.startsWith('log'))).toHaveLength(20);
  });
});

describe('rights', () => {
  beforeEach(() => {
    putDaemonSet();
    putPod('a', START);
  });

  test.each([DAEMON_SETS, DEPLOYMENTS])('without the list of $plural nothing is known', async (lacking) => {
    const state = await look({ refuse: ({ resource }) => (resource === lacking ? 'forbidden' : undefined) });
    const why = `list ${lacking.plural}.apps: forbidden`;
    expect(state).toEqual({ state: 'unknown', why, lastTickMs: null, safe: false });
  });

  test.each(['list', 'log'] as const)('without %s of pods the schedule decides', async (lacking) => {
    const state = await look({
      refuse: ({ verb, resource }) => (resource === PODS && verb === lacking ? 'forbidden' : undefined),
    });
    expect(state).toMatchObject({ state: 'unknown', lastTickMs: clock('12:00:00'), safe: false });
  });

  test('a server that cannot be asked at all ends it', async () => {
    const refuse: ReaderOptions['refuse'] = ({ verb }) => (verb === 'log' ? 'unreachable' : undefined);
    await expect(look({ refuse })).rejects.toMatchObject({ reason: 'unreachable' });
  });
});
