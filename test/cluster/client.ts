import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** An object of the API, as far as tests look into it. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: KubeMeta;
  [field: string]: unknown;
}

/** The metadata fields that tests read and write. */
export interface KubeMeta {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  continue?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  [field: string]: unknown;
}

/** An answer of the API server; `json` is the parsed body, or undefined where it is none. */
export interface Answer<T = KubeObject> {
  status: number;
  json: T;
  text: string;
}

/** Options of {@link ApiClient.request}. */
export interface RequestOptions {
  contentType?: string;
  headers?: Record<string, string>;
  /** Another bearer token than the client's own. */
  token?: string;
  timeoutMs?: number;
}

/** How to reach an API server. */
export interface Access {
  server: string;
  ca?: string;
  insecure?: boolean;
  token?: string;
  cert?: string;
  key?: string;
  /** Connections kept open at most. */
  maxSockets?: number;
}

/** Thrown by {@link ApiClient.ok} for an answer of 400 or more. */
export class ApiFailure extends Error {
  override name = 'ApiFailure';
  constructor(
    readonly what: string,
    readonly answer: Answer,
  ) {
    const message = typeof answer.json === 'object' ? answer.json['message'] : undefined;
    super(`${what}: ${answer.status} ${typeof message === 'string' ? message : answer.text.slice(0, 300)}`);
  }
}

/** A small HTTPS client for making the state that tests want. It shares nothing with the client that is tested. */
export class ApiClient {
  /**
   * How long a request is sent again while nobody answers, or only a server that has just started and knows neither
   * users nor resources yet. What was asked for may have been done the first time: a 404 of a deletion or a 409 of a
   * creation then is an answer like any other, and for `ok` no failure.
   */
  patienceMs = 0;
  readonly #access: Access;
  readonly #agent: Agent;
  readonly #base: URL;

  constructor(access: Access) {
    this.#access = access;
    this.#base = new URL(access.server);
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: access.maxSockets ?? 16,
      ...(access.ca === undefined ? {} : { ca: access.ca }),
      ...(access.insecure === true ? { rejectUnauthorized: false } : {}),
      ...(access.cert === undefined ? {} : { cert: access.cert }),
      ...(access.key === undefined ? {} : { key: access.key }),
    });
  }

  /** Sends a request. An answer of any status is returned; only a connection that fails is thrown. */
  async request<T = KubeObject>(
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<Answer<T>> {
    return (await this.#patiently<T>(method, path, body, options)).answer;
  }

  /** Like {@link request}, but returns the object and throws {@link ApiFailure} where the status is 400 or more. */
  async ok<T = KubeObject>(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<T> {
    const { answer, isRepeated } = await this.#patiently<T>(method, path, body, options);
    const isDone = isRepeated && DONE_BEFORE[method] === answer.status;
    if (answer.status >= 400 && !isDone) throw new ApiFailure(`${method} ${path}`, answer as Answer);
    return answer.json;
  }

  /** Closes the kept connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #patiently<T>(
    method: string,
    path: string,
    body: unknown,
    options: RequestOptions,
  ): Promise<{ readonly answer: Answer<T>; readonly isRepeated: boolean }> {
    const end = Date.now() + this.patienceMs;
    for (let tried = 0; ; tried++) {
      try {
        const answer = await this.#send<T>(method, path, body, options);
        const isSettled = Date.now() >= end || !isStarting(answer);
        if (isSettled) return { answer, isRepeated: tried > 0 };
      } catch (error) {
        // The server may close a kept connection just as it is used again; nothing was done then.
        const isReused = tried === 0 && (error as { reused?: boolean }).reused === true;
        if (!isReused && Date.now() >= end) throw error;
      }
      if (this.patienceMs > 0) await sleep(RETRY_MS);
    }
  }

  #send<T>(method: string, path: string, body: unknown, options: RequestOptions): Promise<Answer<T>> {
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const token = options.token ?? this.#access.token;
    const contentType =
      options.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined
        ? {}
        : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(payload)) }),
      ...options.headers,
    };
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        {
          agent: this.#agent,
          host: this.#base.hostname,
          port: this.#base.port,
          method,
          path: prefixed(this.#base, path),
          headers,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const isJson = (response.headers['content-type'] ?? '').includes('json');
            resolve({ status: response.statusCode ?? 0, json: (isJson ? JSON.parse(text) : undefined) as T, text });
          });
        },
      );
      sent.setTimeout(options.timeoutMs ?? 60_000, () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const reused = sent.reusedSocket && error.code === 'ECONNRESET';
        reject(reused ? Object.assign(error, { reused: true }) : error);
      });
      sent.end(payload);
    });
  }
}

/** What a method answers where the same request was done before. */
const DONE_BEFORE: Readonly<Record<string, number>> = { DELETE: 404, POST: 409 };
const RETRY_MS = 250;

/** Whether an API server that has just started would say so of anything. */
function isStarting({ status, json, text }: Answer<unknown>): boolean {
  if ([401, 403, 429].includes(status) || status >= 500) return true;
  // Custom resources are not served yet: the answer is no Status that names an object.
  const details = (json as { details?: { name?: string } } | undefined)?.details;
  return status === 404 && (details?.name === undefined || text.includes('could not find the requested resource'));
}

function prefixed(base: URL, path: string): string {
  return base.pathname === '/' ? path : base.pathname.replace(/\/$/, '') + path;
}
