import { ALL_RESOURCES, type Resource, resourceName } from '../resources.js';

/** The group of core Events' younger form. */
const NEW_EVENTS_GROUP = 'events.k8s.io';

const byGroupKind = new Map<string, Resource>();
for (const resource of ALL_RESOURCES) {
  byGroupKind.set(`${resource.group}/${resource.kind}`, resource);
  if (resource.group === '' && resource.kind === 'Event') byGroupKind.set(`${NEW_EVENTS_GROUP}/Event`, resource);
}

const byName = new Map<string, Resource>();
for (const resource of ALL_RESOURCES) {
  byName.set(resource.plural, resource);
  byName.set(resourceName(resource), resource);
  if (resource.group === '' && resource.kind === 'Event') byName.set(`events.${NEW_EVENTS_GROUP}`, resource);
}

/** The group of an apiVersion: empty for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** The resource of an object, whatever the version of its group. */
export function resourceOf(apiVersion: string, kind: string): Resource | undefined {
  return byGroupKind.get(`${groupOf(apiVersion)}/${kind}`);
}

/** The resource that `pods`, `ippools` or `ippools.whereabouts.cni.cncf.io` names. */
export function resourceByName(name: string): Resource | undefined {
  return byName.get(name.toLowerCase());
}

/** Whether an apiVersion is of events.k8s.io, whose fields have other names. */
export function isNewEvent(apiVersion: string): boolean {
  return groupOf(apiVersion) === NEW_EVENTS_GROUP;
}

const kinds = [...new Set(ALL_RESOURCES.map(({ kind }) => kind))];
const anyKind = kinds.join('|');

/** `kind:` with a known kind or its list, anywhere in a YAML or JSON text. */
export const MENTIONS_KNOWN_KIND = new RegExp(`\\bkind["']?\\s*:\\s*["']?(?:${anyKind})(?:List)?\\b`);

/** `kind:` with a plain List, anywhere. */
export const MENTIONS_LIST = /\bkind["']?\s*:\s*["']?List\b/;

/** The kind of a YAML document in block style, as kubectl and oc write it: at the start of a line. */
export const TOP_LEVEL_KIND = /^kind:[ \t]*["']?([A-Za-z0-9]+)["']?[ \t]*(?:#.*)?\r?$/m;

const topKinds = new Set(ALL_RESOURCES.flatMap((resource) => [resource.kind, `${resource.kind}List`]));

/** Whether a document of this kind may be of interest. */
export function isKnownTopKind(kind: string): boolean {
  return topKinds.has(kind);
}

/** The kinds that are read, for a message. */
export function knownKinds(): string {
  return kinds.join(', ');
}
