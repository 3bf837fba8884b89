import { defineRule } from '../../model.js';
import { chained } from '../plugin-examples.js';
import { sysctlsOf } from './sysctls.js';

/** What OpenShift allows for one interface, unless an administrator changes it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'net.ipv4.conf': [
    'accept_redirects',
    'accept_source_route',
    'arp_accept',
    'arp_notify',
    'disable_policy',
    'secure_redirects',
    'send_redirects',
  ],
  'net.ipv6.conf': ['accept_ra', 'accept_redirects', 'accept_source_route', 'arp_accept', 'arp_notify'],
  'net.ipv6.neigh': ['base_reachable_time_ms', 'retrans_time_ms'],
};
const ALLOWED_KEYS: ReadonlySet<string> = new Set(
  Object.entries(ALLOWED).flatMap(([group, names]) => names.map((name) => `${group}.IFNAME.${name}`)),
);

export const allowlist = defineRule({
  id: 'tuning/allowlist',
  severity: 'warning',
  title: 'a sysctl that OpenShift does not allow',
  why: 'OpenShift allows fourteen sysctls, each of one interface (IFNAME), by the ConfigMap cni-sysctl-allowlist in openshift-multus. For any other the tuning plugin fails, and no pod that attaches starts, unless an administrator has added it.',
  over: 'network',
  about: ['tuning'],
  needs: ['values'],
  fix: null,
  bad: chained('{ "type": "tuning", "sysctl": { "net.ipv4.conf.IFNAME.forwarding": "1" } }'),
  good: chained('{ "type": "tuning", "sysctl": { "net.ipv6.neigh.IFNAME.retrans_time_ms": "1000" } }'),
  source:
    'cluster-network-operator 2a6a57f bindata/network/multus (default-cni-sysctl-allowlist); containernetworking/plugins v1.9.0 plugins/meta/tuning/tuning.go (validateSysctl)',
  *check({ subject, profile, cluster }) {
    // The list is one of OpenShift's, and that of a cluster counts where it is known: cluster/sysctl-allowlist.
    if (profile === 'upstream' || cluster.sysctlAllowlist.length > 0) return;
    for (const { key, path } of sysctlsOf(subject)) {
      if (ALLOWED_KEYS.has(key.replaceAll('/', '.'))) continue;
      yield {
        at: { path, part: 'key' },
        message: `${key} is not among the sysctls that OpenShift allows`,
        upstream: `Sysctl ${key} is not allowed`,
      };
    }
  },
});
