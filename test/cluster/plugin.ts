import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POOL_NAMESPACE, type TestCluster } from './cluster.js';
import type { KubeObject } from './client.js';

/** One call of the plugin, as a container runtime and multus would make it. */
export interface Call {
  cluster: TestCluster;
  /** The pod. */
  namespace: string;
  pod: string;
  containerId: string;
  /** `net1` by default. */
  ifname?: string;
  /** The CNI config of the network: `spec.config` of a NAD, as text or object; of a list, the plugin with an `ipam`. */
  netConf: string | object;
  /** The node that the call runs on; node slices are looked up by it. */
  nodeName?: string;
  /** Environment variables that override those above. */
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** What ADD answered. */
export interface Added {
  /** Addresses without prefix length, in the order of the ranges. */
  ips: string[];
  /** The CNI result. */
  raw: KubeObject;
}

/** The plugin ended with an error; `output` is all that it printed. */
export class PluginFailure extends Error {
  override name = 'PluginFailure';
  constructor(
    message: string,
    readonly output: string,
  ) {
    super(message);
  }
}

/** Runs the real whereabouts plugin: allocates the addresses of one network of a pod. Any number of calls may run at once. */
export async function add(call: Call): Promise<Added> {
  const raw = JSON.parse(await invoke('ADD', call)) as KubeObject;
  const ips = (raw['ips'] ?? []) as { address: string }[];
  return { ips: ips.map(({ address }) => address.replace(/\/\d+$/, '')), raw };
}

/** Runs DEL of the real plugin: frees what the container holds. (The plugin reports no error of its own here.) */
export async function del(call: Call): Promise<void> {
  await invoke('DEL', call);
}

/** Where the plugin of a cluster logs (level debug); the file is there after the first call. */
export function pluginLog(cluster: TestCluster): string {
  return join(cluster.dir, 'whereabouts.log');
}

/** The flat file of the plugin, with the kubeconfig whose context namespace is where pools are kept. */
export function flatFile(cluster: TestCluster): string {
  const file = join(cluster.dir, 'whereabouts.conf');
  const content = {
    datastore: 'kubernetes',
    kubernetes: { kubeconfig: cluster.kubeconfigIn(POOL_NAMESPACE) },
    log_file: pluginLog(cluster),
    log_level: 'debug',
    reconciler_cron_expression: '30 4 * * *',
  };
  // The same bytes each time, so that calls side by side do not disturb each other.
  if (!prepared.has(cluster)) {
    mkdirSync(join(cluster.dir, 'cni'), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
    prepared.add(cluster);
  }
  return file;
}

const prepared = new WeakSet<TestCluster>();

let counter = 0;

/** Under the cluster's supervisor, since a call that finds no API server any more goes on for two minutes. */
async function invoke(command: 'ADD' | 'DEL', call: Call): Promise<string> {
  const { cluster, namespace, pod, containerId } = call;
  counter += 1;
  const name = `whereabouts-${counter}`;
  const output = join(cluster.dir, `${name}.out`);
  const errors = join(cluster.dir, `${name}.err`);
  const { ended } = await cluster.supervisor.start({
    name,
    file: cluster.binaries.whereabouts,
    args: [],
    env: {
      PATH: process.env['PATH'] ?? '',
      CNI_COMMAND: command,
      CNI_CONTAINERID: containerId,
      CNI_NETNS: `/var/run/netns/${containerId}`,
      CNI_IFNAME: call.ifname ?? 'net1',
      CNI_PATH: join(cluster.dir, 'cni'),
      CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${pod};K8S_POD_INFRA_CONTAINER_ID=${containerId}`,
      NODENAME: call.nodeName ?? 'node-a',
      ...call.env,
    },
    input: JSON.stringify(ipamConfig(call.netConf, flatFile(cluster))),
    log: output,
    errorLog: errors,
    quickKill: true,
  });
  const timer = setTimeout(() => void cluster.supervisor.stop(name, { hard: true }), call.timeoutMs ?? 150_000);
  const { code, signal } = await ended;
  clearTimeout(timer);
  const stdout = take(output);
  const stderr = take(errors);
  if (code === 0) return stdout;
  const why = failure(stdout, stderr);
  throw new PluginFailure(
    `whereabouts ${command} for ${namespace}/${pod}: ${why} (${code ?? signal ?? 'stopped'})`,
    stdout + stderr,
  );
}

/** Reads a file and removes it; '' where it is gone already, with a cluster that was stopped meanwhile. */
function take(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  } finally {
    rmSync(file, { force: true });
  }
}

/** The config that reaches the IPAM plugin: of a list the plugin that has an `ipam`, with the name and version of the list. */
function ipamConfig(netConf: string | object, configurationPath: string): KubeObject {
  const parsed = typeof netConf === 'string' ? (JSON.parse(netConf) as KubeObject) : (netConf as KubeObject);
  const plugins = parsed['plugins'] as KubeObject[] | undefined;
  const chosen = plugins?.find((plugin) => plugin['ipam'] !== undefined) ?? parsed;
  const ipam = (chosen['ipam'] ?? {}) as KubeObject;
  return {
    cniVersion: parsed['cniVersion'] ?? '0.3.1',
    name: parsed['name'] ?? 'unnamed',
    ...chosen,
    ipam: { configuration_path: configurationPath, ...ipam },
  };
}

function failure(stdout: string, stderr: string): string {
  try {
    return String((JSON.parse(stdout) as { msg?: string }).msg);
  } catch {
    return (/^panic: .*$/m.exec(stderr)?.[0] ?? stderr.trim().split('\n').at(-1) ?? '').slice(0, 300);
  }
}
