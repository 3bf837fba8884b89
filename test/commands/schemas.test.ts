import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import type { ClusterFailureReason, FailureKind } from '../../src/errors.js';
import type { PoolProblem } from '../../src/pools/problems.js';
import { RESULTS, type Action } from '../../src/reconcile/plan.js';
import { REASONS, VERDICTS } from '../../src/reconcile/verdict.js';
import { ipamctl } from '../support/program.js';
import { fieldsOf, KINDS, optionalFields, schemaFile, violations } from '../support/schemas.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';

let sample: string;
beforeAll(() => {
  sample = folderWith(SAMPLE);
});
afterAll(removeFolders);

type Json = Record<string, unknown>;

async function documentOf(args: readonly string[], code: number): Promise<Json> {
  const run = await ipamctl([...args, '-o', 'json', '--from', sample]);
  expect([run.code, run.stderr.includes('bug')]).toEqual([code, false]);
  return JSON.parse(run.stdout) as Json;
}

describe('real output keeps to its schema', () => {
  test.each([
    ['PoolList', ['pools', 'ls'], 0],
    ['PoolList', ['pools', 'ls', '--stale'], 0],
    ['PoolList', ['pools', 'ls', '-n', 'nowhere'], 0],
    ['Pool', ['pools', 'show', '192.0.2.192-27'], 0],
    ['Pool', ['pools', 'show', 'fd00-10---64'], 0],
    ['Pool', ['pools', 'show', 'openshift-multus/10.9.0.0-24'], 0],
    ['NodeSlicePoolList', ['slices', 'ls'], 0],
    ['NadList', ['nad', 'ls'], 0],
    ['NadList', ['nad', 'ls', '-A'], 0],
    ['NadList', ['nad', 'ls', '-n', 'nowhere'], 0],
    ['IPList', ['ips', 'ls'], 0],
    ['IPList', ['ips', 'ls', '--stale'], 0],
    ['IPReport', ['ips', 'show', '192.0.2.204'], 0],
    ['IPReport', ['ips', 'show', '192.0.2.212'], 0],
    ['IPReport', ['ips', 'show', '192.0.2.193'], 0],
    ['IPReport', ['ips', 'show', '10.20.9.9'], 0],
    ['IPReport', ['ips', 'show', '198.51.100.1'], 0],
    ['IPReport', ['ips', 'show', 'fd00:10::1'], 0],
    ['IPReport', ['ips', 'show', '--pod', 'default/api-5c'], 0],
    ['IPReport', ['ips', 'show', '--pod', 'default/db-1'], 0],
    ['ReconcilePlan', ['reconcile'], 1],
    ['ReconcilePlan', ['reconcile', '--all', '--include-completed', '--include-lost'], 1],
    ['ReconcilePlan', ['reconcile', '--pool', 'storage-10.20.0.0-16'], 0],
    ['AuditReport', ['audit'], 1],
    // The sample lacks some of what an audit wants, and a blind gate is never green.
    ['AuditReport', ['audit', '--fail-on', 'never'], 1],
    ['Error', ['audit', '--check', 'no-such-check'], 2],
    ['Report', ['report'], 1],
    ['Report', ['report', '-n', 'storage'], 1],
    ['Report', ['report', '-n', 'nowhere'], 1],
    ['Error', ['pools', 'show', 'nope'], 3],
    ['Error', ['ips', 'show', 'no-address'], 2],
    ['Error', ['ips', 'show', '--pod', 'default/nobody'], 3],
    ['Error', ['reconcile', '--now'], 2],
    ['Error', ['pools', 'ls', '--context', 'x'], 2],
    ['Error', ['no-such-command'], 2],
  ])('%s: ipamctl %j', async (kind, args, code) => {
    const document = await documentOf(args, code);
    expect(document['kind']).toBe(kind);
    expect(violations(document)).toEqual([]);
  });

  test('an error of the cluster', async () => {
    const run = await ipamctl(['pools', 'ls', '-o', 'json']);
    expect(run.code).toBe(4);
    const document = JSON.parse(run.stdout) as Json;
    expect(document).toMatchObject({ kind: 'Error', code: 4, reason: 'no-kubeconfig' });
    expect(violations(document)).toEqual([]);
  });

  test('each verdict of the sample is there, so that the schemas were held against each', async () => {
    const list = await documentOf(['ips', 'ls'], 0);
    const items = list['items'] as { verdict: string }[];
    expect(new Set(items.map(({ verdict }) => verdict))).toEqual(new Set(VERDICTS));
  });
});

describe('the schemas are no rubber stamp', () => {
  test.each([
    [['pools', 'ls', '--network', 'storage'], 0],
    [['pools', 'show', 'storage-10.20.0.0-16'], 0],
    [['nad', 'ls', '-n', 'storage'], 0],
    [['ips', 'ls', '--pod', 'default/dying'], 0],
    [['ips', 'show', '192.0.2.204'], 0],
    [['ips', 'show', '10.20.9.9'], 0],
    [['ips', 'show', '--pod', 'default/api-5c'], 0],
    [['reconcile', '--pool', '192.0.2.192-27'], 1],
    [['audit', '--check', 'audit/reservation-without-allocation'], 1],
    [['report', '-n', 'storage'], 1],
    [['pools', 'show', 'nope'], 3],
  ])('of `%j` no field may be missing', async (args, code) => {
    const document = await documentOf(args, code);
    expect(fieldsOf(document).length).toBeGreaterThan(5);
    // What a finding of a report rests on is of its check alone.
    const isPromised = (path: string): boolean => !/^audit\.findings\.\d+\.evidence\./.test(path);
    expect(optionalFields(document).filter(isPromised)).toEqual([]);
  });

  test('another word, another type, another kind is refused', async () => {
    const list = await documentOf(['ips', 'ls', '--pod', 'default/job-77'], 0);
    const [item] = list['items'] as [Json];
    const withItem = (more: Json): Json => ({ ...list, items: [{ ...item, ...more }] });
    expect(violations(withItem({}))).toEqual([]);
    expect(violations(withItem({ more: 'fields may be added' }))).toEqual([]);
    for (const more of [
      { verdict: 'dead' },
      { reason: 'because' },
      { address: '192.0.2.300' },
      { address: 'fe80::1%eth0' },
      { pool: 'kube-system/x' },
      { podref: null },
    ]) {
      expect(violations(withItem(more))).not.toEqual([]);
    }
    expect(violations({ ...list, apiVersion: 'ipamctl.io/v2' })).not.toEqual([]);
    expect(violations({ ...list, kind: 'List' })).not.toEqual([]);
  });
});

describe('the words of the schemas are those of the code', () => {
  type Definitions = Record<string, { enum?: unknown[]; properties?: Record<string, Definitions[string]> }>;
  const definitions = schemaFile('common')['$defs'] as Definitions;
  const sorted = (words: readonly unknown[] = []): unknown[] => [...words].sort();

  test('verdicts, reasons and results', () => {
    expect(sorted(definitions['verdict']?.enum)).toEqual(sorted(VERDICTS));
    expect(sorted(definitions['reason']?.enum)).toEqual(sorted(REASONS));
    expect(sorted(definitions['result']?.enum)).toEqual(sorted([...RESULTS, null]));
  });

  test('a count for each verdict and each result', () => {
    const required = (kind: string, field: string): unknown[] => {
      const properties = (definitions[kind] ?? schemaFile(kind))['properties'] as Record<
        string,
        { required?: unknown[] }
      >;
      return sorted(properties[field]?.required);
    };
    expect(required('Pool', 'verdicts')).toEqual(sorted(VERDICTS));
    expect(required('reconciliation', 'summary')).toEqual(
      sorted(['pools', 'allocations', 'reservations', ...VERDICTS, ...RESULTS]),
    );
  });

  test('codes of errors are exit codes', () => {
    const known = new Set<unknown>(EXIT_CODES.map(({ code }) => code));
    const { code } = schemaFile('Error')['properties'] as { code: { enum: unknown[] } };
    expect(code.enum.filter((each) => !known.has(each))).toEqual([]);
  });

  // Unions exist for the compiler alone: each list here must name every member, or it does not compile.
  test('actions, problems of pools and reasons of errors', () => {
    type Members<T extends string> = Readonly<Record<T, true>>;
    const actions: Members<Action> = { release: true, keep: true, restore: true };
    const codes: Members<PoolProblem['code']> = {
      'range-unreadable': true,
      'range-has-host-bits': true,
      'range-has-no-usable-address': true,
      'key-unreadable': true,
      'key-outside-range': true,
      'key-outside-windows': true,
      'podref-unreadable': true,
      'network-unknown': true,
      'nad-problem': true,
    };
    const reasons: Members<FailureKind | ClusterFailureReason | 'bug'> = {
      usage: true,
      input: true,
      cluster: true,
      refused: true,
      interrupted: true,
      bug: true,
      'no-kubeconfig': true,
      'bad-kubeconfig': true,
      unauthorized: true,
      forbidden: true,
      'not-defined': true,
      'not-found': true,
      timeout: true,
      unreachable: true,
      certificate: true,
      'not-kubernetes': true,
      'credential-plugin': true,
      'server-error': true,
      'not-collected': true,
    };
    const problem = (
      definitions['pool']?.properties as unknown as {
        problems: { items: { properties: { code: { enum: unknown[] } } } };
      }
    ).problems.items.properties.code.enum;
    const error = schemaFile('Error')['properties'] as { reason: { enum: unknown[] } };
    expect(sorted(definitions['action']?.enum)).toEqual(Object.keys(actions).sort());
    expect(sorted(problem)).toEqual(Object.keys(codes).sort());
    expect(sorted(error.reason.enum)).toEqual(Object.keys(reasons).sort());
  });

  test('one schema for each kind that is printed', () => {
    expect(KINDS).toEqual([
      'AuditReport',
      'AuditReportList',
      'Check',
      'CheckList',
      'DoctorReport',
      'Error',
      'FixResult',
      'IPEvent',
      'IPList',
      'IPReport',
      'Journal',
      'JournalList',
      'JournalRecord',
      'LintConfig',
      'LintReport',
      'NadList',
      'NodeSlicePool',
      'NodeSlicePoolEvent',
      'NodeSlicePoolList',
      'Pool',
      'PoolEvent',
      'PoolList',
      'RangeReport',
      'ReconcilePlan',
      'ReconcilePlanList',
      'ReconcileResult',
      'ReconcilerStatus',
      'Report',
      'Rule',
      'RuleList',
      'Schedule',
      'ScheduleResult',
      'ShimResult',
      'ShimStatus',
      'SnapshotResult',
    ]);
  });
});
