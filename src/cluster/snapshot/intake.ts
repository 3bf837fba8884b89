import type { KubeObject } from '../port.js';
import type { Resource } from '../resources.js';
import type { Clock } from './clock.js';
import type { ParsedDocument } from './documents.js';
import type { ObjectIndex } from './index-of-objects.js';
import { groupOf, isNewEvent, resourceOf } from './kinds.js';
import { objectOf } from './objects.js';
import type { Place } from './place.js';

import { type Budget, isMapping, type Mapping, requireBounded, textOf } from './values.js';

/*
 * What a document proves about objects that are not in it:
 *
 * - A single object, whatever wrote it (`kubectl get pod x -o yaml`, `namespaces/NS/pods/NAME/NAME.yaml`): nothing.
 * - A list at a place of a must-gather or inspect tree that tells its scope (place.ts): that namespace, or the cluster.
 * - Any other list of cluster-scoped objects: the cluster. (Single node files of a must-gather prove nothing: `oc adm
 *   inspect node/x` writes the same.)
 * - Any other list with objects of more than one namespace: the cluster. `kubectl get pods -A -o yaml` writes
 *   `kind: List`, a request to the API itself `kind: PodList`. `kubectl get pods,ippools -A` writes one List of both
 *   kinds; one kind of several namespaces shows that all were asked for everywhere.
 * - Any other list with objects of one namespace: that namespace, for `kubectl get pods -n x` writes the same as `-A`
 *   where nothing else runs.
 * - An empty list: that this kind was collected, where its kind (`IPPoolList`) or its file's name (`ippools.yaml`) tells
 *   which; of what scope only a place tells.
 * - A list that goes on (`metadata.continue`) or of which an item was unreadable: nothing about the rest.
 *
 * What cannot be seen: `kubectl get pods -l app=x -o yaml` and `kubectl get pods a b -o yaml` write the same as a full
 * list. The documentation has to say that lists are to be taken without a selector.
 */

/** Where a document was found. */
export interface Found {
  readonly place: Place;
  /** The file, printable. */
  readonly label: string;
}

/** Takes the objects of parsed documents into the index. */
export class Intake {
  readonly #index: ObjectIndex;
  readonly #clock: Clock;
  /** Objects and lists taken in so far. */
  taken = 0;

  constructor(index: ObjectIndex, clock: Clock) {
    this.#index = index;
    this.#clock = clock;
  }

  /**
   * Takes a document: an object, a list of one kind or of several, or a bare array of objects.
   * @throws Unreadable where it is too deep, or grows beyond its file through aliases; nothing of it is taken then.
   */
  document(document: ParsedDocument, found: Found, problem: (reason: string) => void): void {
    const { value, fromYaml, characters, items } = document;
    // Without aliases a value takes two characters at least. JSON has none, but may be deep.
    const budget: Budget = { values: fromYaml ? characters / 2 + 100_000 : Infinity };
    if (Array.isArray(value)) {
      requireBounded(value, budget);
      for (const item of value) if (isMapping(item)) this.#one(item, fromYaml, found, problem);
    } else if (isMapping(value)) {
      if (this.#concerns(value)) requireBounded(value, budget);
      this.#one(value, fromYaml, found, problem, items === undefined ? undefined : boundedItems(items, budget));
    }
  }

  #concerns(value: Mapping): boolean {
    const kind = textOf(value['kind']) ?? '';
    const apiVersion = textOf(value['apiVersion']) ?? '';
    if (kind === 'List' || resourceOf(apiVersion, kind) !== undefined) return true;
    return resourceOf(apiVersion, kind.replace(/List$/, '')) !== undefined;
  }

  #one(
    value: Mapping,
    fromYaml: boolean,
    found: Found,
    problem: (reason: string) => void,
    items?: Iterable<unknown>,
  ): void {
    const kind = textOf(value['kind']) ?? '';
    const apiVersion = textOf(value['apiVersion']) ?? '';
    const single = resourceOf(apiVersion, kind);
    if (single !== undefined) {
      const object = this.#object(single, value, apiVersion, fromYaml, found);
      if (object === undefined) {
        problem(`a ${kind} without a name was passed over`);
        return;
      }
      this.#index.add(single, object);
      this.taken++;
      return;
    }
    if (kind === 'List' && groupOf(apiVersion) === '') {
      this.#list(value, undefined, apiVersion, fromYaml, found, problem, items);
      return;
    }
    const listed = kind.endsWith('List') ? resourceOf(apiVersion, kind.slice(0, -'List'.length)) : undefined;
    if (listed !== undefined) this.#list(value, listed, apiVersion, fromYaml, found, problem, items);
  }

  #list(
    list: Mapping,
    typed: Resource | undefined,
    apiVersion: string,
    fromYaml: boolean,
    found: Found,
    problem: (reason: string) => void,
    apart: Iterable<unknown> | undefined,
  ): void {
    const items = apart ?? list['items'] ?? [];
    if (apart === undefined && !Array.isArray(items)) {
      problem(`the items of a ${textOf(list['kind']) ?? 'List'} are no list`);
      return;
    }
    const objects: [Resource, KubeObject][] = [];
    let count = 0;
    const namespaces = new Map<Resource, Set<string>>();
    if (typed !== undefined) namespaces.set(typed, new Set());
    let broken = 0;
    for (const item of items as Iterable<unknown>) {
      count++;
      if (!isMapping(item)) {
        broken++;
        continue;
      }
      // Items of a typed list come without kind and apiVersion from the API itself.
      const itemKind = textOf(item['kind']);
      const itemVersion = textOf(item['apiVersion']) ?? apiVersion;
      const resource = itemKind === undefined ? typed : resourceOf(itemVersion, itemKind);
      if (resource === undefined) continue;
      const object = this.#object(resource, item, itemVersion, fromYaml, found);
      if (object === undefined) {
        broken++;
        continue;
      }
      objects.push([resource, object]);
      const seen = namespaces.get(resource) ?? new Set();
      seen.add(object.metadata.namespace ?? '');
      namespaces.set(resource, seen);
    }
    for (const [resource, object] of objects) this.#index.add(resource, object);
    if (broken > 0) problem(`${broken} of ${count} items of a list are no objects with a name`);

    const named = found.place.resource;
    if (count === 0 && typed === undefined && named !== undefined) namespaces.set(named, new Set());
    if (namespaces.size > 0) this.taken++;

    const partial = broken > 0 || goesOn(list);
    if (partial && broken === 0) {
      problem('the list is one page of several (metadata.continue); take it again whole, with `--chunk-size=0`');
    }
    const spans = [...namespaces].some(([resource, seen]) => resource.namespaced && seen.size > 1);
    for (const [resource, seen] of namespaces) {
      this.#index.addList(resource, partial ? undefined : scopeOf(resource, seen, spans, found.place));
    }
  }

  /** What is kept of one object, `undefined` without a name. */
  #object(
    resource: Resource,
    value: Mapping,
    apiVersion: string,
    fromYaml: boolean,
    found: Found,
  ): KubeObject | undefined {
    if (isMapping(value['metadata'])) this.#clock.object(value, value['metadata']);
    return objectOf(value, {
      resource,
      apiVersion,
      namespace: resource.namespaced ? (found.place.namespace ?? 'default') : undefined,
      newEvent: isNewEvent(apiVersion),
      detach: fromYaml,
    });
  }
}

/** Each item, held against what the whole document may bring. */
function* boundedItems(items: Iterable<unknown>, budget: Budget): Generator<unknown, void, undefined> {
  for (const item of items) {
    budget.values--;
    requireBounded(item, budget, 2);
    yield item;
  }
}

function goesOn(list: Mapping): boolean {
  const metadata = list['metadata'];
  if (!isMapping(metadata)) return false;
  const more = metadata['continue'];
  const remaining = metadata['remainingItemCount'];
  return (typeof more === 'string' && more !== '') || (typeof remaining === 'number' && remaining > 0);
}

/** What a whole list holds all of, by the rules above. */
function scopeOf(
  resource: Resource,
  namespaces: ReadonlySet<string>,
  spansNamespaces: boolean,
  place: Place,
): string | null | undefined {
  if (!resource.namespaced) return null;
  if (spansNamespaces) return null;
  if (place.resource === resource && place.scope !== undefined) {
    // A list in another namespace's folder is not what the folder says.
    if (place.scope === null || namespaces.size === 0 || namespaces.has(place.scope)) return place.scope;
  }
  return namespaces.size === 1 ? [...namespaces][0] : undefined;
}
