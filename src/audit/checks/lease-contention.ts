import type { KubeObject } from '../../cluster/port.js';
import { leaseName } from '../../whereabouts/names.js';
import { HEALTHY, lease } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';
import { leases } from '../sources/leases.js';

/** An ADD or a DEL holds the Lease for about a second, so 60 a minute are all that there can be. */
const BUSY_PER_MINUTE = 20;

function busyLease(): KubeObject {
  const object = lease('whereabouts');
  const spec = object['spec'] as object;
  return {
    ...object,
    metadata: { ...object.metadata, creationTimestamp: '2026-03-01T08:00:00Z' },
    spec: { ...spec, holderIdentity: 'default/web', leaseTransitions: 9600 },
  };
}

export const leaseContention = defineCheck({
  id: 'audit/lease-contention',
  severity: 'info',
  title: 'ADD and DEL wait for one Lease',
  why: 'Every ADD and DEL of every pod takes the Lease "whereabouts", one after the other, and each holds it for about a second; who does not get it within two minutes fails. With node slices each node has a Lease of its own.',
  needs: { inventory, leases },
  fix: { kind: 'manual', text: 'give the busiest networks node slices: ipamctl slices plan' },
  raises: {
    said: 'since it was made the Lease changed hands dozens of times a minute',
    objects: [...HEALTHY, busyLease()],
  },
  silent: { said: 'the Lease changed hands seven times', objects: [...HEALTHY, lease('whereabouts')] },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (newLeaderElector, IPManagement)',
  *check({ inventory: { pools, belongings }, leases: all, readAt }) {
    // With node slices the Lease has the name of the pool.
    const sliced = new Set(pools.flatMap((pool) => (belongings.get(pool)?.nodeName === null ? [] : [pool.name])));
    for (const { namespace, name, holder, createdMs, renewedMs, transitions } of all) {
      if ((name !== leaseName() && !sliced.has(name)) || createdMs === null) continue;
      const minutes = (readAt.getTime() - createdMs) / 60_000;
      // Of the first minute nothing can be told.
      if (minutes < 1) continue;
      const perMinute = Math.round((transitions / minutes) * 10) / 10;
      if (perMinute < BUSY_PER_MINUTE) continue;
      yield {
        object: { kind: 'Lease', namespace, name },
        message: `it changed hands ${perMinute} times a minute since it was made: ADD and DEL wait for each other`,
        evidence: {
          holder,
          renewTime: renewedMs === null ? null : new Date(renewedMs).toISOString(),
          transitions,
          transitionsPerMinute: perMinute,
          sinceMinutes: Math.round(minutes),
        },
      };
    }
  },
});
