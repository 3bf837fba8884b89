import type { Finding } from '../lint/model.js';
import type { LintReport } from '../lint/report.js';
import { escaped } from './xml.js';

/** The report as JUnit XML: a suite a file, a case a finding; infos do not fail, nor what the baseline has. */
export function junitText(report: LintReport): string {
  const suites = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    const suite = suites.get(finding.file);
    if (suite === undefined) suites.set(finding.file, [finding]);
    else suite.push(finding);
  }
  const failures = report.findings.filter(isFailure).length;
  const errors = report.unreadable.length;
  const clean = suites.size === 0 && errors === 0 ? [cleanSuite()] : [];
  const bodies = [...[...suites].map(suiteText), ...report.unreadable.map(unreadableText), ...clean];
  const tests = report.findings.length + errors + clean.length;
  const head = `<testsuites name="ipamctl nad lint" tests="${tests}" failures="${failures}" errors="${errors}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${bodies.join('')}</testsuites>\n`;
}

function isFailure({ severity, known }: Finding): boolean {
  return severity !== 'info' && !known;
}

function cleanSuite(): string {
  return '  <testsuite name="nad lint" tests="1" failures="0" errors="0">\n    <testcase name="no findings" classname="nad lint"/>\n  </testsuite>\n';
}

function suiteText([file, findings]: readonly [string, readonly Finding[]]): string {
  const failures = findings.filter(isFailure).length;
  const head = `  <testsuite name="${escaped(file)}" tests="${findings.length}" failures="${failures}" errors="0">\n`;
  return `${head}${findings.map(caseText).join('')}  </testsuite>\n`;
}

function caseText(finding: Finding): string {
  const { rule, file, line, column, message, upstream, severity } = finding;
  const name = escaped(`${rule} ${file}:${line}:${column}`);
  const text = escaped([message, ...(upstream === null ? [] : [`The cluster will say: ${upstream}`])].join('\n'));
  const body = isFailure(finding)
    ? `<failure message="${escaped(message)}" type="${severity}">${text}</failure>`
    : `<system-out>${text}</system-out>`;
  return `    <testcase name="${name}" classname="${escaped(rule)}" file="${escaped(file)}" line="${line}">${body}</testcase>\n`;
}

function unreadableText({ file, why }: LintReport['unreadable'][number]): string {
  const message = escaped(`${file} ${why}`);
  return `  <testsuite name="${escaped(file)}" tests="1" failures="0" errors="1">\n    <testcase name="reading" classname="nad lint"><error message="${message}"/></testcase>\n  </testsuite>\n`;
}
