import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Access } from './client.js';

/** What a kubeconfig for the tests says. */
export interface KubeconfigSpec {
  server: string;
  /** A file, as `certificate-authority` wants it. */
  caFile: string;
  token: string;
  namespace: string;
  user: string;
}

/** The name of cluster and context in every kubeconfig that is written here. */
export const CONTEXT = 'sandbox';

/** Writes a kubeconfig with one cluster, one user and one context. */
export function writeKubeconfig(file: string, spec: KubeconfigSpec): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: CONTEXT, cluster: { server: spec.server, 'certificate-authority': spec.caFile } }],
    users: [{ name: spec.user, user: { token: spec.token } }],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: spec.user, namespace: spec.namespace } }],
    'current-context': CONTEXT,
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
}

/** Makes a copy of a kubeconfig with another namespace or another user in its current context. */
export function deriveKubeconfig(
  source: string,
  target: string,
  change: { namespace?: string; user?: { name: string; token: string } },
): void {
  const config = parse(readFileSync(source, 'utf8')) as Record<string, unknown>;
  const context = named(config, 'contexts', 'context', String(config['current-context']));
  if (change.namespace !== undefined) context['namespace'] = change.namespace;
  if (change.user !== undefined) {
    context['user'] = change.user.name;
    config['users'] = [{ name: change.user.name, user: { token: change.user.token } }];
  }
  for (const [list, field, keys] of FILE_FIELDS) {
    for (const entry of (config[list] ?? []) as Record<string, Record<string, unknown>>[]) {
      const holder = entry[field] ?? {};
      for (const key of keys) {
        if (typeof holder[key] === 'string') holder[key] = resolve(dirname(source), holder[key]);
      }
    }
  }
  writeFileSync(target, stringify(config), { mode: 0o600 });
}

/** Fields that name files relative to the kubeconfig. */
const FILE_FIELDS = [
  ['clusters', 'cluster', ['certificate-authority']],
  ['users', 'user', ['client-certificate', 'client-key', 'tokenFile']],
] as const;

/** The current context of somebody's kubeconfig: tokens and client certificates, no exec plugins. */
export function readKubeconfig(file: string): Access {
  const config = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const context = named(config, 'contexts', 'context', String(config['current-context']));
  const cluster = named(config, 'clusters', 'cluster', String(context['cluster']));
  const user = named(config, 'users', 'user', String(context['user']));
  const ca = material(cluster, 'certificate-authority', file);
  const cert = material(user, 'client-certificate', file);
  const key = material(user, 'client-key', file);
  const { token: own, tokenFile } = user;
  const token =
    typeof own === 'string' ? own : typeof tokenFile === 'string' ? readFileSync(tokenFile, 'utf8').trim() : undefined;
  if (token === undefined && cert === undefined) {
    throw new Error(`${file}: only tokens and client certificates are supported for a test cluster`);
  }
  return {
    server: String(cluster['server']),
    ...(ca === undefined ? {} : { ca }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecure: true } : {}),
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function named(config: Record<string, unknown>, list: string, field: string, name: string): Record<string, unknown> {
  const entries = (config[list] ?? []) as Record<string, unknown>[];
  const entry = entries.find((candidate) => candidate['name'] === name);
  if (entry === undefined) throw new Error(`kubeconfig: no entry ${name} in ${list}`);
  return entry[field] as Record<string, unknown>;
}

/** A certificate or key, given as data or as a file relative to the kubeconfig. */
function material(holder: Record<string, unknown>, field: string, file: string): string | undefined {
  const data = holder[`${field}-data`];
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
  const path = holder[field];
  return typeof path === 'string' ? readFileSync(resolve(dirname(file), path), 'utf8') : undefined;
}
