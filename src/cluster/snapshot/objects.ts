import { keptOf } from '../kept.js';
import type { KubeObject } from '../port.js';
import type { Resource } from '../resources.js';
import { isMapping, type Mapping, textOf } from './values.js';

/** What is known of an object from where it was found. */
export interface Origin {
  readonly resource: Resource;
  /** Its own, or its list's. */
  readonly apiVersion: string;
  /** For an object that does not tell: from its folder, else `default`; absent for cluster-scoped ones. */
  readonly namespace: string | undefined;
  /** Whether it has the fields of events.k8s.io. */
  readonly newEvent: boolean;
  /** Whether it must be copied away from the text it was parsed from. */
  readonly detach: boolean;
}

const TEXTS = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp'] as const;

/**
 * Makes an object of a parsed document: metadata of the types that `KubeObject` promises, and of the rest what is read
 * of its kind, a small part of most pods. `undefined` where it has no name.
 */
export function objectOf(value: Mapping, origin: Origin): KubeObject | undefined {
  const metadata = metadataOf(value['metadata'], origin);
  if (metadata === undefined) return undefined;
  const whole = origin.newEvent
    ? coreEvent(value, metadata)
    : { ...value, apiVersion: origin.apiVersion, kind: origin.resource.kind, metadata };
  const shaped = keptOf(origin.resource, whole as unknown as KubeObject);
  // js-yaml's texts are slices that hold the whole file's text, and its mappings may be shared: a round trip makes them
  // their own, keeps `__proto__` an ordinary key, and shares equal keys.
  return (origin.detach ? JSON.parse(JSON.stringify(shaped)) : shaped) as KubeObject;
}

function metadataOf(value: unknown, origin: Origin): Mapping | undefined {
  if (!isMapping(value)) return undefined;
  const metadata = { ...value };
  for (const field of TEXTS) {
    const own = metadata[field];
    if (typeof own === 'string') continue;
    const text = textOf(own);
    if (text !== undefined) metadata[field] = text;
    else if (field in metadata) Reflect.deleteProperty(metadata, field);
  }
  if (metadata['name'] === undefined || metadata['name'] === '') return undefined;
  if (!origin.resource.namespaced) delete metadata['namespace'];
  else if (metadata['namespace'] === undefined || metadata['namespace'] === '') {
    metadata['namespace'] = origin.namespace;
  }
  keepTexts(metadata, 'labels');
  keepTexts(metadata, 'annotations');
  return metadata;
}

/** Labels and annotations are texts; a number in hand-written YAML is read as one, anything else is no value. */
function keepTexts(metadata: Mapping, field: 'labels' | 'annotations'): void {
  const entries = metadata[field];
  if (entries === undefined) return;
  if (!isMapping(entries)) {
    Reflect.deleteProperty(metadata, field);
    return;
  }
  let sound = true;
  for (const key in entries) if (typeof entries[key] !== 'string') sound = false;
  if (sound) return;
  // fromEntries defines keys, so `__proto__` stays one.
  metadata[field] = Object.fromEntries(
    Object.entries(entries).flatMap(([key, entry]) => {
      const text = textOf(entry);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

/** An Event of events.k8s.io under the names of the core group, which are the same object's other face. */
function coreEvent(value: Mapping, metadata: Mapping): Mapping {
  const {
    regarding,
    note,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    deprecatedSource,
    reportingController,
    ...rest
  } = value;
  const event: Mapping = { ...rest, apiVersion: 'v1', kind: 'Event', metadata };
  const rename = (name: string, own: unknown): void => {
    if (own !== undefined && own !== null && !Object.hasOwn(event, name)) event[name] = own;
  };
  rename('involvedObject', regarding);
  rename('message', note);
  rename('firstTimestamp', deprecatedFirstTimestamp);
  rename('lastTimestamp', deprecatedLastTimestamp);
  rename('count', deprecatedCount);
  rename('source', deprecatedSource);
  rename('reportingComponent', reportingController);
  return event;
}
