import type { Example } from '../model.js';
import { nad } from './examples.js';

/** An `ipam` that no rule has a word against. */
export const IPAM = `"ipam": {
  "type": "whereabouts",
  "range": "192.0.2.0/24",
  "exclude": ["192.0.2.0/29"]
}`;

/** What stands around a plugin. */
interface Around {
  readonly name?: string;
  readonly namespace?: string;
  /** Of the CNI network, where it differs from that of the object. */
  readonly network?: string;
  readonly version?: string;
}

/** A network of one plugin with these members, with commas between them. */
export function plugin(type: string, members = '', around: Around = {}): Example {
  const { name = 'tenant-a', version = '0.3.1' } = around;
  const own = members === '' ? [] : members.split('\n');
  const head = [`"cniVersion": "${version}",`, `"name": "${around.network ?? name}",`];
  const lines = [...head, own.length === 0 ? `"type": "${type}"` : `"type": "${type}",`, ...own];
  return nad(`{\n${lines.map((line) => `  ${line}`).join('\n')}\n}`, around);
}

/** A network with this plugin after a macvlan. */
export function chained(further: string, around: Around = {}): Example {
  const { name = 'tenant-a', version = '0.3.1' } = around;
  const text = `{
  "cniVersion": "${version}",
  "name": "${name}",
  "plugins": [
    { "type": "macvlan", "master": "eth1", "mode": "bridge" },
    ${further}
  ]
}`;
  return nad(text, around);
}

/** A network of a plugin that is given a device, by the annotation that the device plugin is asked by. */
export function devicePlugin(type: string, members = '', around: Around = {}): Example {
  const { text } = plugin(type, members, around);
  const annotation = '  annotations:\n    k8s.v1.cni.cncf.io/resourceName: openshift.io/tenant_a\n';
  return { text: text.replace('spec:\n', () => `${annotation}spec:\n`) };
}
