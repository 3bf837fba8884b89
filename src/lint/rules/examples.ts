import type { Example } from '../model.js';

/** A NetworkAttachmentDefinition whose configuration is this JSON text, as the block that our generator writes. */
export function nad(config: string, { name = 'tenant-a', namespace = 'default' } = {}): Example {
  const lines = config.trim().split('\n');
  return {
    text: `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  config: |-
${lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n')}
`,
  };
}

/** A good NetworkAttachmentDefinition; what a rule is about is put in the place of a part of it. */
export function nadWith(from = '', to = ''): Example {
  return nad(GOOD_CONFIG.replace(from, () => to));
}

/** A configuration that no rule has a word against. */
export const GOOD_CONFIG = `{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "type": "macvlan",
  "master": "eth1",
  "mode": "bridge",
  "ipam": {
    "type": "whereabouts",
    "range": "192.0.2.0/24",
    "exclude": ["192.0.2.0/29"]
  }
}`;

/** The same with its configuration in quotes, as many projects write it. */
export function quotedNad(lines: string): Example {
  return {
    text: `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: tenant-a
  namespace: default
spec:
  config: ${lines}
`,
  };
}
