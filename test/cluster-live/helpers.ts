import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterFailure } from '../../src/errors.js';
import { openCluster, type LiveCluster, type LiveSettings } from '../../src/cluster/live/index.js';
import type { ConnectionOptions } from '../../src/cluster/options.js';

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse, count: number) => void;

/** What a test made and must undo. */
const undo: (() => Promise<void> | void)[] = [];

export async function cleanUp(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

export function onCleanUp(step: () => Promise<void> | void): void {
  undo.push(step);
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-live-'));
  onCleanUp(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export interface FakeServer {
  readonly url: string;
  readonly port: number;
  /** Requests seen: method, path, headers. */
  readonly seen: { method: string; path: string; headers: http.IncomingHttpHeaders }[];
  /** Connections made. */
  connections: number;
}

export async function serve(handler: Handler, tls?: https.ServerOptions): Promise<FakeServer> {
  const seen: FakeServer['seen'] = [];
  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    handler(request, response, seen.length);
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  const fake = { url: '', port: 0, seen, connections: 0 };
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => fake.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  fake.port = (server.address() as AddressInfo).port;
  fake.url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${fake.port.toString()}`;
  return fake;
}

export function json(
  response: http.ServerResponse,
  value: unknown,
  status = 200,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

export function status(code: number, reason: string, message: string, details?: unknown): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}

export function podList(names: readonly string[], next?: string): unknown {
  return {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '7', ...(next === undefined ? {} : { continue: next }) },
    items: names.map((name) => ({ metadata: { name, namespace: 'default' } })),
  };
}

/** A kubeconfig of one context `prod` with user `viewer`, in a folder of its own. */
export function kubeconfig(server: string, user = '{token: secret}', more = ''): string {
  const file = join(tempFolder(), 'config');
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
current-context: prod
contexts: [{name: prod, context: {cluster: one, user: viewer, namespace: team}}]
clusters: [{name: one, cluster: {server: "${server}"${more === '' ? '' : `, ${more}`}}}]
users: [{name: viewer, user: ${user}}]
`,
  );
  return file;
}

export async function open(
  options: ConnectionOptions,
  settings: LiveSettings & { readonly env?: Record<string, string>; readonly debug?: string[] } = {},
): Promise<LiveCluster> {
  const { env = {}, debug, ...rest } = settings;
  const observer = debug === undefined ? {} : { debug: (line: string) => void debug.push(line) };
  const cluster = await openCluster(options, observer, {
    version: '1.2.3',
    surroundings: { env, home: undefined, serviceAccountFolder: '/nonexistent' },
    terminal: { interactive: false },
    ...rest,
  });
  onCleanUp(() => cluster.close());
  return cluster;
}

/** The failure that something must end in. */
export async function failureOf(promise: Promise<unknown>): Promise<ClusterFailure> {
  const error = await promise.then(
    (value) => new Error(`no failure, but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ClusterFailure) return error;
  throw error instanceof Error ? error : new Error(String(error));
}
