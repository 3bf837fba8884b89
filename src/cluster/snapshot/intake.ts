import type { KubeObject } from '../port.js';
import type { Resource } from '../resources.js';
import type { Clock } from './clock.js';
import type { OpenList, ParsedDocument } from './documents.js';
import type { ObjectIndex } from './index-of-objects.js';
import { groupOf, isNewEvent, resourceOf } from './kinds.js';
import { objectOf } from './objects.js';
import type { Place } from './place.js';
import { Unreadable } from './problems.js';
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

/** Where a document came from, and who hears what was lost of it. */
interface Source {
  readonly fromYaml: boolean;
  readonly found: Found;
  readonly problem: (reason: string) => void;
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
    const source: Source = { fromYaml, found, problem };
    // Without aliases a value takes two characters at least. JSON has none, but may be deep.
    const budget: Budget = { values: fromYaml ? characters / 2 + 100_000 : Infinity };
    if (Array.isArray(value)) {
      requireBounded(value, budget);
      for (const item of value) if (isMapping(item)) this.#one(item, source);
    } else if (isMapping(value)) {
      if (isList(value) || singleOf(value) !== undefined) requireBounded(value, budget);
      this.#one(value, source, items, budget);
    }
  }

  /** Takes a list of JSON whose items come one by one; `head` is what is known of it before them. */
  list(head: Mapping, found: Found, problem: (reason: string) => void): OpenList {
    const source: Source = { fromYaml: false, found, problem };
    const items = new ListItems(head, this.#clock, source, { values: Infinity });
    return {
      item: (value) => items.add(value),
      end: (whole) => {
        requireBounded(whole, { values: Infinity });
        if (isList(whole)) this.#close(items, whole, source);
        else this.#one(whole, source);
      },
    };
  }

  /** @param apart items that `value` has none of, not held against the budget yet. */
  #one(value: Mapping, source: Source, apart?: Iterable<unknown>, budget?: Budget): void {
    const single = singleOf(value);
    if (single !== undefined) {
      const object = keptObject(this.#clock, single, value, versionOf(value), source);
      if (object === undefined) {
        source.problem(`a ${single.kind} without a name was passed over`);
        return;
      }
      this.#index.add(single, object);
      this.taken++;
      return;
    }
    if (!isList(value)) return;
    const items = apart ?? value['items'] ?? [];
    if (apart === undefined && !Array.isArray(items)) {
      source.problem(`the items of a ${textOf(value['kind']) ?? 'List'} are no list`);
      return;
    }
    const list = new ListItems(value, this.#clock, source, apart === undefined ? undefined : budget);
    for (const item of items as Iterable<unknown>) list.add(item);
    this.#close(list, value, source);
  }

  #close(items: ListItems, list: Mapping, { found, problem }: Source): void {
    items.end(list);
    const { count, broken, namespaces } = items;
    const typed = typedOf(list);
    if (typed !== undefined && !namespaces.has(typed)) namespaces.set(typed, new Set());
    for (const [resource, object] of items.objects) this.#index.add(resource, object);
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
}

/** The items of one list, one after the other: what is kept of each. */
class ListItems {
  readonly objects: [Resource, KubeObject][] = [];
  readonly namespaces = new Map<Resource, Set<string>>();
  count = 0;
  broken = 0;
  readonly #clock: Clock;
  readonly #source: Source;
  readonly #budget: Budget | undefined;
  /** Kind and version of the list; undefined while it has not told. */
  #list: { readonly kind: string; readonly apiVersion: string } | undefined;
  /** Whether an item was read by what the list said of itself. */
  #relied = false;
  /** Items that do not tell what they are, of a list that has not told either: as text, to be small. */
  readonly #waiting: Buffer[] = [];

  /** @param budget what the items are held against; undefined where they have been. */
  constructor(head: Mapping, clock: Clock, source: Source, budget: Budget | undefined) {
    this.#clock = clock;
    this.#source = source;
    this.#budget = budget;
    if (head['kind'] !== undefined && head['apiVersion'] !== undefined) this.#list = kindOf(head);
  }

  /** @throws Unreadable where the item is too deep, or grows through aliases. */
  add(item: unknown): void {
    this.count++;
    if (!isMapping(item)) this.broken++;
    else if (this.#list === undefined && !tellsItself(item)) this.#wait(item);
    else this.#take(item);
  }

  /** All items are there. @throws Unreadable where the list says something else of itself than it said before. */
  end(list: Mapping): void {
    const told = kindOf(list);
    if (this.#relied && (this.#list?.kind !== told.kind || this.#list.apiVersion !== told.apiVersion)) {
      throw new Unreadable('the list tells its kind or apiVersion twice');
    }
    this.#list = told;
    for (const item of this.#waiting) this.#take(JSON.parse(item.toString('utf8')) as Mapping);
  }

  #wait(item: Mapping): void {
    requireBounded(item, { values: Infinity }, 2);
    this.#waiting.push(Buffer.from(JSON.stringify(item)));
  }

  #take(item: Mapping): void {
    const { kind = '', apiVersion = '' } = this.#list ?? {};
    // Items of a typed list come without kind and apiVersion from the API itself.
    const itemKind = textOf(item['kind']);
    const itemVersion = textOf(item['apiVersion']) ?? apiVersion;
    if (!tellsItself(item)) this.#relied = true;
    const resource = itemKind === undefined ? typedOf({ kind, apiVersion }) : resourceOf(itemVersion, itemKind);
    if (resource === undefined) return;
    if (this.#budget !== undefined) {
      this.#budget.values--;
      requireBounded(item, this.#budget, 2);
    }
    const object = keptObject(this.#clock, resource, item, itemVersion, this.#source);
    if (object === undefined) {
      this.broken++;
      return;
    }
    this.objects.push([resource, object]);
    const seen = this.namespaces.get(resource) ?? new Set();
    seen.add(object.metadata.namespace ?? '');
    this.namespaces.set(resource, seen);
  }
}

function tellsItself(item: Mapping): boolean {
  return textOf(item['kind']) !== undefined && textOf(item['apiVersion']) !== undefined;
}

function versionOf(value: Mapping): string {
  return textOf(value['apiVersion']) ?? '';
}

function kindOf(value: Mapping): { readonly kind: string; readonly apiVersion: string } {
  return { kind: textOf(value['kind']) ?? '', apiVersion: versionOf(value) };
}

/** The resource of a document that is one object of a kind that is read. */
function singleOf(value: Mapping): Resource | undefined {
  const { kind, apiVersion } = kindOf(value);
  return resourceOf(apiVersion, kind);
}

/** The resource that a list is of by its own kind (`PodList`). */
function typedOf(value: Mapping): Resource | undefined {
  const { kind, apiVersion } = kindOf(value);
  return kind.endsWith('List') ? resourceOf(apiVersion, kind.slice(0, -'List'.length)) : undefined;
}

/** Whether a document is a list of a kind that is read, or of several kinds. */
function isList(value: Mapping): boolean {
  const { kind, apiVersion } = kindOf(value);
  return (kind === 'List' && groupOf(apiVersion) === '') || typedOf(value) !== undefined;
}

/** What is kept of one object, `undefined` without a name. */
function keptObject(
  clock: Clock,
  resource: Resource,
  value: Mapping,
  apiVersion: string,
  { fromYaml, found }: Source,
): KubeObject | undefined {
  if (isMapping(value['metadata'])) clock.object(value, value['metadata']);
  return objectOf(value, {
    resource,
    apiVersion,
    namespace: resource.namespaced ? (found.place.namespace ?? 'default') : undefined,
    newEvent: isNewEvent(apiVersion),
    detach: fromYaml,
  });
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
