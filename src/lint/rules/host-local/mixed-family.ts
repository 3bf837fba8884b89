import type { Family } from '../../../net/address.js';
import { hostLocalOf, type HostLocalSet } from '../../host-local-facts.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import { fieldOf } from '../../go-fields.js';
import { hostLocal } from '../ipam-examples.js';

/** Below 0.3.0 a result has one address of a family; no version means 0.1.0. */
const ONE_EACH: ReadonlySet<string> = new Set(['', '0.1.0', '0.2.0']);

export const mixedFamily = defineRule({
  id: 'host-local/mixed-family',
  severity: 'error',
  title: 'ranges whose families cannot stand as they do',
  why: 'A set is what one address is taken from: IPv4 and IPv6 in one set are refused. Two sets of one family give two addresses, which CNI versions below 0.3.0 do not know. No pod of this network starts.',
  over: 'network',
  about: ['host-local'],
  needs: ['values'],
  fix: {
    kind: 'suggested',
    text: 'make a set of each family: [[{"subnet": "192.0.2.0/24"}], [{"subnet": "2001:db8::/64"}]]',
  },
  bad: hostLocal('"ranges": [[{"subnet": "192.0.2.0/24"}, {"subnet": "2001:db8::/64"}]]'),
  good: hostLocal('"ranges": [[{"subnet": "192.0.2.0/24"}], [{"subnet": "2001:db8::/64"}]]'),
  source:
    'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/range_set.go (Canonicalize), config.go',
  *check({ subject }) {
    for (const { sets } of hostLocalOf(subject)) {
      yield* mixed(sets);
      yield* several(sets, versionOf(subject));
    }
  },
});

function* mixed(sets: readonly HostLocalSet[]): Iterable<Draft> {
  for (const { ranges } of sets) {
    const family = ranges[0]?.prefix?.family;
    const other = ranges.find(({ prefix }) => prefix !== undefined && prefix.family !== family);
    if (family === undefined || other?.subnet === undefined) continue;
    yield {
      at: { path: other.subnet.path },
      message: `${other.subnet.text} is of another family than the first of its set`,
      upstream: 'mixed address families',
    };
  }
}

function* several(sets: readonly HostLocalSet[], version: string | undefined): Iterable<Draft> {
  if (version === undefined || !ONE_EACH.has(version)) return;
  const seen = new Set<Family>();
  for (const { ranges } of sets) {
    const [range] = ranges;
    if (range?.prefix === undefined) continue;
    const { family } = range.prefix;
    if (seen.has(family)) {
      yield {
        at: { path: range.subnet?.path ?? range.path },
        message: `a second IPv${family} address, which CNI version ${version === '' ? '0.1.0' : version} does not know`,
        upstream: `CNI version ${version} does not support more than 1 address per family`,
      };
    }
    seen.add(family);
  }
}

/** Empty where there is none; undefined where it is not known. */
function versionOf({ form, conf }: NetworkSubject): string | undefined {
  if (form === 'ipam') return undefined;
  const version = fieldOf(conf, 'cniVersion')?.value ?? '';
  return typeof version === 'string' ? version : undefined;
}
