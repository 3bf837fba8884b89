import { record, records, text } from '../../cluster/fields.js';
import type { KubeObject } from '../../cluster/port.js';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  IP_POOLS,
  NADS,
  NODE_SLICE_POOLS,
  RESERVATIONS,
  resourceName,
  type Resource,
} from '../../cluster/resources.js';
import { ClusterFailure } from '../../errors.js';
import { readNad, type Nad } from '../../nad/nad.js';
import { defineSource, Missing, type Given } from '../model.js';
import { inventory } from './inventory.js';

/** What the API server was told of a kind. */
export interface DefinitionSight {
  readonly resource: Resource;
  /** Of its CustomResourceDefinition. */
  readonly name: string;
  /** The schema by which the version that whereabouts uses is kept; null: there is no such version, or no definition. */
  readonly schema: Schema | null;
  /** Whether the API server has no such kind. */
  readonly isMissing: boolean;
}

/** A structural schema (Kubernetes apiextensions.k8s.io/v1 JSONSchemaProps). */
export type Schema = Readonly<Record<string, unknown>>;

export interface Definitions {
  readonly sights: readonly DefinitionSight[];
  /** Networks of whereabouts, and how many of them are cut into slices of nodes. */
  readonly networks: number;
  readonly sliced: number;
}

/** In which order they are told. */
const DEFINED: readonly Resource[] = [IP_POOLS, RESERVATIONS, NODE_SLICE_POOLS, NADS];

/** The definitions that whereabouts lives by: its own three, and that of NADs. */
export const definitions = defineSource<Definitions>({
  id: 'definitions',
  title: 'CustomResourceDefinitions',
  read: async (given) => {
    const sights: DefinitionSight[] = [];
    for (const resource of DEFINED) sights.push(await sightOf(given, resource));
    const isDefined = (resource: Resource): boolean =>
      sights.some((sight) => sight.resource === resource && !sight.isMissing);
    const known = !isDefined(NADS)
      ? []
      : isDefined(IP_POOLS)
        ? ((await given.of(inventory)).nads ?? [])
        : await given.reader.collect(NADS, {}, readNad);
    const networks = known.filter(({ whereabouts }) => whereabouts !== undefined);
    const isInstalled = [IP_POOLS, RESERVATIONS, NODE_SLICE_POOLS].some(isDefined);
    if (!isInstalled && networks.length === 0) throw new Missing('whereabouts is not installed here');
    return { sights, networks: networks.length, sliced: networks.filter(isSliced).length };
  },
});

async function sightOf({ reader }: Given, resource: Resource): Promise<DefinitionSight> {
  const name = resourceName(resource);
  const definition = await reader.get(CUSTOM_RESOURCE_DEFINITIONS, '', name);
  if (definition !== undefined) return { resource, name, schema: schemaOf(definition, resource), isMissing: false };
  // Files may hold objects of a kind, and not its definition.
  try {
    await reader.collect(resource, { metadataOnly: true }, () => undefined);
    return { resource, name, schema: null, isMissing: false };
  } catch (failure) {
    const isMissing = failure instanceof ClusterFailure && failure.reason === 'not-defined';
    if (!isMissing) throw failure;
    return { resource, name, schema: null, isMissing };
  }
}

function schemaOf(definition: KubeObject, { version }: Resource): Schema | null {
  const versions = records(record(definition['spec'])['versions']);
  const used = versions.find((each) => text(each['name']) === version);
  return used === undefined ? null : record(record(used['schema'])['openAPIV3Schema']);
}

function isSliced({ whereabouts }: Nad): boolean {
  return whereabouts?.ok === true && whereabouts.nodeSliceSize !== null;
}
