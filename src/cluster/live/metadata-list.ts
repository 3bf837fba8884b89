import { PbfReader } from 'pbf';
import type { KubeObject } from '../port.js';
import { NoList } from './split.js';
import { harmless } from './text.js';
import { DamagedBody } from './transport.js';

/*
 * Lists of metadata in Kubernetes' protobuf. The API server makes them in a fraction of the time that JSON takes, and most
 * of what they weigh, the managed fields, is passed over here by its length.
 * Sources: k8s.io/apimachinery v0.34 pkg/runtime/serializer/protobuf/protobuf.go (the first four bytes),
 * pkg/runtime/generated.proto (Unknown), pkg/apis/meta/v1/generated.proto (the rest).
 */

const KIND = 'PartialObjectMetadataList';
/** How it is asked for. */
export const METADATA_PROTOBUF = `application/vnd.kubernetes.protobuf;as=${KIND};v=v1;g=meta.k8s.io`;
const MAGIC = Buffer.from('k8s\0');

/** Whether an answer is in Kubernetes' protobuf. */
export function isProtobuf(contentType: string): boolean {
  return contentType.startsWith('application/vnd.kubernetes.protobuf');
}

/** What a list says of itself; undefined where it says nothing. */
export interface ListMetadata {
  readonly next: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** Fields of Unknown, in which the list is. */
const TYPE_META = 1;
const RAW = 2;
/** Fields of the list. */
const LIST_META = 1;
const ITEMS = 2;
/** All fields of both are messages, texts or bytes: their length stands before them. */
const WITH_LENGTH = 2;
/** etcd takes no object that is much bigger than this. */
const MAX_FIELD_BYTES = 64 * 1024 * 1024;

/** A field of known length. */
interface Field {
  readonly number: number;
  /** Where its content begins. */
  readonly from: number;
  readonly length: number;
}

/** Reads a list of metadata while it arrives; one object and one chunk are all that is in memory at a time. */
export class MetadataSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;
  #kind = '';
  /** Bytes of the list that are still to come; undefined: outside of it. */
  #left: number | undefined;
  #list: ListMetadata | undefined;

  /**
   * @param onItem takes each object, as the same list in JSON has it, but for its managed fields
   * @param onHead takes what the list says of itself, before its items
   */
  constructor(
    private readonly onItem: (object: KubeObject) => void,
    private readonly onHead: (list: ListMetadata) => void,
  ) {}

  /**
   * Takes the next bytes.
   * @throws DamagedBody for what is no protobuf; NoList for another kind
   */
  push(chunk: Buffer): void {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#begun) {
      this.#begun = rest.length >= MAGIC.length;
      if (this.#begun && !rest.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged();
      if (this.#begun) rest = rest.subarray(MAGIC.length);
    }
    let at = 0;
    while (this.#begun) {
      if (this.#left === 0) this.#left = undefined;
      const field = fieldAt(rest, at);
      if (field === undefined) break;
      const isList = this.#left === undefined && field.number === RAW;
      if (!isList && field.length > MAX_FIELD_BYTES) throw damaged();
      const end = isList ? field.from : field.from + field.length;
      if (end > rest.length) break;
      if (isList) this.#enter(field.length);
      else this.#take(field.number, rest.subarray(field.from, end), end - at);
      at = end;
    }
    this.#rest = rest.subarray(at);
  }

  /** @throws DamagedBody when it is not complete */
  end(): ListMetadata {
    if (this.#list === undefined || this.#left !== undefined || this.#rest.length > 0) throw damaged();
    return this.#list;
  }

  #enter(length: number): void {
    if (this.#kind !== KIND) throw new NoList(`it is a ${harmless(this.#kind, 80)}, not a ${KIND}`);
    this.#left = length;
    this.#list = { next: undefined, resourceVersion: undefined };
  }

  /** @param size of the field, with its head */
  #take(number: number, content: Buffer, size: number): void {
    if (this.#left === undefined) {
      if (number === TYPE_META) this.#kind = read(content, readTypeMeta)['kind'] ?? '';
      return;
    }
    this.#left -= size;
    if (this.#left < 0) throw damaged();
    if (number === ITEMS) this.onItem(read(content, readObject));
    if (number !== LIST_META) return;
    const { continue: next, resourceVersion } = read(content, readListMeta);
    this.#list = { next, resourceVersion };
    this.onHead(this.#list);
  }
}

function damaged(cause?: unknown): DamagedBody {
  return new DamagedBody('the answer is no protobuf of Kubernetes, or was cut', { cause });
}

/** The field that begins there; undefined where more bytes are needed to tell. */
function fieldAt(bytes: Buffer, at: number): Field | undefined {
  const tag = varintAt(bytes, at);
  const length = tag === undefined ? undefined : varintAt(bytes, tag.end);
  if (tag === undefined || length === undefined) return undefined;
  if ((tag.value & 7) !== WITH_LENGTH) throw damaged();
  return { number: tag.value >>> 3, from: length.end, length: length.value };
}

function varintAt(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  throw damaged();
}

/** Reads a whole message. The reader checks no bounds, and what is cut ends elsewhere than it should. */
function read<T>(content: Buffer, message: (reader: PbfReader, end: number) => T): T {
  try {
    return message(new PbfReader(content), content.length);
  } catch (error) {
    throw damaged(error);
  }
}

/** Hands each field up to `end` to `take`; what that does not read is passed over. */
function eachField(reader: PbfReader, end: number, take: (field: number) => void): void {
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) take(field);
  if (reader.pos !== end || end > reader.length) throw new RangeError('a message ends within a field');
}

/** Where the message ends that begins here. */
function endOf(reader: PbfReader): number {
  const length = reader.readVarint();
  return reader.pos + length;
}

/** A text; what is read is a Buffer, which decodes far faster than what the reader has for any bytes. */
function readText(reader: PbfReader): string {
  return (reader.readBytes() as Buffer).toString('utf8');
}

/** Reads the texts of a message by the numbers of their fields. */
function texts(names: Readonly<Record<number, string>>): (reader: PbfReader, end: number) => Record<string, string> {
  return (reader, end) => {
    const found: Record<string, string> = {};
    eachField(reader, end, (field) => {
      const name = names[field];
      if (name !== undefined) put(found, name, readText(reader));
    });
    return found;
  };
}

const readTypeMeta = texts({ 1: 'apiVersion', 2: 'kind' });
const readListMeta = texts({ 2: 'resourceVersion', 3: 'continue' });
const readPair = texts({ 1: 'key', 2: 'value' });

/** Go writes what is empty in protobuf, and leaves it out in JSON. */
function put(into: Record<string, unknown>, name: string, value: string | number | undefined): void {
  if (value !== '' && value !== 0 && value !== undefined) into[name] = value;
}

function readObject(reader: PbfReader, end: number): KubeObject {
  let metadata: Record<string, unknown> = {};
  eachField(reader, end, (field) => {
    if (field === 1) metadata = readObjectMeta(reader, endOf(reader));
  });
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

const NAMES: Readonly<Record<number, string>> = {
  1: 'name',
  2: 'generateName',
  3: 'namespace',
  5: 'uid',
  6: 'resourceVersion',
};

function readObjectMeta(reader: PbfReader, end: number): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  const labels: [string, string][] = [];
  const annotations: [string, string][] = [];
  const ownerReferences: unknown[] = [];
  const finalizers: string[] = [];
  eachField(reader, end, (field) => {
    const name = NAMES[field];
    if (name !== undefined) put(metadata, name, readText(reader));
    else if (field === 7) put(metadata, 'generation', reader.readVarint(true));
    else if (field === 8) put(metadata, 'creationTimestamp', readTime(reader));
    else if (field === 9) put(metadata, 'deletionTimestamp', readTime(reader));
    else if (field === 10) metadata['deletionGracePeriodSeconds'] = reader.readVarint(true);
    else if (field === 11) labels.push(readEntry(reader));
    else if (field === 12) annotations.push(readEntry(reader));
    else if (field === 13) ownerReferences.push(readOwner(reader));
    else if (field === 14) finalizers.push(readText(reader));
  });
  // `fromEntries` defines keys, so that `__proto__` stays one.
  if (labels.length > 0) metadata['labels'] = Object.fromEntries(labels);
  if (annotations.length > 0) metadata['annotations'] = Object.fromEntries(annotations);
  if (ownerReferences.length > 0) metadata['ownerReferences'] = ownerReferences;
  if (finalizers.length > 0) metadata['finalizers'] = finalizers;
  return metadata;
}

function readEntry(reader: PbfReader): [string, string] {
  const { key = '', value = '' } = readPair(reader, endOf(reader));
  return [key, value];
}

const OWNER: Readonly<Record<number, string>> = { 1: 'kind', 3: 'name', 4: 'uid', 5: 'apiVersion' };

function readOwner(reader: PbfReader): Record<string, unknown> {
  const owner: Record<string, unknown> = {};
  eachField(reader, endOf(reader), (field) => {
    const name = OWNER[field];
    if (name !== undefined) owner[name] = readText(reader);
    else if (field === 6) owner['controller'] = reader.readBoolean();
    else if (field === 7) owner['blockOwnerDeletion'] = reader.readBoolean();
  });
  return owner;
}

/** A time as JSON has it, to the second; undefined: none was set. */
function readTime(reader: PbfReader): string | undefined {
  let seconds: number | undefined;
  eachField(reader, endOf(reader), (field) => {
    if (field === 1) seconds = reader.readVarint(true);
  });
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
