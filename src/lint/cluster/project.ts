import { record, records, text } from '../../cluster/fields.js';
import type { KubeObject } from '../../cluster/port.js';
import { operatorIpamType } from '../../nad/additional-network.js';
import { readRequestedNetworks } from '../../nad/network-status.js';
import { Address } from '../../net/address.js';
import { Prefix } from '../../net/prefix.js';
import type {
  InterfaceFacts,
  NetworkConfigFacts,
  NodeFacts,
  NodeNetworkFacts,
  OperatorNetworkFacts,
  PodFacts,
  WorkloadFacts,
} from './facts.js';

/** A pod; undefined where it asks for no network. */
export function podFacts(object: KubeObject): PodFacts | undefined {
  const { namespace = '', name = '', annotations } = object.metadata;
  const networks = readRequestedNetworks(annotations, namespace);
  if (networks === 'absent') return undefined;
  const phase = record(object['status'])['phase'];
  return {
    namespace,
    name,
    nodeName: text(record(object['spec'])['nodeName']),
    networks: networks === 'unreadable' ? [] : networks.map((each) => ({ namespace: each.namespace, name: each.name })),
    finished: phase === 'Succeeded' || phase === 'Failed',
  };
}

/** A virtual machine, which may be stopped: what it would ask for. */
export function machineFacts(object: KubeObject): PodFacts | undefined {
  const { namespace = '', name = '' } = object.metadata;
  const spec = record(record(record(object['spec'])['template'])['spec']);
  const networks = records(spec['networks']).flatMap((network) => {
    const named = text(record(network['multus'])['networkName']);
    if (named === null) return [];
    const [first = '', second] = named.split('/');
    return [second === undefined ? { namespace, name: first } : { namespace: first, name: second }];
  });
  return networks.length === 0 ? undefined : { namespace, name, nodeName: null, networks, finished: false };
}

export function nodeFacts(object: KubeObject): NodeFacts {
  const status = record(object['status']);
  const spec = record(object['spec']);
  const own = record(jsonOf(object.metadata.annotations?.['k8s.ovn.org/node-primary-ifaddr']));
  const cidrs = Array.isArray(spec['podCIDRs']) ? (spec['podCIDRs'] as unknown[]) : [spec['podCIDR']];
  return {
    name: object.metadata.name ?? '',
    addresses: records(status['addresses'])
      .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
      .flatMap(({ address }) => Address.parse(String(address)) ?? []),
    subnets: prefixes([own['ipv4'], own['ipv6']]),
    podCidrs: prefixes(cidrs),
    allocatable: new Set(
      Object.entries(record(status['allocatable'])).flatMap(([name, amount]) => (String(amount) === '0' ? [] : [name])),
    ),
  };
}

export function networkConfigFacts(object: KubeObject): NetworkConfigFacts {
  // `status` is what is in force, `spec` what was asked for.
  const spec = { ...record(object['spec']), ...record(object['status']) };
  return {
    pods: prefixes(records(spec['clusterNetwork']).map(({ cidr }) => cidr)),
    services: prefixes(Array.isArray(spec['serviceNetwork']) ? spec['serviceNetwork'] : []),
  };
}

export function operatorNetworkFacts(object: KubeObject): OperatorNetworkFacts {
  const spec = record(object['spec']);
  const network = record(spec['defaultNetwork']);
  return {
    disableMultiNetwork: spec['disableMultiNetwork'] === true,
    isOvn: network['type'] === 'OVNKubernetes',
    ovn: record(network['ovnKubernetesConfig']),
    ipamTypes: records(spec['additionalNetworks']).flatMap((entry) => operatorIpamType(entry) ?? []),
  };
}

export function nodeNetworkFacts(object: KubeObject): NodeNetworkFacts {
  const interfaces = records(record(record(object['status'])['currentState'])['interfaces']);
  return {
    node: object.metadata.name ?? '',
    interfaces: new Map(
      interfaces.map((each): [string, InterfaceFacts] => [
        String(each['name']),
        {
          type: text(each['type']) ?? '',
          mtu: typeof each['mtu'] === 'number' ? each['mtu'] : null,
          controller: text(each['controller']),
        },
      ]),
    ),
  };
}

/** The localnets that a policy of nmstate maps to bridges. */
export function bridgeMappings(object: KubeObject): string[] {
  const ovn = record(record(record(object['spec'])['desiredState'])['ovn']);
  return records(ovn['bridge-mappings']).flatMap(({ localnet, state }) =>
    typeof localnet === 'string' && state !== 'absent' ? [localnet] : [],
  );
}

export function workloadFacts(kind: WorkloadFacts['kind'], object: KubeObject): WorkloadFacts {
  const status = record(object['status']);
  const ready = kind === 'DaemonSet' ? status['numberReady'] : status['readyReplicas'];
  const containers = records(record(record(record(object['spec'])['template'])['spec'])['containers']);
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  return {
    kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
    // A DaemonSet without a node to run on is as it should be.
    isReady: (typeof ready === 'number' && ready > 0) || status['desiredNumberScheduled'] === 0,
    images: containers.flatMap(({ image }) => text(image) ?? []),
    args: containers.flatMap(({ command, args }) => [...texts(command), ...texts(args)]),
    env: new Map(
      containers.flatMap(({ env }) =>
        records(env).map(({ name, value }) => [String(name), text(value) ?? ''] as const),
      ),
    ),
  };
}

/** The allow-list of sysctls: a ConfigMap whose one key is a file of regular expressions. */
export function allowlistLines(object: KubeObject): string[] {
  return Object.values(record(object['data']))
    .flatMap((content) => String(content).split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function prefixes(texts: readonly unknown[]): Prefix[] {
  return texts.flatMap((each) => (typeof each === 'string' ? (Prefix.parse(each)?.masked() ?? []) : []));
}

function jsonOf(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return null;
  }
}
