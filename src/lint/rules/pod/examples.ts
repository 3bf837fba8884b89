import type { Example } from '../../model.js';
import { nad } from '../examples.js';

/** A pod whose annotation is this text, in single quotes. */
export function pod(networks: string): Example {
  return {
    text: `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: default
  annotations:
    k8s.v1.cni.cncf.io/networks: '${networks}'
spec:
  containers:
    - name: web
      image: web
`,
  };
}

/** A network and a pod that asks for it, in one file. */
export function podWith(config: string, networks: string): Example {
  return { text: `${nad(config).text}---\n${pod(networks).text}` };
}

/** A configuration with an `ipam` that takes what pods ask for. */
export function config(plugin: string, ipam: string): string {
  return `{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  ${plugin},
  "ipam": ${ipam}
}`;
}

export const MACVLAN = '"type": "macvlan",\n  "master": "eth1"';
export const STATIC = '{ "type": "static" }';
export const WHEREABOUTS = '{ "type": "whereabouts", "range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"] }';
