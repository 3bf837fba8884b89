import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import type { RequestIdentity } from '../../errors.js';
import type { Authorization } from './credentials.js';
import { withoutThese } from './secrets.js';

/** One request to the API server. */
export interface RequestSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server's URL, with its query. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: { readonly contentType: string; readonly text: string };
  /** Whether sending it twice does no harm; only then it is tried again. */
  readonly repeatable: boolean;
  /** Milliseconds until its answer must be whole; absent: as the client has it. */
  readonly timeoutMs?: number;
  /** Ends it early: the connection is cut, and the request fails. */
  readonly signal?: AbortSignal;
  /** What it is about, for a message. */
  readonly identity: RequestIdentity;
}

/** Status and headers of an answer. */
export interface Head {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
}

/** An answer that is no success, with the beginning of its body. */
export interface Refusal extends Head {
  readonly text: string;
}

/** What one try brought. */
export type Attempt<T> =
  { readonly ok: true; readonly head: Head; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** Reads the body of a success while it arrives, decompressed. */
export type BodyReader<T> = (body: AsyncIterable<Buffer>, head: Head) => Promise<T>;

/** The time for one request, from sending to the last byte, is over. */
export class RequestTimeout extends Error {}

/** A body that says it is JSON and is not: it was damaged or cut on the way. */
export class DamagedBody extends Error {}

/** The bytes of an error page that are kept. */
const REFUSAL_BYTES = 64 * 1024;

/** Sends one request once. */
export interface Sender {
  readonly server: URL;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly onHead: (head: Head) => void;
  /** Is told of each request and answer; absent: nobody wants to know. */
  readonly wire?: Wire;
}

/** Who looks on at what is sent and comes. */
export interface Wire {
  sent(headers: http.OutgoingHttpHeaders): void;
  answered(head: Head): void;
  /** So many bytes of the body came, after decompression. */
  received(bytes: number): void;
}

/**
 * Sends a request once and reads its answer.
 *
 * @throws RequestTimeout, DamagedBody, the reader's own errors, or Node's errors of the connection.
 */
export async function attempt<T>(
  sender: Sender,
  spec: RequestSpec,
  authorization: Authorization,
  read: BodyReader<T>,
): Promise<Attempt<T>> {
  const { server } = sender;
  const timeoutMs = spec.timeoutMs ?? sender.timeoutMs;
  const headers = {
    ...authorization.headers,
    Accept: spec.accept ?? 'application/json',
    'Accept-Encoding': 'gzip',
    'User-Agent': sender.userAgent,
    ...(spec.body === undefined
      ? {}
      : { 'Content-Type': spec.body.contentType, 'Content-Length': Buffer.byteLength(spec.body.text) }),
  };
  const request = (server.protocol === 'http:' ? http : https).request({
    protocol: server.protocol,
    hostname: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port || (server.protocol === 'http:' ? 80 : 443),
    path: server.pathname.replace(/\/+$/, '') + spec.path,
    method: spec.method,
    agent: authorization.agent,
    ...(spec.signal === undefined ? {} : { signal: spec.signal }),
    ...(authorization.auth === undefined ? {} : { auth: authorization.auth }),
    headers,
  });
  sender.wire?.sent(headers);
  // Errors may come at any moment of a request's life, also when nobody waits for it any more.
  const failed = new Promise<never>((_, reject) => request.on('error', reject));
  failed.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  let timedOut: RequestTimeout | undefined;
  const late = new Promise<never>((_, reject) => {
    if (timeoutMs > 0) {
      timer = setTimeout(() => {
        timedOut = new RequestTimeout(`no complete answer in ${timeoutMs.toString()} ms`);
        // A request that waits for a proxy's tunnel does not hear of its own end.
        reject(timedOut);
        request.destroy(timedOut);
      }, timeoutMs);
    }
  });
  late.catch(() => undefined);
  const answered = new Promise<http.IncomingMessage>((resolve) => request.on('response', resolve));
  request.end(spec.body?.text);

  const finish = async (): Promise<Attempt<T>> => {
    const response = await Promise.race([answered, failed]);
    const head: Head = { status: response.statusCode ?? 0, headers: response.headers };
    sender.onHead(head);
    sender.wire?.answered(head);
    const body = sender.wire === undefined ? decoded(response) : counted(decoded(response), sender.wire);
    if (head.status >= 200 && head.status < 300) return { ok: true, head, value: await read(body, head) };
    // A proxy may show whoever it refuses what was asked, credentials included.
    const text = withoutThese(await beginning(body, REFUSAL_BYTES), secretsOf(authorization));
    return { ok: false, refusal: { ...head, text } };
  };
  try {
    return await Promise.race([finish(), late]);
  } catch (error) {
    // When the time is over the connection is cut, and what that breaks is only a consequence.
    throw timedOut ?? error;
  } finally {
    clearTimeout(timer);
  }
}

/** What an authorization has that nobody else may see. */
export function secretsOf({ auth, bearer }: Authorization): string[] {
  const basic =
    auth === undefined ? [] : [auth, Buffer.from(auth).toString('base64'), auth.slice(auth.indexOf(':') + 1)];
  return [...basic, ...(bearer === undefined ? [] : [bearer])];
}

async function* counted(body: AsyncIterable<Buffer>, wire: Wire): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    wire.received(chunk.length);
    yield chunk;
  }
}

function decoded(response: http.IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // API servers compress only what is big, so small readings need not load it.
  const gunzip = process.getBuiltinModule('node:zlib').createGunzip({ chunkSize: 65_536 });
  // `pipeline` hands the error of either on to the other; the reader sees it.
  return pipeline(response, gunzip, () => undefined);
}

async function beginning(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // The status says what matters; the rest of its page may be lost.
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, limit);
}
