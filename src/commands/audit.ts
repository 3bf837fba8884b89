import * as Flags from '@oclif/core/flags';
import { audit } from '../audit/engine.js';
import { chosenChecks } from '../audit/chosen.js';
import { DEFAULT_SETTINGS } from '../audit/model.js';
import { CHECKS } from '../audit/registry.js';
import { auditReport, isAtLeast, type AuditReport } from '../audit/report.js';
import { BaseCommand } from '../cli/base.js';
import { FINDINGS, OK, type ExitCode } from '../cli/exit-codes.js';
import { namespaceFlags, outputFlags, repeated, selectorFlag, sourceFlags, variableOf } from '../cli/flags.js';
import type { CommandResult } from '../cli/result.js';
import { waitingClock } from '../cli/waiting.js';
import { FAIL_ON, type FailOn } from '../lint/report.js';
import { selectPools } from '../pools/list.js';
import { auditClosing, auditScreen } from '../render/audit.js';
import { type AuditFormatOptions, auditGithub, auditJunit, auditMetrics, auditSarif } from '../render/audit-formats.js';
import { nearest } from '../render/nearest.js';
import { json } from '../render/output.js';

const FORMATS = ['table', 'wide', 'json', 'yaml', 'jsonpath', 'sarif', 'junit', 'github', 'prometheus'] as const;

export default class Audit extends BaseCommand {
  static override summary = 'check pools, reservations, pods and NADs of a cluster against each other';
  static override description =
    'Reads only. What is found is looked at once more before it is reported, so that a busy cluster raises nothing. Exit code 1 when something is found at or above --fail-on, or when something that was needed could not be read.';
  static override examples = [
    '<%= config.bin %> audit',
    '<%= config.bin %> audit -o json=report.json',
    '<%= config.bin %> audit --check audit/duplicate-live-ip --fail-on error',
    '<%= config.bin %> audit --from must-gather/',
  ];
  static override flags = {
    ...sourceFlags,
    ...namespaceFlags('only what concerns pods of this namespace'),
    ...selectorFlag,
    ...outputFlags(FORMATS),
    check: repeated('check', 'only this check; may be given several times', 'ID'),
    'fail-on': Flags.option({
      options: FAIL_ON,
      summary: 'the least severity that makes the exit code 1; warning when not given',
      env: variableOf('fail-on'),
    })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Audit);
    const checks = chosenChecks(CHECKS, flags.check, nearest);
    await this.presentFrom(flags, FORMATS, async (reader, progress) => {
      const uids = await selectPools(reader, flags.selector);
      const outcome = await audit(reader, {
        checks,
        settings: { ...DEFAULT_SETTINGS, ipamNamespace: flags['ipam-namespace'] },
        clock: waitingClock(progress),
      });
      const report = auditReport(outcome, await reader.identity(), {
        checks: checks.length,
        namespace: flags.namespace,
        uids,
        toolVersion: this.config.version,
        notes: reader.notes,
      });
      return resultOf(report, flags['fail-on'] ?? 'warning', { checks, version: this.config.version });
    });
  }
}

function resultOf(report: AuditReport, failOn: FailOn, options: AuditFormatOptions): CommandResult {
  const mendOf = (id: string): string | undefined => CHECKS.find((check) => check.id === id)?.fix?.text;
  return {
    document: report,
    human: ({ screen, wide }) => ({ text: auditScreen(report, { screen, wide, mendOf }), hiddenColumns: [] }),
    texts: {
      sarif: () => json(auditSarif(report, options)),
      junit: () => auditJunit(report, options),
      github: () => auditGithub(report),
      prometheus: () => auditMetrics(report, options),
    },
    closing: auditClosing(report),
    warnings: report.warnings,
    exitCode: exitCodeOf(report, failOn),
  };
}

/** What could not be read was not checked: a blind gate is never green. */
function exitCodeOf(report: AuditReport, failOn: FailOn): ExitCode {
  const fails = failOn !== 'never' && report.findings.some((finding) => isAtLeast(finding, failOn));
  return report.incomplete || fails ? FINDINGS : OK;
}
