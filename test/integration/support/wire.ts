import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestCluster } from '../../cluster/cluster.js';
import { writeKubeconfig } from '../../cluster/kubeconfig.js';

/** A wire to the API server that a test can cut, with what flows through it. */
export interface Wire {
  /** The admin's kubeconfig, through the wire. */
  readonly kubeconfig: string;
  /** Cuts all connections, and takes none until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Lays a wire: bytes pass as they are, TLS included. */
export async function layWire(cluster: TestCluster): Promise<Wire> {
  const { hostname, port } = new URL(cluster.server);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = createConnection(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const here = (server.address() as AddressInfo).port.toString();
  const kubeconfig = join(cluster.dir, `kubeconfig-wire-${here}`);
  writeKubeconfig(kubeconfig, {
    server: `https://127.0.0.1:${here}`,
    caFile: cluster.caFile,
    token: cluster.access.token ?? '',
    namespace: 'default',
    user: 'admin',
  });
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig,
    cut: () => {
      isCut = true;
      drop();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
