import { groupedBy } from '../../pools/multimap.js';
import { HEALTHY, ipPool, lease } from '../examples.js';
import { poolFields } from '../drafts.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';
import { pluginNamespace } from '../sources/plugin-namespace.js';

/** So many names are given. */
const NAMED = 5;

export const foreignNamespace = defineCheck({
  id: 'audit/foreign-namespace',
  severity: 'warning',
  title: 'pools or reservations are where the plugin does not look',
  why: 'The plugin looks in one namespace, the reconciler in all of them. What is elsewhere guards nothing: the plugin makes a second pool of the same range beside it, and hands the same addresses out again. It is usually left over from a move or a second installation.',
  needs: { inventory, pluginNamespace },
  fix: { kind: 'manual', text: 'make sure that no node still uses that namespace, then delete what is in it' },
  raises: {
    said: 'whereabouts was moved to another namespace',
    objects: [...HEALTHY, lease('whereabouts'), ipPool('10.0.0.0/24', {}, { namespace: 'old-place' })],
  },
  silent: { said: 'all is in one namespace', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/client.go (ListIPPools), ipam.go (newKubernetesIPAM)',
  *check({ inventory: { pools, reservations }, pluginNamespace: namespace }) {
    const where = `the plugin uses namespace ${namespace}`;
    for (const pool of pools) {
      if (pool.namespace === namespace) continue;
      yield {
        ...poolFields(pool),
        message: `${where}, and sees nothing of this pool`,
        evidence: { pluginNamespace: namespace, range: pool.rangeText, allocations: pool.allocations.length },
        again: { pools: [pool] },
      };
    }
    const foreign = (reservations ?? []).filter((reservation) => reservation.namespace !== namespace);
    for (const [elsewhere, some] of groupedBy(foreign, (reservation) => reservation.namespace)) {
      yield {
        object: { kind: 'Namespace', namespace: null, name: elsewhere },
        message: `${where}, and sees nothing of ${some.length.toString()} reservation${some.length === 1 ? '' : 's'} in ${elsewhere}`,
        evidence: {
          pluginNamespace: namespace,
          count: some.length,
          names: some.slice(0, NAMED).map(({ name }) => name),
        },
        again: { reservations: some.slice(0, NAMED) },
      };
    }
  },
});
