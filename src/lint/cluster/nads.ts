import type { ClusterReader } from '../../cluster/port.js';
import { NADS } from '../../cluster/resources.js';
import { type Nad, readNad } from '../../nad/nad.js';
import { lint } from '../engine.js';
import { type Finding, SEVERITIES, type Severity } from '../model.js';
import { readDocuments } from '../read-document.js';
import { RULES } from '../registry.js';
import type { SourceFile } from '../source/document.js';
import { type ClusterSelection, nadSource } from './documents.js';

/** A NAD of a cluster, with what the rules say that look at NADs alone. */
export interface JudgedNad {
  readonly nad: Nad;
  readonly findings: {
    readonly errors: number;
    readonly warnings: number;
    readonly infos: number;
    readonly worst: Pick<Finding, 'severity' | 'rule' | 'message'> | null;
  };
}

/**
 * Reads the selected NADs and judges them, among themselves too.
 * @throws ClusterFailure where they cannot be read
 */
export async function judgeNads(
  reader: ClusterReader,
  { namespace, selector }: ClusterSelection,
): Promise<JudgedNad[]> {
  const options = {
    ...(namespace === null ? {} : { namespace }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
  };
  const read = await reader.collect(NADS, options, (object) => ({
    nad: readNad(object),
    source: nadSource(object, false),
  }));
  const findings = await findingsOf(read.map(({ source }) => source));
  return read.map(({ nad, source }) => ({ nad, findings: countsOf(findings.get(source.name) ?? []) }));
}

async function findingsOf(sources: readonly SourceFile[]): Promise<Map<string, Finding[]>> {
  const documents = (await Promise.all(sources.map(readDocuments))).flat();
  const outcome = await lint(documents, { rules: RULES, profile: 'openshift', scope: 'all' });
  const byFile = new Map<string, Finding[]>();
  for (const { finding } of outcome.findings) {
    byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
  }
  return byFile;
}

/** How many findings there are, and the worst. */
export function countsOf(findings: readonly Finding[]): JudgedNad['findings'] {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  const worst = SEVERITIES.map((severity) => findings.find((finding) => finding.severity === severity)).find(
    (finding) => finding !== undefined,
  );
  return {
    errors: count('error'),
    warnings: count('warning'),
    infos: count('info'),
    worst: worst === undefined ? null : { severity: worst.severity, rule: worst.rule, message: worst.message },
  };
}
