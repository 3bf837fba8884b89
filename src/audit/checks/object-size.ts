import type { KubeObject } from '../../cluster/port.js';
import {
  LARGE_OBJECT_BYTES,
  LARGEST_OBJECT_BYTES,
  poolBytes,
  writtenSlicePoolBytes,
} from '../../whereabouts/object-size.js';
import { poolFields } from '../drafts.js';
import { HEALTHY, ipPool } from '../examples.js';
import { defineCheck, type AuditObject } from '../model.js';
import { inventory } from '../sources/inventory.js';

/** A NodeSlicePool of 32768 slices in few bytes of source. */
function hugeSlicePool(): KubeObject {
  const sliceRange = (i: number): string => `10.${Math.floor(i / 128)}.${(i % 128) * 2}.0/23`;
  return {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'NodeSlicePool',
    metadata: { name: 'huge', namespace: 'kube-system', uid: 'slices-huge', resourceVersion: '1' },
    spec: { range: '10.0.0.0/8', sliceSize: '/23' },
    status: {
      allocations: Array.from({ length: 32_768 }, (_, i) => ({
        nodeName: i === 0 ? 'node-a' : '',
        sliceRange: sliceRange(i),
      })),
    },
  };
}

export const objectSize = defineCheck({
  id: 'audit/object-size',
  severity: 'warning',
  title: 'an object of whereabouts is close to what etcd takes',
  why: 'A pool is one object with all of its allocations, a NodeSlicePool one with all of its slices, those that no node has too. It is read and written as a whole for every pod or node; beyond 1.5 MB it cannot be written, and no pod gets an address any more.',
  needs: { inventory },
  fix: {
    kind: 'manual',
    text: 'divide the network into several ranges, take larger slices, or release what is stale: ipamctl slices plan, ipamctl reconcile',
  },
  raises: { said: 'a /8 is divided into 32768 slices', objects: [...HEALTHY, hugeSlicePool()] },
  silent: { said: 'pools are small', objects: [...HEALTHY, ipPool('10.9.0.0/24')] },
  source: 'etcd v3.6 --max-request-bytes; whereabouts v0.9.4 pkg/node-controller/controller.go',
  *check({ inventory: { pools, nodeSlicePools } }) {
    const heavy = (bytes: number, what: string): { message: string; evidence: object } | undefined =>
      bytes <= LARGE_OBJECT_BYTES
        ? undefined
        : {
            message: `it weighs about ${(bytes / 1e6).toFixed(1)} MB with ${what}, of the 1.5 MB that etcd takes`,
            evidence: { bytes: Math.round(bytes), limit: LARGEST_OBJECT_BYTES },
          };
    for (const pool of pools) {
      const found = heavy(poolBytes(pool), `${pool.allocations.length} allocations`);
      if (found !== undefined) yield { ...poolFields(pool), ...found, again: { pools: [pool] } };
    }
    for (const slicePool of nodeSlicePools ?? []) {
      const { namespace, name, allocations } = slicePool;
      const object: AuditObject = { kind: 'NodeSlicePool', namespace, name };
      const found = heavy(writtenSlicePoolBytes(slicePool), `${allocations.length} slices`);
      if (found !== undefined) yield { object, ...found, again: { slicePools: true } };
    }
  },
});
