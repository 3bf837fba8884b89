import { defineRule } from '../../model.js';
import { ipamNad, SKIP_ROUTERS } from '../ipam-examples.js';

const OTHERS: ReadonlySet<string> = new Set([
  'gateway',
  'routes',
  'range',
  'range_start',
  'range_end',
  'rangeStart',
  'rangeEnd',
  'ranges',
  'ipRanges',
  'exclude',
  'subnet',
  'addresses',
]);

export const unknownKey = defineRule({
  id: 'dhcp/unknown-key',
  severity: 'warning',
  title: 'a key of another IPAM plugin in dhcp',
  why: 'Addresses, routes and gateway come from the DHCP server alone: the plugin passes over what stands here, without a word.',
  over: 'network',
  about: ['dhcp'],
  needs: [],
  fix: { kind: 'safe', text: 'remove it: it does nothing' },
  bad: ipamNad('dhcp', `${SKIP_ROUTERS},\n"gateway": "192.0.2.1"`),
  good: ipamNad('dhcp', SKIP_ROUTERS),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/dhcp/main.go (IPAMConfig)',
  supersedes: ['cni/unknown-key'],
  *check({ subject }) {
    for (const { type, conf, path } of subject.ipams) {
      if (type !== 'dhcp') continue;
      for (const key of Object.keys(conf)) {
        if (!OTHERS.has(key)) continue;
        const here = [...path, key];
        yield {
          at: { path: here, part: 'key' },
          message: `"${key}" does nothing: it is the server that says it`,
          edits: [{ kind: 'remove', path: here }],
        };
      }
    }
  },
});
