import { record } from '../../cluster/fields.js';
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
import { atLeast, type Version } from '../../lint/version.js';
import { HEALTHY, reconcilerWorkload, whereaboutsDaemonSet } from '../examples.js';
import { defineCheck, type Draft } from '../model.js';
import { definitions, type Definitions, type DefinitionSight, type Schema } from '../sources/definitions.js';
import { pluginVersions } from '../sources/plugin-versions.js';

/** A field of an object: `*` stands for each name of a map. */
type Path = readonly string[];

/** From this version on the plugin writes the interface, and no longer the container of a reservation. */
const WITH_IFNAME: Version = [0, 8, 0];
/** From this version on it writes the pod. Source: whereabouts#112, #116. */
const WITH_PODREF: Version = [0, 5, 0];

const FREED = 'every address looks abandoned, and the reconciler frees those of running pods';
/** What the plugin writes, since when, and what its lack does. Source: v0.8.0, v0.9.4 pkg/allocate/allocate.go. */
const WRITTEN: readonly (readonly [Resource, Path, since: Version, consequence: string])[] = [
  [IP_POOLS, ['spec', 'allocations', '*', 'podref'], WITH_PODREF, FREED],
  [
    IP_POOLS,
    ['spec', 'allocations', '*', 'ifname'],
    WITH_IFNAME,
    'a second ADD does not find the address again, and from 0.9 on a DEL frees none',
  ],
  [RESERVATIONS, ['spec', 'podref'], WITH_PODREF, FREED],
  [RESERVATIONS, ['spec', 'ifname'], WITH_IFNAME, 'nothing tells of which interface of a pod a reservation is'],
];
/** What a reservation has of any version. */
const OF_RESERVATIONS = ['podref', 'ifname', 'containerid'];

export const crdDrift = defineCheck({
  id: 'audit/crd-drift',
  severity: 'error',
  title: 'the definition of a kind of whereabouts does not fit the plugin',
  why: 'Whoever updates the image of whereabouts has to update its CustomResourceDefinitions too, and a chart or an operator may forget that. A definition that requires what the plugin does not write refuses every address, and no pod starts. One that does not know a field drops it without a word: without podref every address looks abandoned, and the reconciler frees those of running pods; without ifname a DEL of 0.9 and newer frees nothing.',
  needs: { definitions, pluginVersions },
  fix: { kind: 'manual', text: 'apply the definitions that belong to the version of the plugin' },
  raises: {
    said: 'the image is of 0.9.4, and the definition of reservations is still that of 0.7',
    objects: [
      ...HEALTHY,
      whereaboutsDaemonSet('v0.9.4'),
      reconcilerWorkload('Deployment'),
      ofReservations({ containerid: {}, podref: {} }, ['containerid', 'podref']),
    ],
  },
  silent: {
    said: 'the definitions came with the plugin',
    objects: [
      ...HEALTHY,
      whereaboutsDaemonSet('v0.9.4'),
      reconcilerWorkload('Deployment'),
      ofReservations({ containerid: {}, podref: {}, ifname: {} }, ['podref']),
    ],
  },
  source:
    'whereabouts v0.9.4 doc/crds, pkg/api/whereabouts.cni.cncf.io/v1alpha1; whereabouts#507; Mellanox network-operator#1685; cluster-network-operator#1262',
  *check({ definitions: found, pluginVersions: versions }) {
    const newest = versions[0];
    for (const sight of found.sights) {
      if (sight.isMissing) yield* missing(sight, found, newest);
      else if (sight.schema !== null) {
        yield* requiring(sight, sight.schema, newest);
        yield* dropping(sight, sight.schema, newest);
      }
    }
  },
});

function* missing(
  sight: DefinitionSight,
  { networks, sliced }: Definitions,
  newest: Version | undefined,
): Iterable<Draft> {
  const { resource } = sight;
  // Older versions know no node slices.
  if (resource === NODE_SLICE_POOLS && sliced === 0) return;
  const consequence =
    resource === NADS
      ? 'no pod can ask for a network'
      : resource === NODE_SLICE_POOLS
        ? `no pod gets an address of ${counted(sliced, 'network')} with node slices`
        : `no pod gets an address of ${counted(networks, 'network')}`;
  yield {
    ...about(sight, newest),
    message: `the API server has no such kind: ${consequence}`,
    evidence: { isMissing: true, required: null, dropped: null, pluginVersion: written(newest) },
  };
}

/** What must be there, and the plugin does not write. */
function* requiring(sight: DefinitionSight, schema: Schema, newest: Version | undefined): Iterable<Draft> {
  if (sight.resource !== RESERVATIONS) return;
  const spec = childOf(schema, 'spec');
  const required = (Array.isArray(spec?.['required']) ? spec['required'] : []).map(String);
  const foreign = required.filter((field) => !OF_RESERVATIONS.includes(field));
  const refused = 'the API server refuses every reservation, and no pod gets an address';
  if (foreign.length > 0) {
    yield {
      ...about(sight, newest),
      message: `it requires ${foreign.join(' and ')}, which no version of whereabouts writes there: ${refused}`,
      evidence: { isMissing: false, required: foreign, dropped: null, pluginVersion: written(newest) },
    };
  }
  if (!required.includes('containerid') || (newest !== undefined && !atLeast(newest, WITH_IFNAME))) return;
  yield {
    ...about(sight, newest),
    ...(newest === undefined ? { severity: 'info' as const } : {}),
    message:
      newest === undefined
        ? 'it requires containerid, which whereabouts does not write from 0.8 on; no image tells which version runs here'
        : `it requires containerid, which whereabouts ${written(newest) ?? ''} does not write: ${refused}`,
    evidence: { isMissing: false, required: ['containerid'], dropped: null, pluginVersion: written(newest) },
  };
}

/** What the plugin writes, and the API server does not keep. */
function* dropping(sight: DefinitionSight, schema: Schema, newest: Version | undefined): Iterable<Draft> {
  for (const [resource, path, since, consequence] of WRITTEN) {
    if (resource !== sight.resource || keeps(schema, path)) continue;
    const isSure = newest !== undefined && atLeast(newest, since);
    if (newest !== undefined && !isSure) continue;
    yield {
      ...about(sight, newest),
      ...(isSure ? {} : { severity: 'info' as const }),
      message: isSure
        ? `it has no ${path.join('.')}, so the API server drops what whereabouts ${written(newest) ?? ''} writes there: ${consequence}`
        : `it has no ${path.join('.')}, so the API server drops what newer versions of whereabouts write there; no image tells which version runs here`,
      evidence: { isMissing: false, required: null, dropped: path.join('.'), pluginVersion: written(newest) },
    };
  }
}

/** Whether a value at that path outlives the pruning of unknown fields. */
function keeps(schema: Schema, path: Path): boolean {
  let at = schema;
  for (const name of path) {
    const next = childOf(at, name);
    if (next === undefined) return at['x-kubernetes-preserve-unknown-fields'] === true;
    at = next;
  }
  return true;
}

function childOf(schema: Schema, name: string): Schema | undefined {
  const child = name === '*' ? schema['additionalProperties'] : record(schema['properties'])[name];
  return typeof child === 'object' && child !== null ? record(child) : child === true ? { ...KEEPS_ALL } : undefined;
}

const KEEPS_ALL: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

function about({ resource, name }: DefinitionSight, newest: Version | undefined): Pick<Draft, 'object' | 'fix'> {
  const isOurs = resource !== NADS;
  return {
    object: { kind: CUSTOM_RESOURCE_DEFINITIONS.kind, namespace: null, name },
    fix:
      isOurs && newest !== undefined
        ? `kubectl apply -f https://raw.githubusercontent.com/k8snetworkplumbingwg/whereabouts/v${newest.join('.')}/doc/crds/whereabouts.cni.cncf.io_${resource.plural}.yaml`
        : null,
  };
}

function written(version: Version | undefined): string | null {
  return version?.join('.') ?? null;
}

function counted(count: number, noun: string): string {
  return `${count.toString()} ${noun}${count === 1 ? '' : 's'}`;
}

function ofReservations(properties: Readonly<Record<string, object>>, required: readonly string[]): KubeObject {
  const { group, version, kind, plural } = RESERVATIONS;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: CUSTOM_RESOURCE_DEFINITIONS.kind,
    metadata: { name: resourceName(RESERVATIONS), uid: 'definition-reservations' },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties, required } } },
          },
        },
      ],
    },
  };
}
