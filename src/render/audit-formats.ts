import type { AnyCheck, AuditFinding } from '../audit/model.js';
import type { AuditReport } from '../audit/report.js';
import { data, GITHUB_LEVELS, property } from './github-command.js';
import { type JunitCase, junitXml } from './junit.js';
import { ruleDescriptor, SARIF_LEVELS, SARIF_SCHEMA } from './lint-sarif.js';
import { metric } from './prometheus.js';

/** What the formats need besides the report. */
export interface AuditFormatOptions {
  /** The checks that were chosen. */
  readonly checks: readonly AnyCheck[];
  /** Of this program. */
  readonly version: string;
}

/** The report as SARIF 2.1.0; an object of the cluster stands where a file would. */
export function auditSarif(report: AuditReport, { checks, version }: AuditFormatOptions): object {
  const raised = new Set(report.findings.map(({ check }) => check));
  const used = checks.filter(({ id }) => raised.has(id));
  const indexOf = new Map(used.map(({ id }, i) => [id, i]));
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ipamctl', version, rules: used.map((check) => ruleDescriptor(check, 'Mend')) } },
        invocations: [
          {
            executionSuccessful: !report.incomplete,
            toolExecutionNotifications: report.skipped.map(({ check, why }) => ({
              level: 'warning',
              message: { text: `${check} was skipped: ${why}` },
            })),
          },
        ],
        results: report.findings.map((finding) => resultOf(finding, indexOf.get(finding.check))),
      },
    ],
  };
}

function resultOf(finding: AuditFinding, ruleIndex: number | undefined): object {
  const { check, severity, object, fix } = finding;
  const path = [object.kind, object.namespace, object.name].filter((part) => part !== null && part !== '');
  return {
    ruleId: check,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: SARIF_LEVELS[severity],
    message: { text: [sentenceOf(finding), ...(fix === null ? [] : [`Mend: ${fix}`])].join('\n') },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: path.map((part) => encodeURIComponent(part ?? '')).join('/') } },
        logicalLocations: [{ fullyQualifiedName: path.join('/'), kind: 'object' }],
      },
    ],
    // What stays the same from one audit to the next; not what a message says.
    partialFingerprints: { 'ipamctl/v1': fingerprintOf(finding) },
  };
}

function fingerprintOf({ check, object, address, networkName, key, podref, containerId }: AuditFinding): string {
  return JSON.stringify([
    check,
    object.kind,
    object.namespace,
    object.name,
    address,
    networkName,
    key,
    podref,
    containerId,
  ]);
}

/** The report as JUnit XML: a suite a check; a finding fails it from warning on, and one that was skipped is told so. */
export function auditJunit({ findings, skipped }: AuditReport, { checks }: AuditFormatOptions): string {
  const why = new Map(skipped.map((each) => [each.check, each.why]));
  const byCheck = new Map<string, AuditFinding[]>(checks.map(({ id }) => [id, []]));
  for (const finding of findings) byCheck.get(finding.check)?.push(finding);
  const suites = [...byCheck].map(([id, own]) => ({ name: id, cases: casesOf(id, own, why.get(id)) }));
  return junitXml('ipamctl audit', suites);
}

function casesOf(id: string, findings: readonly AuditFinding[], why: string | undefined): JunitCase[] {
  const cases = findings.map((finding): JunitCase => {
    const { severity, message, fix } = finding;
    const text = [sentenceOf(finding), ...(fix === null ? [] : [`Mend: ${fix}`])].join('\n');
    return {
      name: subjectOf(finding),
      classname: id,
      outcome: severity === 'info' ? { kind: 'told', text } : { kind: 'failure', severity, message, text },
    };
  });
  if (why !== undefined) return [...cases, { name: id, classname: id, outcome: { kind: 'skipped', message: why } }];
  return cases.length > 0 ? cases : [{ name: 'no findings', classname: id, outcome: undefined }];
}

/** The report as workflow commands of GitHub Actions. */
export function auditGithub({ findings, skipped }: AuditReport): string {
  const said = findings.map(
    (finding) =>
      `::${GITHUB_LEVELS[finding.severity]} title=${property(finding.check)}::${data(sentenceOf(finding))}\n`,
  );
  return [
    ...said,
    ...skipped.map(({ check, why }) => `::notice title=${property(check)}::${data(`skipped: ${why}`)}\n`),
  ].join('');
}

/** The report in Prometheus' text format: every check that could judge has its counts, those of zero too. */
export function auditMetrics(report: AuditReport, { checks }: AuditFormatOptions): string {
  const skipped = new Set(report.skipped.map(({ check }) => check));
  const counts = new Map<string, number>();
  for (const { check, severity } of report.findings) {
    const key = `${check} ${severity}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const samples = checks
    .filter(({ id }) => !skipped.has(id))
    .flatMap(({ id, severity: own }) =>
      (['error', 'warning', 'info'] as const).flatMap((severity) => {
        const value = counts.get(`${id} ${severity}`) ?? 0;
        return value > 0 || severity === own ? [{ labels: { check: id, severity }, value }] : [];
      }),
    );
  return [
    metric('ipamctl_audit_findings', 'Findings of a check, by severity.', 'gauge', samples),
    metric(
      'ipamctl_audit_skipped',
      'Whether a check could not judge.',
      'gauge',
      checks.map(({ id }) => ({ labels: { check: id }, value: skipped.has(id) ? 1 : 0 })),
    ),
    metric('ipamctl_audit_incomplete', 'Whether a right or an answer was lacking.', 'gauge', [
      { value: report.incomplete ? 1 : 0 },
    ]),
    metric('ipamctl_audit_timestamp_seconds', 'When the cluster was read.', 'gauge', [
      { value: Date.parse(report.createdAt) / 1000 },
    ]),
  ].join('');
}

/** What a finding is about, as people name it. */
function subjectOf({ object, address, key }: AuditFinding): string {
  const place = [object.kind, [object.namespace, object.name].filter(Boolean).join('/')].join(' ');
  return address === null ? (key === null ? place : `${place} key ${key}`) : `${address} ${place}`;
}

function sentenceOf(finding: AuditFinding): string {
  return `${subjectOf(finding)}: ${finding.message}`;
}
