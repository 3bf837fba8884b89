import { existsSync, readFileSync } from 'node:fs';
import { ClusterFailure, UsageFailure } from '../../errors.js';
import type { ConnectionOptions } from '../options.js';
import {
  entryPath,
  loadKubeconfig,
  meant,
  names,
  type Entry,
  type Kubeconfig,
  type Surroundings,
} from './kubeconfig.js';
import { proxyFor } from './proxy.js';
import { asRecord, asText, harmless, shortPath } from './text.js';

/** How the API server is reached and checked. */
export interface ClusterSettings {
  /** URL without a slash at its end. */
  readonly server: string;
  readonly caFile?: string;
  /** Base64 of PEM. */
  readonly caData?: string;
  readonly skipTlsVerify: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
}

/** A credential plugin, as the kubeconfig describes it. */
export interface ExecSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  readonly interactiveMode: string;
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
}

/** Whom we are, or how to become that. */
export interface UserSettings {
  readonly certFile?: string;
  readonly certData?: string;
  readonly keyFile?: string;
  readonly keyData?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecSettings;
  readonly authProvider?: { readonly name: string; readonly config: Readonly<Record<string, string>> };
}

/** Whom to act as. */
export interface Impersonation {
  readonly user?: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** All that is needed to talk to one API server, flags applied. */
export interface Connection {
  /** Name for people: the context, or what stands for one. */
  readonly name: string;
  readonly namespace: string;
  /** Name of the user entry; empty where there is none. */
  readonly userName: string;
  /** Where all this was read, short, for a message. */
  readonly origin: string;
  readonly cluster: ClusterSettings;
  readonly user: UserSettings;
  readonly impersonation: Impersonation;
}

/** What of the surroundings decides whom we talk to. */
export interface ConnectionSurroundings extends Surroundings {
  /** Folder of the service account's files; absent: where Kubernetes mounts them. */
  readonly serviceAccountFolder?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Works out by kubectl's rules which API server to ask and as whom: flags over the kubeconfig, and without any
 * kubeconfig the service account of the pod that we run in.
 *
 * @throws ClusterFailure `no-kubeconfig`, or `bad-kubeconfig` naming the file and what is there.
 * @throws UsageFailure for flags that contradict each other.
 */
export function resolveConnection(options: ConnectionOptions, around: ConnectionSurroundings): Connection {
  if (options.as === undefined && ((options.asGroups?.length ?? 0) > 0 || options.asUid !== undefined)) {
    throw new UsageFailure('--as-group and --as-uid need --as');
  }
  const config = loadKubeconfig(options.kubeconfig, around);
  const found = config === undefined ? withoutKubeconfig(options, around) : fromKubeconfig(config, options, around);
  const cluster = withClusterFlags(found.cluster, options);
  const protocol = /^(https?):\/\/[^/]/i.exec(cluster.server)?.[1];
  if (protocol === undefined || !URL.canParse(cluster.server)) {
    throw new ClusterFailure(
      'bad-kubeconfig',
      `"${harmless(cluster.server)}" is no URL of an API server`,
      {},
      {
        facts: [`read from ${options.server === undefined ? found.origin : '--server'}`],
        hints: ['write it as https://HOST:PORT'],
      },
    );
  }
  const proxyUrl = cluster.proxyUrl ?? proxyFor(cluster.server, around.env);
  return {
    ...found,
    cluster: { ...cluster, ...(proxyUrl === undefined ? {} : { proxyUrl }) },
    user: withUserFlags(found.user, options),
    impersonation: withImpersonationFlags(found.impersonation, options),
  };
}

const NOBODY: Impersonation = { groups: [], extra: {} };

function withoutKubeconfig(options: ConnectionOptions, around: ConnectionSurroundings): Connection {
  if (options.context !== undefined || options.cluster !== undefined || options.user !== undefined) {
    throw noKubeconfig(around);
  }
  const folder = around.serviceAccountFolder ?? SERVICE_ACCOUNT;
  const host = asText(around.env['KUBERNETES_SERVICE_HOST']);
  const port = asText(around.env['KUBERNETES_SERVICE_PORT']);
  if (options.server === undefined && host !== undefined && port !== undefined && existsSync(`${folder}/token`)) {
    return {
      name: 'in-cluster',
      namespace: existsSync(`${folder}/namespace`)
        ? readFileSync(`${folder}/namespace`, 'utf8').trim() || 'default'
        : 'default',
      userName: '',
      origin: "this pod's service account",
      cluster: {
        server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
        ...(existsSync(`${folder}/ca.crt`) ? { caFile: `${folder}/ca.crt` } : {}),
        skipTlsVerify: false,
      },
      user: { tokenFile: `${folder}/token` },
      impersonation: NOBODY,
    };
  }
  if (options.server === undefined) throw noKubeconfig(around);
  return {
    name: options.server,
    namespace: 'default',
    userName: '',
    origin: 'flags',
    cluster: { server: options.server, skipTlsVerify: false },
    user: {},
    impersonation: NOBODY,
  };
}

function noKubeconfig({ env, home }: ConnectionSurroundings): ClusterFailure {
  const list = asText(env['KUBECONFIG']);
  const looked =
    list !== undefined
      ? `KUBECONFIG names ${harmless(list)}, where there is nothing to read`
      : `KUBECONFIG is not set, and ${home === undefined ? 'there is no home folder' : '~/.kube/config is not there'}`;
  return new ClusterFailure(
    'no-kubeconfig',
    'no kubeconfig was found, so there is no cluster to ask',
    {},
    {
      facts: [looked],
      hints: [
        'name a kubeconfig: --kubeconfig FILE, or KUBECONFIG=FILE',
        'read a snapshot, a must-gather or kubectl output instead: --from PATH',
      ],
    },
  );
}

function fromKubeconfig(config: Kubeconfig, options: ConnectionOptions, around: ConnectionSurroundings): Connection {
  const origin = config.files.map((file) => shortPath(file, around.home)).join(', ');
  const contextName = options.context ?? config.currentContext;
  const context = contextName === undefined ? undefined : config.contexts.get(contextName);
  if (contextName !== undefined && context === undefined) {
    throw unknown('context', contextName, config.contexts, origin, options.context === undefined);
  }
  const clusterName = options.cluster ?? asText(context?.body['cluster']);
  const userName = options.user ?? asText(context?.body['user']);
  if (clusterName === undefined && options.server === undefined) {
    if (context !== undefined) {
      throw new ClusterFailure(
        'bad-kubeconfig',
        `context "${harmless(context.name)}" names no cluster`,
        {},
        {
          facts: [`read from ${shortPath(context.file, around.home)}`],
        },
      );
    }
    throw new ClusterFailure(
      'bad-kubeconfig',
      'the kubeconfig has no current context',
      {},
      {
        facts: [`${origin} has contexts ${names(config.contexts.keys())}`],
        hints: ['choose one: --context NAME, or kubectl config use-context NAME'],
      },
    );
  }
  const clusterEntry = clusterName === undefined ? undefined : config.clusters.get(clusterName);
  if (clusterName !== undefined && clusterEntry === undefined) {
    throw unknown('cluster', clusterName, config.clusters, origin, options.cluster === undefined);
  }
  const userEntry = userName === undefined ? undefined : config.users.get(userName);
  if (userName !== undefined && userEntry === undefined) {
    throw unknown('user', userName, config.users, origin, options.user === undefined);
  }
  return {
    name: contextName ?? clusterName ?? options.server ?? '',
    namespace: asText(context?.body['namespace']) ?? 'default',
    userName: userName ?? '',
    origin: shortPath(context?.file ?? clusterEntry?.file ?? '', around.home) || origin,
    cluster:
      clusterEntry === undefined ? { server: '', skipTlsVerify: false } : clusterOf(clusterEntry, options, around),
    user: userEntry === undefined ? {} : userOf(userEntry, options),
    impersonation: userEntry === undefined ? NOBODY : impersonationOf(userEntry, options, around),
  };
}

function unknown(
  what: string,
  name: string,
  there: ReadonlyMap<string, Entry>,
  origin: string,
  fromFile: boolean,
): ClusterFailure {
  return new ClusterFailure(
    'bad-kubeconfig',
    `the kubeconfig has no ${what} "${harmless(name)}"`,
    {},
    {
      facts: [`${origin} has ${what}s ${names(there.keys())}`],
      hints: [
        ...(fromFile ? [] : meant(what, name, there.keys())),
        fromFile ? 'choose another context: --context NAME' : `choose one of these: --${what} NAME`,
      ],
    },
  );
}

function clusterOf(entry: Entry, options: ConnectionOptions, around: ConnectionSurroundings): ClusterSettings {
  const { body } = entry;
  const server = asText(body['server']);
  if (server === undefined && options.server === undefined) {
    throw new ClusterFailure(
      'bad-kubeconfig',
      `cluster "${harmless(entry.name)}" has no server`,
      {},
      {
        facts: [`read from ${shortPath(entry.file, around.home)}`],
      },
    );
  }
  const caFile = asText(body['certificate-authority']);
  return defined({
    server: server ?? '',
    caData: asText(body['certificate-authority-data']),
    caFile: caFile === undefined ? undefined : entryPath(entry, caFile),
    skipTlsVerify: isTrue(body['insecure-skip-tls-verify']),
    tlsServerName: asText(body['tls-server-name']),
    proxyUrl: asText(body['proxy-url']),
  });
}

function userOf(entry: Entry, options: ConnectionOptions): UserSettings {
  const { body } = entry;
  const path = (key: string): string | undefined => {
    const value = asText(body[key]);
    return value === undefined ? undefined : entryPath(entry, value);
  };
  const provider = asRecord(body['auth-provider']);
  const providerName = asText(provider?.['name']);
  return defined({
    certData: asText(body['client-certificate-data']),
    certFile: path('client-certificate'),
    keyData: asText(body['client-key-data']),
    keyFile: path('client-key'),
    token: asText(body['token']),
    tokenFile: path('tokenFile'),
    username: asText(body['username']),
    password: asText(body['password']),
    exec: options.token === undefined ? execOf(entry) : undefined,
    authProvider:
      providerName === undefined ? undefined : { name: providerName, config: textsOf(asRecord(provider?.['config'])) },
  });
}

function execOf(entry: Entry): ExecSettings | undefined {
  const exec = asRecord(entry.body['exec']);
  if (exec === undefined) return undefined;
  const command = asText(exec['command']);
  if (command === undefined) {
    throw new ClusterFailure(
      'bad-kubeconfig',
      `the exec plugin of user "${harmless(entry.name)}" has no command`,
      {},
      { facts: [`read from ${harmless(entry.file)}`] },
    );
  }
  const env: Record<string, string> = {};
  for (const item of listOf(exec['env'])) {
    const record = asRecord(item);
    const name = asText(record?.['name']);
    if (name !== undefined) env[name] = asText(record?.['value']) ?? '';
  }
  return defined({
    // A bare name is looked up in PATH; one with a slash counts from the file, as for kubectl.
    command: /[/\\]/.test(command) ? entryPath(entry, command) : command,
    args: listOf(exec['args']).filter((item) => typeof item === 'string'),
    env,
    apiVersion: asText(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    interactiveMode: asText(exec['interactiveMode']) ?? 'IfAvailable',
    installHint: asText(exec['installHint']),
    provideClusterInfo: isTrue(exec['provideClusterInfo']),
  });
}

function impersonationOf(entry: Entry, options: ConnectionOptions, around: ConnectionSurroundings): Impersonation {
  const extra: Record<string, string[]> = {};
  for (const [key, values] of Object.entries(asRecord(entry.body['as-user-extra']) ?? {})) {
    extra[key] = listOf(values).filter((item) => typeof item === 'string');
  }
  const impersonation: Impersonation = defined({
    user: asText(entry.body['as']),
    groups: listOf(entry.body['as-groups']).filter((item) => typeof item === 'string'),
    uid: asText(entry.body['as-uid']),
    extra,
  });
  const more = impersonation.groups.length > 0 || impersonation.uid !== undefined || Object.keys(extra).length > 0;
  if (impersonation.user === undefined && options.as === undefined && more) {
    throw new ClusterFailure(
      'bad-kubeconfig',
      `user "${harmless(entry.name)}" has as-groups, as-uid or as-user-extra, but no as`,
      {},
      { facts: [`read from ${shortPath(entry.file, around.home)}`] },
    );
  }
  return impersonation;
}

function withClusterFlags(cluster: ClusterSettings, options: ConnectionOptions): ClusterSettings {
  // A name or a trust that was meant for another server must not go along with a new one (client-go does the same).
  const tlsServerName = options.tlsServerName ?? (options.server === undefined ? cluster.tlsServerName : undefined);
  const skipTlsVerify = options.insecureSkipTlsVerify ?? cluster.skipTlsVerify;
  const { certificateAuthority } = options;
  if (certificateAuthority !== undefined && options.insecureSkipTlsVerify === true) {
    throw new UsageFailure('--certificate-authority and --insecure-skip-tls-verify exclude each other');
  }
  return defined({
    server: (options.server ?? cluster.server).replace(/\/+$/, ''),
    caData: skipTlsVerify || certificateAuthority !== undefined ? undefined : cluster.caData,
    caFile: skipTlsVerify && certificateAuthority === undefined ? undefined : (certificateAuthority ?? cluster.caFile),
    skipTlsVerify: certificateAuthority === undefined && skipTlsVerify,
    tlsServerName,
    proxyUrl: cluster.proxyUrl,
  });
}

function withUserFlags(user: UserSettings, { token }: ConnectionOptions): UserSettings {
  if (token === undefined) return user;
  // As kubectl: a given token stands for all but a client certificate.
  const { certFile, certData, keyFile, keyData } = user;
  return defined({ certFile, certData, keyFile, keyData, token });
}

function withImpersonationFlags(from: Impersonation, options: ConnectionOptions): Impersonation {
  return defined({
    user: options.as ?? from.user,
    groups: (options.asGroups?.length ?? 0) > 0 ? (options.asGroups ?? []) : from.groups,
    uid: options.asUid ?? from.uid,
    extra: from.extra,
  });
}

type Defined<T> = { [K in keyof T]: undefined extends T[K] ? never : K }[keyof T];
type Given<T> = Pick<T, Defined<T>> & { [K in Exclude<keyof T, Defined<T>>]?: Exclude<T[K], undefined> };

/** The same without the keys whose value is undefined. */
function defined<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Given<T>;
}

function isTrue(value: unknown): boolean {
  return value === 'true' || value === 'True' || value === 'TRUE';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function textsOf(value: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
