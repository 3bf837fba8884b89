import type { RequestIdentity } from '../../errors.js';
import type { KubeObject, ListOptions } from '../port.js';
import type { ReadingObserver } from '../options.js';
import { resourceName, type Resource } from '../resources.js';
import { notKubernetes, type Asker } from './explain.js';
import { isProtobuf, type ListMetadata, METADATA_PROTOBUF, MetadataSplitter } from './metadata-list.js';
import { listPath } from './paths.js';
import type { ApiClient } from './request.js';
import { ListSplitter, NoList } from './split.js';
import { asRecord, asText, harmless } from './text.js';
import type { Head, Refusal } from './transport.js';

const JSON_LIST = 'application/json';
/** What has no protobuf for it answers in JSON. */
const METADATA_LIST = `${METADATA_PROTOBUF},application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io;q=0.9,application/json;q=0.8`;

/** A list whose pages expire this often is read in one piece. */
const MAX_RESTARTS = 3;
/** Pages of about this size: small enough for the server's memory and the request's time, big enough to be few. */
const PAGE_BYTES = 8 * 1024 * 1024;
/** About what the metadata of an object weigh, most of them the managed fields. */
const METADATA_BYTES = 8 * 1024;
const SMALLEST_PAGE = 5;

/** What reading a list needs. */
export interface ListReader {
  readonly client: ApiClient;
  readonly asker: Asker;
  readonly observer: ReadingObserver;
  /** Most objects of one page. */
  readonly chunkSize: number;
  /** Explains a refusal; a 403 may hide a missing definition. */
  readonly refused: (refusal: Refusal, resource: Resource, identity: RequestIdentity) => Promise<Error>;
  /** Takes what a person should know. */
  readonly note: (text: string) => void;
}

/** What a list is about, for a message. */
export function listIdentity(resource: Resource, { namespace }: ListOptions, verb = 'list'): RequestIdentity {
  const where = namespace === undefined || !resource.namespaced ? {} : { namespace };
  return { verb, resource: resourceName(resource), ...where };
}

/** One consistent list, and the moment that it is of. */
export interface Listed<T> {
  readonly items: T[];
  /** Where a watch goes on from; `undefined` where the server does not say. */
  readonly resourceVersion: string | undefined;
}

/**
 * Reads a list to its end, page by page. When a continue token expires (410) the list starts again from nothing; when
 * that keeps happening, it is read in one piece, so that the result always is one consistent list.
 *
 * `project` may see an object more than once, when a page had to be read again: it must not count on anything outside.
 */
export async function readList<T>(
  reader: ListReader,
  resource: Resource,
  options: ListOptions,
  identity: RequestIdentity,
  project: (object: KubeObject) => T | undefined,
): Promise<Listed<T>> {
  for (let restarts = 0; ; restarts++) {
    const paged = restarts <= MAX_RESTARTS;
    const kept = await readPages(reader, resource, options, identity, project, paged);
    if (kept !== undefined) return kept;
    const text = `the list of ${identity.resource ?? resource.plural} changed too fast and was read again from the start`;
    if (restarts === 0) reader.note(text);
    reader.observer.debug?.(restarts === MAX_RESTARTS ? `${text}, in one piece` : text);
  }
}

/** `undefined` when a continue token expired. */
async function readPages<T>(
  reader: ListReader,
  resource: Resource,
  options: ListOptions,
  identity: RequestIdentity,
  project: (object: KubeObject) => T | undefined,
  paged: boolean,
): Promise<Listed<T> | undefined> {
  const all: T[] = [];
  // How big the objects really are, the first page tells.
  let limit = fitting(reader, options.metadataOnly === true ? METADATA_BYTES : resource.typicalBytes);
  let seen = 0;
  const ending = new AbortController();
  const open = (token: string | undefined): PageAhead<T> => {
    const position = { ...(paged ? { limit } : {}), ...(token === undefined ? {} : { continue: token }) };
    let foretell: ((next: string) => void) | undefined;
    const next = new Promise<string>((resolve) => (foretell = resolve));
    const asked = { resource, options, identity, position, signal: ending.signal };
    const page = readPage(reader, asked, project, (token) => foretell?.(token));
    // It may fail before anybody waits for it, and when nobody needs it any more.
    page.catch(() => undefined);
    return { token, page, next };
  };
  try {
    for (let current = open(undefined); ;) {
      // The server makes one page while the one before it is read; not while nothing tells how big objects are.
      let ahead: PageAhead<T> | undefined;
      let mayAsk = seen > 0;
      void current.next.then((token) => {
        if (mayAsk) ahead = open(token);
      });
      const page: Page<T> | undefined = await current.page;
      mayAsk = false;
      if (page === undefined) {
        if (current.token !== undefined) return undefined;
        throw new Error('a list without a continue token cannot have expired');
      }
      for (const item of page.kept) all.push(item);
      seen += page.count;
      reader.observer.progress?.(resource.plural, seen);
      if (page.count > 0) limit = fitting(reader, page.bytes / page.count);
      const { next, resourceVersion } = page;
      if (next === undefined) return { items: all, resourceVersion };
      // A page that had to be asked for again may go on elsewhere.
      current = ahead?.token === next ? ahead : open(next);
    }
  } finally {
    ending.abort();
  }
}

/** A page that was asked for. */
interface PageAhead<T> {
  /** Where it begins; undefined: at the beginning. */
  readonly token: string | undefined;
  readonly page: Promise<Page<T> | undefined>;
  /** Where the list goes on, once its answer says so: for what Go has types for, before its items. */
  readonly next: Promise<string>;
}

/** Objects of such a weight that make a page. */
function fitting({ chunkSize }: ListReader, bytes: number): number {
  return Math.max(Math.min(SMALLEST_PAGE, chunkSize), Math.min(chunkSize, Math.floor(PAGE_BYTES / bytes)));
}

interface Page<T> extends ListMetadata {
  readonly kept: readonly T[];
  readonly count: number;
  readonly bytes: number;
  /** What the projection threw. */
  readonly broken: { readonly error: unknown } | undefined;
}

/** Which page of which list is asked for. */
interface PageAsked {
  readonly resource: Resource;
  readonly options: ListOptions;
  readonly identity: RequestIdentity;
  readonly position: { readonly limit?: number; readonly continue?: string };
  readonly signal: AbortSignal;
}

/**
 * `undefined` when its continue token expired.
 * @param foretell is told where the list goes on as soon as the answer says so
 */
async function readPage<T>(
  reader: ListReader,
  { resource, options, identity, position, signal }: PageAsked,
  project: (object: KubeObject) => T | undefined,
  foretell: (next: string) => void,
): Promise<Page<T> | undefined> {
  const outcome = await reader.client.send(
    {
      method: 'GET',
      path: listPath(resource, options, position),
      accept: options.metadataOnly === true ? METADATA_LIST : JSON_LIST,
      repeatable: true,
      signal,
      identity,
    },
    (body, head) => parsePage(body, head, resource, identity, reader.asker, project, foretell),
  );
  if (outcome.ok) {
    // Thrown here, where it cannot be taken for an error of the connection.
    if (outcome.value.broken !== undefined) throw outcome.value.broken.error;
    return outcome.value;
  }
  if (outcome.refusal.status === 410 && position.continue !== undefined) return undefined;
  throw await reader.refused(outcome.refusal, resource, identity);
}

async function parsePage<T>(
  body: AsyncIterable<Buffer>,
  head: Head,
  resource: Resource,
  identity: RequestIdentity,
  asker: Asker,
  project: (object: KubeObject) => T | undefined,
  foretell: (next: string) => void,
): Promise<Page<T>> {
  const contentType = head.headers['content-type'] ?? '';
  if (!isProtobuf(contentType) && !/\bjson\b/i.test(contentType)) {
    let text = '';
    for await (const chunk of body) {
      text += chunk.toString('utf8');
      if (text.length > 16_384) break;
    }
    throw notKubernetes(identity, asker, head, text);
  }
  const kept: T[] = [];
  let count = 0;
  let bytes = 0;
  let broken: { readonly error: unknown } | undefined;
  const onItem = (object: KubeObject): void => {
    count++;
    if (broken !== undefined) return;
    try {
      const value = project(object);
      if (value !== undefined) kept.push(value);
    } catch (error) {
      // Objects of another kind may break it; then that is what must be said.
      broken = { error };
    }
  };
  const onHead = ({ next }: ListMetadata): void => {
    if (next !== undefined) foretell(next);
  };
  const splitter = isProtobuf(contentType)
    ? new MetadataSplitter(onItem, onHead)
    : new JsonSplitter(resource, onItem, onHead);
  for await (const chunk of body) {
    bytes += chunk.length;
    splitter.push(chunk);
  }
  return { kept, count, bytes, broken, ...splitter.end() };
}

/** Reads a list in JSON while it arrives. */
class JsonSplitter {
  readonly #splitter: ListSplitter;

  constructor(
    private readonly resource: Resource,
    onItem: (object: KubeObject) => void,
    onHead: (list: ListMetadata) => void,
  ) {
    this.#splitter = new ListSplitter(
      (item) => {
        const object = asRecord(item);
        if (object === undefined || asRecord(object['metadata']) === undefined) {
          throw new NoList('its items are no Kubernetes objects');
        }
        onItem(object as KubeObject);
      },
      (head) => {
        onHead(listMetadata(asRecord(head)));
      },
    );
  }

  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
  }

  end(): ListMetadata {
    return checkEnvelope(this.#splitter.end(), this.resource);
  }
}

/** Where to go on, once it is sure that this is the list that was asked for. */
function checkEnvelope(value: unknown, resource: Resource): ListMetadata {
  const list = asRecord(value);
  const kind = asText(list?.['kind']);
  if (list === undefined || kind === undefined) throw new NoList('it is JSON, but no Kubernetes list');
  if (kind !== `${resource.kind}List` && kind !== 'PartialObjectMetadataList') {
    const message = kind === 'Status' ? `: ${harmless(asText(list['message']) ?? '', 200)}` : '';
    throw new NoList(`it is a ${harmless(kind, 80)}${message}, not a ${resource.kind}List`);
  }
  // An empty list has `items: null`.
  const items = list['items'];
  if (items !== null && items !== undefined && !Array.isArray(items)) throw new NoList('its items are no list');
  return listMetadata(list);
}

function listMetadata(list: Readonly<Record<string, unknown>> | undefined): ListMetadata {
  const metadata = asRecord(list?.['metadata']);
  return { next: asText(metadata?.['continue']), resourceVersion: asText(metadata?.['resourceVersion']) };
}
