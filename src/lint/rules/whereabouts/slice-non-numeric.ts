import { defineRule } from '../../model.js';
import { slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

export const sliceNonNumeric = defineRule({
  id: 'whereabouts/slice-non-numeric',
  severity: 'error',
  title: 'a node_slice_size that is no number',
  why: 'The controller makes no slices of it, without a word, and no node has one to take addresses from: no pod of this network starts.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the length of a slice, as "/26"; blanks are taken away' },
  bad: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/ 27"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (DivideRangeBySize)',
  *check({ subject }) {
    for (const { slice } of slicedOf(subject)) {
      if (slice.size !== undefined) continue;
      const { text, path } = slice;
      const digits = /^\s*\/?\s*(\d{1,2})\s*$/.exec(text)?.[1];
      yield {
        at: { path },
        message: `"${text}" is no number: no node gets a slice`,
        upstream: 'no allocated node slice for node',
        edits: digits === undefined ? [] : [{ kind: 'set', path, value: `/${digits}` }],
      };
    }
  },
});
