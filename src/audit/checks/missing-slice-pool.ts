import { named } from '../drafts.js';
import { node } from '../examples.js';
import { defineCheck } from '../model.js';
import { slicedNad, SLICED } from '../slice-examples.js';
import { slices } from '../sources/slices.js';

export const missingSlicePool = defineCheck({
  id: 'audit/missing-slice-pool',
  severity: 'error',
  title: 'a network with node slices has no NodeSlicePool',
  why: 'With node_slice_size whereabouts first looks up the slice of its node. Without the NodeSlicePool it ends with a panic, on ADD and on DEL: pods of the network do not start, and those that are there do not go away.',
  needs: { slices },
  fix: {
    kind: 'manual',
    text: 'see that the node slice controller runs, and what its log says; give networks of different ranges a network_name of their own',
  },
  raises: { said: 'the controller does not run', objects: [slicedNad(), node('node-a')] },
  silent: { said: 'the controller has made it', objects: SLICED },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (newLeaderElector), pkg/node-controller/controller.go',
  *check({ slices: { missing } }) {
    for (const { nad, slicePool, reason, message } of missing) {
      yield {
        object: { kind: 'NetworkAttachmentDefinition', ...nad },
        message: `there is no NodeSlicePool "${slicePool}" for ${named(nad)}: ${message.replace(/\?$/, '')}`,
        evidence: { slicePool, reason },
        again: { slicePools: true, isTransient: true },
      };
    }
  },
});
