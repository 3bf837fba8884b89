import type { AnyCheck, AuditFinding } from '../audit/model.js';
import type { OfCluster } from '../cluster/port.js';
import type { AuditReport } from '../audit/report.js';
import { data, GITHUB_LEVELS, property } from './github-command.js';
import { type JunitCase, type JunitSuite, junitXml } from './junit.js';
import { ruleDescriptor, SARIF_LEVELS, SARIF_SCHEMA } from './lint-sarif.js';
import { clusterLabel, metric, type Sample } from './prometheus.js';

/** What the formats need besides the report. */
export interface AuditFormatOptions {
  /** The checks that were chosen. */
  readonly checks: readonly AnyCheck[];
  /** Of this program. */
  readonly version: string;
}

/** A report, and of several which cluster it is of. */
export type ClusterReport = OfCluster & { readonly report: AuditReport };

/** A cluster that could not be read: of it nothing is known, and no format may look as if it were well. */
export interface UnreadCluster {
  readonly cluster: string;
  readonly why: string;
}

/** Reports as SARIF 2.1.0, a run each; an object of the cluster stands where a file would. */
export function auditSarif(
  reports: readonly ClusterReport[],
  options: AuditFormatOptions,
  unread: readonly UnreadCluster[] = [],
): object {
  const runs = [
    ...reports.map((each) => sarifRun(each, options)),
    ...unread.map((each) => unreadRun(each, options.version)),
  ];
  return { $schema: SARIF_SCHEMA, version: '2.1.0', runs };
}

function unreadRun({ cluster, why }: UnreadCluster, version: string): object {
  return {
    automationDetails: { id: `ipamctl/audit/${cluster}/` },
    tool: { driver: { name: 'ipamctl', version, rules: [] } },
    invocations: [
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: 'error', message: { text: `${cluster} could not be read: ${why}` } }],
      },
    ],
    results: [],
  };
}

function sarifRun({ cluster, report }: ClusterReport, { checks, version }: AuditFormatOptions): object {
  const raised = new Set(report.findings.map(({ check }) => check));
  const used = checks.filter(({ id }) => raised.has(id));
  const indexOf = new Map(used.map(({ id }, i) => [id, i]));
  return {
    // Whoever takes several runs of one tool tells them apart by this.
    ...(cluster === undefined ? {} : { automationDetails: { id: `ipamctl/audit/${cluster}/` } }),
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

/** Reports as JUnit XML: a suite a check; a finding fails it from warning on, and one that was skipped is told so. */
export function auditJunit(
  reports: readonly ClusterReport[],
  { checks }: AuditFormatOptions,
  unread: readonly UnreadCluster[] = [],
): string {
  return junitXml('ipamctl audit', [
    ...reports.flatMap((each) => suitesOf(each, checks)),
    ...unread.map(({ cluster, why }): JunitSuite => {
      const outcome = { kind: 'error', message: `could not be read: ${why}` } as const;
      return { name: `${cluster}: audit`, cases: [{ name: 'reading the cluster', classname: 'audit', outcome }] };
    }),
  ]);
}

function suitesOf(
  { cluster, report: { findings, skipped } }: ClusterReport,
  checks: readonly AnyCheck[],
): JunitSuite[] {
  const why = new Map(skipped.map((each) => [each.check, each.why]));
  const byCheck = new Map<string, AuditFinding[]>(checks.map(({ id }) => [id, []]));
  for (const finding of findings) byCheck.get(finding.check)?.push(finding);
  const prefix = cluster === undefined ? '' : `${cluster}: `;
  return [...byCheck].map(([id, own]) => ({ name: `${prefix}${id}`, cases: casesOf(id, own, why.get(id)) }));
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

/** Reports as workflow commands of GitHub Actions. */
export function auditGithub(reports: readonly ClusterReport[], unread: readonly UnreadCluster[] = []): string {
  return [
    ...reports.map(githubCommands),
    ...unread.map(
      ({ cluster, why }) => `::error title=${property(`${cluster}: audit`)}::${data(`could not be read: ${why}`)}\n`,
    ),
  ].join('');
}

function githubCommands({ cluster, report: { findings, skipped } }: ClusterReport): string {
  const titled = (check: string): string => property(cluster === undefined ? check : `${cluster}: ${check}`);
  const said = findings.map(
    (finding) => `::${GITHUB_LEVELS[finding.severity]} title=${titled(finding.check)}::${data(sentenceOf(finding))}\n`,
  );
  return [
    ...said,
    ...skipped.map(({ check, why }) => `::notice title=${titled(check)}::${data(`skipped: ${why}`)}\n`),
  ].join('');
}

/**
 * Reports in Prometheus' text format: every check that could judge has its counts, those of zero too.
 * @param unread clusters that could not be read
 */
export function auditMetrics(
  reports: readonly ClusterReport[],
  { checks }: AuditFormatOptions,
  unread: readonly UnreadCluster[] = [],
): string {
  return [
    metric(
      'ipamctl_audit_findings',
      'Findings of a check, by severity.',
      'gauge',
      reports.flatMap((each) => findingSamples(each, checks)),
    ),
    metric(
      'ipamctl_audit_skipped',
      'Whether a check could not judge.',
      'gauge',
      reports.flatMap(({ cluster, report }) => {
        const skipped = new Set(report.skipped.map(({ check }) => check));
        return checks.map(({ id }) => ({
          labels: { ...clusterLabel(cluster), check: id },
          value: skipped.has(id) ? 1 : 0,
        }));
      }),
    ),
    metric('ipamctl_audit_incomplete', 'Whether a right or an answer was lacking.', 'gauge', [
      ...reports.map(({ cluster, report }) => ({ labels: clusterLabel(cluster), value: report.incomplete ? 1 : 0 })),
      ...unread.map(({ cluster }) => ({ labels: clusterLabel(cluster), value: 1 })),
    ]),
    metric(
      'ipamctl_audit_timestamp_seconds',
      'When the cluster was read.',
      'gauge',
      reports.map(({ cluster, report }) => ({
        labels: clusterLabel(cluster),
        value: Date.parse(report.createdAt) / 1000,
      })),
    ),
  ].join('');
}

function findingSamples({ cluster, report }: ClusterReport, checks: readonly AnyCheck[]): Sample[] {
  const skipped = new Set(report.skipped.map(({ check }) => check));
  const counts = new Map<string, number>();
  for (const { check, severity } of report.findings) {
    const key = `${check} ${severity}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return checks
    .filter(({ id }) => !skipped.has(id))
    .flatMap(({ id, severity: own }) =>
      (['error', 'warning', 'info'] as const).flatMap((severity) => {
        const value = counts.get(`${id} ${severity}`) ?? 0;
        if (value === 0 && severity !== own) return [];
        return [{ labels: { ...clusterLabel(cluster), check: id, severity }, value }];
      }),
    );
}

/** What a finding is about, as people name it. */
function subjectOf({ object, address, key }: AuditFinding): string {
  const place = [object.kind, [object.namespace, object.name].filter(Boolean).join('/')].join(' ');
  return address === null ? (key === null ? place : `${place} key ${key}`) : `${address} ${place}`;
}

function sentenceOf(finding: AuditFinding): string {
  return `${subjectOf(finding)}: ${finding.message}`;
}
