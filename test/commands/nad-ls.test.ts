import { afterAll, describe, expect, test } from '@jest/globals';
import { ipamctl, type Ran } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, list, macvlan, nad, pod, removeFolders, SAMPLE } from '../support/world.js';

const asks = (networks: string): Record<string, string> => ({ 'k8s.v1.cni.cncf.io/networks': networks });
const labelled = (object: object, labels: object): object => {
  const { metadata, ...rest } = object as { metadata: object };
  return { ...rest, metadata: { ...metadata, labels } };
};

const folder = folderWith({
  ...SAMPLE,
  'nads.json': list(
    labelled(nad('default', 'tenant-a', macvlan('tenant-a', { range: '192.0.2.192/27' })), { team: 'a' }),
    nad('default', 'broken', '{"cniVersion":"0.3.1","name":"broken","type":"macvlan",}'),
    nad(
      'default',
      'l2',
      JSON.stringify({
        cniVersion: '0.3.1',
        name: 'l2',
        type: 'ovn-k8s-cni-overlay',
        topology: 'layer2',
        netAttachDefName: 'x/y',
      }),
    ),
    nad('default', 'refused', macvlan('refused', { range: 'nonsense' })),
    nad('storage', 'big', macvlan('big', { range: '10.20.0.0/16', network_name: 'storage' })),
  ),
  'pods.json': list(
    pod({ name: 'one', annotations: asks('tenant-a, storage/big') }),
    pod({ name: 'two', annotations: asks('[{"name":"tenant-a"},{"name":"tenant-a"}]') }),
    pod({ name: 'three', phase: 'Succeeded', annotations: asks('tenant-a') }),
    pod({ name: 'four', namespace: 'storage', annotations: asks('tenant-a') }),
    pod({ name: 'five', annotations: asks('[{') }),
  ),
});
const without = (file: string): string => {
  const files: Record<string, string | Buffer> = { ...SAMPLE };
  Reflect.deleteProperty(files, file);
  return folderWith(files);
};
afterAll(removeFolders);

const ls = (...args: string[]): Promise<Ran> => ipamctl(['nad', 'ls', '--from', folder, ...args]);

interface Item {
  name: string;
  ipam: string | null;
  ranges: string[];
  pools: { name: string; usedPercent: number }[] | null;
  pods: number | null;
  findings: { errors: number; worst: { rule: string } | null };
  error: string | null;
}
async function items(...args: string[]): Promise<Map<string, Item>> {
  const run = await ls(...args, '-o', 'json');
  const document = JSON.parse(run.stdout) as { items: Item[] };
  expect(violations(document)).toEqual([]);
  return new Map(document.items.map((item) => [item.name, item]));
}

describe('the table', () => {
  test('of the namespace that the context has', async () => {
    const run = await ls();
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^NAME +PLUGIN +IPAM +RANGES +POOLS +USED% +PODS +FINDINGS\n/);
    expect(run.stdout).toMatch(/^broken .*error json\/trailing-comma$/m);
    expect(run.stdout).toMatch(/^tenant-a +macvlan +whereabouts +192\.0\.2\.192\/27 +192\.0\.2\.192-27 +\d+\.\d% +2 /m);
    expect(run.stdout).not.toContain('big');
    expect(run.stderr).toMatch(/4 NADs in default; 3 with errors\.\nWhat is wrong: ipamctl nad lint -n default/);
  });

  test('of all namespaces, of one, of labels, of nothing', async () => {
    expect((await ls('-A')).stdout).toMatch(/^NAMESPACE +NAME/);
    expect((await ls('-n', 'storage', '-o', 'name')).stdout).toBe('networkattachmentdefinition.k8s.cni.cncf.io/big\n');
    expect((await ls('-A', '-l', 'team=a', '-o', 'jsonpath={.items[*].name}')).stdout).toBe('tenant-a');
    const none = await ls('-n', 'nowhere');
    expect([none.code, none.stdout]).toEqual([0, '']);
    expect(none.stderr).toContain('No NetworkAttachmentDefinitions in namespace nowhere; -A looks in all.');
  });
});

describe('what is known of each', () => {
  test('pools, pods and findings', async () => {
    const found = await items('-A');
    expect(found.get('tenant-a')).toMatchObject({
      ipam: 'whereabouts',
      ranges: ['192.0.2.192/27'],
      pools: [{ name: '192.0.2.192-27' }],
      // Twice by one pod is once; a finished one is none; another namespace has a network of its own.
      pods: 2,
    });
    expect(found.get('big')).toMatchObject({ pools: [{ name: 'storage-10.20.0.0-16' }], pods: 1 });
    expect(found.get('broken')).toMatchObject({ ipam: null, pools: [], findings: { errors: 1 } });
    expect(found.get('broken')?.error).toContain('not JSON');
    expect(found.get('l2')?.findings.worst?.rule).toBe('ovn/nad-name-mismatch');
    expect(found.get('refused')?.error).toContain('invalid CIDR nonsense');
  });

  test.each([
    ['pods.json', { pods: null }, 'how many pods attach is not known'],
    ['pools.json', { pools: null }, 'how full the pools are is not known'],
  ])('without %s it says what it does not know', async (file, expected, warning) => {
    const run = await ipamctl(['nad', 'ls', '-A', '-o', 'json', '--from', without(file)]);
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining(warning)]);
    const document = JSON.parse(run.stdout) as { items: Item[]; incomplete: boolean };
    expect(document.incomplete).toBe(true);
    expect(violations(document)).toEqual([]);
    expect(document.items[0]).toMatchObject(expected);
  });
});
