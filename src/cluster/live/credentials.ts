import type { Agent, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';
import { ClusterFailure } from '../../errors.js';
import type { Connection, Impersonation } from './connection.js';
import { runPlugin, type PluginCredential, type PluginTerminal } from './exec.js';
import { oidcToken, type OidcTokens } from './oidc.js';
import { harmless } from './text.js';

/** What a request carries so that the server knows and trusts us, and we it. */
export interface Authorization {
  readonly headers: OutgoingHttpHeaders;
  /** `user:password` for basic authentication. */
  readonly auth?: string;
  /** Keeps the connections; the same one as long as the TLS material is. */
  readonly agent: Agent;
  /** PEM of the client certificate, to say when it expired. */
  readonly cert?: string;
  /** The bearer token, to say when it expired. Never printed. */
  readonly bearer?: string;
}

/** Files of credentials are read again after this long, as client-go does. */
const FRESH_MS = 60_000;
/** Enough for the few lists that are read side by side. */
const MAX_SOCKETS = 6;

/**
 * Turns a connection's settings into what requests carry. `KubeConfig` of client-node does the reading of
 * certificates, token files, cloud providers and the making of the (proxy) agent; credential plugins and OpenID
 * Connect are ours, registered with it, because its own cannot tell a plugin whether it may ask, nor refresh a token.
 */
export class Credentials {
  private config: KubeConfig;
  private latest: { readonly value: Authorization; readonly tls: string; readonly atMs: number } | undefined;
  private pending: Promise<Authorization> | undefined;
  private plugin: PluginCredential | undefined;
  private oidc: OidcTokens | undefined;
  private force = false;

  constructor(
    private readonly connection: Connection,
    private readonly timeoutMs: number,
    private readonly terminal: PluginTerminal,
  ) {
    this.config = this.build();
  }

  /** What a request sent now must carry. */
  async current(): Promise<Authorization> {
    const { latest, plugin } = this;
    const expired = plugin?.expiresAtMs !== undefined && plugin.expiresAtMs <= Date.now();
    if (latest !== undefined && !expired && Date.now() - latest.atMs < FRESH_MS) return latest.value;
    return this.apply();
  }

  /**
   * Gets credentials anew after the server refused `refused`: plugins run again, files are read again. `undefined`
   * where that brought nothing else.
   */
  async renew(refused: Authorization): Promise<Authorization | undefined> {
    // Another request may have renewed them in the meantime.
    if (this.latest !== undefined && this.latest.value !== refused && !same(this.latest.value, refused)) {
      return this.latest.value;
    }
    if (this.pending === undefined) {
      this.config = this.build();
      this.plugin = undefined;
      this.force = true;
    }
    const fresh = await this.apply();
    return same(fresh, refused) ? undefined : fresh;
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.latest?.value.agent.destroy();
  }

  private apply(): Promise<Authorization> {
    this.pending ??= this.applyNow().finally(() => {
      this.pending = undefined;
      this.force = false;
    });
    return this.pending;
  }

  private async applyNow(): Promise<Authorization> {
    const options: RequestOptions = { headers: {}, ...(this.timeoutMs > 0 ? { timeout: this.timeoutMs } : {}) };
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (error) {
      throw unusable(error, this.connection);
    }
    const headers = headersOf(options, this.connection.impersonation);
    const tls = JSON.stringify([options.cert, options.key, options.ca]);
    const previous = this.latest;
    let agent: Agent;
    if (previous?.tls === tls) {
      agent = previous.value.agent;
    } else {
      // client-node makes an agent that closes each connection after one request.
      agent = Object.assign(options.agent as Agent, { keepAlive: true, maxSockets: MAX_SOCKETS });
      previous?.value.agent.destroy();
    }
    const authorization = headers['Authorization'];
    const value: Authorization = {
      headers,
      agent,
      ...(typeof options.auth === 'string' ? { auth: options.auth } : {}),
      ...(options.cert === undefined ? {} : { cert: String(options.cert) }),
      ...(typeof authorization === 'string' ? { bearer: authorization.replace(/^Bearer /, '') } : {}),
    };
    this.latest = { value, tls, atMs: Date.now() };
    return value;
  }

  private build(): KubeConfig {
    const { cluster, user } = this.connection;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(clusterFor(this.connection), userFor(this.connection));
    const { exec } = user;
    if (exec !== undefined) {
      config.addAuthenticator({
        isAuthProvider: (candidate: User) => providerName(candidate) === EXEC,
        applyAuthentication: async (_user: User, options: RequestOptions) => {
          const known = this.plugin;
          const expired = known?.expiresAtMs !== undefined && known.expiresAtMs <= Date.now();
          const credential = known === undefined || expired ? await runPlugin(exec, cluster, this.terminal) : known;
          this.plugin = credential;
          if (credential.cert !== undefined) Object.assign(options, { cert: credential.cert, key: credential.key });
          if (credential.token !== undefined) setBearer(options, credential.token);
        },
      });
    }
    const { authProvider } = user;
    if (authProvider?.name === 'oidc') {
      config.addAuthenticator({
        isAuthProvider: (candidate: User) => providerName(candidate) === OIDC,
        applyAuthentication: async (_user: User, options: RequestOptions) => {
          this.oidc = { ...this.oidc, ...(await oidcToken(authProvider.config, this.oidc, this.force)) };
          setBearer(options, this.oidc.idToken);
        },
      });
    }
    return config;
  }
}

// Names that client-node's own authenticators do not take for theirs.
const EXEC = 'ipamctl-exec';
const OIDC = 'ipamctl-oidc';

function providerName(user: User): string | undefined {
  return (user.authProvider as { readonly name?: string } | undefined)?.name;
}

function setBearer(options: { headers?: unknown }, token: string): void {
  options.headers = { ...(options.headers as OutgoingHttpHeaders | undefined), Authorization: `Bearer ${token}` };
}

function clusterFor({ cluster }: Connection): Cluster {
  const proxyUrl = cluster.proxyUrl?.replace(/^socks5:/, 'socks5h:');
  return {
    name: 'cluster',
    server: cluster.server,
    // client-node refuses plain http without this; there is nothing to verify.
    skipTLSVerify: cluster.skipTlsVerify || cluster.server.startsWith('http:'),
    ...(cluster.caData === undefined ? {} : { caData: cluster.caData }),
    // The data wins over the file; client-node has it the other way round.
    ...(cluster.caFile === undefined || cluster.caData !== undefined ? {} : { caFile: cluster.caFile }),
    ...(cluster.tlsServerName === undefined ? {} : { tlsServerName: cluster.tlsServerName }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  };
}

function userFor({ user, userName }: Connection): User {
  const provider =
    user.exec !== undefined
      ? { name: EXEC }
      : user.tokenFile !== undefined
        ? { name: 'tokenFile', config: { tokenFile: user.tokenFile } }
        : user.authProvider?.name === 'oidc'
          ? { name: OIDC }
          : user.authProvider;
  return {
    name: userName,
    ...(user.certData === undefined ? {} : { certData: user.certData }),
    ...(user.certFile === undefined || user.certData !== undefined ? {} : { certFile: user.certFile }),
    ...(user.keyData === undefined ? {} : { keyData: user.keyData }),
    ...(user.keyFile === undefined || user.keyData !== undefined ? {} : { keyFile: user.keyFile }),
    // A token file wins over a token, as in client-go; a token wins over what asks for one.
    ...(user.token === undefined || user.tokenFile !== undefined ? {} : { token: user.token }),
    ...(user.username === undefined ? {} : { username: user.username, password: user.password ?? '' }),
    ...(provider === undefined ? {} : { authProvider: provider }),
  };
}

function headersOf(options: RequestOptions, as: Impersonation): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // Token files end with a line feed, which no header may hold.
    headers[name] = typeof value === 'string' ? value.trim() : value;
  }
  if (as.user !== undefined) {
    headers['Impersonate-User'] = as.user;
    if (as.groups.length > 0) headers['Impersonate-Group'] = [...as.groups];
    if (as.uid !== undefined) headers['Impersonate-Uid'] = as.uid;
    for (const [key, values] of Object.entries(as.extra)) {
      // client-go escapes by percent what no header name may hold.
      const name = key.replace(/[^A-Za-z0-9!#$&'*+.^_`|~-]/gu, (character) => encodeURIComponent(character));
      headers[`Impersonate-Extra-${name}`] = [...values];
    }
  }
  return headers;
}

function same(one: Authorization, other: Authorization): boolean {
  return (
    one.agent === other.agent &&
    one.auth === other.auth &&
    JSON.stringify(one.headers) === JSON.stringify(other.headers)
  );
}

function unusable(error: unknown, { origin }: Connection): unknown {
  if (error instanceof ClusterFailure) return error;
  const { code, path, message } = error as NodeJS.ErrnoException;
  const why = code !== undefined && path !== undefined ? `cannot read ${harmless(path)} (${code})` : harmless(message);
  return new ClusterFailure(
    'bad-kubeconfig',
    `the credentials of the kubeconfig cannot be used: ${why}`,
    {},
    { facts: [`read from ${origin}`], cause: error },
  );
}
