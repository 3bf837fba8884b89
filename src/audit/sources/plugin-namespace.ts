import { record, timeMs } from '../../cluster/fields.js';
import { LEASES } from '../../cluster/resources.js';
import { leaseName } from '../../whereabouts/names.js';
import { defineSource, Missing } from '../model.js';
import type { SharedReader } from '../shared-reader.js';
import { inventory } from './inventory.js';

/**
 * The namespace in which whereabouts keeps what it uses: the only one that has any of it, or the one whose Lease was
 * renewed last. (The plugin looks where its kubeconfig on the nodes says: whereabouts v0.9.4
 * pkg/storage/kubernetes/ipam.go, newKubernetesIPAM.)
 */
export const pluginNamespace = defineSource<string>({
  id: 'pluginNamespace',
  title: "the plugin's namespace",
  read: async (given) => {
    const { pools, reservations, nodeSlicePools } = await given.of(inventory);
    const objects = [...pools, ...(reservations ?? []), ...(nodeSlicePools ?? [])];
    const namespaces = [...new Set(objects.map(({ namespace }) => namespace))];
    const [only, second] = namespaces;
    if (only === undefined) throw new Missing('whereabouts keeps nothing here');
    if (second === undefined) return only;
    let newest: { namespace: string; renewedMs: number } | undefined;
    for (const namespace of namespaces) {
      const renewedMs = await renewedAt(given.reader, namespace);
      if (renewedMs !== null && renewedMs > (newest?.renewedMs ?? -1)) newest = { namespace, renewedMs };
    }
    if (newest === undefined) {
      throw new Missing(`whereabouts has objects in ${namespaces.join(', ')}, and no Lease tells which it uses`);
    }
    return newest.namespace;
  },
});

/** When the Lease of the plugin was renewed; null: there is none. */
async function renewedAt(reader: SharedReader, namespace: string): Promise<number | null> {
  const lease = await reader.get(LEASES, namespace, leaseName());
  return lease === undefined ? null : (timeMs(record(lease['spec'])['renewTime']) ?? 0);
}
