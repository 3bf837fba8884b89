import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import type { Program } from './supervisor.js';

/** The files and ports of the two servers. */
export interface Layout {
  dir: string;
  etcdPort: number;
  etcdPeerPort: number;
  port: number;
  adminToken: string;
}

/** A port that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

/** Writes what the API server wants to find: its token file and the key that it signs service account tokens with. */
export function writeServerFiles(layout: Layout): void {
  mkdirSync(certDir(layout), { recursive: true });
  writeFileSync(tokenFile(layout), `${layout.adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(serviceAccountKey(layout), privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
}

/** etcd, with nothing synced to disk: its data lives no longer than the tests. */
export function etcdProgram(binaries: Binaries, layout: Layout): Program {
  const client = etcdUrl(layout);
  const peer = `http://127.0.0.1:${layout.etcdPeerPort}`;
  return {
    name: 'etcd',
    file: binaries.etcd,
    args: [
      '--name=sandbox',
      `--data-dir=${join(layout.dir, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=sandbox=${peer}`,
      // Room for 50,000 pods and their histories.
      '--quota-backend-bytes=8589934592',
      '--log-level=warn',
    ],
    env: serverEnv(layout),
    log: join(layout.dir, 'etcd.log'),
    quickKill: true,
  };
}

/** kube-apiserver with RBAC, on loopback. */
export function apiServerProgram(binaries: Binaries, layout: Layout, extra: readonly string[]): Program {
  return {
    name: 'kube-apiserver',
    file: binaries.kubeApiserver,
    args: [
      `--etcd-servers=${etcdUrl(layout)}`,
      `--secure-port=${layout.port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${certDir(layout)}`,
      `--service-account-key-file=${serviceAccountKey(layout)}`,
      `--service-account-signing-key-file=${serviceAccountKey(layout)}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--token-auth-file=${tokenFile(layout)}`,
      '--authorization-mode=RBAC',
      // Without their controllers these two would refuse pods and taint nodes.
      '--disable-admission-plugins=ServiceAccount,TaintNodesByCondition',
      '--service-cluster-ip-range=10.0.0.0/24',
      // There is one server, on loopback, which is no valid endpoint address.
      '--endpoint-reconciler-type=none',
      ...extra,
    ],
    env: serverEnv(layout),
    log: join(layout.dir, 'kube-apiserver.log'),
    quickKill: true,
  };
}

/** The URL of etcd's client port; it also serves the JSON gateway. */
export function etcdUrl(layout: Layout): string {
  return `http://127.0.0.1:${layout.etcdPort}`;
}

/** The API server's self-made certificate, which is its own CA; there once it has started. */
export function caFile(layout: Layout): string {
  return join(certDir(layout), 'apiserver.crt');
}

/** The last lines of a log, for error messages. */
export function logTail(file: string, lines = 12): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

function certDir(layout: Layout): string {
  return join(layout.dir, 'certs');
}

function tokenFile(layout: Layout): string {
  return join(layout.dir, 'tokens.csv');
}

function serviceAccountKey(layout: Layout): string {
  return join(layout.dir, 'service-account.key');
}

function serverEnv(layout: Layout): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: layout.dir };
}
