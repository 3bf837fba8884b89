import { defineRule } from '../../model.js';
import { staticOf } from '../../static-facts.js';
import { ipamNad } from '../ipam-examples.js';

const OTHERS: ReadonlySet<string> = new Set([
  'ranges',
  'subnet',
  'range',
  'rangeStart',
  'rangeEnd',
  'range_start',
  'range_end',
  'ipRanges',
  'exclude',
  'gateway',
]);

export const unknownKey = defineRule({
  id: 'static/unknown-key',
  severity: 'warning',
  title: 'a key of another IPAM plugin in static',
  why: 'IPAM static passes over keys that it does not know, without a word: it takes addresses from no range, and a gateway counts only beside its address.',
  over: 'network',
  about: ['static'],
  needs: [],
  fix: { kind: 'suggested', text: 'write addresses, or take whereabouts for a range' },
  bad: ipamNad('static', '"addresses": [{"address": "192.0.2.10/24"}],\n"subnet": "192.0.2.0/24"'),
  good: ipamNad('static', '"addresses": [{"address": "192.0.2.10/24"}]'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/static/main.go (IPAMConfig)',
  supersedes: ['cni/unknown-key'],
  *check({ subject }) {
    for (const { ipam } of staticOf(subject)) {
      for (const key of Object.keys(ipam.conf)) {
        if (!OTHERS.has(key)) continue;
        const message =
          key === 'gateway' ? '"gateway" counts only within an element of addresses' : `IPAM static has no "${key}"`;
        yield { at: { path: [...ipam.path, key], part: 'key' }, message };
      }
    }
  },
});
