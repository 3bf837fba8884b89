import { createHmac } from 'node:crypto';
import { keptWords } from './public-words.js';
import { type KubeObject, LOG_GAP } from '../cluster/port.js';
import {
  CLUSTER_OPERATORS,
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  NADS,
  NETWORK_CONFIGS,
  NODE_NETWORK_POLICIES,
  NODE_NETWORK_STATES,
  OPERATOR_NETWORKS,
  type Resource,
  resourceName,
} from '../cluster/resources.js';
import type { SnapshotManifest } from './document.js';
import { NETWORK_STATUS_ANNOTATION, NETWORKS_ANNOTATION } from '../nad/network-status.js';
import { normalizeRange, parseReservationName } from '../whereabouts/names.js';

/*
 * Names are hashed word by word: `shop-7d4f9-0` becomes `ka3…-x81…-0`. So what whereabouts joins of names (a pool of its
 * network, node and range, `namespace/name`, a StatefulSet's pod of its set and ordinal) is joined of the same hashes, and
 * everything that was found by a name still is. Every text is hashed, unless it is known to be none of a name: an
 * address, a time, a field of `KEPT`, a word that is Kubernetes' or whereabouts' own.
 */

/** Fields whose texts are no names that people give: of interfaces, kinds, states, programs. */
const KEPT: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'uid',
  'resourceVersion',
  'id',
  'containerid',
  'ifname',
  'interface',
  'ips',
  'mac',
  'range',
  'sliceRange',
  'sliceSize',
  'phase',
  'status',
  'type',
  'reason',
  'key',
  'effect',
  'operator',
  'component',
  'reportingComponent',
  'restartPolicy',
  'runStrategy',
  'kubeletVersion',
  'version',
  'operatingSystem',
  'architecture',
  'mountPath',
  'path',
  'fieldPath',
  'strategy',
]);

/** Fields whose keys are names that people give. */
const NAMED_KEYS: ReadonlySet<string> = new Set(['labels', 'matchLabels', 'nodeSelector']);

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:\/\d{1,3})?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:/;
/** `3920m`, `16Gi` */
const QUANTITY = /^\d+(?:\.\d+)?(?:m|k|[KMGTPE]i?)?$/;

/** Of an event's message what tells something, without the names in it. */
const TOLD =
  /Could not allocate IP in range[^"\\]*?(?:range: [^\s"\\]+|$)|no allocated node slice for node|time limit exceeded while waiting to become leader/g;
/** kube-scheduler pkg/scheduler/schedule_one.go */
const ASSIGNED = /^Successfully assigned (\S+) to (\S+)$/;

/** Of a reconciler's log what tells of its runs and its schedule (whereabouts v0.9.4 pkg/reconciler, cmd/reconciler). */
const LOG_MARK =
  /starting reconciler run|reconciler (?:run succeeded|run failed|success|failure)|(?:using expression(?: from flatfile)?|defaulting to expression from configuration): [^\n]*|(?:configuration updated to file) [^\n]*(?:New cron expression: [^\n]*)/;
const STAMP = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) \[\w+\] /;

/** Of a CNI configuration the fields that hold names, wherever they stand, in text that need not be JSON. */
const CONF_NAME =
  /("(?:name|network_name|netAttachDefName|physicalNetworkName|domain)"\s*:\s*")((?:[^"\\]|\\.)*)(?=")/g;
const CONF_SEARCH = /("search"\s*:\s*\[)([^\]]*)(?=\])/g;

/** Definitions, and what an operator calls `cluster` or by its own name. */
const PUBLIC: readonly Resource[] = [
  CUSTOM_RESOURCE_DEFINITIONS,
  CLUSTER_OPERATORS,
  NETWORK_CONFIGS,
  OPERATOR_NETWORKS,
];

function hasPublicName(resource: string): boolean {
  return PUBLIC.some((each) => resourceName(each) === resource);
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The `network_name`s in the text of a NAD, however its configuration is quoted. */
export function networkNamesIn(text: string): string[] {
  return [...text.matchAll(/network_name\\*"\s*:\s*\\*"([^"\\]+)/g)].map(([, name = '']) => name);
}

/** Hashes names: the same name everywhere the same, for as long as the key is. */
export class Redactor {
  readonly #words = new Map<string, string>();
  /** Names of pools and reservations, whose last part is an address. */
  readonly #joined = new Map<string, string>();

  constructor(
    private readonly key: Buffer,
    private readonly networks: ReadonlySet<string>,
  ) {}

  /** A text with every word of a name hashed. */
  name(text: string): string {
    return this.#joined.get(text) ?? text.replace(/[A-Za-z0-9]+/g, (word) => this.#word(word));
  }

  #word(word: string): string {
    if (/^\d+$/.test(word) || keptWords.has(word.toLowerCase())) return word;
    let hash = this.#words.get(word);
    if (hash === undefined) {
      const bytes = createHmac('sha256', this.key).update(word).digest();
      // A letter first: a name may not begin with a number everywhere. 13 digits of base 36 are 2^67.
      hash = `x${bytes.readBigUInt64BE().toString(36).padStart(13, '0').slice(0, 11)}`;
      this.#words.set(word, hash);
    }
    return hash;
  }

  /** Learns how the name of a pool is joined. To be called for all of them first. */
  learnPool(name: string, { spec }: KubeObject): void {
    const range = isFields(spec) ? spec['range'] : undefined;
    if (typeof range !== 'string') return;
    const suffix = normalizeRange(range);
    if (name.endsWith(suffix)) this.#join(name, suffix);
  }

  /** Learns how the name of a reservation is joined. */
  learnReservation(name: string): void {
    const [reading] = parseReservationName(name, this.networks);
    if (reading === undefined) return;
    this.#join(name, name.slice(reading.networkName === null ? 0 : reading.networkName.length + 1));
  }

  #join(name: string, suffix: string): void {
    this.#joined.set(name, this.name(name.slice(0, name.length - suffix.length)) + suffix);
  }

  object(resource: Resource, object: KubeObject): unknown {
    const { apiVersion, kind, metadata, ...rest } = object;
    const head = { apiVersion, kind, metadata: this.#metadata(resource, metadata as unknown as Fields) };
    switch (resource) {
      case CUSTOM_RESOURCE_DEFINITIONS:
      case CONFIG_MAPS:
        return { ...head, ...rest };
      case NADS:
        return { ...head, spec: this.#nadSpec(rest['spec']) };
      case NETWORK_CONFIGS:
        return { ...head, spec: rest['spec'], ...(isFields(rest['status']) ? { status: rest['status'] } : {}) };
      case OPERATOR_NETWORKS:
        return {
          ...head,
          spec: this.#operatorSpec(rest['spec']),
          ...(isFields(rest['status']) ? { status: this.#value('status', rest['status']) } : {}),
        };
      case NODE_NETWORK_STATES:
      case NODE_NETWORK_POLICIES:
        return { ...head, ...(this.#nodeNetwork(rest) as Fields) };
      default:
        return { ...head, ...(this.#value('', rest) as Fields) };
    }
  }

  #metadata(resource: Resource, metadata: Fields): Fields {
    const { annotations, ...rest } = metadata;
    const isPublic = PUBLIC.includes(resource);
    const named = { ...(this.#value('metadata', rest) as Fields), ...(isPublic ? { name: metadata['name'] } : {}) };
    if (!isFields(annotations)) return named;
    const kept = Object.entries(annotations).flatMap(([key, text]) => {
      const value = typeof text === 'string' ? this.#annotation(key, text, resource) : undefined;
      return value === undefined ? [] : [[key, value] as const];
    });
    return { ...named, annotations: Object.fromEntries(kept) };
  }

  #annotation(key: string, text: string, resource: Resource): string | undefined {
    if (key === NETWORKS_ANNOTATION) return this.#asked(text);
    if (key.startsWith(NETWORK_STATUS_ANNOTATION)) return this.#json(text);
    if (key === 'k8s.v1.cni.cncf.io/resourceName' || key.startsWith('ipamctl.io/ignore')) return text;
    if (key === 'k8s.ovn.org/node-primary-ifaddr' || key === 'release.openshift.io/version') return text;
    // Whose they are is not known, and only of NADs all are kept.
    if (resource === NADS && !/(?:cni\.cncf\.io|sriovnetwork\.openshift\.io)\//.test(key)) return undefined;
    return this.name(text);
  }

  #json(text: string): string {
    try {
      return JSON.stringify(this.#value('', JSON.parse(text)));
    } catch {
      return this.name(text);
    }
  }

  /** `[namespace/]name[@interface]`, joined by commas, or JSON. */
  #asked(text: string): string {
    if (/^\s*[[{]/.test(text)) return this.#json(text);
    return text
      .split(',')
      .map((each) => {
        const at = each.indexOf('@');
        return at < 0 ? this.name(each) : `${this.name(each.slice(0, at))}${each.slice(at)}`;
      })
      .join(',');
  }

  #nadSpec(spec: unknown): unknown {
    if (!isFields(spec)) return spec;
    return { ...spec, ...(typeof spec['config'] === 'string' ? { config: this.#conf(spec['config']) } : {}) };
  }

  #conf(text: string): string {
    return text
      .replace(CONF_NAME, (_, head: string, name: string) => head + this.name(name))
      .replace(CONF_SEARCH, (_, head: string, list: string) => head + this.name(list));
  }

  #operatorSpec(spec: unknown): unknown {
    if (!isFields(spec)) return spec;
    const { additionalNetworks, ...rest } = spec;
    if (!Array.isArray(additionalNetworks)) return spec;
    const entries = additionalNetworks.map((entry: unknown) => {
      if (!isFields(entry)) return entry;
      const { name, namespace, rawCNIConfig, simpleMacvlanConfig: macvlan } = entry;
      return {
        ...entry,
        ...(typeof name === 'string' ? { name: this.name(name) } : {}),
        ...(typeof namespace === 'string' ? { namespace: this.name(namespace) } : {}),
        ...(typeof rawCNIConfig === 'string' ? { rawCNIConfig: this.#conf(rawCNIConfig) } : {}),
        ...(isFields(macvlan)
          ? { simpleMacvlanConfig: JSON.parse(this.#conf(JSON.stringify(macvlan))) as unknown }
          : {}),
      };
    });
    return { ...rest, additionalNetworks: entries };
  }

  /** Interfaces and bridges keep their names; networks that are mapped to them do not. */
  #nodeNetwork(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry: unknown) => this.#nodeNetwork(entry));
    if (!isFields(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([field, own]) => {
        if (field === 'localnet' && typeof own === 'string') return [field, this.name(own)];
        return [field, NAMED_KEYS.has(field) ? this.#value(field, own) : this.#nodeNetwork(own)];
      }),
    );
  }

  #value(field: string, value: unknown): unknown {
    if (typeof value === 'string') return this.#text(field, value);
    if (Array.isArray(value)) return value.map((entry: unknown) => this.#value(field, entry));
    if (!isFields(value)) return value;
    const isNamed = NAMED_KEYS.has(field);
    return Object.fromEntries(
      Object.entries(value).map(([key, own]) => [
        isNamed ? this.name(key) : key,
        // Labels are names whatever they are called.
        this.#value(isNamed ? '' : key, own),
      ]),
    );
  }

  #text(field: string, text: string): string {
    if (KEPT.has(field) || ADDRESS.test(text) || TIME.test(text) || QUANTITY.test(text)) return text;
    if (field === 'image') return this.#image(text);
    if (field === 'message') return this.#message(text);
    return this.name(text);
  }

  /** Where an image comes from is a name; which of whereabouts it is matters. */
  #image(text: string): string {
    const image = text.slice(text.lastIndexOf('/') + 1);
    return /^[a-z-]*(?:whereabouts|multus)/.test(image) ? image : this.name(text);
  }

  #message(text: string): string {
    const [, pod, node] = ASSIGNED.exec(text) ?? [];
    if (pod !== undefined && node !== undefined) return `Successfully assigned ${this.name(pod)} to ${this.name(node)}`;
    return (text.match(TOLD) ?? []).join('; ');
  }

  manifest(manifest: SnapshotManifest): SnapshotManifest {
    const named = (text: string | null): string | null => (text === null ? null : this.name(text));
    return {
      ...manifest,
      cluster: { ...manifest.cluster, server: null },
      context: null,
      contextNamespace: this.name(manifest.contextNamespace),
      collected: manifest.collected.map((entry) => ({
        ...entry,
        namespace: named(entry.namespace),
        name: hasPublicName(entry.resource) ? entry.name : named(entry.name),
      })),
      missing: manifest.missing.map((entry) => ({
        ...entry,
        namespace: named(entry.namespace),
        name: hasPublicName(entry.resource) ? entry.name : named(entry.name),
        container: named(entry.container),
        message: null,
      })),
      logs: manifest.logs.map((log) => ({
        ...log,
        namespace: this.name(log.namespace),
        pod: this.name(log.pod),
        container: this.name(log.container),
      })),
    };
  }

  /** A log's lines that tell of runs and schedules; in the others are names of all kinds. */
  log(text: string): string {
    return text
      .split(/(?<=\n)/)
      .flatMap((line) => {
        if (line.startsWith(LOG_GAP)) return [line];
        const mark = LOG_MARK.exec(line)?.[0];
        return mark === undefined ? [] : [`${STAMP.exec(line)?.[0] ?? ''}${mark}\n`];
      })
      .join('');
  }
}
