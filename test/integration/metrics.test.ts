import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PoolDocument } from '../../src/pools/documents.js';
import type { NodeSlicePoolList, NodeSlicePoolReport } from '../../src/pools/slices.js';
import { poolMetrics } from '../../src/render/metrics.js';
import { type Answer, ask, buildOracle, hasGo } from '../oracle/oracle.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';
import { ipamctl } from '../support/program.js';

/* What -o prometheus prints, read by Prometheus' own parser and judged by its own linter. */

const go = hasGo();
if (!go) {
  const message = 'no Go in PATH: metrics are NOT read by Prometheus itself (test/integration/metrics.test.ts)';
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

(go ? describe : describe.skip)('what Prometheus reads', () => {
  let program = '';
  let sample: string;
  beforeAll(() => {
    program = buildOracle();
    sample = folderWith(SAMPLE);
  }, 900_000);
  afterAll(removeFolders);

  async function read(text: string): Promise<Answer> {
    const [answer] = await ask(program, [{ ask: 'metrics', text }]);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }

  async function printed(...args: string[]): Promise<string> {
    const run = await ipamctl([...args, '-o', 'prometheus']);
    expect([run.code, run.stdout.endsWith('\n')]).toEqual([0, true]);
    return run.stdout;
  }

  /** Samples by name and labels. */
  const samples = ({ list = [] }: Answer): Map<string, string> =>
    new Map(list.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]));

  test('pools: each number of the list, and nothing that the linter dislikes', async () => {
    const answer = await read(await printed('pools', 'ls', '--stale', '--from', sample));
    expect([answer.ok, answer.error ?? '']).toEqual([true, '']);
    const found = samples(answer);
    const json = await ipamctl(['pools', 'ls', '--stale', '-o', 'json', '--from', sample]);
    const { items } = JSON.parse(json.stdout) as { items: PoolDocument[] };
    expect(items.length).toBeGreaterThan(3);
    for (const pool of items) {
      const labels = [
        `namespace="${pool.namespace}"`,
        `pool="${pool.name}"`,
        `range="${pool.range}"`,
        ...(pool.networkName === null ? [] : [`network="${pool.networkName}"`]),
      ].join(',');
      const value = (name: string): number | null => {
        const text = found.get(`ipamctl_pool_${name}{${labels}}`);
        return text === undefined ? null : Number(text);
      };
      const expected = (text: string | number | null): number | null => (text === null ? null : Number(text));
      expect({
        capacity: value('capacity_addresses'),
        used: value('used_addresses'),
        free: value('free_addresses'),
        blocked: value('blocked_addresses'),
        allocatable: value('allocatable_addresses'),
        stale: value('stale_addresses'),
        problems: value('problems'),
      }).toEqual({
        capacity: expected(pool.capacity),
        used: pool.used,
        free: expected(pool.free),
        blocked: expected(pool.blocked),
        allocatable: expected(pool.allocatable),
        stale: pool.stale,
        problems: pool.problems.length,
      });
      expect(value('used_ratio')).toBeCloseTo((pool.usedPercent ?? NaN) / 100, 6);
    }
    expect(found.get('ipamctl_pools_incomplete{}')).toBe('0');
  });

  test('slices: each number of list and report', async () => {
    const from = ['--from', 'examples/sample-cluster'];
    const answer = await read((await runHere(['slices', 'ls', '-o', 'prometheus', ...from])).stdout);
    expect([answer.ok, answer.error ?? '']).toEqual([true, '']);
    const found = samples(answer);
    const list = JSON.parse((await runHere(['slices', 'ls', '-o', 'json', ...from])).stdout) as NodeSlicePoolList;
    const [pool] = list.items;
    if (pool === undefined) throw new Error('no slice pool');
    const its = `{namespace="${pool.namespace}",slice_pool="${pool.name}",range="${pool.range}"}`;
    expect(found.get(`ipamctl_slice_pool_free_slices${its}`)).toBe(pool.free.toString());
    const show = await runHere(['slices', 'show', pool.name, '-o', 'json', ...from]);
    const report = JSON.parse(show.stdout) as NodeSlicePoolReport;
    const used = [...found].filter(([name]) => name.startsWith('ipamctl_slice_used_addresses{'));
    expect(used.map(([, value]) => Number(value)).reduce((sum, value) => sum + value, 0)).toBe(pool.used);
    expect(used).toHaveLength(report.nodes.length);
  });

  test('nothing to measure is still a text that parses', async () => {
    const answer = await read(await printed('pools', 'ls', '-n', 'nowhere', '--from', sample));
    expect([answer.ok, answer.list]).toEqual([true, ['ipamctl_pools_incomplete{} 0']]);
  });

  test('names that are none of Kubernetes come through as they are', async () => {
    const name = 'a"b\\c\nd{e="f"} 7';
    const pool: PoolDocument = {
      namespace: 'n',
      name,
      range: 'fd00::/64',
      networkName: 'ü=1,x="y"',
      nodeName: null,
      family: 6,
      capacity: (2n ** 64n - 2n).toString(),
      used: 1,
      free: '0',
      blocked: null,
      allocatable: null,
      usedPercent: 100,
      stale: null,
      nads: [],
      problems: [],
    };
    const answer = await read(poolMetrics([pool], [{ incomplete: true }]));
    const labels = `{namespace="n",pool=${JSON.stringify(name)},range="fd00::/64",network=${JSON.stringify(pool.networkName)}}`;
    expect([answer.ok, answer.list]).toEqual([
      true,
      [
        `ipamctl_pool_capacity_addresses${labels} 1.8446744073709552e+19`,
        `ipamctl_pool_free_addresses${labels} 0`,
        `ipamctl_pool_problems${labels} 0`,
        `ipamctl_pool_used_addresses${labels} 1`,
        `ipamctl_pool_used_ratio${labels} 1`,
        'ipamctl_pools_incomplete{} 1',
      ],
    ]);
  });

  test('the linter is no rubber stamp', async () => {
    const bad = await read('# TYPE ipamctl_pool_used_total gauge\nipamctl_pool_used_total 1\n');
    expect([bad.ok, bad.error]).toEqual([false, expect.stringContaining('ipamctl_pool_used_total')]);
    expect((await read('a{b="c} 1\n')).ok).toBe(false);
  });
});

const runHere = (args: readonly string[]): ReturnType<typeof ipamctl> => ipamctl(args, { cwd: process.cwd() });
