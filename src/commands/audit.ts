import * as Flags from '@oclif/core/flags';
import { audit } from '../audit/engine.js';
import { chosenChecks } from '../audit/chosen.js';
import { appliedChecks, auditConfig, FAIL_ON, thresholdsOf, type FailOn } from '../audit/config.js';
import { fixableChecks } from '../audit/mends.js';
import type { AnyCheck } from '../audit/model.js';
import { CHECKS } from '../audit/registry.js';
import { auditReport, isAsked, isAtLeast, type AuditReport } from '../audit/report.js';
import { FINDINGS, OK, type ExitCode } from '../cli/exit-codes.js';
import { reportList, warningsOf, type Fleet } from '../cli/fleet.js';
import { FixCommand } from '../cli/fix-command.js';
import {
  fleetFlags,
  namespaceFlags,
  outputFlags,
  repeated,
  selectorFlag,
  sourceFlags,
  variableOf,
} from '../cli/flags.js';
import type { Progress } from '../cli/progress.js';
import { writeFlags } from '../cli/releasing.js';
import type { CommandResult } from '../cli/result.js';
import { waitingClock } from '../cli/waiting.js';
import type { ClusterReader } from '../cluster/port.js';
import { UsageFailure } from '../errors.js';
import { readConfigFile } from '../lint/config.js';
import { selectPools } from '../pools/list.js';
import { type AuditFormatOptions, auditGithub, auditJunit, auditMetrics, auditSarif } from '../render/audit-formats.js';
import { auditClosing, auditScreen, auditSection } from '../render/audit.js';
import { nearest } from '../render/nearest.js';
import { json } from '../render/output.js';

const FIX_FORMATS = ['table', 'wide', 'json', 'yaml', 'jsonpath'] as const;
const FORMATS = [...FIX_FORMATS, 'sarif', 'junit', 'github', 'prometheus'] as const;

const percentFlag = (name: string, summary: string) => Flags.string({ summary, helpValue: 'N', env: variableOf(name) });

export default class Audit extends FixCommand {
  static override summary = 'check pools, reservations, pods and NADs of a cluster against each other';
  static override description =
    'What is found is looked at once more before it is reported, so that a busy cluster raises nothing. Exit code 1 when something is found at or above --fail-on, or when something that was needed could not be read. Without --fix it reads only; with it, what three checks find is mended, after the plan was shown.';
  static override examples = [
    '<%= config.bin %> audit',
    '<%= config.bin %> audit -o json=report.json',
    '<%= config.bin %> audit --check duplicate-live-ip --fail-on error',
    '<%= config.bin %> audit --from must-gather/',
    '<%= config.bin %> audit --all-contexts -o json',
    '<%= config.bin %> audit --fix untracked-live-ip --dry-run=server',
  ];
  static override flags = {
    ...sourceFlags,
    ...fleetFlags,
    ...namespaceFlags('only what concerns pods of this namespace'),
    ...selectorFlag,
    ...outputFlags(FORMATS),
    ...writeFlags,
    check: repeated('check', 'only this check; may be given several times', 'ID'),
    'fail-on': Flags.option({
      options: FAIL_ON,
      summary: 'the least severity that makes the exit code 1; warning when not given',
      env: variableOf('fail-on'),
    })(),
    'capacity-warning': percentFlag('capacity-warning', 'how full is a warning, in percent; 80 when not given'),
    'capacity-error': percentFlag('capacity-error', 'how full is an error, in percent; 95 when not given'),
    fix: Flags.string({
      summary: 'mend what this check finds; may be given several times',
      helpValue: 'ID',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['check', 'fail-on', 'capacity-warning', 'capacity-error', 'selector'],
    }),
    config: Flags.string({
      summary: 'configuration file; without it the nearest .ipamctl.yaml upwards',
      helpValue: 'FILE',
      env: variableOf('config'),
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Audit);
    const { namespace } = flags;
    const fixes = flags.fix === undefined ? undefined : fixableChecks(CHECKS, flags.fix, nearest);
    if (fixes === undefined) refuseWriteFlags(flags);
    const chosen = chosenChecks(CHECKS, flags.check, nearest);
    const file = await readConfigFile(flags.config);
    const config = auditConfig(file, CHECKS, nearest);
    const settings = { ipamNamespace: flags['ipam-namespace'], ...thresholdsOf(flags, config) };
    if (fixes !== undefined) {
      const asked = { namespace, uids: null };
      await this.presentFix(flags, FIX_FORMATS, { checks: fixes, settings, isAsked: (each) => isAsked(each, asked) });
      return;
    }
    const { checks, severities } = appliedChecks(chosen, config);
    const look = async (reader: ClusterReader, progress: Progress): Promise<AuditReport> => {
      const uids = await selectPools(reader, flags.selector);
      const outcome = await audit(reader, {
        checks,
        settings,
        clock: waitingClock(progress),
        severities,
        ...(flags.check === undefined ? {} : { asked: new Set(chosen.map(({ id }) => id)) }),
      });
      return auditReport(outcome, await reader.identity(), {
        checks: checks.length,
        namespace,
        uids,
        toolVersion: this.config.version,
        notes: reader.notes,
      });
    };
    const failOn = flags['fail-on'] ?? config.failOn ?? 'warning';
    const options = { checks, version: this.config.version };
    await this.presentFleet(flags, FORMATS, {
      look,
      show: (report) => resultOf(report, failOn, options),
      join: (fleet) => joined(fleet, failOn, options),
    });
  }
}

/** Whoever gives one of these means to write; reading instead would answer another question. */
function refuseWriteFlags(flags: Readonly<Record<string, unknown>>): void {
  const given = ['yes', 'dry-run'].find((name) => flags[name] !== undefined && flags[name] !== false);
  if (given === undefined) return;
  throw new UsageFailure(`--${given} is about --fix, and nothing is mended without it`, {
    hints: ['--fix CHECK     mends what that check finds'],
  });
}

function resultOf(report: AuditReport, failOn: FailOn, options: AuditFormatOptions): CommandResult {
  const reports = [{ report }];
  return {
    document: report,
    human: ({ screen, wide }) => ({ text: auditScreen(report, { screen, wide, mendOf }), hiddenColumns: [] }),
    texts: {
      sarif: () => json(auditSarif(reports, options)),
      junit: () => auditJunit(reports, options),
      github: () => auditGithub(reports),
      prometheus: () => auditMetrics(reports, options),
    },
    closing: auditClosing(report),
    warnings: report.warnings,
    exitCode: exitCodeOf(report, failOn),
  };
}

/** The reports of several clusters, whole, each with the name of its cluster. */
function joined({ answers, clusters }: Fleet<AuditReport>, failOn: FailOn, options: AuditFormatOptions): CommandResult {
  const reports = answers.map(({ name, found }) => ({ cluster: name, report: found }));
  const unread = clusters.flatMap(({ name, error }) => (error === null ? [] : [{ cluster: name, why: error.message }]));
  return {
    document: reportList('AuditReportList', answers),
    human: ({ screen, wide }) => ({
      text: reports
        .map(({ cluster, report }) => auditSection(cluster, auditScreen(report, { screen, wide, mendOf }), screen))
        .join('\n'),
      hiddenColumns: [],
    }),
    texts: {
      sarif: () => json(auditSarif(reports, options, unread)),
      junit: () => auditJunit(reports, options, unread),
      github: () => auditGithub(reports, unread),
      prometheus: () => auditMetrics(reports, options, unread),
    },
    closing: reports.flatMap(({ cluster, report }) => auditClosing(report, cluster)),
    warnings: warningsOf(answers),
    exitCode: reports.some(({ report }) => exitCodeOf(report, failOn) !== OK) ? FINDINGS : OK,
  };
}

function mendOf(id: string): string | undefined {
  return checkOf(id)?.fix?.text;
}

function checkOf(id: string): AnyCheck | undefined {
  return CHECKS.find((check) => check.id === id);
}

/** What could not be read was not checked: a blind gate is never green. */
function exitCodeOf(report: AuditReport, failOn: FailOn): ExitCode {
  const fails = failOn !== 'never' && report.findings.some((finding) => isAtLeast(finding, failOn));
  return report.incomplete || fails ? FINDINGS : OK;
}
