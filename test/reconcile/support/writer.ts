import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../src/cluster/port.js';
import { LEASES, resourceName, type Resource } from '../../../src/cluster/resources.js';
import type {
  ClusterWriter,
  JsonPatchOperation,
  Preconditions,
  RefusalReason,
  WriteOptions,
  WriteOutcome,
} from '../../../src/cluster/writer.js';
import { ClusterFailure } from '../../../src/errors.js';
import type { World } from './world.js';

/** One write as it was sent. */
export interface Sent {
  readonly verb: 'patch' | 'create' | 'update' | 'delete';
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  /** Of a patch. */
  readonly operations: readonly JsonPatchOperation[];
  readonly dryRun: boolean;
}

/** What happens to a write: it is refused, or loses its answer before or after it was done, or is not sent at all. */
export type WriteFault = RefusalReason | 'lost-before' | 'lost-after' | ClusterFailure;

/** Writes to a world as an API server does: preconditions, JSON patches that apply as a whole or not at all. */
export class WorldWriter implements ClusterWriter {
  readonly sent: Sent[] = [];
  /** Runs before a write is done; what it returns happens to it. */
  turn: (sent: Sent) => WriteFault | undefined = () => undefined;
  /** Runs once a write is done, before its answer. */
  after: (sent: Sent) => void = () => undefined;

  constructor(private readonly world: World) {}

  patch(
    resource: Resource,
    namespace: string,
    name: string,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    return this.#write({ verb: 'patch', resource, namespace, name, operations }, options, () => {
      const now = this.world.get(resource, namespace, name);
      if (now === undefined) return 'not-found';
      const changed = applied(now, operations);
      if (changed === undefined) return 'invalid';
      return () => {
        const { metadata, ...fields } = changed;
        return this.world.put(resource, namespace, name, { ...fields, metadata: { ...metadata } });
      };
    });
  }

  create(resource: Resource, namespace: string, object: KubeObject, options: WriteOptions = {}): Promise<WriteOutcome> {
    const { name = '' } = object.metadata;
    return this.#write({ verb: 'create', resource, namespace, name, operations: [] }, options, () => {
      if (this.world.get(resource, namespace, name) !== undefined) return 'exists';
      return () => this.world.put(resource, namespace, name, { ...object, metadata: { ...object.metadata } });
    });
  }

  replace(
    resource: Resource,
    namespace: string,
    object: KubeObject,
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const { name = '', resourceVersion } = object.metadata;
    return this.#write({ verb: 'update', resource, namespace, name, operations: [] }, options, () => {
      const now = this.world.get(resource, namespace, name);
      if (now === undefined) return 'not-found';
      if (now.metadata.resourceVersion !== resourceVersion) return 'conflict';
      return () => this.world.put(resource, namespace, name, { ...object, metadata: { ...object.metadata } });
    });
  }

  async remove(
    resource: Resource,
    namespace: string,
    name: string,
    { uid, resourceVersion }: Preconditions,
    options: WriteOptions = {},
  ): Promise<WriteOutcome<KubeObject | null>> {
    const outcome = await this.#write({ verb: 'delete', resource, namespace, name, operations: [] }, options, () => {
      const now = this.world.get(resource, namespace, name);
      if (now === undefined) return 'not-found';
      if (now.metadata.uid !== uid || now.metadata.resourceVersion !== resourceVersion) return 'conflict';
      return () => {
        this.world.remove(resource, namespace, name);
        return now;
      };
    });
    return outcome.state === 'done' ? { state: 'done', object: null } : outcome;
  }

  /** The patches of pools and deletions of reservations that were sent in earnest. */
  get releases(): readonly Sent[] {
    return this.sent.filter(({ resource, dryRun }) => resource !== LEASES && !dryRun);
  }

  async #write(
    what: Omit<Sent, 'dryRun'>,
    { dryRun = false }: WriteOptions,
    prepare: () => RefusalReason | (() => KubeObject),
  ): Promise<WriteOutcome> {
    const sent = { ...what, dryRun };
    this.sent.push(sent);
    await Promise.resolve();
    const fault = this.turn(sent);
    if (fault instanceof ClusterFailure) throw fault;
    if (fault === 'lost-before') return LOST;
    const prepared = fault === undefined || fault === 'lost-after' ? prepare() : fault;
    if (typeof prepared === 'string') return refusal(sent, prepared);
    if (dryRun) return { state: 'done', object: { metadata: {} } };
    const object = prepared();
    this.after(sent);
    return fault === 'lost-after' ? LOST : { state: 'done', object };
  }
}

const LOST: WriteOutcome = { state: 'uncertain', why: 'no answer' };

const STATUS: Readonly<Record<RefusalReason, number>> = {
  conflict: 409,
  exists: 409,
  'not-found': 404,
  invalid: 422,
  forbidden: 403,
  'too-many': 429,
  other: 400,
};

function refusal({ verb, resource, namespace, name }: Sent, reason: RefusalReason): WriteOutcome {
  const message = `${verb} ${resourceName(resource)} ${namespace}/${name}: ${reason}`;
  const failure = new ClusterFailure(reason === 'forbidden' ? 'forbidden' : 'server-error', message, {
    verb,
    resource: resourceName(resource),
    namespace,
    name,
  });
  return { state: 'refused', reason, status: STATUS[reason], message, failure };
}

/** The object with all of the operations applied; undefined where one does not hold. A missing value tests as null. */
function applied(object: KubeObject, operations: readonly JsonPatchOperation[]): KubeObject | undefined {
  const changed = structuredClone(object) as unknown as Fields;
  for (const operation of operations) {
    const path = operation.path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = path.pop() ?? '';
    let holder: Fields | undefined = changed;
    for (const step of path) holder = holder?.[step] as Fields | undefined;
    if (holder === undefined) return undefined;
    switch (operation.op) {
      case 'test':
        if (!isDeepStrictEqual(asSent(holder[last] ?? null), asSent(operation.value))) return undefined;
        break;
      case 'remove':
        if (!Object.hasOwn(holder, last)) return undefined;
        Reflect.deleteProperty(holder, last);
        break;
      case 'add':
      case 'replace':
        holder[last] = operation.value;
        break;
    }
  }
  return changed as unknown as KubeObject;
}

/** As it comes out of JSON: what was cloned has other prototypes. */
function asSent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

type Fields = Record<string, unknown>;
