import { readAttachment, type Said } from '../../asked-networks.js';
import { defineRule, type Draft } from '../../model.js';
import { pod } from './examples.js';

const MAX_BYTES = 15;
/** The interface of the cluster network. */
const CLUSTER_INTERFACE = 'eth0';

export const ifname = defineRule({
  id: 'pod/ifname',
  severity: 'error',
  title: 'a name that an interface of the pod cannot have',
  why: 'The name of an interface has fifteen letters at most, no slash, no colon and no white space, and no two of a pod have the same; eth0 is that of the cluster network, and net1, net2 and so on are those of networks for which none is asked. The pod does not start.',
  over: 'attachment',
  needs: ['values'],
  fix: null,
  bad: pod('tenant-a@very_long_interface_name'),
  good: pod('tenant-a@net7, tenant-b'),
  source: 'multus-cni 95a0932 pkg/k8sclient/k8sclient.go; containernetworking/cni v1.3.0 pkg/utils/utils.go',
  *check({ subject }) {
    if (subject.role === 'default') return;
    const { form, asked } = readAttachment(subject);
    const taken = new Map<string, string>(
      asked.flatMap(({ ifName, name }, i) => (ifName === undefined ? [[`net${i + 1}`, name.text] as const] : [])),
    );
    for (const { ifName, name } of asked) {
      if (ifName === undefined) continue;
      yield* problems(ifName, form === 'names', taken.get(ifName.text));
      if (!taken.has(ifName.text)) taken.set(ifName.text, name.text);
    }
  },
});

/** @param other the network that has the name already */
function* problems({ text, at }: Said, isShort: boolean, other: string | undefined): Iterable<Draft> {
  const fault = faultOf(text);
  if (fault !== undefined) {
    const refusal = `parsePodNetworkObjectName: Failed to parse interface name: must be less than 15 chars and not contain '/' or spaces. interface name '${text}'`;
    const isParsed = isShort && fault.isOfMultus;
    yield {
      at,
      message: `"${text}" is no name of an interface: ${fault.why}`,
      upstream: isParsed ? refusal : fault.says,
    };
  } else if (text === CLUSTER_INTERFACE) {
    yield { at, message: `${text} is the interface of the cluster network` };
  } else if (other !== undefined) yield { at, message: `"${text}" is the interface of ${other} already` };
}

/** Why, what libcni says, and whether multus says it before, of the short form. */
interface Fault {
  readonly why: string;
  readonly says: string;
  readonly isOfMultus: boolean;
}

function faultOf(name: string): Fault | undefined {
  if (Buffer.byteLength(name) > MAX_BYTES) {
    return { why: `it has more than ${MAX_BYTES} letters`, says: 'interface name is too long', isOfMultus: true };
  }
  if (/[/:\s]/.test(name)) {
    const says = 'interface name contains / or : or whitespace characters';
    return { why: 'it has a slash, a colon or white space', says, isOfMultus: !name.includes(':') };
  }
  const isDots = name === '.' || name === '..';
  return isDots ? { why: 'it is a folder', says: 'interface name is . or ..', isOfMultus: false } : undefined;
}
