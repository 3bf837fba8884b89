import { meantNetworks, readAttachment, type Said } from '../../asked-networks.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import { config, MACVLAN, podWith, STATIC } from './examples.js';

const CONFIG = config(`${MACVLAN},\n  "capabilities": { "ips": true }`, STATIC);

export const ipNoPrefix = defineRule({
  id: 'pod/ip-no-prefix',
  severity: 'error',
  title: 'an address without its prefix length',
  why: 'multus takes an address alone, but static and whereabouts, to which it hands it, want the length of the prefix with it. The pod does not start.',
  over: 'set',
  needs: ['values', 'workloads'],
  fix: { kind: 'suggested', text: 'write the prefix length of the network, as 192.0.2.10/24' },
  bad: podWith(CONFIG, '[{"name": "tenant-a", "ips": ["192.0.2.10"]}]'),
  good: podWith(CONFIG, '[{"name": "tenant-a", "ips": ["192.0.2.10/24"]}]'),
  source: 'containernetworking/plugins v1.9.0 plugins/ipam/static/main.go; whereabouts v0.9.4 pkg/config/config.go',
  *check({ subject: set }) {
    for (const attachment of set.attachments) {
      for (const asked of readAttachment(attachment).asked) {
        const bare = asked.ips.filter(({ text }) => !text.includes('/'));
        if (bare.length === 0) continue;
        const type = typeThatWantsOne(meantNetworks(set, attachment, asked));
        if (type !== undefined) yield* bare.map((ip): Draft => ({ ...draftOf(ip, type), on: attachment }));
      }
    }
  },
});

function typeThatWantsOne(networks: readonly NetworkSubject[]): string | undefined {
  const types = networks.flatMap(({ ipams }) => ipams.map(({ type }) => type));
  return types.find((type) => type === 'static' || type === 'whereabouts');
}

function draftOf({ text, at }: Said, type: string): Draft {
  return {
    at,
    message: `${type} wants the prefix length with ${text}`,
    upstream:
      type === 'static'
        ? `the 'ip' field is expected to be in CIDR notation, got: '${text}'`
        : `invalid CIDR ${text}: invalid CIDR address: ${text}`,
  };
}
