import type { AnyRule, Finding, Severity } from '../lint/model.js';
import type { LintReport } from '../lint/report.js';

/** What SARIF calls a severity. */
export const SARIF_LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };
export const SARIF_SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** What of the program stands in the report. */
export interface SarifOptions {
  readonly rules: readonly AnyRule[];
  /** Of this program. */
  readonly version: string;
  readonly fingerprintOf: (finding: Finding) => string;
  readonly hasBaseline: boolean;
}

/** The report as SARIF 2.1.0, which code hosts show beside the lines. */
export function sarifDocument(
  report: LintReport,
  { rules, version, fingerprintOf, hasBaseline }: SarifOptions,
): object {
  const used = rules.filter(({ id }) => report.findings.some(({ rule }) => rule === id));
  const indexOf = new Map(used.map(({ id }, i) => [id, i]));
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ipamctl', version, rules: used.map((rule) => ruleDescriptor(rule, 'Fix')) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: report.unreadable.length === 0,
            toolExecutionNotifications: report.unreadable.map(({ file, why }) => ({
              level: 'error',
              message: { text: `${file} ${why}` },
            })),
          },
        ],
        results: report.findings.map((finding) => ({
          ...resultOf(finding, indexOf.get(finding.rule)),
          // What stays the same when lines are added above.
          partialFingerprints: { 'ipamctl/v2': fingerprintOf(finding) },
          ...(hasBaseline ? { baselineState: finding.known ? 'unchanged' : 'new' } : {}),
        })),
      },
    ],
  };
}

/** How SARIF describes a rule or a check; `mend` is the word before what mends it. */
export function ruleDescriptor(
  {
    id,
    title,
    why,
    severity,
    fix,
  }: Pick<AnyRule, 'id' | 'title' | 'why' | 'severity'> & {
    readonly fix: { readonly text: string } | null;
  },
  mend: 'Fix' | 'Mend',
): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    ...(fix === null ? {} : { help: { text: `${mend}: ${fix.text}` } }),
    defaultConfiguration: { level: SARIF_LEVELS[severity] },
  };
}

function resultOf(finding: Finding, ruleIndex: number | undefined): object {
  const { rule, severity, message, upstream, line, column, endLine, endColumn, path } = finding;
  const object = [finding.namespace, finding.name].filter((part) => part !== null).join('/');
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: SARIF_LEVELS[severity],
    message: { text: upstream === null ? message : `${message}\nThe cluster will say: ${upstream}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(finding.file) },
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
        ...(object === '' && path === ''
          ? {}
          : { logicalLocations: [{ fullyQualifiedName: [object, path].filter(Boolean).join('#') }] }),
      },
    ],
  };
}

/** A relative path as a URI reference. */
function uriOf(file: string): string {
  if (file === '-') return 'stdin';
  return file
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}
