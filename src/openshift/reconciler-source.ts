import { record, text } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { CONFIG_MAPS, OPERATOR_NETWORKS } from '../cluster/resources.js';
import { ClusterFailure, UsageFailure } from '../errors.js';
import { isAboutOneList, USUAL_NAMESPACES } from '../pools/inventory.js';
import { trimExpression } from '../whereabouts/schedule.js';
import { readWorkloads, reconcilersAmong, type ReconcilerWorkload } from './workloads.js';

/** Where a schedule is set. */
export interface SchedulePlace {
  readonly namespace: string;
  readonly configMap: string;
  readonly key: string;
}

/** Where the reconcilers' schedule comes from, as the cluster has it. */
export interface ScheduleSource {
  readonly reconcilers: readonly ReconcilerWorkload[];
  readonly place: SchedulePlace;
  /** How the place was found: by the volume of a workload, by what was named, or by what is usual there. */
  readonly foundBy: 'volume' | 'flags' | 'usual';
  /** Whether pods start without it (then the file of the node decides). */
  readonly isOptional: boolean;
  /** null where it may not be told. */
  readonly isOpenShift: boolean | null;
  /** The ConfigMap; null: there is none; undefined: it may not be read. */
  readonly object: KubeObject | null | undefined;
  /** As it is written; null: no such key. */
  readonly value: string | null;
  /** When the value was last changed, in ms; null where that is not told. */
  readonly changedMs: number | null;
  readonly warnings: readonly string[];
  readonly incomplete: boolean;
}

export interface SourceFlags {
  /** Another ConfigMap: `NAME` or `NAMESPACE/NAME`. */
  readonly configMap?: string | undefined;
  readonly key?: string | undefined;
  /** Where whereabouts lives, besides the usual namespaces. */
  readonly ipamNamespace?: string | undefined;
}

/** OpenShift's place (cluster-network-operator bindata/network/multus/multus.yaml) and upstream's (doc/crds). */
const OPENSHIFT: SchedulePlace = {
  namespace: 'openshift-multus',
  configMap: 'whereabouts-config',
  key: 'reconciler_cron_expression',
};
const UPSTREAM: SchedulePlace = { namespace: 'kube-system', configMap: 'whereabouts-config', key: 'cron-expression' };

/**
 * Finds the reconcilers and where their schedule is set.
 * @throws ClusterFailure where workloads may not be listed at all; UsageFailure where two places are found and none is named
 */
export async function findSchedule(reader: ClusterReader, flags: SourceFlags): Promise<ScheduleSource> {
  const { ipamNamespace } = flags;
  const namespaces = ipamNamespace === undefined ? USUAL_NAMESPACES : [ipamNamespace];
  const found = await Promise.all(namespaces.map((namespace) => readWorkloads(reader, namespace)));
  const reconcilers = found.flatMap(reconcilersAmong);
  const isOpenShift = await detectOpenShift(reader, reconcilers);
  const warnings: string[] = [];
  if (reconcilers.length > 1) {
    const titles = reconcilers.map(({ title }) => title).join(' and ');
    warnings.push(`${titles} all reconcile: whereabouts needs one of them only`);
  }
  const usual = {
    ...(isOpenShift === true ? OPENSHIFT : UPSTREAM),
    ...(ipamNamespace === undefined ? {} : { namespace: ipamNamespace }),
  };
  const mounted = distinct(reconcilers.flatMap(placeOf));
  const named = placeByFlags(flags, mounted[0] ?? usual);
  if (named === undefined && mounted.length > 1) {
    throw new UsageFailure('the schedule is set in more than one place: name one with --configmap and --key', {
      facts: mounted.map(({ namespace, configMap, key }) => `ConfigMap ${namespace}/${configMap}, key ${key}`),
    });
  }
  const place = named ?? mounted[0] ?? usual;
  const isOptional =
    reconcilers.length === 0 ? isOpenShift === true : reconcilers.every((each) => each.schedule?.isOptional ?? true);
  const foundBy = named !== undefined ? 'flags' : mounted.length > 0 ? 'volume' : 'usual';
  const source = { reconcilers, place, foundBy, isOptional, isOpenShift } as const;
  try {
    const object = (await reader.get(CONFIG_MAPS, place.namespace, place.configMap)) ?? null;
    return {
      ...source,
      object,
      value: valueOf(object, place),
      changedMs: changedAt(object),
      warnings,
      incomplete: false,
    };
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    warnings.push(`${failure.message}: which schedule is set is not known`);
    return { ...source, object: undefined, value: null, changedMs: null, warnings, incomplete: true };
  }
}

/** The value of the key as it is written; null where there is none. */
export function valueOf(object: KubeObject | null, { key }: SchedulePlace): string | null {
  const data = record(object?.['data']);
  return Object.hasOwn(data, key) ? String(data[key]) : null;
}

function placeOf({ namespace, schedule }: ReconcilerWorkload): SchedulePlace[] {
  return schedule === null ? [] : [{ namespace, configMap: schedule.configMap, key: schedule.key }];
}

function distinct(places: readonly SchedulePlace[]): SchedulePlace[] {
  return [...new Map(places.map((place) => [`${place.namespace}/${place.configMap}/${place.key}`, place])).values()];
}

/** @throws UsageFailure for what is no name */
function placeByFlags({ configMap, key }: SourceFlags, found: SchedulePlace): SchedulePlace | undefined {
  if (configMap === undefined && key === undefined) return undefined;
  const [first = '', second, ...more] = (configMap ?? found.configMap).split('/');
  const name = second ?? first;
  const namespace = second === undefined ? found.namespace : first;
  if (more.length > 0 || !NAME.test(name) || !NAME.test(namespace)) {
    throw new UsageFailure(`--configmap "${configMap ?? ''}" is not NAME or NAMESPACE/NAME`);
  }
  if (key !== undefined && !KEY.test(key)) throw new UsageFailure(`--key "${key}" is no key of a ConfigMap`);
  return { namespace, configMap: name, key: key ?? found.key };
}

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** Whether OpenShift's network operator runs here; null where nothing tells. */
async function detectOpenShift(
  reader: ClusterReader,
  reconcilers: readonly ReconcilerWorkload[],
): Promise<boolean | null> {
  if (reconcilers.some(({ namespace }) => namespace.startsWith('openshift-'))) return true;
  try {
    const found = await reader.collect(
      OPERATOR_NETWORKS,
      {},
      ({ metadata }) => metadata.name === 'cluster' || undefined,
    );
    return found.length > 0;
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    return failure.reason === 'not-defined' ? false : null;
  }
}

/** When somebody last changed the data, by what the API server notes of that. */
function changedAt(object: KubeObject | null): number | null {
  const managed = (object?.metadata as { readonly managedFields?: unknown } | undefined)?.managedFields;
  const times = (Array.isArray(managed) ? managed : [])
    .map(record)
    .filter((entry) => record(entry['fieldsV1'])['f:data'] !== undefined)
    .map((entry) => Date.parse(text(entry['time']) ?? ''));
  const known = [...times, Date.parse(object?.metadata.creationTimestamp ?? '')].filter((time) => !Number.isNaN(time));
  return known.length === 0 ? null : Math.max(...known);
}

/** Where OpenShift's operator keeps what nodes fall back to, now and in older releases. */
const FLAT_FILES = ['whereabouts-flatfile-config', 'whereabouts-config'] as const;

/**
 * The schedule of the file on the nodes, by which pods go where nothing is set: OpenShift's operator keeps it in a
 * ConfigMap. null where nothing tells it.
 */
export async function fallbackSchedule(
  reader: ClusterReader,
  { place, isOpenShift }: ScheduleSource,
): Promise<string | null> {
  if (isOpenShift !== true) return null;
  for (const name of FLAT_FILES) {
    try {
      const file = text(record((await reader.get(CONFIG_MAPS, place.namespace, name))?.['data'])['whereabouts.conf']);
      const expression = file === null ? null : text(record(JSON.parse(file))['reconciler_cron_expression']);
      if (expression !== null) return trimExpression(expression);
    } catch (failure) {
      if (failure instanceof SyntaxError) continue;
      if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    }
  }
  return null;
}
