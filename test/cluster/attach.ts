import { randomBytes } from 'node:crypto';
import type { TestCluster } from './cluster.js';
import { createPod, setNetworkStatus, type NetworkStatusEntry, type PodOptions } from './objects.js';
import { add, del } from './plugin.js';

/** A network that a pod asks for. */
export interface NetworkRequest {
  /** `namespace/name` of the NAD. */
  nad: string;
  /** `net1`, `net2` … by default. */
  ifname?: string;
  /** The NAD's config; read from the cluster where it is not given. */
  config?: string | object;
}

/** What a pod got. */
export interface Attached {
  namespace: string;
  name: string;
  containerId: string;
  /** One entry a network, in the order asked for. */
  networks: { nad: string; ifname: string; ips: string[] }[];
  entries: NetworkStatusEntry[];
}

/** How a pod is attached to its networks. */
export interface AttachOptions extends PodOptions {
  nets: (string | NetworkRequest)[];
  /** Leaves the annotation away, as if multus had not come to write it. */
  noNetworkStatus?: boolean;
  containerId?: string;
}

/**
 * Creates a pod and does what kubelet and multus do for it: an ADD of the real plugin for each network, then the
 * network-status annotation in one go.
 */
export async function attach(cluster: TestCluster, options: AttachOptions): Promise<Attached> {
  const requests = options.nets.map((net) => (typeof net === 'string' ? { nad: net } : net));
  const named = requests.map((request, index) => ({ ...request, ifname: request.ifname ?? `net${index + 1}` }));
  const namespace = options.namespace ?? 'default';
  const podIP = options.podIP ?? '10.128.0.7';
  const networks = JSON.stringify(named.map(({ nad, ifname }) => ({ ...splitNad(nad), interface: ifname })));
  await createPod(cluster, { ...options, podIP, networks: options.networks ?? networks });
  const containerId = options.containerId ?? randomBytes(32).toString('hex');
  const attached: Attached = { namespace, name: options.name, containerId, networks: [], entries: [] };
  attached.entries.push({
    name: 'ovn-kubernetes',
    interface: 'eth0',
    ips: [podIP],
    mac: '0a:58:0a:80:00:07',
    default: true,
    dns: {},
  });
  for (const { nad, ifname, config } of named) {
    const netConf = config ?? (await nadConfig(cluster, nad));
    const { ips } = await add({
      cluster,
      namespace,
      pod: options.name,
      containerId,
      ifname,
      netConf,
      ...(typeof options.node === 'string' ? { nodeName: options.node } : {}),
    });
    attached.networks.push({ nad, ifname, ips });
    attached.entries.push({ name: nad, interface: ifname, ips, mac: mac(), dns: {} });
  }
  if (options.noNetworkStatus !== true) await setNetworkStatus(cluster, namespace, options.name, attached.entries);
  return attached;
}

/** Takes the addresses back as the kubelet does at a pod's end: a DEL of the real plugin for each network. */
export async function detach(cluster: TestCluster, attached: Attached, nodeName = 'node-a'): Promise<void> {
  const { namespace, name, containerId } = attached;
  for (const { nad, ifname } of attached.networks.toReversed()) {
    await del({ cluster, namespace, pod: name, containerId, ifname, netConf: await nadConfig(cluster, nad), nodeName });
  }
}

/** `spec.config` of a NAD, with its name filled in where the config has none, as multus does. */
async function nadConfig(cluster: TestCluster, nad: string): Promise<string> {
  const { namespace, name } = splitNad(nad);
  const object = await cluster.ok(
    'GET',
    `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions/${name}`,
  );
  const config = JSON.parse((object['spec'] as { config: string }).config) as Record<string, unknown>;
  return JSON.stringify({ ...config, name: config['name'] ?? name });
}

function splitNad(nad: string): { namespace: string; name: string } {
  const [namespace = '', name = ''] = nad.split('/');
  return { namespace, name };
}

function mac(): string {
  return ['02', ...Array.from(randomBytes(5), (byte) => byte.toString(16).padStart(2, '0'))].join(':');
}
