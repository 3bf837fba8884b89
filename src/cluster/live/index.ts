import { homedir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { ClusterFailure, type RequestIdentity } from '../../errors.js';
import type { ConnectionOptions, ReadingObserver } from '../options.js';
import type { ClusterIdentity, ClusterReader, Follower, KubeObject, ListOptions, LogOptions } from '../port.js';
import type {
  ClusterApplier,
  ClusterWriter,
  JsonPatchOperation,
  Preconditions,
  WriteOptions,
  WriteOutcome,
} from '../writer.js';
import { NAMESPACES, PODS, resourceName, type Resource } from '../resources.js';
import { resolveConnection, type ConnectionSurroundings } from './connection.js';
import { Credentials } from './credentials.js';
import type { PluginTerminal } from './exec.js';
import { explainRefusal, notDefined, notKubernetes, placeOf, statusOf, type Asker } from './explain.js';
import { listIdentity, readList, type ListReader } from './list.js';
import { collectionPath, groupPath, logPath, objectPath } from './paths.js';
import { ApiClient } from './request.js';
import { parseJson } from './split.js';
import { asRecord, asText, harmless } from './text.js';
import type { BodyReader, Refusal } from './transport.js';
import { follow } from './watch.js';
import { apply, create, patch, remove, replace, WRITE_PATIENCE_MS, type WritePorts } from './write.js';

/** What is not the user's to choose. */
export interface LiveSettings {
  /** Our own version, for the User-Agent. */
  readonly version?: string;
  /** Most objects of one page of a list; the size of a page in bytes bounds it further. */
  readonly chunkSize?: number;
  /** What stands for the process's surroundings in a test. */
  readonly surroundings?: ConnectionSurroundings;
  /** The terminal that a credential plugin may use. */
  readonly terminal?: PluginTerminal;
}

/** For one request, from sending to the last byte. */
const DEFAULT_TIMEOUT_MS = 60_000;
const CHUNK_SIZE = 5000;

/**
 * Opens the API server that flags and kubeconfig name. Nothing is sent yet: whether it answers shows with the first
 * reading. Close it, or its kept connections and the process linger.
 *
 * @throws ClusterFailure `no-kubeconfig` or `bad-kubeconfig`; UsageFailure for contradicting flags.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- opening may have to wait one day; failures must reject
export async function openCluster(
  options: ConnectionOptions,
  observer: ReadingObserver,
  settings: LiveSettings = {},
): Promise<LiveCluster> {
  // Nearly all of a big list is let go at once: a young generation that does not grow, and a heap that is swept before
  // it has doubled, cost a tenth of the time at most and save a third of the memory.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
  const connection = resolveConnection(options, settings.surroundings ?? { env: process.env, home: homedir() });
  const timeoutMs = options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const asker = { connection, timeoutMs };
  const credentials = new Credentials(connection, timeoutMs, settings.terminal ?? processTerminal());
  const userAgent = `ipamctl/${settings.version ?? 'unknown'}`;
  const { server } = connection.cluster;
  const client = new ApiClient({ server, timeoutMs, userAgent, asker }, credentials, observer);
  // A write is over after a second at the server: whoever waits a minute for its answer loses what it holds meanwhile.
  const patienceMs = timeoutMs === 0 ? WRITE_PATIENCE_MS : Math.min(timeoutMs, WRITE_PATIENCE_MS);
  const hasty = { ...asker, timeoutMs: patienceMs };
  const writing = new ApiClient({ server, timeoutMs: patienceMs, userAgent, asker: hasty }, credentials, observer);
  return new LiveCluster(client, writing, asker, observer, settings.chunkSize ?? CHUNK_SIZE);
}

function processTerminal(): PluginTerminal {
  const interactive = process.stdin.isTTY && process.stderr.isTTY;
  // A log-in address or a question of a plugin is for the person who waits.
  return interactive ? { interactive, say: (text) => process.stderr.write(text) } : { interactive };
}

/** An API server, read and written. */
export class LiveCluster implements ClusterReader, ClusterWriter, ClusterApplier {
  readonly source = 'cluster';
  readonly contextNamespace: string;
  readonly place: string;
  private readonly remarks = new Set<string>();
  private readonly discovered = new Map<string, Promise<ReadonlySet<string> | undefined>>();
  private known: Promise<ClusterIdentity> | undefined;

  constructor(
    private readonly client: ApiClient,
    private readonly writing: ApiClient,
    private readonly asker: Asker,
    private readonly observer: ReadingObserver,
    private readonly chunkSize: number,
  ) {
    this.contextNamespace = asker.connection.namespace;
    this.place = placeOf(asker.connection);
  }

  get notes(): readonly string[] {
    return [...this.remarks];
  }

  /** @throws ClusterFailure as `get`; not being allowed to read kube-system is none. */
  identity(): Promise<ClusterIdentity> {
    this.known ??= this.readIdentity().catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }

  /**
   * As the interface says. `project` may see an object twice, when its page was cut or its list began again, and must
   * depend on nothing else; `metadata.managedFields` is not shown to it.
   *
   * @throws ClusterFailure for each way in which this can fail; see `ClusterFailureReason`.
   */
  async collect<T>(
    resource: Resource,
    options: ListOptions,
    project: (object: KubeObject) => T | undefined,
  ): Promise<T[]> {
    const { items } = await readList(this.listReader(), resource, options, listIdentity(resource, options), project);
    return items;
  }

  /**
   * As the interface says; `project` as for `collect`.
   *
   * @throws ClusterFailure as `collect`, and for a watch that is refused.
   */
  follow<T>(
    resource: Resource,
    options: ListOptions,
    project: (object: KubeObject) => T | undefined,
    follower: Follower<T>,
    signal: AbortSignal,
  ): Promise<void> {
    return follow(this.listReader(), { resource, options, project, follower, signal });
  }

  /** @throws ClusterFailure for anything but the object, or a 404 of that very object. */
  async get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined> {
    const identity: RequestIdentity = {
      verb: 'get',
      resource: resourceName(resource),
      ...(resource.namespaced ? { namespace } : {}),
      name,
    };
    const outcome = await this.client.send(
      { method: 'GET', path: objectPath(resource, namespace, name), repeatable: true, identity },
      this.objectReader(identity, (object) => {
        const metadata = asRecord(object['metadata']);
        return object['kind'] === resource.kind && metadata?.['name'] === name;
      }),
    );
    if (outcome.ok) return outcome.value as KubeObject;
    if (isMissing(outcome.refusal, resource, name)) return undefined;
    throw await this.refused(outcome.refusal, resource, identity);
  }

  /**
   * As the interface says. Not tried again: what does not answer is most often the node behind the API server.
   *
   * @throws ClusterFailure naming verb `get` and resource `pods/log`.
   */
  async log(namespace: string, pod: string, container: string | null, options: LogOptions): Promise<string> {
    const identity: RequestIdentity = { verb: 'get', resource: `${resourceName(PODS)}/log`, namespace, name: pod };
    const path = logPath(namespace, pod, container, options);
    const outcome = await this.client.send(
      // Errors come as JSON; an API server that may send text alone refuses to send them at all.
      { method: 'GET', path, accept: 'text/plain, application/json', repeatable: false, identity },
      async (body, head) => {
        const chunks: Buffer[] = [];
        for await (const chunk of body) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString('utf8');
        if (/\bhtml\b/i.test(head.headers['content-type'] ?? '')) throw notKubernetes(identity, this.asker, head, text);
        return text;
      },
    );
    if (outcome.ok) return outcome.value;
    const status = statusOf(outcome.refusal);
    if (outcome.refusal.status === 404 && status !== undefined) {
      // The pod, or on its node the container.
      const missing = isMissing(outcome.refusal, PODS, pod) ? 'there is no' : 'there is no log of';
      throw new ClusterFailure(
        'not-found',
        `${missing} pod "${pod}" in namespace ${namespace}`,
        { ...identity, status: 404 },
        { facts: [`the server said: ${harmless(asText(status['message']) ?? '')}`] },
      );
    }
    throw await this.refused(outcome.refusal, PODS, identity);
  }

  /** @throws ClusterFailure where nobody answers; not being told is none. */
  async serverVersion(): Promise<string | null> {
    const version = asText((await this.readJson('/version', (object) => 'gitVersion' in object))?.['gitVersion']);
    return version === undefined ? null : harmless(version, 80);
  }

  /** Sends a SelfSubjectAccessReview: the server stores none, so this is reading. */
  async can(
    verb: string,
    resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>,
    namespace: string,
    name?: string,
  ): Promise<boolean> {
    const reviews = { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews' };
    const review: Resource = { ...reviews, kind: 'SelfSubjectAccessReview', namespaced: false, typicalBytes: 1000 };
    const [plural = '', subresource] = resource.plural.split('/');
    const resourceAttributes = {
      verb,
      group: resource.group,
      resource: plural,
      ...(subresource === undefined ? {} : { subresource }),
      ...(resource.namespaced ? { namespace } : {}),
      ...(name === undefined ? {} : { name }),
    };
    const object = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: review.kind,
      metadata: {},
      spec: { resourceAttributes },
    };
    const identity = { verb: 'create', resource: resourceName(review) };
    const body = { contentType: 'application/json', text: JSON.stringify(object) };
    const outcome = await this.client.send(
      { method: 'POST', path: collectionPath(review, undefined), body, repeatable: true, identity },
      this.objectReader(identity, (answer) => answer['kind'] === review.kind),
    );
    if (!outcome.ok) throw await this.refused(outcome.refusal, review, identity);
    return asRecord(outcome.value['status'])?.['allowed'] === true;
  }

  /** @throws ClusterFailure as `get`. */
  async servedVersions(group: string): Promise<readonly string[]> {
    const found = await this.readJson(`/apis/${group}`, (object) => object['kind'] === 'APIGroup');
    const versions: unknown = found?.['versions'];
    if (!Array.isArray(versions)) return [];
    const preferred = asRecord(found?.['preferredVersion'])?.['version'];
    const names = (versions as unknown[]).flatMap((each) => asText(asRecord(each)?.['version']) ?? []);
    return names.sort((a, b) => Number(b === preferred) - Number(a === preferred));
  }

  patch(
    resource: Resource,
    namespace: string,
    name: string,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    return patch(this.writePorts(), { resource, namespace, name }, operations, options);
  }

  apply(resource: Resource, namespace: string, object: KubeObject, options: WriteOptions = {}): Promise<WriteOutcome> {
    return apply(this.writePorts(), resource, namespace, object, options);
  }

  create(resource: Resource, namespace: string, object: KubeObject, options: WriteOptions = {}): Promise<WriteOutcome> {
    return create(this.writePorts(), resource, namespace, object, options);
  }

  replace(
    resource: Resource,
    namespace: string,
    object: KubeObject,
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    return replace(this.writePorts(), resource, namespace, object, options);
  }

  remove(
    resource: Resource,
    namespace: string,
    name: string,
    preconditions: Preconditions,
    options: WriteOptions = {},
  ): Promise<WriteOutcome<KubeObject | null>> {
    return remove(this.writePorts(), { resource, namespace, name }, preconditions, options);
  }

  now(): Date {
    return this.client.now();
  }

  isComplete(): boolean {
    return true;
  }

  close(): Promise<void> {
    this.client.close();
    this.writing.close();
    return Promise.resolve();
  }

  /** What discovery says under a path; `undefined` for a 404. */
  private async readJson(
    path: string,
    fits: (object: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const identity = { verb: 'get', resource: path };
    const outcome = await this.client.send(
      { method: 'GET', path, repeatable: true, identity },
      this.objectReader(identity, fits),
    );
    if (outcome.ok) return outcome.value;
    if (outcome.refusal.status === 404) return undefined;
    throw explainRefusal(outcome.refusal, identity, this.asker, await this.client.authorization());
  }

  private listReader(): ListReader {
    return {
      client: this.client,
      asker: this.asker,
      observer: this.observer,
      chunkSize: this.chunkSize,
      refused: (refusal, resource, identity) => this.refused(refusal, resource, identity),
      note: (text) => {
        this.remarks.add(text);
      },
    };
  }

  private writePorts(): WritePorts {
    return {
      client: this.writing,
      reader: (identity, fits) => this.objectReader(identity, fits),
      explain: (refusal, resource, identity) => this.refused(refusal, resource, identity),
      isMissing,
    };
  }

  private async readIdentity(): Promise<ClusterIdentity> {
    const { name, cluster, userName } = this.asker.connection;
    let uid: string | null = null;
    try {
      uid = (await this.get(NAMESPACES, '', 'kube-system'))?.metadata.uid ?? null;
    } catch (error) {
      if (!(error instanceof ClusterFailure) || error.reason !== 'forbidden') throw error;
    }
    return { uid, server: cluster.server, name, user: userName === '' ? null : userName };
  }

  /** What a refusal means. The server authorises before it routes, so a 403 may stand for a missing definition. */
  private async refused(refusal: Refusal, resource: Resource, identity: RequestIdentity): Promise<Error> {
    if (refusal.status === 403 && statusOf(refusal) !== undefined && resource.group !== '') {
      const plurals = await this.discover(resource);
      if (plurals?.has(resource.plural) === false) return notDefined({ ...identity, status: 404 }, this.asker);
    }
    if (refusal.status === 404 && statusOf(refusal) !== undefined && identity.name !== undefined) {
      const details = asRecord(statusOf(refusal)?.['details']);
      // Somebody answered for another object: that says nothing about the one that was asked for.
      if (details?.['name'] !== undefined && details['name'] !== '') {
        return new ClusterFailure(
          'server-error',
          `the API server answered for another object when asked for ${identity.resource ?? ''} "${identity.name}"`,
          { ...identity, status: 404 },
        );
      }
    }
    return explainRefusal(refusal, identity, this.asker, await this.client.authorization());
  }

  /** Plurals of a group and version; empty where the server has no such thing; `undefined` where it does not tell. */
  private discover(resource: Resource): Promise<ReadonlySet<string> | undefined> {
    const path = groupPath(resource);
    let found = this.discovered.get(path);
    if (found === undefined) {
      found = this.readDiscovery(path).catch(() => undefined);
      this.discovered.set(path, found);
    }
    return found;
  }

  private async readDiscovery(path: string): Promise<ReadonlySet<string> | undefined> {
    const identity = { verb: 'get', resource: path };
    const outcome = await this.client.send(
      { method: 'GET', path, repeatable: true, identity },
      this.objectReader(identity, (object) => object['kind'] === 'APIResourceList'),
    );
    if (!outcome.ok) return outcome.refusal.status === 404 ? new Set() : undefined;
    const resources: unknown = outcome.value['resources'];
    if (!Array.isArray(resources)) return undefined;
    return new Set((resources as unknown[]).map((item) => String(asRecord(item)?.['name'])));
  }

  private objectReader(
    identity: RequestIdentity,
    fits: (object: Readonly<Record<string, unknown>>) => boolean,
  ): BodyReader<Readonly<Record<string, unknown>>> {
    return async (body, head) => {
      const chunks: Buffer[] = [];
      for await (const chunk of body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (!/\bjson\b/i.test(head.headers['content-type'] ?? '')) {
        throw notKubernetes(identity, this.asker, head, bytes.toString('utf8', 0, 16_384));
      }
      const object = asRecord(parseJson(bytes));
      if (object === undefined || !fits(object)) {
        throw notKubernetes(identity, this.asker, head, bytes.toString('utf8', 0, 200));
      }
      return object;
    };
  }
}

/** Whether a 404 is this very object's: a proxy's or a missing definition's is not. */
function isMissing(refusal: Refusal, resource: Resource, name: string): boolean {
  if (refusal.status !== 404) return false;
  const status = statusOf(refusal);
  const details = asRecord(status?.['details']);
  return (
    status?.['reason'] === 'NotFound' &&
    details?.['name'] === name &&
    (details['group'] ?? '') === resource.group &&
    (details['kind'] === resource.plural || details['kind'] === resource.kind)
  );
}
