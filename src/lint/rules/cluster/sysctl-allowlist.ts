import { fieldOf } from '../../go-fields.js';
import { isJsonObject } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { nad } from '../examples.js';
import { within } from './clusters.js';

const TUNED = nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [
    {"type": "bridge", "bridge": "br1"},
    {"type": "tuning", "sysctl": {"net.ipv4.conf.IFNAME.arp_notify": "1"}}
  ]
}`);

export const sysctlAllowlist = defineRule({
  id: 'cluster/sysctl-allowlist',
  severity: 'error',
  title: 'a sysctl that the cluster does not allow',
  why: 'The tuning plugin sets only what its allow-list on the node has. A pod with any other sysctl does not start.',
  over: 'network',
  about: ['tuning'],
  needs: ['values', 'cluster'],
  reads: ['sysctlAllowlist'],
  fix: { kind: 'suggested', text: 'take it out, or add it to the ConfigMap openshift-multus/cni-sysctl-allowlist' },
  bad: within(TUNED, 'a cluster that allows accept_ra only', {
    sysctlAllowlist: ['^net.ipv6.conf.IFNAME.accept_ra$'],
  }),
  good: within(TUNED, 'a cluster that allows arp_notify', {
    sysctlAllowlist: ['^net.ipv4.conf.IFNAME.arp_notify$'],
  }),
  source: 'containernetworking/plugins plugins/meta/tuning/tuning.go (validateSysctlConf); cluster-network-operator',
  supersedes: ['tuning/allowlist'],
  *check({ subject, cluster }) {
    const allowed = cluster.sysctlAllowlist.flatMap(expressionOf);
    // Without a list everything is allowed.
    if (allowed.length === 0) return;
    for (const { conf, path, type } of subject.plugins) {
      const field = fieldOf(conf, 'sysctl');
      if (type !== 'tuning' || !isJsonObject(field?.value)) continue;
      for (const key of Object.keys(field.value)) {
        const name = key.replaceAll('/', '.');
        if (allowed.some((expression) => expression.test(name))) continue;
        yield {
          at: { path: [...path, field.key, key], part: 'key' },
          message: `the cluster does not allow ${name}`,
          upstream: `Sysctl ${name} is not allowed`,
        };
      }
    }
  },
});

/** Go's expressions are read as ours; those that differ are no sysctls. */
function expressionOf(text: string): RegExp[] {
  try {
    return [new RegExp(text)];
  } catch {
    return [];
  }
}
