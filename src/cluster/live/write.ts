import { ClusterFailure, type RequestIdentity } from '../../errors.js';
import type { KubeObject } from '../port.js';
import { resourceName, type Resource } from '../resources.js';
import type { JsonPatchOperation, Preconditions, RefusalReason, WriteOptions, WriteOutcome } from '../writer.js';
import { statusOf } from './explain.js';
import { collectionPath, objectPath } from './paths.js';
import type { ApiClient } from './request.js';
import { errorCode } from './retry.js';
import { asRecord, asText, harmless } from './text.js';
import type { BodyReader, Refusal, RequestSpec } from './transport.js';

/** For a write's answer: the server's own second, and the way there and back with a new connection. Milliseconds. */
export const WRITE_PATIENCE_MS = 3000;

/** Who owns the fields that are applied. */
const FIELD_MANAGER = 'ipamctl';

type Json = Readonly<Record<string, unknown>>;

/** What writing needs of the cluster that it writes to. */
export interface WritePorts {
  readonly client: Pick<ApiClient, 'send'>;
  /** Reads an object that must fit, and throws for anything else. */
  readonly reader: (identity: RequestIdentity, fits: (object: Json) => boolean) => BodyReader<Json>;
  readonly explain: (refusal: Refusal, resource: Resource, identity: RequestIdentity) => Promise<Error>;
  readonly isMissing: (refusal: Refusal, resource: Resource, name: string) => boolean;
}

/** Which object is written. */
export interface WriteTarget {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

/** As `ClusterWriter.patch`. */
export function patch(
  ports: WritePorts,
  target: WriteTarget,
  operations: readonly JsonPatchOperation[],
  options: WriteOptions,
): Promise<WriteOutcome> {
  const body = { contentType: 'application/json-patch+json', text: JSON.stringify(operations) };
  const path = pathOf(target, options);
  return writeObject(ports, target, 'patch', { method: 'PATCH', path, body, ...patience(options) });
}

/** As `ClusterApplier.apply`. */
export function apply(
  ports: WritePorts,
  resource: Resource,
  namespace: string,
  object: KubeObject,
  options: WriteOptions,
): Promise<WriteOutcome> {
  const target = { resource, namespace, name: object.metadata.name ?? '' };
  const path = `${pathOf(target, options)}&fieldManager=${FIELD_MANAGER}`;
  // JSON is YAML.
  const body = { contentType: 'application/apply-patch+yaml', text: JSON.stringify(object) };
  return writeObject(ports, target, 'patch', { method: 'PATCH', path, body, ...patience(options) });
}

/** As `ClusterWriter.create`. */
export function create(
  ports: WritePorts,
  resource: Resource,
  namespace: string,
  object: KubeObject,
  options: WriteOptions,
): Promise<WriteOutcome> {
  const target = { resource, namespace, name: object.metadata.name ?? '' };
  const path = collectionPath(resource, namespace) + query(options);
  return writeObject(ports, target, 'create', { method: 'POST', path, body: json(object) });
}

/** As `ClusterWriter.replace`. */
export function replace(
  ports: WritePorts,
  resource: Resource,
  namespace: string,
  object: KubeObject,
  options: WriteOptions,
): Promise<WriteOutcome> {
  const target = { resource, namespace, name: object.metadata.name ?? '' };
  return writeObject(ports, target, 'update', { method: 'PUT', path: pathOf(target, options), body: json(object) });
}

/** As `ClusterWriter.remove`. */
export async function remove(
  ports: WritePorts,
  target: WriteTarget,
  preconditions: Preconditions,
  options: WriteOptions,
): Promise<WriteOutcome<KubeObject | null>> {
  // A DELETE with a body takes its options from there, and none from the query.
  const body = json({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions,
    ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
  });
  const isGone = (object: Json): boolean => object['kind'] === 'Status' && object['status'] === 'Success';
  const spec = { method: 'DELETE' as const, path: pathOf(target, {}), body };
  const outcome = await write(ports, target, 'delete', spec, (object) => isGone(object) || is(object, target));
  if (outcome.state !== 'done') return outcome;
  const { object } = outcome;
  // The server answers with the object as it was, too; only one that waits for a finalizer is still there.
  const stays = !isGone(object) && asRecord(object['metadata'])?.['deletionTimestamp'] !== undefined;
  return { state: 'done', object: stays ? (object as KubeObject) : null };
}

async function writeObject(
  ports: WritePorts,
  target: WriteTarget,
  verb: string,
  spec: Pick<RequestSpec, 'method' | 'path' | 'body' | 'timeoutMs'>,
): Promise<WriteOutcome> {
  const outcome = await write(ports, target, verb, spec, (object) => is(object, target));
  return outcome.state === 'done' ? { state: 'done', object: outcome.object as KubeObject } : outcome;
}

async function write(
  ports: WritePorts,
  { resource, namespace, name }: WriteTarget,
  verb: string,
  spec: Pick<RequestSpec, 'method' | 'path' | 'body' | 'timeoutMs'>,
  fits: (object: Json) => boolean,
): Promise<WriteOutcome<Json>> {
  const identity = {
    verb,
    resource: resourceName(resource),
    ...(resource.namespaced ? { namespace } : {}),
    name,
  };
  let outcome;
  try {
    outcome = await ports.client.send({ ...spec, repeatable: false, identity }, ports.reader(identity, fits));
  } catch (error) {
    if (!(error instanceof ClusterFailure) || wasNotSent(error)) throw error;
    return { state: 'uncertain', why: error.message };
  }
  if (outcome.ok) return { state: 'done', object: outcome.value };
  const { refusal } = outcome;
  const { status } = refusal;
  const message = said(refusal);
  // 500 may be etcd's time-out, 502 and 504 a proxy's or the server's own second, 503 a server that went down in the
  // middle: each may come after the write. 408 comes from proxies that gave up waiting, for whom they do not say.
  if (status >= 500 || status === 408) return { state: 'uncertain', why: `${status.toString()}: ${message}` };
  if (ports.isMissing(refusal, resource, name) || lacksNamespace(refusal, namespace)) {
    const failure = new ClusterFailure('not-found', message, { ...identity, status });
    return { state: 'refused', reason: 'not-found', status, message, failure };
  }
  const failure = await ports.explain(refusal, resource, identity);
  const reason = reasonOf(refusal);
  // A 403 may stand for a missing definition, a 4xx without a Status for a proxy: no answer to this write.
  if (reason === undefined || !(failure instanceof ClusterFailure) || failure.reason === 'not-defined') throw failure;
  return { state: 'refused', reason, status, message, failure };
}

/** `undefined` for what no API server answers to a write of this object. */
function reasonOf(refusal: Refusal): RefusalReason | undefined {
  const { status } = refusal;
  // Flow control and proxies turn away before anything is done, and neither need send a Status.
  if (status === 429) return 'too-many';
  const answer = statusOf(refusal);
  if (answer === undefined || status < 400 || status === 401 || status === 404) return undefined;
  if (status === 403) return 'forbidden';
  if (status === 409) return answer['reason'] === 'AlreadyExists' ? 'exists' : 'conflict';
  return status === 422 ? 'invalid' : 'other';
}

/** Whether a 404 says that the namespace of a new object is not there. */
function lacksNamespace(refusal: Refusal, namespace: string): boolean {
  const status = statusOf(refusal);
  const details = asRecord(status?.['details']);
  return status?.['reason'] === 'NotFound' && details?.['kind'] === 'namespaces' && details['name'] === namespace;
}

const NEVER_SENT = new Set(['credential-plugin', 'no-kubeconfig', 'certificate', 'unauthorized']);
/** System calls before the first byte of a request. */
const BEFORE_SENDING = new Set(['connect', 'getaddrinfo']);

/**
 * Whether a failed request certainly did nothing. Only what is known to come before the request itself counts:
 * resolving, connecting, a proxy that opens no tunnel, a TLS handshake that failed for its certificates, credentials
 * that cannot be used. All else (a reset, a time-out even of the connecting, a cut or strange answer to a success) leaves
 * the write's fate open: the bytes may have arrived.
 */
function wasNotSent(failure: ClusterFailure): boolean {
  if (NEVER_SENT.has(failure.reason)) return true;
  const { cause } = failure;
  const code = errorCode(cause);
  if (failure.reason === 'bad-kubeconfig') return code?.startsWith('ERR_SSL_') !== true;
  if (failure.reason !== 'unreachable') return false;
  // Only a tunnel that was not opened is unreachable without a code.
  if (code === undefined || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return true;
  // Tried by several addresses, it failed by all of them.
  const each = cause instanceof AggregateError ? (cause.errors as unknown[]) : [cause];
  return each.length > 0 && each.every((error) => BEFORE_SENDING.has(syscallOf(error) ?? ''));
}

function syscallOf(error: unknown): string | undefined {
  return asText((error as { readonly syscall?: unknown } | null)?.syscall);
}

function said(refusal: Refusal): string {
  const status = statusOf(refusal);
  if (status !== undefined) return harmless(asText(status['message']) ?? asText(status['reason']) ?? 'no message');
  return /^\s*</.test(refusal.text) ? 'a page that is no answer of an API server' : harmless(refusal.text, 200);
}

function is(object: Json, { resource, name }: WriteTarget): boolean {
  return object['kind'] === resource.kind && asRecord(object['metadata'])?.['name'] === name;
}

function json(value: unknown): { readonly contentType: string; readonly text: string } {
  return { contentType: 'application/json', text: JSON.stringify(value) };
}

function pathOf({ resource, namespace, name }: WriteTarget, options: WriteOptions): string {
  return objectPath(resource, namespace, name) + query(options);
}

function query({ dryRun, timeoutSeconds = 1 }: WriteOptions): string {
  return `?timeout=${timeoutSeconds}s${dryRun === true ? '&dryRun=All' : ''}`;
}

/** More patience than usual, for a write that the server itself may take longer for. */
function patience({ timeoutSeconds = 1 }: WriteOptions): { readonly timeoutMs?: number } {
  return timeoutSeconds > 1 ? { timeoutMs: timeoutSeconds * 1000 + WRITE_PATIENCE_MS } : {};
}
