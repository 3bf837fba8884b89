import { expect, test } from '@jest/globals';
import { readingOf, type ClusterReading } from '../../src/lint/cluster/facts.js';
import { addresses, node, nodeNetwork, pod } from '../../src/lint/rules/cluster/clusters.js';
import { parsePool } from '../../src/whereabouts/objects.js';
import { growingFaster } from '../support/work.js';
import { fixed, nadText, outcomeOf } from './support.js';

const SMALL = 50;
/** What runs for four times the input: 4 times for what is linear, some more where something is sorted, 16 for pairs. */
const LIMIT = 8;

function times(count: number, text: (i: number) => string, between = ''): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(between);
}

function address(i: number): string {
  return `10.${i >> 8}.${i & 255}`;
}

function pooled(i: number, range: string, more = ''): string {
  const config = `{"cniVersion": "0.3.1", "name": "n${i}", "type": "macvlan", "master": "eth1", "ipam": {"type": "whereabouts", "range": "${range}"${more}}}`;
  return nadText(`'${config}'`).replace('tenant-a', `n${i}`);
}

function listed(values: string): string {
  return nadText(
    `'{"cniVersion": "0.3.1", "name": "tenant-a", "type": "macvlan", "ipam": {"type": "whereabouts", "range": "10.0.0.0/8", ${values}}}'`,
  );
}

const GROWING: Readonly<Record<string, (count: number) => string>> = {
  'clean documents': (count) => times(count, (i) => pooled(i, `${address(i)}.0/24`), '---\n'),
  'documents of one pool': (count) => times(count, (i) => pooled(i, '10.0.0.0/8'), '---\n'),
  'documents of overlapping ranges': (count) => times(count, (i) => pooled(i, `10.0.0.0/${8 + (i % 20)}`), '---\n'),
  'documents with findings': (count) => times(count, (i) => pooled(i, '10.0.0.300/24', ', "mask": "x",'), '---\n'),
  'documents that do not parse': (count) => times(count, (i) => `${pooled(i, 'x')}  <<: *a\n`, '---\n'),
  suppressions: (count) =>
    times(count, (i) => pooled(i, '10.0.0.300/24').replace('spec', '# ipamctl-ignore: cni/* so\nspec'), '---\n'),
  templates: (count) => times(count, (i) => pooled(i, '{{ .range }}'), '---\n'),
  pods: (count) =>
    times(
      count,
      (i) =>
        `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p${i}\n  namespace: default\n  annotations:\n    k8s.v1.cni.cncf.io/networks: n${i}, missing\n`,
      '---\n',
    ),
  'items of a List': (count) =>
    `apiVersion: v1\nkind: List\nitems:\n${times(
      count,
      (i) =>
        `- ${pooled(i, `${address(i)}.0/24`)
          .trim()
          .replaceAll('\n', '\n  ')}\n`,
    )}`,
  excludes: (count) => listed(`"exclude": [${times(count, (i) => `"${address(i)}.0/24"`, ', ')}]`),
  routes: (count) => listed(`"routes": [${times(count, (i) => `{"dst": "${address(i)}.0/24"}`, ', ')}]`),
  ranges: (count) => listed(`"ipRanges": [${times(count, (i) => `{"range": "${address(i)}.0/24"}`, ', ')}]`),
  'unknown keys': (count) => listed(times(count, (i) => `"key${i}": 1`, ', ')),
  'equal keys': (count) => listed(times(count, () => '"key": 1', ', ')),
  'keys without their comma': (count) => listed(times(count, (i) => `"key${i}": 1`, '\n ')),
  plugins: (count) =>
    nadText(
      `'{"cniVersion": "0.3.1", "name": "tenant-a", "plugins": [${times(count, (i) => `{"type": "tuning", "k${i}": 1}`, ', ')}]}'`,
    ),
};

test.each(Object.entries(GROWING))('the work on %s grows as they do', async (_, text) => {
  const faster = await growingFaster(
    LIMIT,
    () => outcomeOf(text(SMALL)),
    () => outcomeOf(text(4 * SMALL)),
  );
  expect(faster).toEqual([]);
});

/** As many nodes, pools, and pods that ask for networks. */
function clusterOf(count: number): ClusterReading {
  const each = <T>(make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  return readingOf({
    nodes: each((i) => node(`w${i}`, { addresses: addresses(`172.16.${i >> 8}.${i & 255}`) })),
    nodeNetworks: each((i) => nodeNetwork(`w${i}`, { eth0: 1500 })),
    pods: each((i) => pod(`p${i}`, `w${i}`, `n${i}`)),
    virtualMachines: [],
    pools: each((i) =>
      parsePool({
        metadata: { name: `${address(i)}.0-24`, namespace: 'openshift-multus' },
        spec: { range: `${address(i)}.0/24`, allocations: {} },
      }),
    ),
    nodeSlicePools: [],
  });
}

test('the work on NADs beside a cluster grows as both do', async () => {
  const judged = (count: number): ReturnType<typeof outcomeOf> =>
    outcomeOf(GROWING['clean documents']?.(count) ?? '', { cluster: clusterOf(count) });
  const faster = await growingFaster(
    LIMIT,
    () => judged(SMALL),
    () => judged(4 * SMALL),
  );
  expect(faster).toEqual([]);
  const ids = (await judged(3)).findings.map(({ finding }) => finding.rule);
  expect(ids).toContain('cluster/master-missing');
});

test('the work on repairs grows as they do', async () => {
  const text = (count: number): string =>
    nadText(`|-\n    {${times(count, (i) => `"k${i}": it_is, // ${i}`, '\n     ')}\n     "type": "macvlan"}`);
  expect(await fixed(text(2))).not.toBe(text(2));
  const faster = await growingFaster(
    LIMIT,
    () => fixed(text(10)),
    () => fixed(text(40)),
  );
  expect(faster).toEqual([]);
});
