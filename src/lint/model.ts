/**
 * The types of the linter.
 *
 * ## How to write a rule
 *
 * 1. One file, `rules/FAMILY/NAME.ts`, for the id `FAMILY/NAME`; it exports one constant made by `defineRule`:
 *
 *        export const trailingComma = defineRule({
 *          id: 'json/trailing-comma', severity: 'error', over: 'json', needs: [],
 *          title: …one line… , why: …what happens, and to whom… , source: …project, version, file…,
 *          fix: { kind: 'safe', text: 'remove it' },
 *          bad: { text: nad('{…}') }, good: { text: nad('{…}') },
 *          *check({ subject }) { yield { at: { path: subject.path }, message: '…', upstream: null } },
 *        });
 *
 * 2. `over` says what the rule looks at, and so what `context.subject` is: a `document` (the YAML text), a `json` text,
 *    any `object`, a `nad`, a `network` (a CNI configuration wherever it came from, with its plugins and IPAMs), an
 *    `attachment` (networks that a pod, a template or a virtual machine asks for), a `cno` (operator Network object) or
 *    a `set` (all that is compared with each other; for rules of the family `cross`). `about`
 *    names words, such as types of plugins or keys: the rule is asked only where one of them is. `judges: 'shape'` tells
 *    that it looks at keys and types only, so that it is asked once of all that are built alike.
 * 3. `needs` lists inputs: `values` (all rules that judge a value: templates have none), `cluster`, `workloads`. A rule
 *    that lacks one is reported as skipped, never as passed. The engine does that; `check` may take them for given.
 *    A rule that needs the cluster names in `reads` which lists of it; its examples say what they hold.
 * 4. A finding points with `at`: a path from the document's root, straight on into JSON that a string holds
 *    (`[...ipam.path, 'exclude', 0]`), to the `value` (default) or the `key`; `text` narrows it to a part of a string.
 *    A path that is not there points to the nearest that is. Lines and columns are the engine's work, and are found
 *    only for findings, so a `check` on a good file must stay cheap: no parsing, no regular expression over the file.
 * 5. `edits` repair what is safe, in terms of paths (`set`, `rename`, `remove`, `insert`, `append`, `text`); the engine
 *    writes them in the quoting of the place. Only a rule with `fix.kind: 'safe'` may give any.
 * 6. Say in `supersedes` which more general rules keep silent about the same token. `profiles` changes the severity.
 * 7. Add it to the sorted list in `registry.ts`. The grid in `test/lint/registry.test.ts` then holds that its bad
 *    example fires it and nothing else at warning or above (`also` names what else belongs to it), that its good
 *    example is clean, and that its texts are there. Findings quote input as it is: renderers make it harmless.
 */

import type { JsonObject } from '../cni/go-json.js';
import type { ClusterFacts, ClusterList } from './cluster/facts.js';
import type { JsonText } from './json/read.js';
import type { Path } from './path.js';
import type { LintDocument } from './source/document.js';
import type { Span } from './source/places.js';

/** How bad it is: upstream refuses it; it is very likely not what was meant; it is worth saying. The worst first. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whose surroundings are judged by; `strict` makes errors of warnings. */
export const PROFILES = ['openshift', 'upstream', 'strict'] as const;
export type Profile = (typeof PROFILES)[number];

/** A finding as it is reported: field names are those of the JSON. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** What the cluster will say, in its own words; null where it says nothing. */
  readonly upstream: string | null;
  readonly file: string;
  /** Number of the document in its file, from 1. */
  readonly document: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** The column after the last character. */
  readonly endColumn: number;
  /** From the document's root, on into JSON that a string holds; empty for the whole. */
  readonly path: string;
  readonly namespace: string | null;
  readonly name: string | null;
  /** Whether `--fix` repairs it. */
  readonly fixable: boolean;
  /** Whether the baseline has it; false where there is none. */
  readonly known: boolean;
}

/** Where in a document: at a path, or at offsets of its text for what has no path yet. */
export type Target = PathTarget | { readonly document: Span };

export interface PathTarget {
  readonly path: Path;
  /** `value` when not given. */
  readonly part?: 'key' | 'value';
  /** A stretch of the string at the path, by offsets in what it says. */
  readonly text?: Span;
}

/** One change of a repair, in the terms of the document; the engine writes it in the quoting of the place. */
export type Edit =
  /** A stretch of the string at a path, as `Target.text` has it. */
  | { readonly kind: 'text'; readonly path: Path; readonly span: Span; readonly text: string }
  /** Another value, written as JSON (which is YAML too). */
  | { readonly kind: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly kind: 'rename'; readonly path: Path; readonly key: string }
  /** A member of an object, or an element of a list, with its comma or its lines. */
  | { readonly kind: 'remove'; readonly path: Path }
  /** A new member, put at the end of the object at the path. */
  | { readonly kind: 'insert'; readonly path: Path; readonly key: string; readonly value: unknown }
  /** A new element, put at the end of the list at the path. */
  | { readonly kind: 'append'; readonly path: Path; readonly value: unknown }
  /** Offsets of the document's text. */
  | { readonly kind: 'document'; readonly span: Span; readonly text: string };

/** What a rule says: the engine adds what is known of the rule, the place and the object. */
export interface Draft {
  readonly at: Target;
  /** One sentence without a full stop, beginning in lower case. */
  readonly message: string;
  /** What the cluster will say, word for word; leave it out where it says nothing. */
  readonly upstream?: string | null | undefined;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  readonly edits?: readonly Edit[] | undefined;
  /** Of a rule over a `set`: which of its subjects the finding is about. */
  readonly on?: Subject | ComparedNad;
}

/** What every subject has. */
interface Located {
  readonly document: LintDocument;
  /** Of the object, or of the text. */
  readonly path: Path;
  /** Of the Kubernetes object that it is, or is in; null where there is none. */
  readonly namespace: string | null;
  readonly name: string | null;
}

/** A YAML or JSON text of a file: what reading it found is `document.problems`. */
export interface DocumentSubject extends Located {
  readonly kind: 'document';
  /** What it says; undefined where it could not be read. */
  readonly value: unknown;
}

/** What holds a JSON text. */
export type JsonHolder = 'config' | 'rawCNIConfig' | 'ipam' | 'file';

/** A JSON text; `path` leads to the string that holds it. */
export interface JsonSubject extends Located {
  readonly kind: 'json';
  readonly holder: JsonHolder;
  /** The whole string, with what stands around the JSON; undefined where no string holds it. */
  readonly held: string | undefined;
  readonly json: JsonText;
}

/** Any Kubernetes object. */
export interface ObjectSubject extends Located {
  readonly kind: 'object';
  readonly object: JsonObject;
  readonly apiVersion: string;
  readonly objectKind: string;
}

/** A NetworkAttachmentDefinition. */
export interface NadSubject extends Located {
  readonly kind: 'nad';
  readonly object: JsonObject;
  readonly apiVersion: string;
  readonly annotations: Readonly<Record<string, unknown>>;
  /** Its configuration; undefined where there is none that can be read. */
  readonly network: NetworkSubject | undefined;
}

/** What is kept of a NetworkAttachmentDefinition to be compared with others. */
export type ComparedNad = Omit<NadSubject, 'object' | 'apiVersion' | 'annotations'>;

/** Where a CNI configuration came from: the kind of the object, or a bare file. */
export type NetworkOrigin =
  | 'nad'
  | 'file'
  | 'additional-network'
  | 'SriovNetwork'
  | 'SriovIBNetwork'
  | 'OVSNetwork'
  | 'HostDeviceNetwork'
  | 'MacvlanNetwork'
  | 'IPoIBNetwork';

/** A CNI configuration, or a part of one. */
export interface NetworkSubject extends Located {
  readonly kind: 'network';
  readonly origin: NetworkOrigin;
  /** `path` leads to this object. Keys may have any case: Go's structs take them (see `cni/go-json`). */
  readonly conf: JsonObject;
  /** `conf`: one plugin; `list`: with `plugins`; `ipam`: only what an IPAM plugin reads, no CNI rule applies. */
  readonly form: 'conf' | 'list' | 'ipam';
  /** In the order in which they run; those of a list that are no objects are left out. */
  readonly plugins: readonly PluginPart[];
  readonly ipams: readonly IpamPart[];
  /** Type of the plugin that makes the interface; what an operator renders has the operator's. */
  readonly mainType: string | undefined;
  /**
   * Whether the text that holds it is no JSON. What a tolerant parser makes of it serves to judge what is there, not what
   * is missing, and it is to be repaired before anything is put into it.
   */
  readonly isBroken: boolean;
  /** Those of the NetworkAttachmentDefinition that it is in; undefined where it is in none. */
  readonly annotations: JsonObject | undefined;
  /** `spec.capabilities` of the operator's object that it is in. */
  readonly capabilities: unknown;
}

/** A plugin of a network. */
export interface PluginPart {
  readonly conf: JsonObject;
  readonly path: Path;
  readonly index: number;
  /** Undefined where it is no string. */
  readonly type: string | undefined;
}

/** An `ipam` object of a network. */
export interface IpamPart {
  readonly conf: JsonObject;
  readonly path: Path;
  readonly type: string | undefined;
  /** Undefined in what an operator renders, and in a fragment. */
  readonly plugin: PluginPart | undefined;
}

/** The networks that a pod, a pod template or a virtual machine asks for. */
export interface AttachmentSubject extends Located {
  readonly kind: 'attachment';
  readonly object: JsonObject;
  readonly objectKind: string;
  /** The value of the annotation, or of `networkName`; `path` leads to it. */
  readonly networks: string;
  /** `default`: of `v1.multus-cni.io/default-network`. */
  readonly role: 'networks' | 'default';
}

/** The Network object of the Cluster Network Operator. */
export interface CnoSubject extends Located {
  readonly kind: 'cno';
  readonly object: JsonObject;
  /** The elements of `spec.additionalNetworks` that are objects. */
  readonly entries: readonly CnoEntry[];
}

export interface CnoEntry {
  readonly conf: JsonObject;
  readonly path: Path;
  readonly network: NetworkSubject | undefined;
}

/** All that belongs together by `--scope`, for rules that compare; templates are not in it. */
export interface SetSubject extends Located {
  readonly kind: 'set';
  readonly nads: readonly ComparedNad[];
  readonly networks: readonly NetworkSubject[];
  readonly attachments: readonly AttachmentSubject[];
  readonly cnos: readonly CnoSubject[];
}

/** The subjects by their kinds. */
export interface Subjects {
  readonly document: DocumentSubject;
  readonly json: JsonSubject;
  readonly object: ObjectSubject;
  readonly nad: NadSubject;
  readonly network: NetworkSubject;
  readonly attachment: AttachmentSubject;
  readonly cno: CnoSubject;
  readonly set: SetSubject;
}
export type SubjectKind = keyof Subjects;
export type Subject = Subjects[SubjectKind];

/** An input that a rule cannot do without. */
export type Need = 'values' | 'cluster' | 'workloads';

/** What a rule is given. */
export interface RuleContext<K extends SubjectKind> {
  readonly subject: Subjects[K];
  readonly profile: Profile;
  /** The version of whereabouts that is asked about, `[0, 9, 4]`; undefined: not known, judge conservatively. */
  readonly whereabouts: readonly [major: number, minor: number, patch: number] | undefined;
  /** What was read of the cluster: of a rule that needs it, all that it `reads`; empty where there is none. */
  readonly cluster: ClusterFacts;
}

/** An input that shows a rule. */
export interface Example {
  readonly text: string;
  /** `nad.yaml` when not given; the ending decides how it is read. */
  readonly file?: string;
  /** The cluster that it is put into, for rules that need one. */
  readonly cluster?: ExampleCluster;
}

/** As much of a cluster as an example needs. */
export interface ExampleCluster {
  /** What is said of it to people. */
  readonly said: string;
  readonly facts: Partial<ClusterFacts>;
}

/** How a finding of the rule is repaired: `safe` by `--fix`, `suggested` by a person. */
export interface FixDescription {
  readonly kind: 'safe' | 'suggested';
  readonly text: string;
}

/** A rule with everything that is said of it. See the head of this file. */
export interface Rule<K extends SubjectKind = SubjectKind> {
  readonly id: string;
  readonly severity: Severity;
  /** One line. */
  readonly title: string;
  /** What happens, when, and to whom; one or more sentences. */
  readonly why: string;
  readonly over: K;
  /**
   * Words that a subject must have one of for the rule to have anything to say; it is not asked about the others, of which
   * there are most. Of a network: types of its plugins and IPAM plugins, and keys at the top of it, of its plugins and of
   * their `ipam`, in any case. Of a JSON text and of a document: codes of what is wrong with it. Undefined: asked about all.
   */
  readonly about?: readonly string[];
  /**
   * `shape`: whether it has anything to say depends on nothing but how the subject is built, as `shape.ts` has it: keys,
   * types of values, and the texts that name something. Of the many that are built alike it is asked once.
   */
  readonly judges?: 'shape';
  readonly needs: readonly Need[];
  /** Lists of the cluster that it cannot do without; only of rules that need the cluster. */
  readonly reads?: readonly ClusterList[];
  readonly fix: FixDescription | null;
  readonly bad: Example;
  readonly good: Example;
  /** What the bad example fires besides, at warning or above. */
  readonly also?: readonly string[];
  /** Project, version and file whose behaviour it foretells. */
  readonly source: string;
  /** Rules, or families as `cni/*`, that keep silent about a token of which this one speaks. */
  readonly supersedes?: readonly string[];
  readonly profiles?: Partial<Readonly<Record<Profile, Severity>>>;
  check(context: RuleContext<K>): Iterable<Draft>;
}

/** A rule over any kind of subject. */
export type AnyRule = { readonly [K in SubjectKind]: Rule<K> }[SubjectKind];

/** Types a rule by what it looks at. */
export function defineRule<K extends SubjectKind>(rule: Rule<K>): Rule<K> {
  return rule;
}
