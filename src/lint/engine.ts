import type { AnyRule, Draft, Edit, Finding, Profile, Rule, Severity, Subject, SubjectKind } from './model.js';
import { openLocator, type Locator } from './locator.js';
import { pathText } from './path.js';
import { type FileEdit, fileEdits } from './path-edit.js';
import { setsOf, type Scope } from './scope.js';
import type { LintDocument } from './source/document.js';
import type { Position } from './source/lines.js';
import { subjectsOf } from './subjects.js';
import { isCovered, isNamed, suppressionsOf, type Suppression } from './suppress.js';

/** How the rules are to be applied. */
export interface EngineOptions {
  readonly rules: readonly AnyRule[];
  readonly profile: Profile;
  /** The version of whereabouts to judge by; undefined: not known. */
  readonly whereabouts?: readonly [number, number, number] | undefined;
  readonly scope: Scope;
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
  readonly subjects: readonly Subject[];
}

/** A draft with the rule and the subject that it came from. */
interface Raised {
  readonly rule: AnyRule;
  readonly subject: Subject;
  readonly draft: Draft;
}

/** Runs the rules over documents. */
export async function lint(
  documents: AsyncIterable<LintDocument> | Iterable<LintDocument>,
  options: EngineOptions,
): Promise<Outcome> {
  const run = new Run(options);
  const subjects: Subject[] = [];
  const suppressions: Suppression[] = [];
  const order = new Map<string, number>();
  let count = 0;
  for await (const document of documents) {
    count++;
    order.set(document.source.name, order.get(document.source.name) ?? order.size);
    const own = await subjectsOf(document);
    for (const subject of own) run.check(subject);
    suppressions.push(...suppressionsOf(document, own));
    // Only what rules compare is kept: most documents are clean, and there may be many.
    subjects.push(...own.filter(({ kind }) => kind !== 'document' && kind !== 'json' && kind !== 'object'));
  }
  for (const set of setsOf(subjects, options.scope)) run.check(set);
  const located = await Promise.all(withoutSuperseded(run.raised).map((raised) => locate(raised, options.profile)));
  const used = new Set<Suppression>();
  const findings = located.filter(({ finding }) => {
    const suppression = suppressions.find((each) => isCovered(finding, each));
    if (suppression !== undefined) used.add(suppression);
    return suppression === undefined;
  });
  findings.sort((a, b) => compare(a.finding, b.finding, order));
  const unused = suppressions.filter((each) => !used.has(each));
  return {
    files: order.size,
    documents: count,
    findings,
    skipped: run.skipped(),
    unused,
    suppressed: located.length - findings.length,
    subjects,
  };
}

class Run {
  readonly raised: Raised[] = [];
  readonly #skipped = new Map<string, Set<string>>();
  readonly #rules = new Map<SubjectKind, AnyRule[]>();

  constructor(private readonly options: EngineOptions) {
    for (const rule of options.rules) this.#rules.set(rule.over, [...(this.#rules.get(rule.over) ?? []), rule]);
  }

  check(subject: Subject): void {
    for (const rule of this.#rules.get(subject.kind) ?? []) {
      const why = lacking(rule, subject);
      if (why !== undefined) this.#skip(rule.id, why);
      else
        for (const draft of this.#drafts(rule, subject))
          this.raised.push({ rule, subject: draft.on ?? subject, draft });
    }
  }

  #drafts(rule: AnyRule, subject: Subject): Iterable<Draft> {
    const { profile, whereabouts } = this.options;
    // Both have the same kind, by the map that the rule was taken from; the compiler cannot follow that.
    return (rule as Rule).check({ subject, profile, whereabouts });
  }

  skipped(): Skipped[] {
    return [...this.#skipped].flatMap(([rule, whys]) => [...whys].map((why) => ({ rule, why })));
  }

  #skip(rule: string, why: string): void {
    const whys = this.#skipped.get(rule);
    if (whys === undefined) this.#skipped.set(rule, new Set([why]));
    else whys.add(why);
  }
}

/** Why a rule cannot judge a subject; undefined when it can. */
function lacking({ needs }: Pick<AnyRule, 'needs'>, subject: Subject): string | undefined {
  const { template, source } = subject.document;
  if (needs.includes('cluster')) return 'needs a cluster';
  if (needs.includes('workloads') && subject.kind === 'set' && subject.attachments.length === 0) {
    return 'needs pods, or what makes them, among what is checked';
  }
  return needs.includes('values') && template !== undefined
    ? `${source.name} is a template for ${template}`
    : undefined;
}

/** Of two rules that speak of the same token the more specific one speaks alone. */
function withoutSuperseded(raised: readonly Raised[]): Raised[] {
  const silenced = new Map<LintDocument, Map<string, readonly string[]>>();
  for (const { rule, subject, draft } of raised) {
    if (rule.supersedes === undefined) continue;
    const places = silenced.get(subject.document) ?? new Map<string, readonly string[]>();
    silenced.set(subject.document, places);
    const place = placeOf(draft);
    places.set(place, [...(places.get(place) ?? []), ...rule.supersedes]);
  }
  return raised.filter(({ rule, subject, draft }) => {
    const patterns = silenced.get(subject.document)?.get(placeOf(draft)) ?? [];
    return !patterns.some((pattern) => isNamed(rule.id, pattern));
  });
}

function placeOf({ at }: Draft): string {
  return 'document' in at ? `@${at.document.from}` : pathText(at.path);
}

async function locate({ rule, subject, draft }: Raised, profile: Profile): Promise<LocatedFinding> {
  const { document, namespace, name } = subject;
  const locator = await openLocator(document);
  const span = locator.span(draft.at);
  const edits = editsOf(draft.edits ?? [], document, locator);
  const [start, end] = [span.from, span.to].map((offset) => document.source.lines.position(offset)) as [
    Position,
    Position,
  ];
  const finding: Finding = {
    rule: rule.id,
    severity: severityOf(rule, draft, profile),
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

function severityOf(rule: Pick<AnyRule, 'severity' | 'profiles'>, draft: Draft, profile: Profile): Severity {
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
