import { defineRule } from '../../model.js';
import { divisionOf, slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

const HUGE = 4096;

export const sliceCountHuge = defineRule({
  id: 'whereabouts/slice-count-huge',
  severity: 'warning',
  title: 'very many node slices',
  why: 'One object holds all slices, those that no node uses too. It grows towards the limit of the API server, and the controller writes it as a whole for every node that comes or goes.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take larger slices, or a smaller range' },
  bad: sliced('"range": "10.0.0.0/8",\n"node_slice_size": "/22"'),
  good: sliced('"range": "10.0.0.0/8",\n"node_slice_size": "/20"'),
  source: 'whereabouts v0.9.4 pkg/node-controller/controller.go, doc/proposals/fast_ipam_by_node.md',
  *check({ subject }) {
    for (const facts of slicedOf(subject)) {
      const division = divisionOf(facts);
      if (division === undefined || division.size > 30) continue;
      const count = 2 ** (division.size - division.length);
      if (count <= HUGE) continue;
      yield { at: { path: facts.slice.path }, message: `${count} slices in one NodeSlicePool` };
    }
  },
});
