import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { POOL_NAMESPACE, type TestCluster } from './cluster.js';
import { waitFor } from './wait.js';

/** A running controller of whereabouts. It ends with the cluster at the latest. */
export interface Controller {
  /** What it printed so far. */
  output(): string;
  stop(): Promise<void>;
  /** Its exit code, once it ended by itself; null: by a signal. */
  readonly ended: Promise<number | null>;
  /** Puts another schedule where the reconciler finds it, as a kubelet does: `..data` is made anew. */
  reschedule(schedule: string): void;
}

/** The controller that divides a range with `node_slice_size` among the nodes: writes NodeSlicePools. */
export function startNodeSliceController(cluster: TestCluster): Promise<Controller> {
  return startController(cluster, cluster.binaries.nodeSliceController, {});
}

/** The pod controller of one node (`ip-control-loop`): frees the addresses of pods that are deleted there. */
export function startControlLoop(cluster: TestCluster, nodeName: string): Promise<Controller> {
  return startController(cluster, cluster.binaries.controlLoop, { NODENAME: nodeName });
}

/**
 * The periodic reconciler, with a schedule as its scheduler takes it: five fields or `@every 2s`.
 * @param server what stands for the API server, with its certificate
 */
export function startReconciler(
  cluster: TestCluster,
  schedule: string,
  server: string = cluster.server,
): Promise<Controller> {
  return startController(cluster, cluster.binaries.reconciler, {}, schedule, server);
}

/** Lets the real reconciler run once and returns its log (its last line says whether it succeeded). */
export async function runReconciler(cluster: TestCluster): Promise<string> {
  const controller = await startReconciler(cluster, '@every 1s');
  try {
    await waitFor(
      'a run of the reconciler',
      () => /reconciler run (succeeded|failed)/.test(controller.output()),
      90_000,
    );
  } finally {
    await controller.stop();
  }
  const lines = controller.output().split('\n');
  const end = lines.findIndex((line) => /reconciler run (succeeded|failed)/.test(line));
  return lines.slice(0, end + 1).join('\n');
}

/** Waits until the real controller has made a NodeSlicePool with a slice for each of the nodes. */
export async function makeNodeSlicePool(cluster: TestCluster, name: string, nodes: readonly string[]): Promise<void> {
  const controller = await startNodeSliceController(cluster);
  const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/nodeslicepools/${name}`;
  try {
    await waitFor(`NodeSlicePool ${name}`, async () => {
      const answer = await cluster.request('GET', path);
      const status = (answer.json['status'] ?? {}) as { allocations?: { nodeName: string }[] };
      return nodes.every((node) => (status.allocations ?? []).some((slice) => slice.nodeName === node));
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}:\n${controller.output().slice(-2000)}`);
  } finally {
    await controller.stop();
  }
}

let counter = 0;

/**
 * These programs look for their files only where a pod has them (`/var/run/secrets`, `/cron-schedule`, `/etc/cni/net.d`),
 * so each gets a root folder of its own. They are static, nothing else has to be in there. Without root rights a user
 * namespace gives the right to change the root; this is Linux only.
 */
async function startController(
  cluster: TestCluster,
  binary: string,
  env: Record<string, string>,
  schedule = '30 4 * * *',
  apiServer: string = cluster.server,
): Promise<Controller> {
  if (process.platform !== 'linux') throw new Error('the controllers of whereabouts can be run on Linux only');
  counter += 1;
  const name = `${basename(binary)}-${counter}`;
  const root = mkdtempSync(join(cluster.dir, `${name}-`));
  await writeRoot(cluster, root, binary, schedule);
  const log = join(cluster.dir, `${name}.log`);
  const server = new URL(apiServer);
  const command = ['chroot', root, `/${basename(binary)}`];
  if (process.getuid?.() !== 0) command.unshift('unshare', '--map-root-user');
  const [file = '', ...args] = command;
  const program = await cluster.supervisor.start({
    name,
    file,
    args,
    env: {
      PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
      KUBERNETES_SERVICE_HOST: server.hostname,
      KUBERNETES_SERVICE_PORT: server.port === '' ? '443' : server.port,
      WHEREABOUTS_NAMESPACE: POOL_NAMESPACE,
      ...env,
    },
    log,
    quickKill: true,
  });
  return {
    output: () => readFileSync(log, 'utf8'),
    // The pod controller blocks for ever in its own SIGTERM handler, and none of them has anything to finish.
    stop: () => cluster.supervisor.stop(name, { hard: true }),
    ended: program.ended.then(({ code }) => code),
    reschedule: (text) => {
      const folder = join(root, 'cron-schedule');
      writeFileSync(join(folder, 'config'), text);
      writeFileSync(join(folder, '..data_tmp'), text);
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    },
  };
}

async function writeRoot(cluster: TestCluster, root: string, binary: string, schedule: string): Promise<void> {
  const token = await cluster.tokenFor('whereabouts', {
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  });
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  const kubeconfigPath = '/etc/cni/net.d/whereabouts.d/whereabouts.kubeconfig';
  const kubeconfig = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: cluster.server, 'certificate-authority': `${account}/ca.crt` } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: POOL_NAMESPACE } }],
    'current-context': 'x',
  });
  const flat = JSON.stringify({
    datastore: 'kubernetes',
    kubernetes: { kubeconfig: kubeconfigPath },
    log_level: 'debug',
    reconciler_cron_expression: schedule,
  });
  const files: Record<string, string> = {
    [`${account}/token`]: token,
    [`${account}/ca.crt`]: cluster.access.ca ?? '',
    [`${account}/namespace`]: POOL_NAMESPACE,
    '/cron-schedule/config': schedule,
  };
  // The pod controller sees the host's files under /host.
  for (const host of ['', '/host']) {
    files[`${host}/etc/cni/net.d/whereabouts.d/whereabouts.conf`] = flat;
    files[`${host}${kubeconfigPath}`] = kubeconfig;
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const target = join(root, basename(binary));
  try {
    linkSync(binary, target);
  } catch {
    copyFileSync(binary, target);
  }
}
