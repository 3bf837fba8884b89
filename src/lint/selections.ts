import { isJsonObject } from '../cni/go-json.js';
import { readAttachment } from './asked-networks.js';
import { textOf } from './go-fields.js';
import { groupBy } from './group-by.js';
import type { AttachmentSubject, NetworkSubject, SetSubject } from './model.js';
import type { Path } from './path.js';
import { rememberLast } from './remember.js';
import { valueAt } from './source/document.js';

/** One network that a pod, a template or a virtual machine asks for. */
export interface Selection {
  readonly attachment: AttachmentSubject;
  readonly namespace: string | null;
  readonly name: string;
  /** Addresses that it asks for. */
  readonly ips: readonly string[];
}

/** Kinds that make a pod on every node. */
const ON_EVERY_NODE: ReadonlySet<string> = new Set(['DaemonSet']);

const selectionsByName = rememberLast((set: SetSubject) => groupBy(set.attachments.flatMap(selectionsIn), nameOf));

function nameOf({ name }: Selection): string {
  return name;
}

/** Who asks for a network, among what is compared. A namespace that is not written may be any. */
export function selectionsOf(set: SetSubject, network: NetworkSubject): Selection[] {
  const { name } = network;
  const namespace = network.origin === 'additional-network' ? (network.namespace ?? 'default') : network.namespace;
  return (selectionsByName(set).get(name ?? '') ?? []).filter((each) => isSame(each.namespace, namespace));
}

/** How many pods ask for the network by one selection; infinite where it depends on the nodes. */
export function podsOf({ attachment }: Selection): number {
  if (ON_EVERY_NODE.has(attachment.objectKind)) return Number.POSITIVE_INFINITY;
  const replicas = valueAt(attachment.object, ['spec', 'replicas']);
  return typeof replicas === 'number' ? replicas : 1;
}

/** The node that its pods are bound to; undefined where they may run on others. */
export function nodeOf({ attachment }: Selection): string | undefined {
  const { path, object } = attachment;
  const spec = valueAt(object, [...path.slice(listsAround(path), path.lastIndexOf('metadata')), 'spec']);
  if (!isJsonObject(spec)) return undefined;
  const selector = valueAt(spec, ['nodeSelector', 'kubernetes.io/hostname']);
  return typeof selector === 'string' ? selector : textOf(spec, 'nodeName');
}

function isSame(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}

/** How much of a path leads to the object: lists may stand around it. */
function listsAround(path: Path): number {
  let length = 0;
  while (path[length] === 'items' && typeof path[length + 1] === 'number') length += 2;
  return length;
}

/** What cannot be read asks for nothing; the rules of pods tell of it. */
function selectionsIn(attachment: AttachmentSubject): Selection[] {
  return readAttachment(attachment).asked.map(({ namespace, name, ips }) => ({
    attachment,
    namespace: namespace ?? attachment.namespace,
    name: name.text,
    ips: ips.map(({ text }) => text),
  }));
}
