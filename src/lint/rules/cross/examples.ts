import type { Example } from '../../model.js';
import { nad } from '../examples.js';

/** Members of a configuration besides its name and version. */
interface Part {
  readonly name: string;
  readonly namespace?: string;
  readonly plugin?: string;
  readonly ipam?: string;
  /** Of the configuration; the object's when not given. */
  readonly cniName?: string;
}

const MACVLAN = '"type": "macvlan",\n  "master": "eth1",\n  "mode": "bridge"';

/** Several NADs in one file. */
export function nads(...parts: readonly Part[]): Example {
  return { text: parts.map((part) => document(part).text).join('---\n') };
}

/** A pod that asks for networks, after an example. */
export function withPod({ text }: Example, networks: string): Example {
  return {
    text: `${text}---
apiVersion: v1
kind: Pod
metadata:
  name: client
  namespace: default
  annotations:
    k8s.v1.cni.cncf.io/networks: ${networks}
`,
  };
}

/** A macvlan on a given master. */
export function macvlanOn(master: string, more = ''): string {
  return `"type": "macvlan",\n  "master": "${master}",\n  "mode": "bridge"${more}`;
}

/** A vlan plugin's members. */
export function vlanOn(master: string, vlanId: number): string {
  return `"type": "vlan",\n  "master": "${master}",\n  "vlanId": ${vlanId}`;
}

/** A whereabouts `ipam` that keeps the first addresses of its range to routers. */
export function pool(network: string, more = ''): string {
  return `"type": "whereabouts", "range": "${network}.0/24", "exclude": ["${network}.0/29"]${more}`;
}

function document({ name, namespace = 'default', plugin = MACVLAN, ipam, cniName = name }: Part): Example {
  const ipamText = ipam === undefined ? '' : `,\n  "ipam": {${ipam}}`;
  return nad(`{\n  "cniVersion": "0.3.1",\n  "name": "${cniName}",\n  ${plugin}${ipamText}\n}`, { name, namespace });
}
