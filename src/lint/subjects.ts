import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import type { JsonProblem } from './json/problems.js';
import { type JsonText, readJson } from './json/read.js';
import type { AttachmentSubject, CnoEntry, JsonHolder, NetworkOrigin, NetworkSubject, Subject } from './model.js';
import { openLocator } from './locator.js';
import { isBareConf, isConfName, networkOf, renderedNetwork } from './network.js';
import type { Path } from './path.js';
import { type LintDocument, member, type ReadDocument, valueAt } from './source/document.js';
import { withoutOuterQuotes } from './json/outer-quotes.js';

const NETWORKS = 'k8s.v1.cni.cncf.io/networks';
const DEFAULT_NETWORK = 'v1.multus-cni.io/default-network';

/** Objects of operators whose `spec.ipam` is the text of an IPAM configuration, by the group of their API. */
const OPERATOR_NETWORKS: ReadonlyMap<string, NetworkOrigin> = new Map([
  ['sriovnetwork.openshift.io/SriovNetwork', 'SriovNetwork'],
  ['sriovnetwork.openshift.io/SriovIBNetwork', 'SriovIBNetwork'],
  ['sriovnetwork.openshift.io/OVSNetwork', 'OVSNetwork'],
  ['mellanox.com/HostDeviceNetwork', 'HostDeviceNetwork'],
  ['mellanox.com/MacvlanNetwork', 'MacvlanNetwork'],
  ['mellanox.com/IPoIBNetwork', 'IPoIBNetwork'],
]);

/** Where the metadata of pods stands, in pods and in what makes them. */
const POD_METADATA: readonly Path[] = [
  ['metadata'],
  ['template', 'metadata'],
  ['spec', 'template', 'metadata'],
  ['spec', 'jobTemplate', 'spec', 'template', 'metadata'],
  ['spec', 'virtualMachineTemplate', 'spec', 'template', 'metadata'],
];
/** Where virtual machines name their networks. */
const VM_NETWORKS: readonly Path[] = [
  ['spec', 'networks'],
  ['spec', 'template', 'spec', 'networks'],
  ['spec', 'virtualMachineTemplate', 'spec', 'template', 'spec', 'networks'],
];
/** Lists within lists end somewhere. */
const MAX_LISTS = 8;

/** Everything in a document that rules look at, the document itself first. Only broken JSON has to be waited for. */
export function subjectsOf(read: ReadDocument): Subject[] | Promise<Subject[]> {
  const { document } = read;
  const subjects = collected(read);
  const isBroken = subjects.some((subject) => subject.kind === 'json' && !subject.json.valid);
  return isBroken && document.format === 'yaml' ? linedSubjectsOf(read) : subjects;
}

/** What is wrong with a JSON text is told by its lines, which quoted scalars fold; finding them costs positions. */
async function linedSubjectsOf(read: ReadDocument): Promise<Subject[]> {
  const locator = await openLocator(read.document);
  return collected(read, (path) => locator.linedText(path));
}

function collected({ document, value }: ReadDocument, linedText?: (path: Path) => string | undefined): Subject[] {
  const { all } = new Collected(document, value, linedText);
  const { namespace, name } = all[0] ?? { namespace: null, name: null };
  return [{ kind: 'document', document, value, path: [], namespace, name }, ...all];
}

/** An object, and where it is. */
interface Place {
  readonly object: JsonObject;
  readonly path: Path;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** What holds the text of a network, and what its object says of it. */
interface Holder {
  readonly holder: JsonHolder;
  readonly origin: NetworkOrigin;
  readonly annotations?: JsonObject;
  readonly capabilities?: unknown;
}

/** Of a network in no object, or in one that says nothing of it. */
const OF_NO_OBJECT = { isBroken: false, annotations: undefined, capabilities: undefined };
const NO_ANNOTATIONS: JsonObject = {};

class Collected {
  readonly all: Subject[] = [];
  /** Whether the file's name says that it is a CNI configuration. */
  readonly #isConf: boolean;
  /** Whether a text that is to be JSON is none. */
  #isBroken = false;

  constructor(
    private readonly document: LintDocument,
    value: unknown,
    private readonly linedText: (path: Path) => string | undefined = () => undefined,
  ) {
    this.#isConf = isConfName(document.source.name);
    this.#callouts();
    if (document.format === 'json') this.#wholeText(value);
    this.#value(value, [], 0);
  }

  #value(value: unknown, path: Path, depth: number): void {
    if (!isJsonObject(value)) return;
    if (isBareConf(value, this.#isConf)) {
      this.all.push(
        networkOf(value, { ...this.#around(path), ...OF_NO_OBJECT, origin: 'file', isBroken: this.#isBroken }),
      );
      return;
    }
    const items = member(value, 'items');
    if (Array.isArray(items) && String(member(value, 'kind')).endsWith('List') && depth < MAX_LISTS) {
      items.forEach((item: unknown, i) => {
        this.#value(item, [...path, 'items', i], depth + 1);
      });
      return;
    }
    this.#object(value, path);
  }

  #around(
    path: Path,
    at?: Place,
  ): { document: LintDocument; path: Path; namespace: string | null; name: string | null } {
    return { document: this.document, path, namespace: at?.namespace ?? null, name: at?.name ?? null };
  }

  /** Callouts in a configuration that is written as YAML: the rules of JSON tell of them. */
  #callouts(): void {
    const problems = this.document.problems.flatMap(({ code, span, message, edits = [] }): JsonProblem[] =>
      code === 'callout'
        ? [{ code, ...span, message, edits: edits.map((edit) => ({ ...edit.span, text: edit.text })) }]
        : [],
    );
    if (problems.length === 0) return;
    const json = { text: this.document.text, value: undefined, valid: false, upstream: null, problems };
    this.all.push({ kind: 'json', ...this.#around([]), holder: 'file', held: undefined, json });
  }

  /** A file that is JSON: its text is judged as one. */
  #wholeText(value: unknown): void {
    const json = readJson(this.document.text);
    this.#isBroken = !json.valid;
    if (isBareConf(value, this.#isConf) || this.#isConf || !json.valid || json.problems.length > 0) {
      this.all.push({ kind: 'json', ...this.#around([]), holder: 'file', held: undefined, json });
    }
  }

  #object(object: JsonObject, path: Path): void {
    const metadata = member(object, 'metadata');
    const place = { object, path, namespace: text(metadata, 'namespace'), name: text(metadata, 'name') };
    const apiVersion = text(object, 'apiVersion') ?? '';
    const objectKind = text(object, 'kind') ?? '';
    this.all.push({ kind: 'object', ...this.#around(path, place), object, apiVersion, objectKind });
    const group = apiVersion.replace(/\/[^/]*$/, '');
    const origin = OPERATOR_NETWORKS.get(`${group}/${objectKind}`);
    if (isNad(objectKind, apiVersion, object)) this.#nad(place, apiVersion);
    else if (origin !== undefined) this.#operatorNetwork(place, origin);
    else if (valueAt(object, ['spec', 'additionalNetworks']) !== undefined)
      this.#cno(place, ['spec', 'additionalNetworks']);
    else if (group === 'operator.openshift.io' && objectKind === 'Network')
      this.#cno(place, ['spec', 'additionalNetworks']);
    else if (member(object, 'additionalNetworks') !== undefined) this.#cno(place, ['additionalNetworks']);
    this.#attachments(place, objectKind);
  }

  #nad(place: Place, apiVersion: string): void {
    const config = valueAt(place.object, ['spec', 'config']);
    const path = [...place.path, 'spec', 'config'];
    const given = valueAt(place.object, ['metadata', 'annotations']);
    const annotations = isJsonObject(given) ? given : NO_ANNOTATIONS;
    const network = this.#textNetwork(config, path, place, { holder: 'config', origin: 'nad', annotations });
    this.all.push({
      kind: 'nad',
      ...this.#around(place.path, place),
      object: place.object,
      apiVersion,
      annotations,
      network,
    });
  }

  #operatorNetwork(place: Place, origin: NetworkOrigin): void {
    const path = [...place.path, 'spec', 'ipam'];
    const capabilities = valueAt(place.object, ['spec', 'capabilities']);
    this.#textNetwork(valueAt(place.object, ['spec', 'ipam']), path, place, { holder: 'ipam', origin, capabilities });
  }

  #cno(place: Place, at: Path): void {
    const list = valueAt(place.object, at);
    const entries = (Array.isArray(list) ? (list as unknown[]) : []).flatMap((conf, i): CnoEntry[] => {
      if (!isJsonObject(conf)) return [];
      const path = [...place.path, ...at, i];
      const inner = { ...place, namespace: text(conf, 'namespace'), name: text(conf, 'name') };
      const raw = member(conf, 'rawCNIConfig');
      const network = this.#textNetwork(raw, [...path, 'rawCNIConfig'], inner, {
        holder: 'rawCNIConfig',
        origin: 'additional-network',
      });
      return [{ conf, path, network }];
    });
    this.all.push({ kind: 'cno', ...this.#around(place.path, place), object: place.object, entries });
  }

  /** The network that a string holds; what is wrong with its JSON is a subject of its own. */
  #textNetwork(value: unknown, path: Path, place: Place, { holder, ...held }: Holder): NetworkSubject | undefined {
    const around = this.#around(path, place);
    // An object where a string should be is said of by other rules; what it says can be judged all the same.
    if (isJsonObject(value)) return this.#network(value, { ...OF_NO_OBJECT, ...around, ...held }, holder);
    if (typeof value !== 'string' || value === '') return undefined;
    const json = readHeld(value, () => this.linedText(path) ?? value);
    this.all.push({ kind: 'json', ...around, holder, held: value, json });
    if (!isJsonObject(json.value)) return undefined;
    const isBroken = !json.valid || json.text !== value;
    return this.#network(json.value, { ...OF_NO_OBJECT, ...around, ...held, isBroken }, holder);
  }

  #network(value: JsonObject, around: Parameters<typeof networkOf>[1], holder: JsonHolder): NetworkSubject {
    const network = holder === 'ipam' ? renderedNetwork(value, around) : networkOf(value, around);
    this.all.push(network);
    return network;
  }

  #attachments(place: Place, objectKind: string): void {
    for (const at of POD_METADATA) {
      const annotations = valueAt(place.object, [...at, 'annotations']);
      if (!isJsonObject(annotations)) continue;
      for (const [key, role] of [
        [NETWORKS, 'networks'],
        [DEFAULT_NETWORK, 'default'],
      ] as const) {
        this.#attachment(member(annotations, key), [...at, 'annotations', key], place, objectKind, role);
      }
    }
    for (const at of VM_NETWORKS) {
      const networks = valueAt(place.object, at);
      if (!Array.isArray(networks)) continue;
      networks.forEach((network: unknown, i) => {
        const name = valueAt(network, ['multus', 'networkName']);
        this.#attachment(name, [...at, i, 'multus', 'networkName'], place, objectKind, 'networks');
      });
    }
  }

  #attachment(networks: unknown, at: Path, place: Place, objectKind: string, role: AttachmentSubject['role']): void {
    if (typeof networks !== 'string') return;
    const { object, path } = place;
    this.all.push({
      kind: 'attachment',
      ...this.#around([...path, ...at], place),
      object,
      objectKind,
      networks,
      role,
    });
  }
}

/** The JSON of a string; quotes around the whole are said of by `yaml/quote-inside-block`, and looked through here. */
function readHeld(text: string, lined: () => string): JsonText {
  const inner = withoutOuterQuotes(text);
  return inner === undefined ? readJson(text, lined) : readJson(inner, () => withoutOuterQuotes(lined()) ?? inner);
}

function isNad(objectKind: string, apiVersion: string, object: JsonObject): boolean {
  if (objectKind === 'NetworkAttachmentDefinition') return true;
  const isNetwork = objectKind === 'Network' && apiVersion.includes('cni.cncf.io');
  // The kind may be the very thing that is misspelt.
  return isNetwork || (apiVersion.startsWith('k8s.cni.cncf.io/') && valueAt(object, ['spec', 'config']) !== undefined);
}

function text(value: unknown, key: string): string | null {
  const content = member(value, key);
  return typeof content === 'string' ? content : null;
}
