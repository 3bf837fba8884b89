import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import type { JsonProblem } from './json/problems.js';
import { type JsonText, readJson } from './json/read.js';
import type { AttachmentSubject, CnoEntry, JsonHolder, NetworkOrigin, NetworkSubject, Subject } from './model.js';
import { openLocator } from './locator.js';
import { isBareConf, isConfName, networkOf, renderedNetwork } from './network.js';
import { below, type Path } from './path.js';
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

/** Where the annotations of pods stand, in pods and in what makes them. */
const POD_ANNOTATIONS: readonly Path[] = [
  ['metadata', 'annotations'],
  ['template', 'metadata', 'annotations'],
  ['spec', 'template', 'metadata', 'annotations'],
  ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'annotations'],
  ['spec', 'virtualMachineTemplate', 'spec', 'template', 'metadata', 'annotations'],
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

/** Where something is, and the object that it is in. */
interface Where {
  readonly path: Path;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** An object, and where it is. */
interface Place extends Where {
  readonly object: JsonObject;
}

/** What holds the text of a network, and what its object says of it. */
interface Holder {
  readonly holder: JsonHolder;
  readonly origin: NetworkOrigin;
  readonly annotations?: JsonObject;
  readonly capabilities?: unknown;
}

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
        networkOf(value, {
          document: this.document,
          path,
          namespace: null,
          name: null,
          origin: 'file',
          isBroken: this.#isBroken,
          annotations: undefined,
          capabilities: undefined,
        }),
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

  // Subjects are written field by field: a spread in the middle of a literal costs more than all else here.
  #json({ path, namespace, name }: Where, holder: JsonHolder, held: string | undefined, json: JsonText): void {
    this.all.push({ kind: 'json', document: this.document, path, namespace, name, holder, held, json });
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
    this.#json({ path: [], namespace: null, name: null }, 'file', undefined, json);
  }

  /** A file that is JSON: its text is judged as one. */
  #wholeText(value: unknown): void {
    const json = readJson(this.document.text);
    this.#isBroken = !json.valid;
    if (isBareConf(value, this.#isConf) || this.#isConf || !json.valid || json.problems.length > 0) {
      this.#json({ path: [], namespace: null, name: null }, 'file', undefined, json);
    }
  }

  #object(object: JsonObject, path: Path): void {
    const metadata = member(object, 'metadata');
    const { document } = this;
    const namespace = text(metadata, 'namespace');
    const name = text(metadata, 'name');
    const place = { object, path, namespace, name };
    const apiVersion = text(object, 'apiVersion') ?? '';
    const objectKind = text(object, 'kind') ?? '';
    this.all.push({ kind: 'object', document, path, namespace, name, object, apiVersion, objectKind });
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
    const { object, path, namespace, name } = place;
    const given = valueAt(object, ['metadata', 'annotations']);
    const annotations = isJsonObject(given) ? given : NO_ANNOTATIONS;
    const network = this.#textNetwork(
      valueAt(object, ['spec', 'config']),
      { path: below(path, 'spec', 'config'), namespace, name },
      { holder: 'config', origin: 'nad', annotations },
    );
    const { document } = this;
    this.all.push({ kind: 'nad', document, path, namespace, name, object, apiVersion, annotations, network });
  }

  #operatorNetwork(place: Place, origin: NetworkOrigin): void {
    const { object, path, namespace, name } = place;
    const where = { path: below(path, 'spec', 'ipam'), namespace, name };
    const capabilities = valueAt(object, ['spec', 'capabilities']);
    this.#textNetwork(valueAt(object, ['spec', 'ipam']), where, { holder: 'ipam', origin, capabilities });
  }

  #cno(place: Place, at: Path): void {
    const { object, path: around, namespace, name } = place;
    const list = valueAt(object, at);
    const entries = (Array.isArray(list) ? (list as unknown[]) : []).flatMap((conf, i): CnoEntry[] => {
      if (!isJsonObject(conf)) return [];
      const path = below(around, ...at, i);
      const network = this.#textNetwork(
        member(conf, 'rawCNIConfig'),
        { path: below(path, 'rawCNIConfig'), namespace: text(conf, 'namespace'), name: text(conf, 'name') },
        { holder: 'rawCNIConfig', origin: 'additional-network' },
      );
      return [{ conf, path, network }];
    });
    this.all.push({ kind: 'cno', document: this.document, path: around, namespace, name, object, entries });
  }

  /** The network that a string holds; what is wrong with its JSON is a subject of its own. */
  #textNetwork(value: unknown, where: Where, held: Holder): NetworkSubject | undefined {
    // An object where a string should be is said of by other rules; what it says can be judged all the same.
    if (isJsonObject(value)) return this.#network(value, where, held, false);
    if (typeof value !== 'string' || value === '') return undefined;
    const json = readHeld(value, () => this.linedText(where.path) ?? value);
    this.#json(where, held.holder, value, json);
    return isJsonObject(json.value)
      ? this.#network(json.value, where, held, !json.valid || json.text !== value)
      : undefined;
  }

  #network(value: JsonObject, where: Where, held: Holder, isBroken: boolean): NetworkSubject {
    const { document } = this;
    const { path, namespace, name } = where;
    const { origin, annotations, capabilities } = held;
    const around = { document, path, namespace, name, origin, isBroken, annotations, capabilities };
    const network = held.holder === 'ipam' ? renderedNetwork(value, around) : networkOf(value, around);
    this.all.push(network);
    return network;
  }

  #attachments(place: Place, objectKind: string): void {
    for (const at of POD_ANNOTATIONS) {
      const annotations = valueAt(place.object, at);
      if (!isJsonObject(annotations)) continue;
      for (const [key, role] of [
        [NETWORKS, 'networks'],
        [DEFAULT_NETWORK, 'default'],
      ] as const) {
        this.#attachment(member(annotations, key), [...at, key], place, objectKind, role);
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
    const { object, namespace, name } = place;
    const path = below(place.path, ...at);
    const { document } = this;
    this.all.push({ kind: 'attachment', document, path, namespace, name, object, objectKind, networks, role });
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
