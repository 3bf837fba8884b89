import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';

/** Plugins that put their own `dns` in the place of that of the IPAM. */
const OVERWRITING: ReadonlySet<string> = new Set(['macvlan', 'ipvlan', 'vlan', 'tap', 'host-device']);
const DNS = '{ "nameservers": ["192.0.2.53"] }';

export const ipamDnsIgnored = defineRule({
  id: 'dns/ipam-dns-ignored',
  severity: 'info',
  title: 'dns in an ipam whose plugin does not pass it on',
  why: 'Only bridge and ptp pass on what an IPAM says of DNS; the others put their own dns in its place. Kubernetes writes the resolv.conf of a pod without asking either of them: give dnsConfig in the pod.',
  over: 'network',
  about: ['dns'],
  needs: ['values'],
  fix: null,
  bad: nadWith('"range":', `"dns": ${DNS},\n    "range":`),
  good: nadWith(),
  source: 'containernetworking/plugins v1.9.0 plugins/main',
  *check({ subject: { ipams, mainType } }) {
    for (const { conf, path, plugin } of ipams) {
      const type = plugin === undefined ? mainType : plugin.type;
      const dns = fieldOf(conf, 'dns');
      if (dns === undefined || type === undefined || !OVERWRITING.has(type)) continue;
      yield { at: { path: [...path, dns.key], part: 'key' }, message: `${type} does not pass on the dns of its ipam` };
    }
  },
});
