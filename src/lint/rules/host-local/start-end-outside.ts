import { Address } from '../../../net/address.js';
import type { Prefix } from '../../../net/prefix.js';
import { type HostLocalRange, hostLocalRangesOf } from '../../host-local-facts.js';
import { defineRule, type Draft } from '../../model.js';
import type { Written } from '../../whereabouts-facts.js';
import { hostLocal } from '../ipam-examples.js';

export const startEndOutside = defineRule({
  id: 'host-local/start-end-outside',
  severity: 'error',
  title: 'a rangeStart or rangeEnd outside its subnet, or in the wrong order',
  why: 'host-local refuses the configuration: no pod of this network starts. whereabouts would only pass over it.',
  over: 'network',
  about: ['host-local'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take addresses of the subnet, the lower one first' },
  bad: hostLocal('"subnet": "192.0.2.0/24",\n"rangeStart": "192.0.3.10"'),
  good: hostLocal('"subnet": "192.0.2.0/24",\n"rangeStart": "192.0.2.10",\n"rangeEnd": "192.0.2.99"'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/range.go (Canonicalize)',
  *check({ subject }) {
    for (const range of hostLocalRangesOf(subject)) {
      if (range.prefix !== undefined) yield* boundsOf(range, range.prefix);
    }
  },
});

function* boundsOf({ start, end }: HostLocalRange, prefix: Prefix): Iterable<Draft> {
  let isFine = true;
  for (const [name, bound] of [
    ['RangeStart', start],
    ['RangeEnd', end],
  ] as const) {
    const draft = bound === undefined ? undefined : outside(name, bound, prefix);
    if (draft === undefined) continue;
    isFine = false;
    yield draft;
  }
  const [from, to] = [start, end].map((bound) => (bound === undefined ? undefined : Address.parse(bound.text)));
  if (!isFine || start === undefined || from === undefined || to === undefined || from.compare(to) <= 0) return;
  yield {
    at: { path: start.path },
    message: `${from.toString()} comes after ${to.toString()}`,
    upstream: notIn('RangeStart', from, prefix),
  };
}

function outside(name: string, { text, path }: Written, prefix: Prefix): Draft | undefined {
  const address = Address.parse(text);
  if (address === undefined) {
    return { at: { path }, message: `"${text}" is no address`, upstream: `invalid IP address: ${text}` };
  }
  if (prefix.contains(address)) return undefined;
  const message = `${text} is not in ${prefix.masked().toString()}`;
  return { at: { path }, message, upstream: notIn(name, address, prefix) };
}

function notIn(name: string, address: Address, prefix: Prefix): string {
  return `${name} ${address.toString()} not in network ${prefix.masked().toString()}`;
}
