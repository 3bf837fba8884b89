/**
 * What an audit says of a cluster that is a handful of objects, and whether that is what was to be said. The tests of the
 * checks and `mutants.ts`, which asks whether these tests would see a check that is broken, judge by the same functions.
 */
import { audit, type AuditOutcome } from '../../src/audit/engine.js';
import { exampleFiles } from '../../src/audit/examples.js';
import { DEFAULT_SETTINGS, type AnyCheck, type AuditFinding } from '../../src/audit/model.js';
import { openSnapshot, type SnapshotReader } from '../../src/cluster/snapshot/index.js';
import type { Severity } from '../../src/lint/model.js';
import { folderWith, SAMPLE_NOW } from '../support/world.js';
import type { Case } from './cases.js';

/** A snapshot is one moment: nothing is waited for. */
const CLOCK = { now: () => 0, wait: () => Promise.reject(new Error('a snapshot is one moment')) };

/** Each cluster is written and opened once, however many checks look at it. */
const readers = new Map<object, Promise<SnapshotReader>>();

function readerOf(example: Case['cluster']): Promise<SnapshotReader> {
  const known = readers.get(example);
  if (known !== undefined) return known;
  const files = exampleFiles(example);
  const missing = (example.undefined ?? []).map((resource) => ({ resource, verb: 'list', reason: 'not-defined' }));
  for (const { resource } of missing) {
    const plural = resource.split('.')[0] ?? '';
    for (const path of files.keys()) if (path.endsWith(`/${plural}.json`)) files.delete(path);
  }
  if (missing.length > 0) {
    files.set(
      'ipamctl-snapshot.json',
      JSON.stringify({ apiVersion: 'ipamctl.io/v1', kind: 'Snapshot', createdAt: SAMPLE_NOW, collected: [], missing }),
    );
  }
  const reader = openSnapshot([folderWith(Object.fromEntries(files))], {});
  readers.set(example, reader);
  return reader;
}

/** What checks find on a cluster. */
export async function auditOf(
  example: Parameters<typeof readerOf>[0],
  checks: readonly AnyCheck[],
  settings: Case['settings'] = {},
): Promise<AuditOutcome> {
  const reader = await readerOf(example);
  return audit(reader, { checks, settings: { ...DEFAULT_SETTINGS, ...settings }, clock: CLOCK });
}

/** A finding in one line, as cases tell them. */
export function lineOf({ severity, address, object: { kind, name }, fix }: AuditFinding): string {
  return `${severity} ${kind}/${name}${address === null ? '' : ` ${address}`}${fix === null ? '' : `: ${fix}`}`;
}

/** What is not as a case has it; nothing: it passes. */
export async function faultsOfCase(check: AnyCheck, { finds, ...given }: Case): Promise<string[]> {
  const { findings, skipped } = await auditOf(given.cluster, [check], given.settings);
  const lines = findings.map(lineOf).sort();
  const wanted = [...finds].sort();
  return [
    ...skipped.map(({ why }) => `${given.said}: skipped, ${why}`),
    ...(JSON.stringify(lines) === JSON.stringify(wanted)
      ? []
      : [`${given.said}: found ${JSON.stringify(lines)}, not ${JSON.stringify(wanted)}`]),
  ];
}

/** What is not as the check's own two examples have it. */
export async function faultsOfExamples(check: AnyCheck, severity: Severity): Promise<string[]> {
  const raised = await auditOf(check.raises, [check]);
  const silent = await auditOf(check.silent, [check]);
  const worst = raised.findings[0]?.severity ?? 'nothing';
  return [
    ...(check.severity === severity ? [] : [`it is ${check.severity}, not ${severity}`]),
    ...(worst === severity ? [] : [`its example raises ${worst}, not ${severity}`]),
    ...silent.findings.map((finding) => `its silent example raises ${lineOf(finding)}`),
    ...silent.skipped.map(({ why }) => `its silent example was not looked at: ${why}`),
  ];
}
