import { keptOf } from '../cluster/kept.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import {
  CLUSTER_OPERATORS,
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  EVENTS,
  IP_POOLS,
  LEASES,
  MIGRATIONS,
  NADS,
  NAMESPACES,
  NODE_SLICE_POOLS,
  NODES,
  PODS,
  RESERVATIONS,
  type Resource,
  resourceName,
  SETTINGS,
  STATEFUL_SETS,
  VIRTUAL_MACHINE_INSTANCES,
} from '../cluster/resources.js';
import { logFile, withGap } from '../cluster/snapshot/logs.js';
import { ClusterFailure, type ClusterFailureReason } from '../errors.js';
import { type ReconcilerWorkload, reconcilersAmong, type Workload } from '../openshift/workloads.js';
import { USUAL_NAMESPACES } from '../pools/inventory.js';
import type { CollectedEntry, LogEntry, MissingEntry } from './document.js';
import type { Piece, Spool } from './spool.js';

/** An object that lies in the spool. */
export interface Gathered {
  readonly resource: Resource;
  /** Empty for a cluster-scoped one. */
  readonly namespace: string;
  readonly name: string;
  readonly piece: Piece;
}

/** A log that lies in the spool. */
export interface GatheredLog extends LogEntry {
  readonly piece: Piece;
}

/** All that was read, and what was not. */
export interface Gathering {
  readonly objects: readonly Gathered[];
  readonly collected: readonly CollectedEntry[];
  readonly missing: readonly MissingEntry[];
  readonly logs: readonly GatheredLog[];
}

/** What concerns one kind; all else concerns the cluster. */
const OF_ONE_KIND: ReadonlySet<ClusterFailureReason> = new Set([
  'forbidden',
  'not-defined',
  'not-found',
  'server-error',
  'timeout',
]);

/** The kinds that are listed everywhere, in this order: evidence rests on pools, reservations, pods. */
const EVERYWHERE: readonly Resource[] = [
  IP_POOLS,
  RESERVATIONS,
  NODE_SLICE_POOLS,
  NADS,
  PODS,
  NODES,
  NAMESPACES,
  EVENTS,
  STATEFUL_SETS,
  MIGRATIONS,
  ...SETTINGS,
];

/** What whereabouts keeps beside its pools: whoever may not list it everywhere looks where it usually is. */
const BESIDE_POOLS: readonly Resource[] = [IP_POOLS, RESERVATIONS, NODE_SLICE_POOLS];

/** Read by name: what may be set by sysctl, the schedule, how the operator is, what is defined. */
const ALLOWLISTS = ['cni-sysctl-allowlist', 'default-cni-sysctl-allowlist'];
const SCHEDULE = 'whereabouts-config';
const DEFINITIONS: readonly Resource[] = [IP_POOLS, RESERVATIONS, NODE_SLICE_POOLS, NADS];

/** As many pods of a workload as are looked at when it is asked whether the reconciler runs. */
const MOST_PODS = 20;
const HEAD_BYTES = 64 * 1024;
const TAIL_LINES = 5000;
const TAIL_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reads all that ipamctl reads of a cluster, each list complete and unselected, and keeps in the spool what is read of
 * each object.
 * @throws ClusterFailure where the cluster cannot be asked at all, or nothing of it could be read
 */
export async function gather(reader: ClusterReader, spool: Spool): Promise<Gathering> {
  const run = new Run(reader, spool);
  await run.all();
  return run.result();
}

class Run {
  readonly #objects: Gathered[] = [];
  readonly #collected: CollectedEntry[] = [];
  readonly #missing: MissingEntry[] = [];
  readonly #logs: GatheredLog[] = [];
  #first: ClusterFailure | undefined;

  constructor(
    private readonly reader: ClusterReader,
    private readonly spool: Spool,
  ) {}

  result(): Gathering {
    if (this.#collected.length === 0 && this.#first !== undefined) throw this.#first;
    return { objects: this.#objects, collected: this.#collected, missing: this.#missing, logs: this.#logs };
  }

  async all(): Promise<void> {
    for (const resource of EVERYWHERE) {
      const isRead = await this.#list(resource);
      if (isRead) continue;
      if (BESIDE_POOLS.includes(resource)) {
        for (const namespace of new Set([...USUAL_NAMESPACES, this.reader.contextNamespace])) {
          await this.#list(resource, namespace, 'quietly');
        }
      }
      // Its uid stands for the cluster.
      if (resource === NAMESPACES) await this.#get(NAMESPACES, '', 'kube-system');
    }
    await this.#instancesOfMigrations();
    await this.#get(CLUSTER_OPERATORS, '', 'network');
    for (const definition of DEFINITIONS) {
      await this.#get(CUSTOM_RESOURCE_DEFINITIONS, '', resourceName(definition));
    }
    await this.#operands();
  }

  /** Whether the list was read, or nothing of that kind can exist. */
  async #list(resource: Resource, namespace?: string, quietly?: 'quietly'): Promise<boolean> {
    const scope = namespace === undefined ? {} : { namespace };
    return this.#reading({ resource: resourceName(resource), verb: 'list', namespace }, quietly, async () => {
      const found = await this.reader.collect(resource, scope, (object) => this.#keep(resource, object));
      this.#objects.push(...found);
      this.#collected.push({
        resource: resourceName(resource),
        namespace: namespace ?? null,
        name: null,
        count: found.length,
      });
    });
  }

  async #get(resource: Resource, namespace: string, name: string): Promise<void> {
    const place = resource.namespaced ? namespace : undefined;
    await this.#reading(
      { resource: resourceName(resource), verb: 'get', namespace: place, name },
      undefined,
      async () => {
        const object = await this.reader.get(resource, namespace, name);
        if (object !== undefined) this.#objects.push(this.#keep(resource, object));
        const count = object === undefined ? 0 : 1;
        this.#collected.push({ resource: resourceName(resource), namespace: place ?? null, name, count });
      },
    );
  }

  #keep(resource: Resource, object: KubeObject): Gathered {
    const { namespace = '', name = '' } = object.metadata;
    const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
    const kept = keptOf(resource, { ...object, apiVersion, kind: resource.kind });
    return {
      resource,
      namespace: resource.namespaced ? namespace : '',
      name,
      piece: this.spool.append(JSON.stringify(kept)),
    };
  }

  /** Whether it was read; what could not be is written down, unless another place may hold it. */
  async #reading(
    what: Pick<MissingEntry, 'resource' | 'verb'> & {
      readonly namespace: string | undefined;
      readonly name?: string;
      readonly container?: string;
    },
    quietly: 'quietly' | undefined,
    read: () => Promise<void>,
  ): Promise<boolean> {
    try {
      await read();
      return true;
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || !OF_ONE_KIND.has(failure.reason)) throw failure;
      this.#first ??= failure;
      const { reason, message } = failure;
      if (quietly !== undefined) return false;
      this.#missing.push({
        resource: what.resource,
        verb: what.verb,
        namespace: what.namespace ?? null,
        name: what.name ?? null,
        container: what.container ?? null,
        reason,
        message,
      });
      return reason === 'not-defined';
    }
  }

  /** The virtual machines whose migrations have not ended: their pods are named there. */
  async #instancesOfMigrations(): Promise<void> {
    for (const { resource, piece } of [...this.#objects]) {
      if (resource !== MIGRATIONS) continue;
      const { metadata, spec, status } = JSON.parse(await this.spool.read(piece)) as {
        metadata: { namespace?: string };
        spec?: { vmiName?: unknown };
        status?: { phase?: unknown };
      };
      if (status?.phase === 'Succeeded' || status?.phase === 'Failed' || typeof spec?.vmiName !== 'string') continue;
      await this.#get(VIRTUAL_MACHINE_INSTANCES, metadata.namespace ?? '', spec.vmiName);
    }
  }

  /** Whereabouts' workloads with their schedule and logs, and the Leases. */
  async #operands(): Promise<void> {
    const ofPools = this.#objects.filter(({ resource }) => resource === IP_POOLS).map(({ namespace }) => namespace);
    const namespaces = [...new Set([...USUAL_NAMESPACES, ...ofPools])];
    const reconcilers: ReconcilerWorkload[] = [];
    const configMaps = new Map<string, Set<string>>([['openshift-multus', new Set(ALLOWLISTS)]]);
    for (const namespace of namespaces) {
      for (const resource of [DAEMON_SETS, DEPLOYMENTS, LEASES]) await this.#list(resource, namespace);
      const names = configMaps.get(namespace) ?? new Set();
      configMaps.set(namespace, names.add(SCHEDULE));
      for (const found of await this.#reconcilers(namespace)) {
        reconcilers.push(found);
        if (found.schedule !== null) names.add(found.schedule.configMap);
      }
    }
    for (const [namespace, names] of configMaps) {
      for (const name of names) await this.#get(CONFIG_MAPS, namespace, name);
    }
    for (const reconciler of reconcilers) await this.#logsOf(reconciler);
  }

  /** Among what was read, so that a list that could not be costs only itself. */
  async #reconcilers(namespace: string): Promise<ReconcilerWorkload[]> {
    const workloads: Workload[] = [];
    for (const [kind, resource] of [
      ['DaemonSet', DAEMON_SETS],
      ['Deployment', DEPLOYMENTS],
    ] as const) {
      for (const found of this.#objects) {
        if (found.resource !== resource || found.namespace !== namespace) continue;
        workloads.push({ kind, object: JSON.parse(await this.spool.read(found.piece)) as KubeObject });
      }
    }
    return reconcilersAmong(workloads);
  }

  async #logsOf({ namespace, labelSelector, container }: ReconcilerWorkload): Promise<void> {
    const running = { namespace, labelSelector, fieldSelector: 'status.phase=Running', metadataOnly: true };
    let pods: string[] = [];
    try {
      pods = (await this.reader.collect(PODS, running, ({ metadata }) => metadata.name)).sort();
    } catch (failure) {
      // That they could not be listed is written down already.
      if (!(failure instanceof ClusterFailure) || !OF_ONE_KIND.has(failure.reason)) throw failure;
    }
    for (const pod of pods.slice(0, MOST_PODS)) {
      if (logFile({ namespace, pod, container }) === undefined) continue;
      await this.#reading(
        { resource: `${PODS.plural}/log`, verb: 'get', namespace, name: pod, container },
        undefined,
        async () => {
          const head = await this.reader.log(namespace, pod, container, { headBytes: HEAD_BYTES });
          const tail = await this.reader.log(namespace, pod, container, { tailLines: TAIL_LINES });
          const text = joined(head, tail.slice(-TAIL_CHARACTERS), tail.length > TAIL_CHARACTERS);
          this.#logs.push({
            namespace,
            pod,
            container,
            bytes: Buffer.byteLength(text),
            piece: this.spool.append(text),
          });
        },
      );
    }
  }
}

/** A log of its beginning and its end; the two may overlap, or be the same. */
function joined(head: string, tail: string, isCut: boolean): string {
  // Less than was asked for from the end is all there is.
  if (!isCut && tail.split('\n').length <= TAIL_LINES) return tail;
  const begin = head.slice(0, head.lastIndexOf('\n') + 1);
  const firstLine = tail.slice(0, tail.indexOf('\n') + 1);
  for (let at = begin.indexOf(firstLine); at >= 0 && firstLine !== ''; at = begin.indexOf(firstLine, at + 1)) {
    if (tail.startsWith(begin.slice(at))) return begin.slice(0, at) + tail;
  }
  return withGap(begin, isCut ? tail : `\n${tail}`, null);
}
