import { poolName } from '../../../whereabouts/names.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { divisionOf, readRanges, slicedOf, whereaboutsOf } from '../../whereabouts-facts.js';
import { textOf } from '../../go-fields.js';
import { prefixes, within } from './clusters.js';
import { poolsByName } from './indexes.js';
import { RANGE_SLICED } from './slices.js';
import type { NodeSlicePool } from '../../../whereabouts/objects.js';

const slicePool = (text: string): NodeSlicePool => ({
  namespace: 'openshift-multus',
  name: 'tenant-a',
  uid: '',
  resourceVersion: '',
  creationTimestamp: null,
  rangeText: text,
  range: prefixes(text)[0],
  sliceSizeText: '/24',
  sliceSize: 24,
  allocations: [],
});

export const poolStale = defineRule({
  id: 'cluster/pool-stale',
  severity: 'warning',
  title: 'a pool that was made for another range',
  why: 'When a network with node slices changes its range or size the controller divides it anew and gives the slices out from scratch, while pods keep their old addresses: the same ones can be handed out again. A pool with another range than its name says counts its addresses from another base.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values', 'cluster'],
  reads: ['pools', 'nodeSlicePools'],
  fix: {
    kind: 'suggested',
    text: 'stop the pods of the network before its range is changed, or give it another network_name',
  },
  bad: within(RANGE_SLICED, 'a cluster with a NodeSlicePool tenant-a of 10.30.0.0/16', {
    pools: [],
    nodeSlicePools: [slicePool('10.30.0.0/16')],
  }),
  good: within(RANGE_SLICED, 'a cluster with a NodeSlicePool tenant-a of 10.20.0.0/16', {
    pools: [],
    nodeSlicePools: [slicePool('10.20.0.0/16')],
  }),
  source: 'whereabouts v0.9.4 pkg/node-controller/controller.go (syncHandler), pkg/storage/kubernetes/ipam.go',
  *check({ subject, cluster: { pools, nodeSlicePools } }) {
    for (const facts of slicedOf(subject)) {
      const range = facts.ranges[0];
      const name = facts.networkName?.text ?? cniName(subject);
      const found = nodeSlicePools.find((each) => each.name === name);
      if (found === undefined || range?.reading === undefined) continue;
      const text = range.reading.range.toString();
      if (found.range !== undefined && found.range.masked().toString() !== text) {
        yield { at: { path: range.range.path }, message: `the NodeSlicePool ${found.name} is of ${found.rangeText}` };
      } else if (found.sliceSize !== undefined && found.sliceSize !== divisionOf(facts)?.size) {
        yield {
          at: { path: facts.slice.path },
          message: `the NodeSlicePool ${found.name} has slices of ${found.sliceSizeText}`,
        };
      }
    }
    const byName = poolsByName(pools);
    for (const facts of whereaboutsOf(subject)) {
      for (const { reading, range } of facts.slice === undefined ? readRanges(facts) : []) {
        const text = reading.range.toString();
        const found = byName.get(poolName({ range: text, networkName: facts.networkName?.text }));
        if (found === undefined || found.rangeText === text) continue;
        yield { at: { path: range.path }, message: `the IPPool ${found.name} is of ${found.rangeText}` };
      }
    }
  },
});

function cniName({ conf }: NetworkSubject): string | undefined {
  return textOf(conf, 'name');
}
