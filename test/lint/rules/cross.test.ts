import { describe, expect, test } from '@jest/globals';
import { lint, type Outcome } from '../../../src/lint/engine.js';
import { repair } from '../../../src/lint/fix.js';
import { readText } from '../../../src/lint/read-document.js';
import { RULES } from '../../../src/lint/registry.js';
import { underlined } from '../support.js';

const CROSS = RULES.filter(({ id }) => id.startsWith('cross/'));

interface Part {
  readonly name: string;
  readonly plugin: string;
  readonly namespace?: string;
}

function nads(...parts: readonly Part[]): string {
  return parts
    .map(
      ({ name, plugin, namespace = 'default' }) => `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  config: |-
    {"cniVersion": "0.3.1", "name": "${name}", ${plugin}}
`,
    )
    .join('---\n');
}

const on = (master: string, ipam: string): string => `"type": "macvlan", "master": "${master}", "ipam": {${ipam}}`;
const wb = (range: string, more = ''): string => `"type": "whereabouts", "range": "${range}"${more}`;
const pair = (a: string, b: string): string => nads({ name: 'a', plugin: a }, { name: 'b', plugin: b });

async function errorsOf(text: string): Promise<string[]> {
  const { findings } = await outcomeOf(text);
  return findings.filter(({ finding }) => finding.severity !== 'info').map(({ finding }) => finding.rule);
}

async function outcomeOf(text: string): Promise<Outcome> {
  return lint(await readText('nads.yaml', text), { rules: CROSS, profile: 'openshift', scope: 'dir' });
}

describe('overlap on one segment', () => {
  const named = (name: string): string => `, "network_name": "${name}"`;
  test.each([
    ['another network name', wb('10.0.0.0/24', named('x')), wb('10.0.0.0/24', named('y')), ['cross/overlap-same-l2']],
    ['a name and none', wb('10.0.0.0/24', named('x')), wb('10.0.0.0/24'), ['cross/overlap-same-l2']],
    ['a part of the other', wb('10.0.0.0/16', named('x')), wb('10.0.3.0/24'), ['cross/overlap-same-l2']],
    ['one pool', wb('10.0.0.0/24'), wb('10.0.0.0/24'), []],
    ['one pool, no guard', wb('10.0.0.0/24'), wb('10.0.0.0/24', ', "enable_overlapping_ranges": false'), []],
    ['two pools, guarded', wb('10.0.0.0/24'), wb('10.0.0.0/16'), []],
    [
      'two pools, no guard',
      wb('10.0.0.0/24'),
      wb('10.0.0.0/16', ', "enable_overlapping_ranges": false'),
      ['cross/overlap-same-l2'],
    ],
    [
      'nothing in common after exclusions',
      wb('10.0.0.0/24', `${named('x')}, "exclude": ["10.0.0.0/25"]`),
      wb('10.0.0.0/24', `${named('y')}, "exclude": ["10.0.0.128/25"]`),
      [],
    ],
    ['neighbours', wb('10.0.0.0/25', named('x')), wb('10.0.0.128/25', named('y')), []],
  ])('%s', async (_, a, b, expected) => {
    expect(await errorsOf(pair(on('eth1', a), on('eth1', b)))).toEqual(expected);
  });

  test('a VLAN interface and the plugin vlan are one segment; another VLAN is not', async () => {
    const vlan = (id: number): string =>
      `"type": "vlan", "master": "eth1", "vlanId": ${id}, "ipam": {${wb('10.0.0.0/24', named('y'))}}`;
    const macvlan = on('eth1.100', wb('10.0.0.0/24', named('x')));
    expect(await errorsOf(pair(macvlan, vlan(100)))).toEqual(['cross/overlap-same-l2']);
    expect(await errorsOf(pair(macvlan, vlan(200)))).toEqual([]);
  });

  test('points to the range of the later one', async () => {
    const text = pair(on('eth1', wb('10.0.0.0/24', named('x'))), on('eth1', wb('10.0.0.0/24', named('y'))));
    expect(await underlined(text, { rules: CROSS })).toEqual(['cross/overlap-same-l2:"10.0.0.0/24"']);
  });
});

describe('other pairs', () => {
  const slices = (size: string, name?: string): string =>
    `, "node_slice_size": "${size}"${name === undefined ? '' : `, "network_name": "${name}"`}`;
  const literal = '"type": "static", "addresses": [{"address": "10.0.0.9/24"}]';
  test.each([
    ['one range, two interfaces', on('eth1', wb('10.0.0.0/24')), on('eth2', wb('10.0.0.0/24')), 'same-range-diff-l2'],
    ['static in a pool', on('eth1', wb('10.0.0.0/24')), on('eth1', literal), 'static-in-pool'],
    ['static twice', on('eth1', literal), on('eth1', literal), 'static-duplicate'],
    [
      'one network name, two sizes',
      on('eth1', wb('10.0.0.0/16', slices('/24', 'n'))),
      on('eth1', wb('10.0.0.0/16', slices('/26', 'n'))),
      'slice-mismatch',
    ],
    [
      'sliced and not',
      on('eth1', wb('10.0.0.0/16', slices('/24', 'n'))),
      on('eth1', wb('10.0.0.0/16', ', "network_name": "n"')),
      'slice-mixed',
    ],
    [
      'macvlan and ipvlan',
      on('eth1', wb('10.0.0.0/24')),
      '"type": "ipvlan", "master": "eth1", "ipam": {"type": "x"}',
      'macvlan-ipvlan-master',
    ],
    [
      'host-local in a pool',
      on('eth1', wb('10.0.0.0/24')),
      on('eth1', '"type": "host-local", "subnet": "10.0.0.64/26"'),
      'overlap-mixed-ipam',
    ],
    [
      'one device',
      '"type": "host-device", "device": "eth3"',
      '"type": "host-device", "device": "eth3"',
      'hostdev-shared',
    ],
    [
      'passthru',
      '"type": "macvlan", "master": "eth1", "mode": "passthru"',
      '"type": "macvlan", "master": "eth1"',
      'passthru-shared',
    ],
    [
      'two MTUs',
      '"type": "bridge", "bridge": "b", "mtu": 9000',
      '"type": "bridge", "bridge": "b", "mtu": 1500',
      'bridge-mtu-vlan',
    ],
  ])('%s', async (_, a, b, expected) => {
    expect(await errorsOf(pair(a, b))).toEqual([`cross/${expected}`]);
  });

  test('unnamed networks with slices are compared up to whereabouts 0.9.4', async () => {
    const text = pair(on('eth1', wb('10.0.0.0/16', slices('/24'))), on('eth1', wb('10.1.0.0/16')));
    const documents = await readText('nads.yaml', text);
    const rules = async (whereabouts?: [number, number, number]): Promise<string[]> =>
      (await lint(documents, { rules: CROSS, profile: 'openshift', scope: 'dir', whereabouts })).findings.map(
        ({ finding }) => finding.rule,
      );
    expect(await rules()).toEqual(['cross/slice-mismatch']);
    expect(await rules([0, 9, 4])).toEqual(['cross/slice-mismatch']);
    expect(await rules([0, 9, 5])).toEqual([]);
  });

  test('documents of two folders go to two clusters, unless --scope all', async () => {
    const [first = '', second = ''] = pair(on('eth1', literal), on('eth1', literal)).split('---\n');
    const [a] = await readText('a/nad.yaml', first);
    const [b] = await readText('b/nad.yaml', second);
    if (a === undefined || b === undefined) throw new Error('no documents');
    const within = ({ document, value }: typeof a, folder: string): typeof a => ({
      document: { ...document, source: { ...document.source, folder } },
      value,
    });
    const inFolders = [within(a, 'a'), within(b, 'b')];
    const count = async (scope: 'dir' | 'all'): Promise<number> =>
      (await lint(inFolders, { rules: CROSS, profile: 'openshift', scope })).findings.length;
    expect([await count('dir'), await count('all')]).toEqual([0, 1]);
  });
});

describe('repairs', () => {
  test.each([
    [
      'a literal address',
      on('eth1', '"type": "static", "addresses": [{"address": "10.0.0.9/24"}]'),
      '"exclude": ["10.0.0.9/32"]',
    ],
    [
      'a range of host-local',
      on('eth1', '"type": "host-local", "subnet": "10.0.0.64/26", "rangeStart": "10.0.0.64", "rangeEnd": "10.0.0.127"'),
      '"exclude": ["10.0.0.64/26"]',
    ],
  ])('%s is excluded, once', async (_, other, expected) => {
    const text = pair(on('eth1', wb('10.0.0.0/24')), other);
    const { findings } = await outcomeOf(text);
    const source = findings[0]?.document.source;
    const fixed = source === undefined ? undefined : repair(source, findings)?.source.text;
    expect(fixed?.replaceAll(/\s+/g, ' ')).toContain(expected);
    expect((await outcomeOf(fixed ?? '')).findings).toEqual([]);
  });
});

test('thousands of networks on one segment are compared in no time', async () => {
  const parts = Array.from({ length: 4000 }, (_, i) => ({
    name: `n${i}`,
    plugin: on('eth1', wb(`10.${i >> 8}.${i & 255}.0/24`, `, "network_name": "n${i}"`)),
  }));
  const wide = { name: 'wide', plugin: on('eth1', wb('10.0.0.0/8', ', "network_name": "wide"')) };
  const documents = await readText('nads.yaml', nads(wide, ...parts));
  const start = performance.now();
  const { findings } = await lint(documents, { rules: CROSS, profile: 'openshift', scope: 'dir' });
  expect(findings.length).toBe(4000);
  expect(performance.now() - start).toBeLessThan(15_000);
});
