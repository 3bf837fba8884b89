import type { Finding } from '../lint/model.js';
import type { LintReport } from '../lint/report.js';
import { data, GITHUB_LEVELS, property } from './github-command.js';

/** The report as workflow commands of GitHub Actions, which it shows beside the lines. */
export function githubText(report: LintReport): string {
  const unreadable = report.unreadable.map(
    ({ file, why }) => `::error file=${property(file)},title=${property('nad lint')}::${data(`${file} ${why}`)}\n`,
  );
  return [...report.findings.filter(({ known }) => !known).map(commandOf), ...unreadable].join('');
}

function commandOf({ severity, file, line, column, endLine, endColumn, rule, message, upstream }: Finding): string {
  // Columns are only taken for one line.
  const columns = line === endLine ? `,col=${column},endColumn=${endColumn}` : '';
  const place = `file=${property(file)},line=${line},endLine=${endLine}${columns},title=${property(rule)}`;
  const text = upstream === null ? message : `${message}\nThe cluster will say: ${upstream}`;
  return `::${GITHUB_LEVELS[severity]} ${place}::${data(text)}\n`;
}
