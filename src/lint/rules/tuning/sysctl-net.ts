import { defineRule } from '../../model.js';
import { chained } from '../plugin-examples.js';
import { isOfNetwork, sysctlsOf } from './sysctls.js';

export const sysctlNet = defineRule({
  id: 'tuning/sysctl-net',
  severity: 'error',
  title: 'a sysctl that is none of the network',
  why: 'The tuning plugin sets what is under net and nothing else: other values belong to the whole node. No pod that attaches starts.',
  over: 'network',
  about: ['tuning'],
  needs: ['values'],
  fix: null,
  bad: chained('{ "type": "tuning", "sysctl": { "kernel.msgmax": "65536" } }'),
  good: chained('{ "type": "tuning", "sysctl": { "net.ipv4.conf.IFNAME.arp_accept": "1" } }'),
  source: 'containernetworking/plugins v1.9.0 plugins/meta/tuning/tuning.go (getSysctlFilename)',
  supersedes: ['tuning/allowlist'],
  *check({ subject }) {
    for (const { key, path } of sysctlsOf(subject)) {
      if (isOfNetwork(key)) continue;
      const upstream = `invalid net sysctl key: ${JSON.stringify(key.replaceAll('.', '/'))}`;
      yield { at: { path, part: 'key' }, message: `${key} is not under net`, upstream };
    }
  },
});
