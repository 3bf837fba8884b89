import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { reportOutput } from '../../src/cli/report-output.js';
import type { Report } from '../../src/report/document.js';
import { ipamctl, type Ran } from '../support/program.js';
import { violations } from '../support/schemas.js';
import {
  allocation,
  COMPLETE_SAMPLE,
  folderWith,
  ipPool,
  list,
  macvlan,
  nad,
  pod,
  removeFolders,
  SAMPLE,
} from '../support/world.js';

const sample = folderWith(SAMPLE);
const sliced = folderWith({
  ...SAMPLE,
  'pools.json': list(
    ipPool({
      name: 'fast-node-a-10.1.0.0-24',
      range: '10.1.0.0/24',
      allocations: { '1': allocation('default/web-0'), '2': allocation('default/gone') },
    }),
  ),
  'nads.json': list(
    nad('default', 'fast', macvlan('fast', { range: '10.1.0.0/22', network_name: 'fast', node_slice_size: '/24' })),
    nad('default', 'broken', '{"cniVersion":"0.3.1","name":"broken","type":"macvlan",}'),
  ),
  'nodeslicepools.json': list({
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'NodeSlicePool',
    metadata: { name: 'fast', namespace: 'kube-system', uid: 'uid-slices' },
    spec: { range: '10.1.0.0/22', sliceSize: '/24' },
    status: {
      allocations: [
        { nodeName: 'node-c', sliceRange: '10.1.1.0/24' },
        { nodeName: 'node-a', sliceRange: '10.1.0.0/24' },
        { nodeName: '', sliceRange: '10.1.2.0/24' },
        { nodeName: '', sliceRange: '10.1.3.0/24' },
      ],
    },
  }),
});
afterAll(removeFolders);

const report = (from: string, ...args: string[]): Promise<Ran> => ipamctl(['report', '--from', from, ...args]);

async function documentOf(from: string, ...args: string[]): Promise<Report> {
  const run = await report(from, '-o', 'json', ...args);
  const document = JSON.parse(run.stdout) as Report;
  expect(violations(document)).toEqual([]);
  return document;
}

describe('the document', () => {
  test('says what the commands say that look at one thing', async () => {
    const { summary, pools, nads, attention, audit } = await documentOf(sample);
    const of = async (...args: string[]): Promise<{ items: Record<string, unknown>[] }> =>
      JSON.parse((await ipamctl([...args, '--from', sample, '-o', 'json'])).stdout) as never;
    const [poolList, ipList, nadList] = await Promise.all([
      of('pools', 'ls', '--stale', '--sort-by', 'used'),
      of('ips', 'ls'),
      of('nad', 'ls', '-A'),
    ]);
    expect(pools).toMatchObject(poolList.items);
    expect(summary).toMatchObject({ pools: 4, used: 13, stale: 2, nads: 4, nodeSlicePools: 0 });
    expect(summary.families.map(({ family, used }) => [family, used])).toEqual([
      [4, 12],
      [6, 1],
    ]);
    const judged = pools.flatMap(({ name, addresses }) =>
      addresses.map(({ key, podref, verdict, reason }) => [name, key, podref, verdict, reason].join(' ')),
    );
    const listed = ipList.items.map(({ pool, key, podref, verdict, reason }) =>
      [(pool as { name: string }).name, key, podref, verdict, reason].join(' '),
    );
    expect(judged.sort()).toEqual(listed.sort());
    expect(nads?.map(({ name, pods }) => [name, pods])).toEqual(nadList.items.map(({ name, pods }) => [name, pods]));
    expect(audit.findings.filter(({ check }) => check === 'audit/stale-allocation')).toHaveLength(2);
    expect(attention.find(({ check }) => check === 'audit/stale-allocation')).toMatchObject({
      count: 2,
      command: 'ipamctl reconcile',
    });
  });

  test('what is live proves nothing, everything else has its evidence', async () => {
    const { pools } = await documentOf(sample);
    const addresses = pools.flatMap((pool) => pool.addresses);
    expect(addresses.length).toBeGreaterThan(10);
    expect(addresses.filter(({ verdict, evidence }) => (verdict === 'live') !== (evidence === null))).toEqual([]);
  });

  test('slices by node, with what each holds', async () => {
    const { nodeSlicePools, nads, lint, summary } = await documentOf(sliced);
    expect(nodeSlicePools).toMatchObject([
      {
        name: 'fast',
        range: '10.1.0.0/22',
        sliceSize: 24,
        slices: 4,
        assigned: 2,
        free: 2,
        nads: [{ namespace: 'default', name: 'fast' }],
        nodes: [
          { nodeName: 'node-c', sliceRange: '10.1.1.0/24', pool: null, used: 0 },
          { nodeName: 'node-a', sliceRange: '10.1.0.0/24', pool: 'fast-node-a-10.1.0.0-24', used: 2 },
        ],
      },
    ]);
    expect(nads?.find(({ name }) => name === 'broken')?.findings.errors).toBe(1);
    expect(lint.findings.filter(({ name }) => name === 'broken').map(({ rule }) => rule)).toContain(
      'json/trailing-comma',
    );
    expect(summary.errors).toBeGreaterThanOrEqual(1);
  });

  test('-n keeps what pods and NADs of that namespace have to do with, and shows those pools whole', async () => {
    const { pools, nads, audit, lint, namespace, summary } = await documentOf(sample, '-n', 'storage');
    expect([namespace, pools.map(({ name }) => name), nads?.map(({ name }) => name)]).toEqual([
      'storage',
      ['storage-10.20.0.0-16'],
      ['big'],
    ]);
    expect(summary.pools).toBe(1);
    expect(audit.findings.map(({ podref }) => podref)).toContain('storage/long-gone');
    expect(audit.findings.every(({ podref }) => podref?.startsWith('storage/') !== false)).toBe(true);
    expect(lint.findings.every((finding) => finding.namespace === 'storage')).toBe(true);
    expect((await documentOf(sample, '-n', 'nowhere')).pools).toEqual([]);
  });
});

describe('where it goes', () => {
  test('--output-file takes the page, and standard output has nothing', async () => {
    const file = join(folderWith({}), 'out.html');
    const run = await report(sample, '--output-file', file);
    // What the audit wants besides, the sample does not hold.
    expect([run.code, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toContain(`wrote ${file}`);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test('without -o it is the page, byte for byte the same each time', async () => {
    const [first, second] = [await report(sample), await report(sample, '-o', 'html')];
    expect(first.stdout).toMatch(/^<!doctype html>/);
    expect(second.stdout).toBe(first.stdout);
  });

  test('files besides: standard output has the numbers', async () => {
    const folder = folderWith({});
    const [html, md] = [join(folder, 'r.html'), join(folder, 'r.md')];
    const run = await report(sample, '-o', `html=${html}`, '-o', `markdown=${md}`);
    expect(run.stdout).toMatch(/^Pools +4\nAddresses used +13; IPv4 12 of 65,815/);
    expect([existsSync(html), readFileSync(md, 'utf8').startsWith('# IP addresses of ')]).toEqual([true, true]);
  });

  test.each([
    [{}, ['html']],
    [{ output: ['json'] }, ['json']],
    [{ 'output-file': 'a' }, ['html=a']],
    [{ output: ['markdown'], 'output-file': 'a' }, ['markdown=a']],
    [{ output: ['json=b'], 'output-file': 'a' }, ['json=b', 'html=a']],
    [{ output: ['json=b', 'markdown'], 'output-file': 'a' }, ['json=b', 'markdown=a']],
  ])('%j means %j', (flags, output) => {
    expect(reportOutput(flags, false)).toEqual(output);
  });

  test('a page is not poured over a terminal; text is', () => {
    expect(() => reportOutput({}, true)).toThrow('the page is not for a terminal');
    expect(() => reportOutput({ output: ['html', 'json=a'] }, true)).toThrow('the page is not for a terminal');
    expect(reportOutput({ output: ['markdown'] }, true)).toEqual(['markdown']);
    expect(reportOutput({ 'output-file': 'a' }, true)).toEqual(['html=a']);
  });

  test.each([
    [['-o', 'html', '-o', 'json', '--output-file', 'x'], '--output-file is for one format'],
    [['--output-file', ''], '--output-file names no file'],
    [['-o', 'table'], 'unknown output format "table"'],
    [['-o', 'markdwn'], 'Did you mean markdown?'],
  ])('%j: exit code 2', async (args, said) => {
    const run = await report(sample, ...args);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  test('a file that cannot be written, a snapshot that is none: exit code 3', async () => {
    expect((await report(sample, '--output-file', '/nonexistent/x.html')).code).toBe(3);
    expect((await report('/nonexistent/snapshot')).code).toBe(3);
  });
});

describe('Markdown', () => {
  test('has the four numbers, what needs a person and the commands that mend', async () => {
    const { stdout } = await report(sample, '-o', 'markdown');
    expect(stdout).toContain('| Pools | Addresses used | Stale | Errors |');
    expect(stdout).toContain('| 4 | 13<br>IPv4 12 of 65,815 (0.0%)<br>IPv6 1 of 1.8e19 (0.0%) | 2 | 0 |');
    expect(stdout).toMatch(/- \*\*warning\*\* 192\.0\.2\.204 in pool .*; 1 more like it .*`ipamctl reconcile`/);
    expect(stdout).toContain('| 192.0.2.192-27 | 192.0.2.192/27 |');
    expect((await report(sliced, '-o', 'markdown')).stdout).toContain('| fast | 10.1.0.0/22 | /24 | 4 | 2 | 2 |');
  });

  test('text of the cluster is text: no table, no HTML, no mention, no link comes of it', async () => {
    const hostile = folderWith({
      ...SAMPLE,
      'pools.json': list(
        ipPool({ name: 'x', range: 'a|b/<img src=x onerror=alert(1)> @team [x](http://evil) `z` **w**' }),
      ),
    });
    const { stdout } = await report(hostile, '-o', 'markdown');
    const lines = stdout.split('\n').filter((line) => line.includes('onerror'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toContain(
        String.raw`a\|b/&lt;img src=x onerror=alert(1)&gt; @<!-- -->team \[x\](http://evil) \`z\` \*\*w\*\*`,
      );
    }
  });

  test('it stays short, however large the cluster', async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      ipPool({ name: `p-${i.toString()}`, range: `10.${(i >> 8).toString()}.${(i & 255).toString()}.0/24` }),
    );
    const { stdout } = await report(folderWith({ ...SAMPLE, 'pools.json': list(...many) }), '-o', 'markdown');
    expect(stdout).toContain('… and 280 more pools.');
    expect(stdout.length).toBeLessThan(20_000);
  });
});

describe('what lacks nothing', () => {
  const complete = folderWith(COMPLETE_SAMPLE);
  const counted = (names: readonly string[]): Record<string, number> =>
    names.reduce<Record<string, number>>((counts, name) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 }), {});

  test('has every finding, skips only what has no object, and exit code 0', async () => {
    const run = await report(complete, '-o', 'json');
    const { audit, lint, attention, summary, incomplete } = JSON.parse(run.stdout) as Report;
    // There is nothing in that cluster which those two could look at.
    const idle = ['audit/reconciler-not-running', 'audit/schedule-not-in-force'];
    expect([run.code, incomplete, audit.skipped.map(({ check }) => check), lint.skipped]).toEqual([0, false, idle, []]);
    expect(counted(audit.findings.map(({ check, severity }) => `${severity} ${check}`))).toEqual({
      'error audit/reconciler-missing': 1,
      'warning audit/allocation-without-reservation': 2,
      'warning audit/invalid-offset': 1,
      'warning audit/invalid-podref': 1,
      'warning audit/lost-node': 1,
      'warning audit/reservation-without-allocation': 1,
      'warning audit/stale-allocation': 2,
      'info audit/allocation-without-reservation': 1,
      'info audit/finished-pod': 1,
    });
    expect(counted(lint.findings.map(({ rule, severity }) => `${severity} ${rule}`))).toEqual({
      'warning cluster/reconciler-missing': 4,
      'info cluster/orphan-nad': 3,
      'info cross/overlap-same-l2': 1,
      'info whereabouts/v6-huge': 1,
    });
    expect(summary).toMatchObject({ errors: 1, warnings: 12, infos: 7 });
    expect(attention.map(({ check, count }) => [check, count])).toEqual([
      ['audit/reconciler-missing', 1],
      ['cluster/reconciler-missing', 4],
      ['audit/allocation-without-reservation', 2],
      ['audit/stale-allocation', 2],
      ['audit/invalid-offset', 1],
      ['audit/invalid-podref', 1],
      ['audit/lost-node', 1],
      ['audit/reservation-without-allocation', 1],
    ]);
  });

  test('claims no gap, neither on the page nor in text', async () => {
    const [page, markdown] = await Promise.all([report(complete), report(complete, '-o', 'markdown')]);
    expect([page.code, markdown.code]).toEqual([0, 0]);
    for (const { stdout } of [page, markdown]) {
      expect(stdout).toContain('Good to know');
      expect(stdout).not.toContain('could not be read');
    }
  });
});

describe('what lacks something', () => {
  test('says so on the page, in the document and by exit code 1', async () => {
    // The pods of other namespaces were not collected.
    const folder = folderWith({ ...SAMPLE, 'pods.json': list(pod({ name: 'web-0' })) });
    const run = await report(folder, '-o', 'json');
    const { incomplete, warnings } = JSON.parse(run.stdout) as Report;
    expect([run.code, incomplete]).toEqual([1, true]);
    expect(warnings.join('\n')).toMatch(/\d+ verdicts? (is|are) open, because something could not be read/);
    const title = 'Something could not be read: numbers and verdicts may be wrong';
    expect((await report(folder)).stdout.includes(title)).toBe(true);
  });

  test('without pools there is nothing to show: exit code 3', async () => {
    const files: Record<string, string | Buffer> = { ...SAMPLE };
    Reflect.deleteProperty(files, 'pools.json');
    const run = await report(folderWith(files), '-o', 'json');
    expect([run.code, (JSON.parse(run.stdout) as { kind: string }).kind]).toEqual([3, 'Error']);
  });
});
