import type { ClusterReader, KubeObject } from '../cluster/port.js';
import type { Resource } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import { objectKey } from '../pools/belonging.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import { inBatches } from './batches.js';

/** Above so many objects, the whole list costs less than asking for each. */
const LIST_ABOVE = 20;

/** Reads a whole list once more, in the namespaces that were looked at (null: all); by `objectKey`. */
export async function listAgain<T extends ObjectRef>(
  reader: ClusterReader,
  resource: Resource,
  namespaces: readonly string[] | null,
  parse: (object: KubeObject) => T | undefined,
): Promise<Map<string, T>> {
  const again = new Map<string, T>();
  for (const namespace of namespaces ?? [undefined]) {
    const listed = await reader.collect(resource, namespace === undefined ? {} : { namespace }, parse);
    for (const object of listed) again.set(objectKey(object.namespace, object.name), object);
  }
  return again;
}

/** Reads these objects once more, one by one or by a list; what is not there any more is left out. By `objectKey`. */
export async function readAgain<T extends ObjectRef>(
  reader: ClusterReader,
  resource: Resource,
  objects: readonly ObjectRef[],
  namespaces: readonly string[] | null,
  parse: (object: KubeObject) => T | undefined,
): Promise<Map<string, T>> {
  if (objects.length > LIST_ABOVE) return listAgain(reader, resource, namespaces, parse);
  const again = new Map<string, T>();
  await inBatches(objects, async ({ namespace, name }) => {
    const object = await readOne(reader, resource, namespace, name);
    const parsed = object === undefined ? undefined : parse(object);
    if (parsed !== undefined) again.set(objectKey(namespace, name), parsed);
  });
  return again;
}

/** Whoever may list but not get is answered by a list of that one name. */
async function readOne(
  reader: ClusterReader,
  resource: Resource,
  namespace: string,
  name: string,
): Promise<KubeObject | undefined> {
  try {
    return await reader.get(resource, namespace, name);
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || failure.reason !== 'forbidden') throw failure;
    const [object] = await reader.collect(
      resource,
      { namespace, fieldSelector: `metadata.name=${name}` },
      (listed) => listed,
    );
    return object;
  }
}
