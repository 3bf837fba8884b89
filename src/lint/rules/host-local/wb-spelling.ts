import { Prefix } from '../../../net/prefix.js';
import { hostLocalOf } from '../../host-local-facts.js';
import { defineRule, type Draft } from '../../model.js';
import type { JsonObject } from '../../../cni/go-json.js';
import type { Path } from '../../path.js';
import { hostLocal } from '../ipam-examples.js';

/** Keys of whereabouts: what host-local calls the same, or null where it has no such thing. */
const MEANT: ReadonlyMap<string, string | null> = new Map([
  ['range', 'subnet'],
  ['range_start', 'rangeStart'],
  ['range_end', 'rangeEnd'],
  ['exclude', null],
  ['ipRanges', null],
]);

export const wbSpelling = defineRule({
  id: 'host-local/wb-spelling',
  severity: 'warning',
  title: 'a key of whereabouts in host-local',
  why: 'host-local passes over keys that it does not know, without a word: nothing is excluded, the range is not limited, or there is none (no IP ranges specified).',
  over: 'network',
  about: ['host-local'],
  needs: [],
  fix: { kind: 'safe', text: 'write the key of host-local, where there is one and it is not there yet' },
  bad: hostLocal('"subnet": "192.0.2.0/24",\n"range_start": "192.0.2.10"'),
  good: hostLocal('"subnet": "192.0.2.0/24",\n"rangeStart": "192.0.2.10"'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/config.go (IPAMConfig)',
  supersedes: ['cni/unknown-key'],
  *check({ subject }) {
    for (const { ipam } of hostLocalOf(subject)) yield* spelt(ipam.conf, ipam.path);
  },
});

function* spelt(conf: JsonObject, path: Path): Iterable<Draft> {
  for (const [key, value] of Object.entries(conf)) {
    const meant = MEANT.get(key);
    if (meant === undefined) continue;
    const here = [...path, key];
    const isFree = meant !== null && !Object.hasOwn(conf, meant) && isSubnet(meant, value);
    yield {
      at: { path: here, part: 'key' },
      message:
        meant === null
          ? `host-local has no "${key}": it does nothing`
          : `"${key}" is not seen: it is written "${meant}"`,
      upstream: key === 'range' && isFree ? 'no IP ranges specified' : null,
      edits: isFree ? [{ kind: 'rename', path: here, key: meant }] : [],
    };
  }
}

/** `a-b/len` of whereabouts is no subnet. */
function isSubnet(key: string, value: unknown): boolean {
  return key !== 'subnet' || (typeof value === 'string' && Prefix.parse(value) !== undefined);
}
