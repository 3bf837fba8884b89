import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCluster } from './cluster.js';

/**
 * What of a kubelet serves the logs of containers: the API server hands `pods/log` on to the node that the pod is on, and
 * does not look at the node's certificate unless it was told an authority.
 */
export class FakeKubelet {
  /** Paths that were asked for, with their queries. */
  readonly asked: string[] = [];
  /** Answers every log with this status, as a kubelet in trouble does; null: it serves them. */
  trouble: number | null = null;
  readonly #logs = new Map<string, string>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts one, and makes the node that it stands for (or changes the one there is). */
  static async start(cluster: TestCluster, node: string): Promise<FakeKubelet> {
    const server = createServer(selfSigned());
    const kubelet = new FakeKubelet(server);
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'https://kubelet');
      kubelet.asked.push(url.pathname + url.search);
      const log = kubelet.#answer(url);
      response.writeHead(kubelet.trouble ?? (log === undefined ? 404 : 200), { 'content-type': 'text/plain' });
      response.end(log ?? 'no such log\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const nodes = '/api/v1/nodes';
    const made = await cluster.request('POST', nodes, { metadata: { name: node } });
    if (made.status >= 400 && made.status !== 409) throw new Error(`node ${node}: ${made.text}`);
    await cluster.ok(
      'PATCH',
      `${nodes}/${node}/status`,
      {
        status: {
          addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
          daemonEndpoints: { kubeletEndpoint: { Port: port } },
        },
      },
      { headers: { 'content-type': 'application/merge-patch+json' } },
    );
    return kubelet;
  }

  /** Sets what the container of a pod wrote so far; null: its log is gone, as before the first `setLog`. */
  setLog(namespace: string, pod: string, container: string, text: string | null): void {
    const path = `/containerLogs/${namespace}/${pod}/${container}`;
    if (text === null) this.#logs.delete(path);
    else this.#logs.set(path, text);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ pathname, searchParams }: URL): string | undefined {
    const log = this.#logs.get(pathname);
    if (log === undefined) return undefined;
    const tail = searchParams.get('tailLines');
    const limit = searchParams.get('limitBytes');
    const lines = log.split(/(?<=\n)/);
    const end = tail === null ? log : lines.slice(Math.max(0, lines.length - Number(tail))).join('');
    // It keeps the oldest bytes.
    return limit === null ? end : Buffer.from(end).toString('utf8', 0, Number(limit));
  }
}

function selfSigned(): { key: string; cert: string } {
  const dir = mkdtempSync(join(tmpdir(), 'ipamctl-kubelet-'));
  try {
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...kind, '-subj', '/CN=kubelet', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
