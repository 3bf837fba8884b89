import type { Interval } from '../../../net/interval.js';
import { hostLocalInterval, hostLocalOf, type HostLocalRange } from '../../host-local-facts.js';
import { defineRule } from '../../model.js';
import { overlapsOf } from '../../overlaps.js';
import { hostLocal } from '../ipam-examples.js';

export const overlap = defineRule({
  id: 'host-local/overlap',
  severity: 'error',
  title: 'ranges of host-local that overlap',
  why: 'host-local refuses the configuration: no pod of this network starts.',
  over: 'network',
  about: ['host-local'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take out one of the two, or keep them apart with rangeStart and rangeEnd' },
  bad: hostLocal('"ranges": [[{"subnet": "192.0.2.0/24"}], [{"subnet": "192.0.2.128/25"}]]'),
  good: hostLocal('"ranges": [[{"subnet": "192.0.2.0/25"}], [{"subnet": "192.0.2.128/25"}]]'),
  source:
    'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/range_set.go (Canonicalize), config.go',
  *check({ subject }) {
    for (const { sets } of hostLocalOf(subject)) {
      const all = sets.flatMap(({ ranges }, set) => ranges.map((range) => ({ range, set })));
      for (const [one, other] of overlapsOf(all, ({ range }) => intervalsOf(range))) {
        yield {
          at: { path: one.range.subnet?.path ?? one.range.path },
          message: `it has addresses in common with ${other.range.subnet?.text ?? ''}`,
          upstream:
            one.set === other.set
              ? `subnets ${textOf(other.range)} and ${textOf(one.range)} overlap`
              : `range set ${other.set} overlaps with ${one.set}`,
        };
      }
    }
  },
});

function intervalsOf(range: HostLocalRange): Interval[] {
  const interval = hostLocalInterval(range);
  return interval === undefined ? [] : [interval];
}

function textOf(range: HostLocalRange): string {
  const interval = hostLocalInterval(range);
  return interval === undefined ? '' : `${interval.first.toString()}-${interval.last.toString()}`;
}
