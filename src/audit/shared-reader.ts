import { record } from '../cluster/fields.js';
import type { ClusterIdentity, ClusterReader, KubeObject, ListOptions, LogOptions } from '../cluster/port.js';
import { NODES, PODS, type Resource } from '../cluster/resources.js';
import { Eye, PHASES, type ListedPhase, type PodGlimpse, type PodSight, type PodSights } from './sights.js';

/** 0: a pod that is only counted. */
type Passing = PodGlimpse | 0;

/**
 * What an audit reads with: a list that several want is read once. It looks on while the owners of addresses are judged,
 * for what the pods say of their networks; what nobody read by the time that it is asked for is read then. Nodes are
 * kept as far as somebody looks at them.
 */
export class SharedReader implements ClusterReader {
  readonly source: ClusterReader['source'];
  readonly contextNamespace: string;
  readonly #eye = new Eye();
  #complete: readonly Passing[] | undefined;
  readonly #phases = new Map<ListedPhase, ReadonlySet<string>>();
  #nodes: Promise<readonly KubeObject[]> | undefined;

  constructor(private readonly inner: ClusterReader) {
    this.source = inner.source;
    this.contextNamespace = inner.contextNamespace;
  }

  /** The pods that ask for a network or show one, read where nobody has. */
  async pods(): Promise<PodSights> {
    if (this.#complete === undefined) await this.collect(PODS, { metadataOnly: true }, () => undefined);
    const seen = (this.#complete ?? []).filter((sight) => sight !== 0);
    const phases = new Map<string, PodSight['phase']>();
    for (const phase of Object.keys(PHASES) as ListedPhase[]) {
      if (seen.length > 0 && !this.#phases.has(phase)) {
        await this.collect(PODS, { fieldSelector: `status.phase=${phase}`, metadataOnly: true }, () => undefined);
      }
      for (const uid of this.#phases.get(phase) ?? []) phases.set(uid, PHASES[phase]);
    }
    const pods = seen.map((sight) => ({ ...sight, phase: phases.get(sight.uid) ?? ('running' as const) }));
    return { podCount: this.#complete?.length ?? 0, pods };
  }

  async collect<T>(
    resource: Resource,
    options: ListOptions,
    project: (object: KubeObject) => T | undefined,
  ): Promise<T[]> {
    if (resource === NODES && options.fieldSelector === undefined && options.labelSelector === undefined) {
      return projected(await this.#allNodes(), project);
    }
    if (resource !== PODS || options.namespace !== undefined || options.labelSelector !== undefined) {
      return this.inner.collect(resource, options, project);
    }
    if (options.fieldSelector === undefined) {
      const { kept, seen } = await this.#both(options, project, (object): Passing => this.#eye.see(object) ?? 0);
      this.#complete = seen;
      return kept;
    }
    const phase = (Object.keys(PHASES) as ListedPhase[]).find(
      (each) => options.fieldSelector === `status.phase=${each}`,
    );
    if (phase === undefined) return this.inner.collect(resource, options, project);
    const { kept, seen } = await this.#both(options, project, ({ metadata }) => metadata.uid);
    this.#phases.set(phase, new Set(seen));
    return kept;
  }

  /** One list for two: it may start again on the way, so what was seen comes with what is kept. */
  async #both<T, S>(
    options: ListOptions,
    project: (object: KubeObject) => T | undefined,
    see: (object: KubeObject) => S | undefined,
  ): Promise<{ kept: T[]; seen: S[] }> {
    const pairs = await this.inner.collect(PODS, options, (object) => {
      const [kept, seen] = [project(object), see(object)];
      return kept === undefined && seen === undefined ? undefined : ([kept, seen] as const);
    });
    const [kept, seen]: [T[], S[]] = [[], []];
    for (const [keep, sight] of pairs) {
      if (keep !== undefined) kept.push(keep);
      if (sight !== undefined) seen.push(sight);
    }
    return { kept, seen };
  }

  #allNodes(): Promise<readonly KubeObject[]> {
    this.#nodes ??= this.inner.collect(NODES, {}, ({ metadata, spec, status }) => ({
      metadata,
      spec: { taints: record(spec)['taints'] },
      status: { conditions: record(status)['conditions'] },
    }));
    return this.#nodes;
  }

  identity(): Promise<ClusterIdentity> {
    return this.inner.identity();
  }

  get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined> {
    return this.inner.get(resource, namespace, name);
  }

  log(namespace: string, pod: string, container: string | null, options: LogOptions): Promise<string> {
    return this.inner.log(namespace, pod, container, options);
  }

  now(): Date {
    return this.inner.now();
  }

  isComplete(resource: Resource, namespace?: string): boolean {
    return this.inner.isComplete(resource, namespace);
  }

  get notes(): readonly string[] {
    return this.inner.notes;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

function projected<T>(objects: readonly KubeObject[], project: (object: KubeObject) => T | undefined): T[] {
  const kept: T[] = [];
  for (const object of objects) {
    const value = project(object);
    if (value !== undefined) kept.push(value);
  }
  return kept;
}
