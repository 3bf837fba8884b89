import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base.js';
import { FINDINGS, type ExitCode } from '../../cli/exit-codes.js';
import { connectionFlags, outputFlags, sourceFlags, variableOf } from '../../cli/flags.js';
import type { CommandResult } from '../../cli/result.js';
import { InputFailure, RefusedFailure, UsageFailure } from '../../errors.js';
import { type Baseline, fingerprintOf, readBaseline } from '../../lint/baseline.js';
import { clusterDocuments, clusterGaps, type ClusterDocuments } from '../../lint/cluster/documents.js';
import type { ClusterReading } from '../../lint/cluster/facts.js';
import { readCluster } from '../../lint/cluster/read.js';
import { appliedRules, loadConfig } from '../../lint/config.js';
import { unifiedDiff } from '../../render/diff.js';
import { explainRanges } from '../../lint/explain.js';
import { type AnyRule, PROFILES, SEVERITIES, type Severity } from '../../lint/model.js';
import { RULES, ruleOf } from '../../lint/registry.js';
import {
  FAIL_ON,
  type FailOn,
  isAtLeast,
  isEmpty,
  isUnread,
  type LintReport,
  type Reading,
  reportOf,
} from '../../lint/report.js';
import { lintInput, type LintOptions, type LintRun } from '../../lint/run.js';
import { SCOPES } from '../../lint/scope.js';
import { parseVersion } from '../../lint/version.js';
import { type Unwritten, writeChanges } from '../../lint/write.js';
import { githubText } from '../../render/lint-github.js';
import { junitText } from '../../render/lint-junit.js';
import { sarifDocument } from '../../render/lint-sarif.js';
import { lintClosing, lintDiff, lintScreen } from '../../render/lint.js';
import { json } from '../../render/output.js';
import { rangeTable } from '../../render/ranges.js';

const FORMATS = ['table', 'json', 'yaml', 'sarif', 'junit', 'github'] as const;
const EXPLAIN_FORMATS = ['table', 'wide', 'json', 'yaml'] as const;
const UNREADABLE: ExitCode = 3;
const PARTIAL: ExitCode = 6;

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
}

export default class NadLint extends BaseCommand {
  static override summary = 'check NetworkAttachmentDefinitions and CNI configurations before the cluster does';
  static override description =
    'Reads NADs, network annotations of pods, CNO Network objects, networks of operators, and bare CNI configurations, ' +
    'in files, or without a path in the cluster. ' +
    'Exit code 1 when something is found at or above --fail-on, 3 when something could not be read. ' +
    'A comment "# ipamctl-ignore: RULE reason" or the annotation ipamctl.io/ignore keeps a finding back.';
  static override examples = [
    '<%= config.bin %> nad lint nad.yaml',
    '<%= config.bin %> nad lint manifests/ -o sarif=out.sarif -o table',
    'kustomize build . | <%= config.bin %> nad lint -',
    '<%= config.bin %> nad lint --fix --dry-run nad.yaml',
    '<%= config.bin %> nad lint -A',
    '<%= config.bin %> nad lint nad.yaml --with-cluster',
    '<%= config.bin %> nad lint --explain nad.yaml',
  ];
  static override strict = false;
  static override args = {
    path: Args.string({ description: 'files, folders, patterns; - for standard input' }),
  };
  static override flags = {
    ...connectionFlags,
    from: sourceFlags.from,
    'with-cluster': Flags.boolean({
      summary: 'check the cluster besides the files, and the files against it',
      env: variableOf('with-cluster'),
    }),
    namespace: Flags.string({
      char: 'n',
      summary: 'of a cluster: this namespace; without it that of the context',
      helpValue: 'NAME',
      env: variableOf('namespace'),
    }),
    'all-namespaces': Flags.boolean({ char: 'A', summary: 'of a cluster: all namespaces', exclusive: ['namespace'] }),
    selector: Flags.string({
      char: 'l',
      summary: 'of a cluster: only NADs with these labels, as kubectl has it',
      helpValue: 'SELECTOR',
      env: variableOf('selector'),
    }),
    ...outputFlags(FORMATS),
    'fail-on': Flags.option({
      options: FAIL_ON,
      summary: 'the least severity that makes the exit code 1; error when not given',
      env: variableOf('fail-on'),
    })(),
    show: Flags.option({
      options: SEVERITIES,
      summary: 'the least severity that is printed for people; the rest is counted',
      default: 'warning' as const,
      env: variableOf('show'),
    })(),
    scope: Flags.option({
      options: SCOPES,
      summary: 'what is compared with each other: the documents of a folder (when not given), or all',
      env: variableOf('scope'),
    })(),
    profile: Flags.option({
      options: PROFILES,
      summary: 'whose surroundings to judge by, openshift when not given; strict makes errors of warnings',
      env: variableOf('profile'),
    })(),
    'whereabouts-version': Flags.string({
      summary: 'judge by this version of whereabouts; without it, by any that may run',
      helpValue: 'X.Y.Z',
      env: variableOf('whereabouts-version'),
    }),
    extract: Flags.boolean({
      summary: 'in folders, check blocks of Markdown and AsciiDoc too',
      env: variableOf('extract'),
    }),
    'allow-empty': Flags.boolean({
      summary: 'exit code 0 when there is nothing to check',
      env: variableOf('allow-empty'),
    }),
    config: Flags.string({
      summary: 'configuration file; without it the nearest .ipamctl.yaml upwards',
      helpValue: 'FILE',
      env: variableOf('config'),
    }),
    baseline: Flags.string({
      summary: 'an earlier report (-o json=FILE): what it has fails nothing',
      helpValue: 'FILE',
      env: variableOf('baseline'),
    }),
    explain: Flags.boolean({
      summary: 'print what whereabouts will do with each range, and nothing else',
      exclusive: ['fix', 'baseline', 'fail-on'],
    }),
    fix: Flags.boolean({ summary: 'repair what can be repaired without guessing' }),
    'dry-run': Flags.boolean({
      summary: 'with --fix: print what would change, and change nothing',
      dependsOn: ['fix'],
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(NadLint);
    const paths = argv.map(String);
    const hasCluster = paths.length === 0 || flags['with-cluster'] || flags.from !== undefined;
    if (!hasCluster) refuseClusterFlags(flags);
    const formats = flags.explain ? EXPLAIN_FORMATS : FORMATS;
    await this.present(flags, formats, async () => {
      const config = await loadConfig(flags.config, RULES);
      const baseline = flags.baseline === undefined ? undefined : readBaseline(flags.baseline);
      const { rules, severities } = appliedRules(RULES, config);
      const notes: string[] = [];
      const cluster = hasCluster ? await this.#cluster(flags, flags.explain ? [] : rules, notes) : undefined;
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
      return this.#result(run, {
        paths,
        cluster,
        baseline,
        failOn: flags['fail-on'] ?? config.failOn ?? 'error',
        show: flags.show,
        allowEmpty: flags['allow-empty'],
        isRehearsal: flags['dry-run'],
        unwritten,
        notes,
      });
    });
  }

  /** The client is loaded here and nowhere else. */
  async #cluster(
    flags: Parameters<BaseCommand['withSource']>[0] & {
      readonly namespace?: string | undefined;
      readonly 'all-namespaces': boolean;
      readonly selector?: string | undefined;
    },
    rules: readonly AnyRule[],
    notes: string[],
  ): Promise<ClusterPart> {
    return this.withSource(flags, async (reader) => {
      const namespace = flags['all-namespaces'] ? null : (flags.namespace ?? reader.contextNamespace);
      const [documents, reading] = await Promise.all([
        clusterDocuments(reader, { namespace, selector: flags.selector }),
        readCluster(reader, rules),
      ]);
      notes.push(...reader.notes);
      return { ...documents, reading, where: namespace === null ? 'all namespaces' : `namespace ${namespace}` };
    });
  }

  #result(run: LintRun, telling: Telling): CommandResult {
    const { isRehearsal, show, cluster, baseline, unwritten } = telling;
    const outcome = isRehearsal ? run.before : run.outcome;
    const report = reportOf(outcome, readingOf(run, telling));
    refuseEmpty(
      report,
      telling,
      outcome.subjects.some(({ kind }) => kind === 'cno'),
    );
    const fresh = outcome.findings.filter((_, i) => report.findings[i]?.known !== true);
    const sarif = { rules: RULES, version: this.config.version, fingerprintOf, hasBaseline: baseline !== undefined };
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

/** Whoever names a namespace means a cluster; checking files instead would answer another question. */
function refuseClusterFlags(flags: Readonly<Record<string, unknown>>): void {
  const given = ['namespace', 'all-namespaces', 'selector'].find(
    (name) => flags[name] !== undefined && flags[name] !== false && process.env[variableOf(name)] === undefined,
  );
  if (given === undefined) return;
  throw new UsageFailure(`--${given} is about a cluster, and files are checked`, {
    hints: ['--with-cluster     checks the cluster besides'],
  });
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
