import type { Example } from '../../model.js';

/** A pod in `shop` that asks for networks. */
export function podAsking(networks: string): Example {
  return {
    text: `apiVersion: v1
kind: Pod
metadata:
  name: client
  namespace: shop
  annotations:
    k8s.v1.cni.cncf.io/networks: ${networks}
`,
  };
}
