import { writeFile } from 'node:fs/promises';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base.js';
import { FINDINGS, type ExitCode } from '../../cli/exit-codes.js';
import { outputFlags, variableOf } from '../../cli/flags.js';
import type { CommandResult } from '../../cli/result.js';
import { InputFailure, UsageFailure } from '../../errors.js';
import { unifiedDiff } from '../../lint/diff.js';
import { PROFILES, SEVERITIES } from '../../lint/model.js';
import { RULES, ruleOf } from '../../lint/registry.js';
import { FAIL_ON, type FailOn, isAtLeast, isEmpty, type LintReport, reportOf } from '../../lint/report.js';
import { lintInput, type LintRun } from '../../lint/run.js';
import { SCOPES } from '../../lint/scope.js';
import { parseVersion } from '../../lint/version.js';
import { githubText } from '../../render/lint-github.js';
import { junitText } from '../../render/lint-junit.js';
import { sarifDocument } from '../../render/lint-sarif.js';
import { lintClosing, lintDiff, lintScreen } from '../../render/lint.js';
import { json } from '../../render/output.js';

const FORMATS = ['table', 'json', 'yaml', 'sarif', 'junit', 'github'] as const;
const UNREADABLE: ExitCode = 3;

export default class NadLint extends BaseCommand {
  static override summary = 'check NetworkAttachmentDefinitions and CNI configurations before the cluster does';
  static override description =
    'Reads NADs, network annotations of pods, CNO Network objects, networks of operators, and bare CNI configurations. ' +
    'Exit code 1 when something is found at or above --fail-on, 3 when something could not be read. ' +
    'A comment "# ipamctl-ignore: RULE reason" or the annotation ipamctl.io/ignore keeps a finding back.';
  static override examples = [
    '<%= config.bin %> nad lint nad.yaml',
    '<%= config.bin %> nad lint manifests/ -o sarif=out.sarif -o table',
    'kustomize build . | <%= config.bin %> nad lint -',
    '<%= config.bin %> nad lint --fix --dry-run nad.yaml',
  ];
  static override strict = false;
  static override args = {
    path: Args.string({ description: 'files, folders, patterns; - for standard input' }),
  };
  static override flags = {
    ...outputFlags(FORMATS),
    'fail-on': Flags.option({
      options: FAIL_ON,
      summary: 'the least severity that makes the exit code 1',
      default: 'error' as const,
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
      summary: 'what is compared with each other: the documents of a folder, or all',
      default: 'dir' as const,
      env: variableOf('scope'),
    })(),
    profile: Flags.option({
      options: PROFILES,
      summary: 'whose surroundings to judge by; strict makes errors of warnings',
      default: 'openshift' as const,
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
    fix: Flags.boolean({ summary: 'repair what can be repaired without guessing' }),
    'dry-run': Flags.boolean({
      summary: 'with --fix: print what would change, and change nothing',
      dependsOn: ['fix'],
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(NadLint);
    const paths = argv.map(String);
    if (paths.length === 0) {
      throw new UsageFailure('nad lint needs a file, a folder, or - for standard input', {
        hints: ['ipamctl nad lint nad.yaml', 'kubectl get net-attach-def -A -o yaml | ipamctl nad lint -'],
      });
    }
    const whereabouts = versionOf(flags['whereabouts-version']);
    await this.present(flags, FORMATS, async () => {
      const { profile, scope, extract, fix } = flags;
      const options = { paths, profile, scope, extract, fix, rules: RULES, whereabouts, stdin: process.stdin };
      const run = await lintInput(options);
      if (!flags['dry-run']) await writeChanges(run);
      return this.#result(run, paths, flags);
    });
  }

  #result(
    run: LintRun,
    paths: readonly string[],
    flags: {
      readonly 'fail-on': FailOn;
      readonly show: (typeof SEVERITIES)[number];
      readonly 'allow-empty': boolean;
      readonly 'dry-run': boolean;
    },
  ): CommandResult {
    const isRehearsal = flags['dry-run'];
    const outcome = isRehearsal ? run.before : run.outcome;
    const report = reportOf(outcome, run.unreadable, run.fixed);
    refuseEmpty(
      report,
      paths,
      flags['allow-empty'],
      outcome.subjects.some(({ kind }) => kind === 'cno'),
    );
    return {
      document: report,
      human: ({ screen }) => ({
        text: isRehearsal
          ? lintDiff(run.changed, ({ name, before, after }) => unifiedDiff(name, before, after), screen)
          : lintScreen({ findings: outcome.findings, fixOf: (id) => ruleOf(id)?.fix?.text, show: flags.show }, screen),
        hiddenColumns: [],
      }),
      texts: {
        sarif: () => json(sarifDocument(report, RULES, this.config.version)),
        junit: () => junitText(report),
        github: () => githubText(report),
      },
      closing: [...fixSentences(run, isRehearsal), ...lintClosing(report, flags.show, paths)],
      warnings: report.warnings,
      exitCode: exitCodeFor(report, flags['fail-on']),
    };
  }
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
function refuseEmpty(report: LintReport, paths: readonly string[], allowed: boolean, hasCno: boolean): void {
  if (allowed || report.unreadable.length > 0 || !isEmpty(report, hasCno)) return;
  throw new InputFailure(`nothing to check in ${paths.join(', ')}`, {
    hints: ['--allow-empty     when that is as it should be'],
  });
}

/** What could not be read was not checked: a blind gate is never green. */
function exitCodeFor(report: LintReport, failOn: FailOn): ExitCode {
  if (report.incomplete) return UNREADABLE;
  return failOn !== 'never' && report.findings.some((finding) => isAtLeast(finding, failOn)) ? FINDINGS : 0;
}

async function writeChanges({ changed }: LintRun): Promise<void> {
  for (const { name, after } of changed) {
    try {
      await writeFile(name, after);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputFailure(`cannot write ${name}: ${why}`, { cause: error });
    }
  }
}

function fixSentences({ fixed, changed }: LintRun, isRehearsal: boolean): string[] {
  if (fixed.length === 0) return [];
  const files = `${changed.length} ${changed.length === 1 ? 'file' : 'files'}`;
  return [`${isRehearsal ? 'would fix' : 'fixed'} ${fixed.length} in ${files}`];
}
