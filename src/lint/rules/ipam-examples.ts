import type { Example } from '../model.js';
import { nad } from './examples.js';

/** What stands around an `ipam`; a good macvlan where nothing else is said. */
interface Around {
  /** Members of the plugin, instead of those of macvlan. */
  readonly plugin?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Members of a good macvlan. */
export const MACVLAN = '"type": "macvlan",\n  "master": "eth1",\n  "mode": "bridge"';
/** Keeps the default route of a pod as it is. */
export const SKIP_ROUTERS = '"request": [{"skipDefault": true, "option": "routers"}]';

/** A network whose `ipam` has these members, one to a line. */
export function ipamNad(type: string, members: string, { plugin, ...metadata }: Around = {}): Example {
  const ipam = [`"type": "${type}"`, ...(members === '' ? [] : [members])];
  return nad(
    `{
  "cniVersion": "0.3.1",
  "name": "${metadata.name ?? 'tenant-a'}",
  ${plugin ?? MACVLAN},
  "ipam": {
    ${ipam.join(',\n').split('\n').join('\n    ')}
  }
}`,
    metadata,
  );
}

/** A network with whereabouts. */
export function whereabouts(members: string, around: Around = {}): Example {
  return ipamNad('whereabouts', members, around);
}

/** A network with node slices, in the namespace that they need. */
export function sliced(members: string, around: Around = {}): Example {
  return whereabouts(members, { namespace: 'openshift-multus', ...around });
}

/** A range that keeps the addresses of routers to themselves. */
export const RANGE = '"range": "192.0.2.0/24",\n"exclude": ["192.0.2.0/29"]';

/** A bridge within each node, for which host-local is right. */
export function hostLocal(members: string): Example {
  return ipamNad('host-local', members, { plugin: '"type": "bridge",\n  "bridge": "br-node"' });
}

/** A pod that asks for these networks. */
export function podOf(networks: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: default
  annotations:
    k8s.v1.cni.cncf.io/networks: '${networks}'
spec:
  containers:
    - name: app
      image: app
`;
}
