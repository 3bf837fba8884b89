import type { ListOptions, LogOptions } from '../port.js';
import { PODS, type Resource } from '../resources.js';

/** `/api/v1` or `/apis/GROUP/VERSION` */
export function groupPath({ group, version }: Resource): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Path of a resource's list, in one namespace or all. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupPath(resource)}${scope}/${resource.plural}`;
}

/** Path of one object; a namespace is left out where the resource has none. */
export function objectPath(resource: Resource, namespace: string, name: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** Path and query of one page. Never `resourceVersion=0`: that may answer from a stale cache. */
export function listPath(
  resource: Resource,
  options: ListOptions,
  position: { readonly limit?: number; readonly continue?: string },
): string {
  const query = new URLSearchParams();
  if (options.fieldSelector !== undefined) query.set('fieldSelector', options.fieldSelector);
  if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector);
  if (position.limit !== undefined) query.set('limit', position.limit.toString());
  if (position.continue !== undefined) query.set('continue', position.continue);
  const text = query.toString();
  return collectionPath(resource, options.namespace) + (text === '' ? '' : `?${text}`);
}

/** Path and query of a watch: what happened after that version of the list, with a bookmark now and then. */
export function watchPath(
  resource: Resource,
  options: ListOptions,
  position: { readonly resourceVersion: string; readonly timeoutSeconds: number },
): string {
  const query = new URLSearchParams({ watch: 'true', allowWatchBookmarks: 'true' });
  if (options.fieldSelector !== undefined) query.set('fieldSelector', options.fieldSelector);
  if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector);
  query.set('resourceVersion', position.resourceVersion);
  query.set('timeoutSeconds', position.timeoutSeconds.toString());
  return `${collectionPath(resource, options.namespace)}?${query.toString()}`;
}

/** Path and query of the end or the beginning of a container's log. */
export function logPath(namespace: string, pod: string, container: string | null, options: LogOptions): string {
  const query = new URLSearchParams();
  if ('tailLines' in options) query.set('tailLines', options.tailLines.toString());
  const limit = 'tailLines' in options ? options.limitBytes : options.headBytes;
  if (limit !== undefined) query.set('limitBytes', limit.toString());
  if (container !== null) query.set('container', container);
  return `${objectPath(PODS, namespace, pod)}/log?${query.toString()}`;
}
