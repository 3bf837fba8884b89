import type { Resource } from '../resources.js';
import { resourceByName } from './kinds.js';

/**
 * What the place of a file in a must-gather or `oc adm inspect` tree says (openshift/oc pkg/cli/admin/inspect/util.go
 * `dirPathForInfo`, `filenameForInfo`):
 *
 *     namespaces/NS/GROUP/PLURAL.yaml                  a list of one namespace, `kind: PodList`
 *     namespaces/NS/GROUP/PLURAL/NAME.yaml             one object
 *     namespaces/NS/NS.yaml, namespaces/NS/pods/NAME/NAME.yaml     the namespace; one pod, beside its logs
 *     cluster-scoped-resources/GROUP/PLURAL.yaml       a list of the whole cluster, of a namespaced kind as well
 *     cluster-scoped-resources/GROUP/PLURAL/NAME.yaml  one object
 *     namespaces/all/GROUP/PLURAL.yaml                 the whole cluster
 *
 * GROUP is `core` for the core group. Only the exact form counts: a folder that happens to be called `namespaces`
 * somewhere above proves nothing.
 */
export interface Place {
  /** The resource that the file is named after, with or without its group. */
  readonly resource: Resource | undefined;
  /** What a list at this place covers: `null` the cluster, a namespace's name, `undefined` not told by the place. */
  readonly scope: string | null | undefined;
  /** The namespace whose folder the file is in, at any depth. */
  readonly namespace: string | undefined;
}

/** Reads the place of a file from its path or its name in an archive, with `/` or `\`. */
export function placeOf(path: string): Place {
  const segments = path.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
  const file = segments.at(-1) ?? '';
  const stem = file.replace(/\.gz$/i, '').replace(/\.(?:ya?ml|json)$/i, '');
  const group = segments.at(-2);
  // Two groups have `networks`.
  const resource = stem === file ? undefined : (resourceByName(`${stem}.${group ?? ''}`) ?? resourceByName(stem));
  const namespace = namespaceFolder(segments);
  if (resource === undefined) return { resource, scope: undefined, namespace };

  if (group !== (resource.group === '' ? 'core' : resource.group) && group !== 'events.k8s.io') {
    return { resource, scope: undefined, namespace };
  }
  if (segments.at(-3) === 'cluster-scoped-resources') return { resource, scope: null, namespace };
  if (segments.at(-4) !== 'namespaces') return { resource, scope: undefined, namespace };
  const owner = segments.at(-3);
  return { resource, scope: owner === 'all' ? null : owner, namespace };
}

/** The folder below the last `namespaces`; `all` is none. */
function namespaceFolder(segments: readonly string[]): string | undefined {
  const at = segments.lastIndexOf('namespaces');
  if (at === -1 || at + 2 >= segments.length) return undefined;
  const name = segments[at + 1];
  return name === 'all' ? undefined : name;
}
