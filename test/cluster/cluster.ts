import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBinaries, type Binaries } from './binaries.js';
import { ApiClient, type Access, type Answer, type KubeObject, type RequestOptions } from './client.js';
import { installCrdFiles, waitForCrds } from './crds.js';
import { EtcdGateway } from './etcd.js';
import { deriveKubeconfig, readKubeconfig, writeKubeconfig } from './kubeconfig.js';
import {
  apiServerProgram,
  caFile,
  etcdProgram,
  etcdUrl,
  freePort,
  logTail,
  writeServerFiles,
  type Layout,
} from './servers.js';
import { Supervisor, type Supervised } from './supervisor.js';
import { waitFor } from './wait.js';

/** The namespace that IPPools, reservations and NodeSlicePools live in, as on OpenShift. */
export const POOL_NAMESPACE = 'openshift-multus';
/** The namespace of the service accounts that {@link TestCluster.kubeconfigFor} makes. */
export const USER_NAMESPACE = 'ipamctl-test-users';

/** Options of {@link TestCluster.start}. */
export interface StartOptions {
  /** Gets progress lines; only a first build of the binaries speaks without it. */
  log?: (line: string) => void;
  /** Where data and logs go; kept afterwards. Without it a temporary folder is used and removed. */
  dir?: string;
  /** The API server's port; a free one by default. */
  port?: number;
  /**
   * Makes continue tokens expire at once on {@link TestCluster.compact}: the API server keeps no snapshots of past lists
   * (feature gate ListFromCacheSnapshot off, as before 1.34). With them, expiry takes up to 15 s.
   */
  noSnapshots?: boolean;
  /** More flags for kube-apiserver. */
  apiServerArgs?: readonly string[];
  /** Programs and definitions in place of the usual ones, as those of an older whereabouts. */
  binaries?: Partial<Binaries>;
}

/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

/** The rights of a test user: everywhere, and in single namespaces. */
export interface Rights {
  rules?: PolicyRule[];
  namespaced?: Record<string, PolicyRule[]>;
  /** The namespace of the kubeconfig's context; `default` by default. */
  namespace?: string;
}

interface Own {
  layout: Layout;
  supervisor: Supervisor;
  etcd: EtcdGateway;
  apiServerArgs: readonly string[];
  noSnapshots: boolean;
  etcdProcess: Supervised;
  apiServer: Supervised | undefined;
}

/**
 * A real cluster as far as IPAM goes: kube-apiserver and etcd, the custom resource definitions of whereabouts, multus and
 * the OpenShift operator's Network. No kubelet, scheduler or controller runs: pods get their status from the tests, owner
 * references collect nothing, a deleted namespace stays Terminating.
 */
export class TestCluster {
  /** The admin's kubeconfig; cluster and context are called `sandbox`, the namespace is `default`. */
  readonly kubeconfig: string;
  readonly server: string;
  /** For files that a test wants to leave with the cluster. */
  readonly dir: string;
  readonly binaries: Binaries;
  /** Address and credentials of the admin. */
  readonly access: Access;
  /** The admin's client. */
  readonly client: ApiClient;
  /** Runs controllers of whereabouts; they end with the cluster. */
  readonly supervisor: Supervisor;
  readonly #own: Own | undefined;

  private constructor(kubeconfig: string, dir: string, binaries: Binaries, supervisor: Supervisor, own?: Own) {
    this.kubeconfig = kubeconfig;
    this.access = readKubeconfig(kubeconfig);
    this.server = this.access.server;
    this.dir = dir;
    this.binaries = binaries;
    this.client = new ApiClient(this.access);
    this.supervisor = supervisor;
    this.#own = own;
  }

  /** The files of definitions that a cluster has where nothing else is asked for. */
  static async definitions(): Promise<readonly string[]> {
    return (await ensureBinaries()).crds;
  }

  /** `attach` to the cluster of IPAMCTL_TEST_KUBECONFIG where that is set, `start` otherwise. */
  static obtain(options: StartOptions = {}): Promise<TestCluster> {
    const given = process.env['IPAMCTL_TEST_KUBECONFIG'];
    return given === undefined || given === '' ? TestCluster.start(options) : TestCluster.attach(given, options);
  }

  /** Starts a cluster and returns once everything in it is served (about five seconds). */
  static async start(options: StartOptions = {}): Promise<TestCluster> {
    const log = options.log ?? (() => undefined);
    const usual = await ensureBinaries(options.log === undefined ? {} : { log: options.log });
    const binaries = { ...usual, ...options.binaries };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await TestCluster.#startOnce(options, binaries, log);
      } catch (error) {
        // Somebody took the port between its choice and its use.
        if (attempt === 3 || options.port !== undefined || !String(error).includes('address already in use'))
          throw error;
      }
    }
  }

  static async #startOnce(
    options: StartOptions,
    binaries: Binaries,
    log: (line: string) => void,
  ): Promise<TestCluster> {
    const dir = options.dir === undefined ? mkdtempSync(join(tmpdir(), 'ipamctl-cluster-')) : resolve(options.dir);
    mkdirSync(dir, { recursive: true });
    const supervisor = new Supervisor(options.dir === undefined ? dir : '');
    try {
      const layout: Layout = {
        dir,
        port: options.port ?? (await freePort()),
        etcdPort: await freePort(),
        etcdPeerPort: await freePort(),
        adminToken: randomBytes(16).toString('hex'),
      };
      writeServerFiles(layout);
      log(`starting etcd ${binaries.versions.etcd} and kube-apiserver ${binaries.versions.kubernetes} in ${dir}`);
      const etcdSpec = etcdProgram(binaries, layout);
      const etcdProcess = await supervisor.start(etcdSpec);
      const etcd = new EtcdGateway(etcdUrl(layout));
      await unlessEnded(
        etcdProcess,
        etcdSpec.log,
        waitFor('etcd', () => etcd.healthy(), 20_000),
      );
      const noSnapshots = options.noSnapshots === true;
      const gates = noSnapshots ? ['--feature-gates=ListFromCacheSnapshot=false'] : [];
      const apiServerArgs = [...gates, ...(options.apiServerArgs ?? [])];
      const own: Own = { layout, supervisor, etcd, apiServerArgs, noSnapshots, etcdProcess, apiServer: undefined };
      await startServer(binaries, own);
      const server = `https://127.0.0.1:${layout.port}`;
      const kubeconfig = join(dir, 'kubeconfig');
      writeKubeconfig(kubeconfig, {
        server,
        caFile: caFile(layout),
        token: layout.adminToken,
        namespace: 'default',
        user: 'admin',
      });
      const cluster = new TestCluster(kubeconfig, dir, binaries, supervisor, own);
      await cluster.#prepare();
      log(`the cluster is ready at ${server}`);
      return cluster;
    } catch (error) {
      await supervisor.close();
      throw error;
    }
  }

  /** Uses somebody's disposable cluster: definitions and namespaces that are missing are made, nothing is taken away. */
  static async attach(kubeconfig: string, options: Pick<StartOptions, 'log'> = {}): Promise<TestCluster> {
    const binaries = await ensureBinaries(options);
    const dir = mkdtempSync(join(tmpdir(), 'ipamctl-cluster-'));
    const cluster = new TestCluster(resolve(kubeconfig), dir, binaries, new Supervisor(dir));
    await cluster.#prepare();
    return cluster;
  }

  async #prepare(): Promise<void> {
    await installCrdFiles(this.client, this.binaries.crds);
    await Promise.all(
      ['default', 'kube-system'].map((name) =>
        waitFor(
          `namespace ${name}`,
          async () => (await this.client.request('GET', `/api/v1/namespaces/${name}`)).status === 200,
        ),
      ),
    );
    for (const name of [POOL_NAMESPACE, USER_NAMESPACE]) {
      const answer = await this.client.request('POST', '/api/v1/namespaces', { metadata: { name } });
      if (answer.status >= 400 && answer.status !== 409) throw new Error(`namespace ${name}: ${answer.text}`);
    }
  }

  /** Sends a request as the admin (or with another `token`); an answer of any status is returned. */
  request<T = KubeObject>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.client.request<T>(method, path, body, options);
  }

  /** Like {@link request}, but returns the object and throws where the status is 400 or more. */
  ok<T = KubeObject>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.client.ok<T>(method, path, body, options);
  }

  /** The process ids of what runs, for tests of the cluster itself. */
  get pids(): { supervisor: number; etcd: number; apiServer: number | undefined } {
    const own = this.#mine();
    return { supervisor: own.supervisor.pid, etcd: own.etcdProcess.pid, apiServer: own.apiServer?.pid };
  }

  /** etcd itself, for state that the API would take too long to write; none on an attached cluster. */
  get etcd(): EtcdGateway | undefined {
    return this.#own?.etcd;
  }

  /** The CA that signed the server's certificate, as a file. */
  get caFile(): string {
    return caFile(this.#mine().layout);
  }

  /**
   * Writes a kubeconfig for a user that has only the given rights, none by default, and returns its path once they are in
   * force. The user is a service account of namespace `ipamctl-test-users`, so any number of names can be used, on an
   * attached cluster too; messages call it `system:serviceaccount:ipamctl-test-users:NAME`.
   */
  async kubeconfigFor(user: string, rights: Rights = {}): Promise<string> {
    const token = await this.tokenFor(user, rights);
    const file = join(this.dir, `kubeconfig-${user}`);
    deriveKubeconfig(this.kubeconfig, file, { namespace: rights.namespace ?? 'default', user: { name: user, token } });
    return file;
  }

  /** The bearer token of such a user, for `request(…, { token })`. Rights that the user had before are replaced. */
  async tokenFor(user: string, rights: Rights = {}): Promise<string> {
    const accounts = `/api/v1/namespaces/${USER_NAMESPACE}/serviceaccounts`;
    await this.#create(accounts, { metadata: { name: user } });
    await this.grant(user, rights);
    const answer = await this.ok('POST', `${accounts}/${user}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 86_400 },
    });
    const token = (answer['status'] as { token: string }).token;
    await waitFor(`rights of ${user}`, () => this.#inForce(token, rights));
    return token;
  }

  /** Replaces the rights of a user of {@link kubeconfigFor}; they are in force within some milliseconds. */
  async grant(user: string, rights: Rights): Promise<void> {
    const role = `${USER_NAMESPACE}:${user}`;
    const subjects = [{ kind: 'ServiceAccount', name: user, namespace: USER_NAMESPACE }];
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const roleRef = (kind: string): object => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: role });
    await this.#replace(`${rbac}/clusterroles`, { metadata: { name: role }, rules: rights.rules ?? [] });
    await this.#replace(`${rbac}/clusterrolebindings`, {
      metadata: { name: role },
      roleRef: roleRef('ClusterRole'),
      subjects,
    });
    for (const [namespace, rules] of Object.entries(rights.namespaced ?? {})) {
      await this.#replace(`${rbac}/namespaces/${namespace}/roles`, { metadata: { name: role }, rules });
      await this.#replace(`${rbac}/namespaces/${namespace}/rolebindings`, {
        metadata: { name: role },
        roleRef: roleRef('Role'),
        subjects,
      });
    }
  }

  /** Writes the admin's kubeconfig with another namespace in its context. */
  kubeconfigIn(namespace: string): string {
    const file = join(this.dir, `kubeconfig-in-${namespace}`);
    if (!existsSync(file)) deriveKubeconfig(this.kubeconfig, file, { namespace });
    return file;
  }

  /** Stops the API server, its data stays. `hard`: without a goodbye, as a crash. */
  async stopApiServer(options: { hard?: boolean } = {}): Promise<void> {
    const own = this.#mine();
    await own.supervisor.stop('kube-apiserver', options);
    own.apiServer = undefined;
  }

  /** Starts the API server again, on the same port with the same data and certificate. */
  async startApiServer(): Promise<void> {
    await startServer(this.binaries, this.#mine());
    await waitForCrds(this.client);
  }

  /**
   * Makes all continue tokens given out so far expire (410 Expired), for built-in and custom resources alike. Takes up to
   * 20 s, since the API server drops its snapshots of past lists every 15 s; started with `noSnapshots` it takes no time.
   */
  async compact(): Promise<void> {
    const own = this.#mine();
    const start = Date.now();
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles?limit=1';
    const first = await this.ok('GET', roles);
    const probe = `${roles}&continue=${encodeURIComponent(first.metadata?.continue ?? '')}`;
    // The API server's own compaction leaves its revision under this key, and others learn from there what is gone.
    const revision = await own.etcd.put('compact_rev_key', '0');
    await own.etcd.put('compact_rev_key', String(revision));
    await own.etcd.compact(revision);
    await waitFor(
      'an expired continue token',
      async () => (await this.request('GET', probe)).status === 410,
      40_000,
      250,
    );
    // Each resource drops its snapshots by a clock of its own, every 15 s.
    if (!own.noSnapshots) await sleep(Math.max(0, 16_000 - (Date.now() - start)));
  }

  /** The API server's metrics, as text. */
  async metrics(): Promise<string> {
    return (await this.request('GET', '/metrics', undefined, { headers: { accept: 'text/plain' } })).text;
  }

  /** Ends every process of the cluster and removes its temporary folder. */
  async stop(): Promise<void> {
    this.client.close();
    await this.supervisor.close();
  }

  async #create(path: string, object: KubeObject): Promise<void> {
    const answer = await this.request('POST', path, object);
    if (answer.status >= 400 && answer.status !== 409) throw new Error(`POST ${path}: ${answer.text}`);
  }

  async #replace(path: string, object: KubeObject): Promise<void> {
    const answer = await this.request('POST', path, object);
    if (answer.status === 409) await this.ok('PUT', `${path}/${object.metadata?.name}`, object);
    else if (answer.status >= 400) throw new Error(`POST ${path}: ${answer.text}`);
  }

  /** Whether the authorizer has heard of the account and of the last rule of each place. */
  async #inForce(token: string, rights: Rights): Promise<boolean> {
    const places: [string, PolicyRule[]][] = [['', rights.rules ?? []], ...Object.entries(rights.namespaced ?? {})];
    for (const [namespace, rules] of places) {
      const rule = rules.at(-1);
      const [group, resource, verb] = [
        rule?.apiGroups[0] ?? '',
        rule?.resources[0] ?? 'pods',
        rule?.verbs[0] ?? 'list',
      ];
      const [plural = '', subresource = ''] = resource.split('/');
      const name = rule?.resourceNames?.[0] ?? '';
      const review = await this.request(
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { namespace, group, resource: plural, subresource, verb, name } },
        },
        { token },
      );
      if (review.status >= 400) return false;
      if ((review.json['status'] as { allowed?: boolean }).allowed !== (rule !== undefined)) return false;
    }
    return true;
  }

  #mine(): Own {
    if (this.#own === undefined) throw new Error('not possible on an attached cluster');
    return this.#own;
  }
}

async function startServer(binaries: Binaries, own: Own): Promise<void> {
  const spec = apiServerProgram(binaries, own.layout, own.apiServerArgs);
  own.apiServer = await own.supervisor.start(spec);
  await unlessEnded(
    own.apiServer,
    spec.log,
    waitFor('kube-apiserver', () => isReady(own.layout), 60_000),
  );
}

async function isReady(layout: Layout): Promise<boolean> {
  if (!existsSync(caFile(layout))) return false;
  const client = new ApiClient({
    server: `https://127.0.0.1:${layout.port}`,
    ca: readFileSync(caFile(layout), 'utf8'),
    token: layout.adminToken,
  });
  try {
    return (await client.request('GET', '/readyz')).status === 200;
  } catch {
    return false;
  } finally {
    client.close();
  }
}

/** Waits for readiness, and no longer once the process has ended. */
async function unlessEnded(process: Supervised, log: string, ready: Promise<unknown>): Promise<void> {
  const ended = process.ended.then((exit) => {
    throw new Error(`ended with ${exit.code ?? exit.signal ?? exit.message} before it was ready:\n${logTail(log)}`);
  });
  try {
    await Promise.race([ready, ended]);
  } finally {
    ended.catch(() => undefined);
    ready.catch(() => undefined);
  }
}
