import { defineRule } from '../../model.js';
import { slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';
import { sliceNameOf } from './slice-naming.js';

export const slicePoolName = defineRule({
  id: 'whereabouts/slice-pool-name',
  severity: 'info',
  title: 'a NodeSlicePool that is not called as its NAD',
  why: 'When a NAD is deleted, the controller deletes the NodeSlicePool of the name of the NAD. One of another name goes only with its owner reference, which needs the same namespace; and one of that name that belongs to another network goes in its place.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give the network the name of the NAD, unless several NADs share it' },
  bad: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27",\n"network_name": "shared"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/node-controller/controller.go (syncHandler)',
  *check({ subject }) {
    if (subject.form === 'ipam' || subject.name === null) return;
    for (const facts of slicedOf(subject)) {
      const name = sliceNameOf(subject, facts);
      if (name === undefined || name === subject.name) continue;
      const path = facts.networkName?.path ?? [...subject.path, 'name'];
      yield { at: { path }, message: `the NodeSlicePool is called "${name}", and the NAD "${subject.name}"` };
    }
  },
});
