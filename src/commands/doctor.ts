import { BaseCommand, exitCodeFor } from '../cli/base.js';
import { connectionFlags, outputFlags } from '../cli/flags.js';
import { journalFlag } from '../cli/journal-flag.js';
import { localFacts } from '../cli/local-facts.js';
import type { CommandResult } from '../cli/result.js';
import type { Doctored } from '../doctor/cluster.js';
import { isConnection } from '../doctor/local.js';
import { diagnose } from '../doctor/report.js';
import { doctorClosing, doctorScreen } from '../render/doctor.js';

const FORMATS = ['table', 'wide', 'json', 'yaml', 'jsonpath'] as const;

export default class Doctor extends BaseCommand {
  static override summary =
    'say what works here and what does not: Node, kubeconfig, server, clock, definitions, rights';
  static override description =
    'Ends with 1 when there is a problem. A right that only writing needs is none; wide shows what could not be looked at.';
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --context prod -o json'];
  static override flags = { ...connectionFlags, ...outputFlags(FORMATS), ...journalFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    await this.present(flags, FORMATS, async () => {
      const facts = await localFacts(flags, { version: this.config.version, root: this.config.root });
      const here = (): Date => new Date();
      const report = isConnection(facts.connection)
        ? // The flags name a cluster, so this is one.
          await this.withSource(flags, (reader) => diagnose(facts, reader as Doctored, here))
        : await diagnose(facts, null, here);
      return {
        document: report,
        human: ({ screen, wide }) => ({ text: doctorScreen(report, screen, wide), hiddenColumns: [] }),
        closing: doctorClosing(report),
        warnings: [],
        exitCode: exitCodeFor(report.summary.problem > 0),
      } satisfies CommandResult;
    });
  }
}
