import type { Path } from '../../path.js';
import { defineRule } from '../../model.js';
import { type RangeFacts, slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

export const sliceDropsKeys = defineRule({
  id: 'whereabouts/slice-drops-keys',
  severity: 'error',
  title: 'what node slices drop without a word',
  why: 'With node_slice_size whereabouts takes the slice of the node and nothing else: exclusions, start and end, and every range but the first do not count. What was excluded is handed out.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take a range that may be handed out as a whole' },
  bad: sliced('"range": "192.0.2.0/24",\n"exclude": ["192.0.2.0/29"],\n"node_slice_size": "/27"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate)',
  *check({ subject }) {
    for (const { ranges } of slicedOf(subject)) {
      const [first, ...others] = ranges;
      if (first !== undefined) {
        for (const path of droppedOf(first)) {
          yield { at: { path, part: 'key' }, message: `${String(path.at(-1))} does nothing with node slices` };
        }
        if (first.isDash) {
          yield { at: { path: first.range.path }, message: 'start and end do nothing with node slices' };
        }
      }
      for (const { range } of others) {
        yield { at: { path: range.path }, message: 'only the first range is divided: this one does nothing' };
      }
    }
  },
});

function droppedOf({ excludes, excludePath, start, end }: RangeFacts): Path[] {
  return [excludes.length > 0 ? excludePath : undefined, start?.path, end?.path].filter((path) => path !== undefined);
}
