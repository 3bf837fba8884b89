import { setFlagsFromString } from 'node:v8';
import { FINDINGS, PARTIAL, type ExitCode } from './exit-codes.js';
import { variableOf } from './flags.js';
import type { CommandResult } from './result.js';
import type { ClusterReader } from '../cluster/port.js';
import { InputFailure, RefusedFailure, UsageFailure } from '../errors.js';
import { type Baseline, fingerprintOf, readBaseline } from '../lint/baseline.js';
import { clusterDocuments, clusterGaps, type ClusterDocuments } from '../lint/cluster/documents.js';
import type { ClusterReading } from '../lint/cluster/facts.js';
import { readCluster } from '../lint/cluster/read.js';
import { appliedRules, loadConfig } from '../lint/config.js';
import { unifiedDiff } from '../render/diff.js';
import { explainRanges } from '../lint/explain.js';
import type { AnyRule, Profile, Severity } from '../lint/model.js';
import { RULES, ruleOf } from '../lint/registry.js';
import { type FailOn, isAtLeast, isEmpty, isUnread, type LintReport, type Reading, reportOf } from '../lint/report.js';
import { lintInput, type LintOptions, type LintRun } from '../lint/run.js';
import type { Scope } from '../lint/scope.js';
import { parseVersion } from '../lint/version.js';
import { type Unwritten, writeChanges } from '../lint/write.js';
import { githubText } from '../render/lint-github.js';
import { junitText } from '../render/lint-junit.js';
import { sarifDocument } from '../render/lint-sarif.js';
import { lintClosing, lintDiff, lintScreen } from '../render/lint.js';
import { json } from '../render/output.js';
import { rangeTable } from '../render/ranges.js';

const UNREADABLE: ExitCode = 3;

/** The flags of `nad lint` that say what is judged, by what, and how it is told. */
export interface LintFlagValues {
  readonly from?: readonly string[] | undefined;
  readonly 'with-cluster': boolean;
  readonly namespace?: string | undefined;
  readonly 'all-namespaces': boolean;
  readonly selector?: string | undefined;
  readonly 'fail-on'?: FailOn | undefined;
  readonly show: Severity;
  readonly scope?: Scope | undefined;
  readonly profile?: Profile | undefined;
  readonly 'whereabouts-version'?: string | undefined;
  readonly extract: boolean;
  readonly 'allow-empty': boolean;
  readonly config?: string | undefined;
  readonly baseline?: string | undefined;
  readonly explain: boolean;
  readonly fix: boolean;
  readonly 'dry-run': boolean;
}

/** What is asked for, and by what means. */
export interface Linting {
  /** None: the cluster is checked. */
  readonly paths: readonly string[];
  readonly flags: LintFlagValues;
  readonly version: string;
  /** Opens the cluster or snapshot; called only where one is asked for, as the client is loaded then. */
  readonly withSource: <T>(work: (reader: ClusterReader) => Promise<T>) => Promise<T>;
}

/** What of a cluster is checked besides files. */
interface ClusterPart extends ClusterDocuments {
  readonly reading: ClusterReading;
  /** For people: `namespace default`, `all namespaces`. */
  readonly where: string;
}

/** What a run needs to be told. */
interface Telling {
  readonly paths: readonly string[];
  readonly cluster: ClusterPart | undefined;
  readonly baseline: Baseline | undefined;
  readonly failOn: FailOn;
  readonly show: Severity;
  readonly allowEmpty: boolean;
  readonly isRehearsal: boolean;
  readonly unwritten: readonly Unwritten[];
  readonly notes: readonly string[];
  readonly version: string;
}

/**
 * Judges files, a cluster, or both, repairs where that is asked for, and says what comes of it.
 * @throws UsageFailure for flags that do not go together; InputFailure where there is nothing to check; RefusedFailure
 *   where no repair could be written
 */
export async function linted({ paths, flags, version, withSource }: Linting): Promise<CommandResult> {
  keepYoungGenerationSmall();
  const config = await loadConfig(flags.config, RULES);
  const baseline = flags.baseline === undefined ? undefined : readBaseline(flags.baseline);
  const { rules, severities } = appliedRules(RULES, config);
  const notes: string[] = [];
  const cluster = hasCluster({ paths, flags })
    ? await withSource((reader) => clusterPart(reader, flags, flags.explain ? [] : rules, notes))
    : undefined;
  const run = await lintInput({
    paths,
    profile: flags.profile ?? config.profile ?? 'openshift',
    scope: flags.scope ?? config.scope ?? 'dir',
    extract: flags.extract,
    fix: flags.fix,
    rules: flags.explain ? rules.filter(isAboutReading) : rules,
    severities,
    excludes: config.excludes,
    whereabouts: versionOf(flags['whereabouts-version'] ?? config.whereaboutsVersion),
    stdin: process.stdin,
    ...(cluster === undefined ? {} : { further: cluster.sources, cluster: cluster.reading }),
  } satisfies LintOptions);
  if (flags.explain) return explanation(run, notes);
  const unwritten = flags['dry-run'] ? [] : await writeChanges(run.changed);
  return found(run, {
    paths,
    cluster,
    baseline,
    failOn: flags['fail-on'] ?? config.failOn ?? 'error',
    show: flags.show,
    allowEmpty: flags['allow-empty'],
    isRehearsal: flags['dry-run'],
    unwritten,
    notes,
    version,
  });
}

/**
 * Each document is done with before the next is read, so that nearly all there is dies young; V8 would let the place for
 * that grow to 32 MB all the same. The flag is read at each growth (V8 `NewSpace::Grow`), so that it may be set late.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

function hasCluster({ paths, flags }: Pick<Linting, 'paths' | 'flags'>): boolean {
  return paths.length === 0 || flags['with-cluster'] || flags.from !== undefined;
}

async function clusterPart(
  reader: ClusterReader,
  flags: LintFlagValues,
  rules: readonly AnyRule[],
  notes: string[],
): Promise<ClusterPart> {
  const namespace = flags['all-namespaces'] ? null : (flags.namespace ?? reader.contextNamespace);
  const [documents, reading] = await Promise.all([
    clusterDocuments(reader, { namespace, selector: flags.selector }),
    readCluster(reader, rules),
  ]);
  notes.push(...reader.notes);
  return { ...documents, reading, where: namespace === null ? 'all namespaces' : `namespace ${namespace}` };
}

function found(run: LintRun, telling: Telling): CommandResult {
  const { isRehearsal, show, cluster, baseline, unwritten } = telling;
  const outcome = isRehearsal ? run.before : run.outcome;
  const report = reportOf(outcome, readingOf(run, telling));
  refuseEmpty(
    report,
    telling,
    outcome.subjects.some(({ kind }) => kind === 'cno'),
  );
  const fresh = outcome.findings.filter((_, i) => report.findings[i]?.known !== true);
  const sarif = { rules: RULES, version: telling.version, fingerprintOf, hasBaseline: baseline !== undefined };
  return {
    document: report,
    human: ({ screen }) => ({
      text: isRehearsal
        ? lintDiff(run.changed, ({ name, before, after }) => unifiedDiff(name, before, after), screen)
        : lintScreen({ findings: fresh, fixOf: (id) => ruleOf(id)?.fix?.text, show }, screen),
      hiddenColumns: [],
    }),
    texts: {
      sarif: () => json(sarifDocument(report, sarif)),
      junit: () => junitText(report),
      github: () => githubText(report),
    },
    closing: [
      ...fixSentences(run, telling),
      ...lintClosing(report, { show, paths: telling.paths, cluster: cluster?.where }),
    ],
    warnings: [...unwritten.map(({ name, why }) => `${name} ${why}`), ...report.warnings, ...telling.notes],
    exitCode: unwritten.length > 0 ? PARTIAL : exitCodeFor(report, telling.failOn),
  };
}

/**
 * Whoever names a namespace means a cluster; checking files instead would answer another question.
 * @throws UsageFailure naming the flag
 */
export function refuseClusterFlags({ paths, flags }: Pick<Linting, 'paths' | 'flags'>): void {
  if (hasCluster({ paths, flags })) return;
  const names = ['namespace', 'all-namespaces', 'selector'] as const;
  const given = names.find(
    (name) => flags[name] !== undefined && flags[name] !== false && process.env[variableOf(name)] === undefined,
  );
  if (given === undefined) return;
  throw new UsageFailure(`--${given} is about a cluster, and files are checked`, {
    hints: ['--with-cluster     checks the cluster besides'],
  });
}

function isAboutReading({ id }: AnyRule): boolean {
  return /^(?:json|yaml)\//.test(id);
}

/** What each range does; what does not load is told, and makes the exit code 3. */
function explanation({ outcome, unreadable }: LintRun, notes: readonly string[]): CommandResult {
  const unread = outcome.findings.map(({ finding }) => finding).filter(({ severity }) => severity === 'error');
  const ranges = explainRanges(outcome.subjects);
  const warnings = [
    ...unreadable.map(({ file, why }) => `${file} ${why}`),
    ...unread.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    ...ranges.warnings,
    ...notes,
  ];
  const incomplete = ranges.incomplete || unreadable.length + unread.length > 0;
  return {
    document: { ...ranges, incomplete, warnings },
    human: (view) => rangeTable(ranges.items, view),
    closing: ranges.items.length === 0 ? ['no range of whereabouts'] : [],
    warnings,
    exitCode: incomplete ? UNREADABLE : 0,
  };
}

function readingOf(run: LintRun, { cluster, baseline }: Telling): Reading {
  const gaps = cluster === undefined ? [] : clusterGaps(cluster, RULES);
  return { unreadable: run.unreadable, fixed: run.fixed, baseline, clusterGaps: gaps };
}

function versionOf(text: string | undefined): ReturnType<typeof parseVersion> {
  if (text === undefined) return undefined;
  const version = parseVersion(text);
  if (version === undefined) {
    throw new UsageFailure(`--whereabouts-version "${text}" is no version`, { hints: ['write it as 0.9.4'] });
  }
  return version;
}

/** Nothing to check is a mistake in a pipeline until somebody says that it is none. */
function refuseEmpty(report: LintReport, { paths, cluster, allowEmpty }: Telling, hasCno: boolean): void {
  if (allowEmpty || report.unreadable.length > 0 || !isEmpty(report, hasCno)) return;
  const places = [...paths, ...(cluster === undefined ? [] : [cluster.where])];
  const wider = cluster === undefined || cluster.where === 'all namespaces' ? [] : ['-A     looks in all namespaces'];
  throw new InputFailure(`nothing to check in ${places.join(', ')}`, {
    hints: [...wider, '--allow-empty     when that is as it should be'],
  });
}

/** What could not be read was not checked: a blind gate is never green. */
function exitCodeFor(report: LintReport, failOn: FailOn): ExitCode {
  const isBlind =
    report.unreadable.length > 0 || report.findings.some((finding) => isUnread(finding) && !finding.known);
  if (isBlind) return UNREADABLE;
  if (report.incomplete && !report.findings.some(isUnread)) return FINDINGS;
  const fails = failOn !== 'never' && report.findings.some((finding) => !finding.known && isAtLeast(finding, failOn));
  return fails ? FINDINGS : 0;
}

/** @throws RefusedFailure where not one of the repairs could be written */
function fixSentences({ fixed, changed }: LintRun, { isRehearsal, unwritten }: Telling): string[] {
  const written = changed.length - unwritten.length;
  const [first] = unwritten;
  if (first !== undefined && written === 0) {
    throw new RefusedFailure(`${first.name} ${first.why}; nothing was written`);
  }
  if (fixed.length === 0) return [];
  const lost = new Set(unwritten.map(({ name }) => name));
  const count = fixed.filter(({ file }) => !lost.has(file)).length;
  return [`${isRehearsal ? 'would fix' : 'fixed'} ${count} in ${written} ${written === 1 ? 'file' : 'files'}`];
}
