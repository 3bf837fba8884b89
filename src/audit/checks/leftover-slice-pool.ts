import { ObjectIndex } from '../../pools/belonging.js';
import { shellWord } from '../commands.js';
import { named, poolFields } from '../drafts.js';
import { entry, ipPool, ipReservation, attachedPod, node } from '../examples.js';
import { defineCheck } from '../model.js';
import { slicedNad, SLICED, slicePool } from '../slice-examples.js';
import { inventory } from '../sources/inventory.js';
import { slices } from '../sources/slices.js';

export const leftoverSlicePool = defineCheck({
  id: 'audit/leftover-slice-pool',
  severity: 'warning',
  title: 'addresses are held in a slice that its node has no more',
  why: 'When a range or its slice size changes, or a node goes, slices are divided anew, and the pools of the old ones stay as they are. A DEL looks into the pool of the present slice, so what is held in the old one is never freed by it; once the range is used again its addresses are there twice.',
  needs: { inventory, slices },
  fix: {
    kind: 'release',
    text: 'recycle the pods that still have an address of it, then release what is left: ipamctl reconcile --now --pool POOL',
  },
  raises: {
    said: 'the slices got another size while a pod had an address',
    objects: [
      slicedNad({ node_slice_size: '/27' }),
      slicePool(['node-a', '', '', '', '', '', '', ''], { sliceSize: '/27' }),
      ipPool('10.0.0.0/26', { 1: entry('default/web') }, { name: 'tenant-node-a-10.0.0.0-26' }),
      ipReservation('tenant-10.0.0.1', 'default/web'),
      attachedPod('web', { shows: [['tenant', '10.0.0.1']] }),
      node('node-a'),
    ],
  },
  silent: { said: 'the pool is that of the slice that its node has', objects: SLICED },
  source:
    'whereabouts v0.9.4 pkg/node-controller/controller.go (syncHandler), pkg/storage/kubernetes/ipam.go (GetNodeSlicePoolRange)',
  *check({ inventory: { pools }, slices: { views, strays } }) {
    const index = new ObjectIndex(pools);
    const leftovers = [
      ...views.flatMap(({ document, slicePool: of }) =>
        document.leftoverPools.map((left) => ({ left, of: named(of) })),
      ),
      ...strays.map((left) => ({ left, of: null })),
    ];
    for (const { left, of } of leftovers) {
      const pool = index.get(left.namespace, left.name);
      // An empty one holds nothing back: audit/orphan-pool.
      if (pool === undefined || left.used === 0) continue;
      const { nodeName, sliceNodeName, used } = left;
      const now = sliceNodeName === null ? 'no node has it now' : `${sliceNodeName} has it now`;
      yield {
        ...poolFields(pool),
        message: `${used} ${used === 1 ? 'address is' : 'addresses are'} held in ${pool.rangeText}, a slice that ${nodeName} had: ${now}`,
        evidence: { slicePool: of, nodeName, sliceNodeName, used, keys: pool.allocations.map(({ key }) => key) },
        fix: `ipamctl reconcile --now --pool ${shellWord(named(pool))}`,
        again: { pools: [pool], slicePools: true },
      };
    }
  },
});
