import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestCluster } from '../../cluster/cluster.js';
import { writeKubeconfig } from '../../cluster/kubeconfig.js';

/** What is done with a request before it goes on, and with its answer. */
export interface Passing {
  /** Method and path with query. */
  readonly path: string;
  /** Hands over only the first half of the answer and cuts the connection. */
  cut(): void;
}

/** A door before the API server at which a test can stop a request and change the world behind it. */
export interface Gate {
  /** The admin's kubeconfig, through the gate. */
  readonly kubeconfig: string;
  /** Paths of all requests so far. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

class OnePassing implements Passing {
  isCut = false;

  constructor(readonly path: string) {}

  cut(): void {
    this.isCut = true;
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

/** Opens a gate; `onRequest` is awaited before the request goes on. A server that is down is a cut connection. */
export async function openGate(
  cluster: TestCluster,
  onRequest: (passing: Passing) => Promise<void> | void,
): Promise<Gate> {
  const seen: string[] = [];
  const pass = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    seen.push(path);
    const passing = new OnePassing(path);
    await onRequest(passing);
    const answer = await forward(cluster, request);
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
  const server = http.createServer((request, response) => {
    pass(request, response).catch((error: unknown) => {
      response.writeHead(418).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(cluster.dir, `kubeconfig-gate-${port.toString()}`);
  writeKubeconfig(kubeconfig, {
    server: `http://127.0.0.1:${port.toString()}`,
    caFile: cluster.caFile,
    token: cluster.access.token ?? '',
    namespace: 'default',
    user: 'admin',
  });
  return {
    kubeconfig,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
