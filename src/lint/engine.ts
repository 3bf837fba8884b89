import { Asking } from './asking.js';
import { type ClusterReading, NO_CLUSTER } from './cluster/facts.js';
import type { AnyRule, Draft, Edit, Finding, Profile, Rule, Severity, Subject, SubjectKind } from './model.js';
import { groupBy } from './group-by.js';
import { openLocator, type Locator } from './locator.js';
import { pathText } from './path.js';
import { type FileEdit, fileEdits } from './path-edit.js';
import { compared, type Compared, setsOf, type Scope } from './scope.js';
import type { LintDocument, ReadDocument, SourceOrigin } from './source/document.js';
import type { Position } from './source/lines.js';
import { subjectsOf } from './subjects.js';
import { isNamed, Suppressions, type Suppression } from './suppress.js';

/** How the rules are to be applied. */
export interface EngineOptions {
  readonly rules: readonly AnyRule[];
  readonly profile: Profile;
  /** The version of whereabouts to judge by; undefined: not known. */
  readonly whereabouts?: readonly [number, number, number] | undefined;
  readonly scope: Scope;
  /** Undefined: none was asked for. */
  readonly cluster?: ClusterReading | undefined;
  /** Severities that a person wants instead of the rules' own, by id or family. */
  readonly severities?: ReadonlyMap<string, Severity>;
}

/** A finding with what is needed to show and to repair it. */
export interface LocatedFinding {
  readonly finding: Finding;
  readonly document: LintDocument;
  /** Empty when it is not fixable. */
  readonly edits: readonly FileEdit[];
}

/** A rule that could not judge, and why. */
export interface Skipped {
  readonly rule: string;
  readonly why: string;
}

/** A rule that lacks something. */
interface Lack {
  readonly why: string;
  /** Whether an answer was owed: a right was lacking, or a list. */
  readonly gap: boolean;
}

/** What a run over documents found. */
export interface Outcome {
  /** Files with a document that concerns us, and those documents. */
  readonly files: number;
  readonly documents: number;
  /** By file, then by place. */
  readonly findings: readonly LocatedFinding[];
  readonly skipped: readonly Skipped[];
  /** Suppressions that kept nothing back. */
  readonly unused: readonly Suppression[];
  /** How many findings were kept back. */
  readonly suppressed: number;
  /** What there was to check, as far as it was compared. */
  readonly subjects: readonly Compared[];
  /** Something of the cluster that a rule needed could not be read. */
  readonly incomplete: boolean;
}

/** A draft with the rule and the subject that it came from. */
interface Raised {
  readonly rule: AnyRule;
  readonly subject: Subject | Compared;
  readonly draft: Draft;
}

/** Documents that are read one after the other. Only what is not at hand is a promise: to wait costs more than all rules. */
export type Documents = Iterable<ReadDocument | Promise<ReadDocument>>;

/** Runs the rules over documents. */
export function lint(documents: Documents, options: EngineOptions): Promise<Outcome> {
  return lintAll([documents], options);
}

/** Runs the rules over the documents of folders, streams and files. */
export async function lintAll(
  batches: AsyncIterable<Documents> | Iterable<Documents>,
  options: EngineOptions,
): Promise<Outcome> {
  const run = new Run(options);
  const subjects: Compared[] = [];
  const suppressions = new Suppressions();
  const order = new Map<string, number>();
  const given = new Set<string>();
  let count = 0;
  const take = (read: ReadDocument, own: readonly Subject[]): void => {
    const { source } = read.document;
    if (source.origin !== 'background') {
      count++;
      if (source.origin === 'given') given.add(source.name);
      order.set(source.name, order.get(source.name) ?? order.size);
      for (const subject of own) run.check(subject);
    }
    suppressions.add(read.document, own);
    // Only what rules compare is kept: most documents are clean, and there may be many.
    for (const subject of own) {
      const kept = compared(subject);
      if (kept !== undefined) subjects.push(kept);
    }
  };
  for await (const documents of batches) {
    for (const each of documents) {
      const read = each instanceof Promise ? await each : each;
      const own = subjectsOf(read);
      take(read, own instanceof Promise ? await own : own);
    }
  }
  for (const set of setsOf(withoutOutdated(subjects), options.scope)) run.check(set);
  const wanted = withoutSuperseded(run.raised).filter(({ subject }) => subject.document.source.origin !== 'background');
  const located = await locateAll(wanted, options);
  const findings = located.filter((each) => !suppressions.cover(each));
  findings.sort((a, b) => compare(a.finding, b.finding, order));
  return {
    files: given.size,
    documents: count,
    findings,
    skipped: run.skipped(),
    unused: suppressions.unused(),
    suppressed: located.length - findings.length,
    subjects: subjects.filter(({ document }) => document.source.origin !== 'background'),
    incomplete: run.incomplete,
  };
}

class Run {
  readonly raised: Raised[] = [];
  incomplete = false;
  readonly #skipped = new Map<string, Set<string>>();
  readonly #rules = new Map<SubjectKind, readonly AnyRule[]>();

  readonly #asking: Asking;

  constructor(private readonly options: EngineOptions) {
    this.#asking = new Asking(options.rules, (kind) => this.#ready(kind));
  }

  check(subject: Subject): void {
    const { profile, whereabouts, cluster } = this.options;
    const context = { subject, profile, whereabouts, cluster: cluster?.facts ?? NO_CLUSTER };
    const isTemplate = subject.document.template !== undefined;
    this.#asking.ask(subject, (rule) => {
      const lack = isTemplate || subject.kind === 'set' ? lacking(rule, subject) : undefined;
      if (lack !== undefined) {
        this.#skip(rule.id, lack);
        return false;
      }
      const before = this.raised.length;
      // Both have the same kind, by the map that the rule was taken from; the compiler cannot follow that.
      for (const draft of (rule as Rule).check(context)) {
        this.raised.push({ rule, subject: draft.on ?? subject, draft });
      }
      return this.raised.length > before;
    });
  }

  /** The rules of a kind that have what they need of a cluster; the others are told of once, where there is anything to judge. */
  #ready(kind: SubjectKind): readonly AnyRule[] {
    const known = this.#rules.get(kind);
    if (known !== undefined) return known;
    const ready = this.options.rules.filter((rule) => {
      if (rule.over !== kind) return false;
      const lack = lackingOfCluster(rule, this.options.cluster);
      if (lack !== undefined) this.#skip(rule.id, lack);
      return lack === undefined;
    });
    this.#rules.set(kind, ready);
    return ready;
  }

  skipped(): Skipped[] {
    return [...this.#skipped].flatMap(([rule, whys]) => [...whys].map((why) => ({ rule, why })));
  }

  #skip(rule: string, { why, gap }: Lack): void {
    this.incomplete ||= gap;
    const whys = this.#skipped.get(rule);
    if (whys === undefined) this.#skipped.set(rule, new Set([why]));
    else whys.add(why);
  }
}

/** What of a cluster a rule lacks, whatever it looks at. */
function lackingOfCluster(
  { needs, reads = [] }: Pick<AnyRule, 'needs' | 'reads'>,
  cluster: ClusterReading | undefined,
): Lack | undefined {
  if (!needs.includes('cluster')) return undefined;
  if (cluster === undefined) return { why: 'needs a cluster', gap: false };
  const missing = reads.map((list) => cluster.missing.get(list)).filter((list) => list !== undefined);
  return missing.find(({ gap }) => gap) ?? missing[0];
}

/** Why a rule cannot judge a subject; undefined when it can. */
function lacking({ needs }: Pick<AnyRule, 'needs'>, subject: Subject): Lack | undefined {
  const { template, source } = subject.document;
  if (needs.includes('workloads') && subject.kind === 'set' && subject.attachments.length === 0) {
    return { why: 'needs pods, or what makes them, among what is checked', gap: false };
  }
  return needs.includes('values') && template !== undefined
    ? { why: `${source.name} is a template for ${template}`, gap: false }
    : undefined;
}

/** Of two that do not go together the later one is spoken of: what was given, before what is there anyway. */
const RANKS: Readonly<Record<SourceOrigin, number>> = { background: 0, cluster: 1, given: 2 };

/** What was given takes the place of what the cluster has under that name: it is what will be there. */
function withoutOutdated(subjects: readonly Compared[]): readonly Compared[] {
  if (subjects.every(({ document }) => document.source.origin === 'given')) return subjects;
  const keyOf = ({ namespace, name }: Compared): string => `${namespace ?? 'default'}/${name ?? ''}`;
  const given = new Set(
    subjects.filter(({ kind, document }) => kind === 'nad' && document.source.origin === 'given').map(keyOf),
  );
  const current = subjects.filter((subject) => {
    const isDefinition = subject.kind === 'nad' || (subject.kind === 'network' && subject.origin === 'nad');
    return !isDefinition || subject.document.source.origin === 'given' || !given.has(keyOf(subject));
  });
  const rankOf = ({ document }: Compared): number => RANKS[document.source.origin];
  return current.sort((a, b) => rankOf(a) - rankOf(b));
}

/** Of two rules that speak of the same token the more specific one speaks alone. */
function withoutSuperseded(raised: readonly Raised[]): Raised[] {
  const silenced = new Map<LintDocument, Map<string, Set<string>>>();
  for (const { rule, subject, draft } of raised) {
    if (rule.supersedes === undefined) continue;
    const places = entry(silenced, subject.document, () => new Map<string, Set<string>>());
    const patterns = entry(places, placeOf(draft), () => new Set<string>());
    for (const pattern of rule.supersedes) patterns.add(pattern);
  }
  return raised.filter(({ rule, subject, draft }) => {
    const patterns = silenced.get(subject.document)?.get(placeOf(draft));
    return patterns === undefined || ![...patterns].some((pattern) => isNamed(rule.id, pattern));
  });
}

/** What a map has under a key, or from now on has. */
function entry<K, V>(map: Map<K, V>, key: K, made: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = made();
    map.set(key, value);
  }
  return value;
}

function placeOf({ at }: Draft): string {
  return 'document' in at ? `@${at.document.from}` : pathText(at.path);
}

/** Finds the places, document by document: what finds them is large, and is let go of after each. */
async function locateAll(raised: readonly Raised[], options: EngineOptions): Promise<LocatedFinding[]> {
  const byDocument = groupBy(raised, ({ subject }) => subject.document);
  const located: LocatedFinding[] = [];
  for (const [document, own] of byDocument) {
    const locator = await openLocator(document);
    for (const each of own) located.push(locate(each, locator, options));
  }
  return located;
}

function locate({ rule, subject, draft }: Raised, locator: Locator, options: EngineOptions): LocatedFinding {
  const { document, namespace, name } = subject;
  const span = locator.span(draft.at);
  const edits = editsOf(draft.edits ?? [], document, locator);
  const [start, end] = [span.from, span.to].map((offset) => document.source.lines.position(offset)) as [
    Position,
    Position,
  ];
  const finding: Finding = {
    rule: rule.id,
    severity: severityOf(rule, draft, options),
    message: draft.message,
    upstream: draft.upstream ?? null,
    file: document.source.name,
    document: document.index,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    path: 'document' in draft.at ? '' : pathText(draft.at.path),
    namespace,
    name,
    fixable: edits.length > 0,
    known: false,
  };
  return { finding, document, edits };
}

/**
 * All edits of a finding or none: half a repair is none. What a template will become is not known, and standard input and
 * blocks of a document are not written.
 */
function editsOf(edits: readonly Edit[], document: LintDocument, locator: Locator): FileEdit[] {
  if (document.template !== undefined || !document.source.writable) return [];
  const written = edits.map((edit) => fileEdits(edit, document, locator));
  return written.includes(undefined) ? [] : written.flatMap((each) => each ?? []);
}

function severityOf(
  rule: Pick<AnyRule, 'id' | 'severity' | 'profiles'>,
  draft: Draft,
  { profile, severities }: EngineOptions,
): Severity {
  const asked = severities?.get(rule.id) ?? severities?.get(`${rule.id.split('/')[0] ?? ''}/*`);
  if (asked !== undefined) return asked;
  const severity = draft.severity ?? rule.profiles?.[profile] ?? rule.severity;
  return profile === 'strict' && severity === 'warning' ? 'error' : severity;
}

function compare(a: Finding, b: Finding, order: ReadonlyMap<string, number>): number {
  return (
    (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) ||
    a.line - b.line ||
    a.column - b.column ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}
