import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../../cluster/cluster.js';
import { writeKubeconfig } from '../../cluster/kubeconfig.js';

/** What is done with a request before it goes on, and with its answer. */
export interface Passing {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Hands over only the first half of the answer and cuts the connection. */
  cut(): void;
  /** Answers with this status and no word of the API server, which never hears of the request. */
  refuse(status: number): void;
  /** Whoever asked gets this in place of the API server's answer, which has done what it was asked for or not. */
  instead(answer: GateAnswer, done: 'done' | 'not done'): void;
  /** The API server hears of it at once, and whoever asked hears its answer so much later. */
  answerLate(ms: number): void;
}

/** `reset`: the connection is closed without a word. */
export type GateAnswer =
  'reset' | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: object };

/** A door before the API server at which a test can stop a request and change the world behind it. */
export interface Gate {
  /** The admin's kubeconfig, through the gate. */
  readonly kubeconfig: string;
  readonly server: string;
  /** Paths of all requests so far. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** Where a gate leads to, and how it is to be spoken to. */
export interface GateOptions {
  /** Of the kubeconfig's context; `default` by default. */
  readonly namespace?: string;
  /** Speaks TLS as the API server itself does; client-go gives its token to nobody else. */
  readonly tls?: boolean;
}

class OnePassing implements Passing {
  isCut = false;
  status: number | null = null;
  other: { readonly answer: GateAnswer; readonly done: boolean } | null = null;
  lateMs = 0;

  constructor(
    readonly method: string,
    readonly path: string,
  ) {}

  cut(): void {
    this.isCut = true;
  }

  refuse(status: number): void {
    this.status = status;
  }

  instead(answer: GateAnswer, done: 'done' | 'not done'): void {
    this.other = { answer, done: done === 'done' };
  }

  answerLate(ms: number): void {
    this.lateMs = ms;
  }
}

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** The API server's own answer; undefined where it did not give one. */
function forward(cluster: TestCluster, request: http.IncomingMessage): Promise<Answer | undefined> {
  const { hostname, port, host } = new URL(cluster.server);
  return new Promise((resolve) => {
    const nothing = (): void => {
      resolve(undefined);
    };
    const forwarded = https.request(
      {
        hostname,
        port,
        path: request.url,
        method: request.method,
        headers: { ...request.headers, host },
        ca: cluster.access.ca,
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', nothing);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
        });
      },
    );
    forwarded.on('error', nothing);
    request.pipe(forwarded);
  });
}

/**
 * Opens a gate; `onRequest` is awaited before the request goes on, which it does not when whoever sent it is gone by then.
 * A server that is down is a cut connection.
 */
export async function openGate(
  cluster: TestCluster,
  onRequest: (passing: Passing) => Promise<void> | void,
  { namespace = 'default', tls = false }: GateOptions = {},
): Promise<Gate> {
  const seen: string[] = [];
  const pass = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    seen.push(path);
    const passing = new OnePassing(request.method ?? '', path);
    await onRequest(passing);
    if (response.destroyed) return;
    if (passing.status !== null) {
      response.writeHead(passing.status, { 'content-type': 'text/plain' }).end('the gate says so\n');
      return;
    }
    if (passing.other !== null) {
      const { answer, done } = passing.other;
      if (done) await forward(cluster, request);
      if (answer === 'reset') response.destroy();
      else {
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        response.end(JSON.stringify(answer.body));
      }
      return;
    }
    const answer = await forward(cluster, request);
    if (passing.lateMs > 0) await sleep(passing.lateMs);
    if (answer === undefined) {
      response.destroy();
      return;
    }
    const { status, headers, body } = answer;
    const kept = Object.entries(headers).filter(([name]) => name !== 'transfer-encoding' && name !== 'connection');
    response.writeHead(status, { ...Object.fromEntries(kept), 'content-length': body.length });
    if (passing.isCut) response.write(body.subarray(0, body.length / 2), () => response.destroy());
    else response.end(body);
  };
  const onArrival = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    pass(request, response).catch((error: unknown) => {
      response.writeHead(418).end(String(error));
    });
  };
  const server = tls ? https.createServer(ownCertificate(cluster), onArrival) : http.createServer(onArrival);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port.toString()}`;
  const kubeconfig = join(cluster.dir, `kubeconfig-gate-${port.toString()}`);
  writeKubeconfig(kubeconfig, {
    server: url,
    caFile: cluster.caFile,
    token: cluster.access.token ?? '',
    namespace,
    user: 'admin',
  });
  return {
    kubeconfig,
    server: url,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The API server's, which is good for 127.0.0.1. */
function ownCertificate({ caFile }: TestCluster): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(caFile), key: readFileSync(caFile.replace(/\.crt$/, '.key')) };
}
