import * as Flags from '@oclif/core/flags';
import { BaseCommand, exitCodeFor, inventoryOptions } from '../cli/base.js';
import { namespaceFlags, outputFlags, sourceFlags, variableOf } from '../cli/flags.js';
import { reportOutput, REPORT_FORMATS } from '../cli/report-output.js';
import { waitingClock } from '../cli/waiting.js';
import { buildReport } from '../report/build.js';
import { reportHtml } from '../render/report/html.js';
import { reportMarkdown } from '../render/report/markdown.js';
import { reportClosing, reportScreen } from '../render/report/screen.js';

export default class Report extends BaseCommand {
  static override summary = 'one page to look at: pools, address maps, owners, node slices, NADs, findings';
  static override description =
    'The page is one file that needs no network and no server; -o markdown suits the summary of a pipeline. ' +
    'Exit code 1 when something that was needed could not be read; findings do not change it.';
  static override examples = [
    '<%= config.bin %> report --output-file report.html',
    '<%= config.bin %> report --from must-gather.tar.gz > report.html',
    '<%= config.bin %> report -o markdown',
    '<%= config.bin %> report -o html=report.html -o markdown',
  ];
  static override flags = {
    ...sourceFlags,
    ...namespaceFlags('only what pods and NADs of this namespace have to do with'),
    output: outputFlags(REPORT_FORMATS).output,
    'output-file': Flags.string({
      summary: 'file to write in place of standard output',
      helpValue: 'FILE',
      env: variableOf('output-file'),
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Report);
    const output = reportOutput(flags, this.io.stdout.isTTY);
    await this.presentFrom({ ...flags, output }, REPORT_FORMATS, async (reader, progress) => {
      const report = await buildReport(reader, {
        ...inventoryOptions(flags),
        namespace: flags.namespace ?? null,
        toolVersion: this.config.version,
        clock: waitingClock(progress),
      });
      return {
        document: report,
        human: () => ({ text: flags['output-file'] === undefined ? reportScreen(report) : '', hiddenColumns: [] }),
        texts: { html: () => reportHtml(report), markdown: () => reportMarkdown(report) },
        closing: reportClosing(report),
        warnings: report.warnings,
        exitCode: exitCodeFor(report.incomplete),
      };
    });
  }
}
