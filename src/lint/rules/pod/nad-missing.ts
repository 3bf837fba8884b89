import { type AskedNetwork, readAttachment } from '../../asked-networks.js';
import type { NamedFacts } from '../../cluster/facts.js';
import { defineRule, type AttachmentSubject, type SetSubject } from '../../model.js';
import { within } from '../cluster/clusters.js';
import { pod } from './examples.js';

const POD = pod('tenant-a');
/** Stands for every namespace; none is called so. */
const ANY = '*';

export const nadMissing = defineRule({
  id: 'pod/nad-missing',
  severity: 'error',
  title: 'a network that there is not',
  why: 'multus looks the network up when the pod starts, in the namespace of the pod where none is written. Neither the cluster has it nor what is checked here: the pod does not start.',
  over: 'set',
  needs: ['values', 'workloads', 'cluster'],
  reads: ['nads'],
  fix: null,
  bad: within(POD, 'a cluster without the network tenant-a', { nads: [{ namespace: 'default', name: 'tenant-b' }] }),
  good: within(POD, 'a cluster with the network tenant-a', { nads: [{ namespace: 'default', name: 'tenant-a' }] }),
  source: 'multus-cni 95a0932 pkg/k8sclient/k8sclient.go (getKubernetesDelegate)',
  *check({ subject: set, cluster }) {
    const there = namesOf(set, cluster.nads);
    for (const attachment of set.attachments) {
      for (const asked of readAttachment(attachment).asked) {
        const namespace = namespaceOf(attachment, asked);
        const name = asked.name.text;
        if (there.has(name) || there.has(`${namespace ?? ANY}/${name}`)) continue;
        yield {
          at: asked.name.at,
          message: `there is no network "${name}"${namespace === null ? '' : ` in ${namespace}`}`,
          upstream: `cannot find a network-attachment-definition (${name}) in namespace (${namespace ?? ''})`,
          on: attachment,
        };
      }
    }
  },
});

/** Null: not known. The default network is looked up in the namespace of multus. */
function namespaceOf({ namespace, role }: AttachmentSubject, asked: AskedNetwork): string | null {
  return asked.namespace ?? (role === 'default' ? null : namespace);
}

/**
 * What there is, as namespace/name. What is checked may be on its way into the cluster, also where an operator makes the
 * object of it: of that the name is enough.
 */
function namesOf({ nads, networks }: SetSubject, known: readonly NamedFacts[]): ReadonlySet<string> {
  return new Set([
    ...[...nads, ...networks].map(({ name }) => name ?? ''),
    ...known.flatMap(({ namespace, name }) => [`${namespace}/${name}`, `${ANY}/${name}`]),
  ]);
}
