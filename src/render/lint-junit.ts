import type { Finding } from '../lint/model.js';
import type { LintReport } from '../lint/report.js';
import { type JunitCase, type JunitSuite, junitXml } from './junit.js';

/** The report as JUnit XML: a suite a file, a case a finding; infos do not fail, nor what the baseline has. */
export function junitText({ findings, unreadable }: LintReport): string {
  const byFile = new Map<string, JunitCase[]>();
  for (const finding of findings) {
    const cases = byFile.get(finding.file);
    if (cases === undefined) byFile.set(finding.file, [caseOf(finding)]);
    else cases.push(caseOf(finding));
  }
  const suites = [
    ...[...byFile].map(([file, cases]): JunitSuite => ({ name: file, file, cases })),
    ...unreadable.map(unreadSuite),
  ];
  return junitXml('ipamctl nad lint', suites.length === 0 ? [CLEAN] : suites);
}

const CLEAN: JunitSuite = {
  name: 'nad lint',
  cases: [{ name: 'no findings', classname: 'nad lint', outcome: undefined }],
};

function caseOf({ rule, file, line, column, message, upstream, severity, known }: Finding): JunitCase {
  const text = [message, ...(upstream === null ? [] : [`The cluster will say: ${upstream}`])].join('\n');
  return {
    name: `${rule} ${file}:${line}:${column}`,
    classname: rule,
    outcome: severity === 'info' || known ? { kind: 'told', text } : { kind: 'failure', severity, message, text },
  };
}

function unreadSuite({ file, why }: LintReport['unreadable'][number]): JunitSuite {
  const outcome = { kind: 'error', message: `${file} ${why}` } as const;
  return { name: file, file, cases: [{ name: 'reading', classname: 'nad lint', outcome }] };
}
