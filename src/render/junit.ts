import type { Severity } from '../lint/model.js';
import { escaped } from './xml.js';

/** What came of a case; nothing: it passed, and there is nothing to say. */
export type JunitOutcome =
  | { readonly kind: 'failure'; readonly severity: Severity; readonly message: string; readonly text: string }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'skipped'; readonly message: string }
  /** It passed, and something is to be told. */
  | { readonly kind: 'told'; readonly text: string };

/** A case of a suite. */
export interface JunitCase {
  readonly name: string;
  readonly classname: string;
  readonly outcome: JunitOutcome | undefined;
}

/** Cases that belong together. */
export interface JunitSuite {
  readonly name: string;
  /** Where the cases are about a file. */
  readonly file?: string;
  readonly cases: readonly JunitCase[];
}

/**
 * Suites as JUnit XML, in the elements and attributes that the strictest reader takes.
 * Source: jenkinsci/xunit-plugin, junit-10.xsd: a file is an attribute of a suite and not of a case, and what was
 * skipped is counted by suites alone.
 */
export function junitXml(name: string, suites: readonly JunitSuite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  const head = `<testsuites name="${escaped(name)}" ${counts(cases)}>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.map(suiteText).join('')}</testsuites>\n`;
}

function counts(cases: readonly JunitCase[]): string {
  return `tests="${cases.length}" failures="${countOf(cases, 'failure')}" errors="${countOf(cases, 'error')}"`;
}

function countOf(cases: readonly JunitCase[], kind: JunitOutcome['kind']): number {
  return cases.filter(({ outcome }) => outcome?.kind === kind).length;
}

function suiteText({ name, file, cases }: JunitSuite): string {
  const about = file === undefined ? '' : ` file="${escaped(file)}"`;
  const head = `  <testsuite name="${escaped(name)}"${about} ${counts(cases)} skipped="${countOf(cases, 'skipped')}">\n`;
  return `${head}${cases.map(caseText).join('')}  </testsuite>\n`;
}

function caseText({ name, classname, outcome }: JunitCase): string {
  const head = `    <testcase name="${escaped(name)}" classname="${escaped(classname)}"`;
  return outcome === undefined ? `${head}/>\n` : `${head}>${outcomeText(outcome)}</testcase>\n`;
}

function outcomeText(outcome: JunitOutcome): string {
  switch (outcome.kind) {
    case 'failure':
      return `<failure message="${escaped(outcome.message)}" type="${outcome.severity}">${escaped(outcome.text)}</failure>`;
    case 'error':
    case 'skipped':
      return `<${outcome.kind} message="${escaped(outcome.message)}"/>`;
    case 'told':
      return `<system-out>${escaped(outcome.text)}</system-out>`;
  }
}
