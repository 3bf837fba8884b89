import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../support.js';
import { fixer, holds, saidBy } from './table.js';

const fixed = fixer('cno');
const IPAM = { type: 'whereabouts', range: '192.0.2.0/24', exclude: ['192.0.2.0/29'] };
const CONF = { cniVersion: '0.3.1', name: 'tenant-a', type: 'macvlan', master: 'eth1', ipam: IPAM };
const RAW = { name: 'tenant-a', namespace: 'default', type: 'Raw', rawCNIConfig: JSON.stringify(CONF) };

/** The object of the operator, as JSON, which is YAML. */
function cno(entries: readonly object[], more: object = {}): string {
  const spec = { ...more, additionalNetworks: entries };
  return JSON.stringify({
    apiVersion: 'operator.openshift.io/v1',
    kind: 'Network',
    metadata: { name: 'cluster' },
    spec,
  });
}

function raw(more: object = {}): string {
  return cno([{ ...RAW, ...more }]);
}

function conf(more: object): string {
  return raw({ rawCNIConfig: JSON.stringify({ ...CONF, ...more }) });
}

function macvlan(config: object, more: object = {}): string {
  return cno([{ name: 'tenant-a', namespace: 'default', type: 'SimpleMacvlan', simpleMacvlanConfig: config, ...more }]);
}

function addressing(staticIPAMConfig: object): string {
  return macvlan({ ipamConfig: { type: 'Static', staticIPAMConfig } });
}

const ADDRESSES = [{ address: '192.0.2.10/24', gateway: '192.0.2.1' }];

describe('entries', () => {
  holds(
    ['cno'],
    [
      ['none', cno([]), []],
      ['a good one', raw(), []],
      ['a simple one', macvlan({ master: 'eth1', mode: 'VEPA', mtu: 1500 }), []],
      ['two', cno([RAW, { ...RAW, name: 'tenant-b' }]), []],
      ['two of one name', cno([RAW, { ...RAW, namespace: 'tenant-b' }]), ['cno/duplicate-name:"tenant-a"']],
      ['a Raw one without anything', raw({ rawCNIConfig: undefined }), ['cno/raw-missing:"Raw"']],
      ['a Raw one with nothing', raw({ rawCNIConfig: '' }), ['cno/raw-missing:"Raw"']],
      ['no JSON', raw({ rawCNIConfig: 'wrongCNIConfig' }), ['cno/raw-not-json:"rawCNIConfig"']],
      ['a list', raw({ rawCNIConfig: '[]' }), ['cno/raw-not-json:"rawCNIConfig"']],
      ['null is none for Go', raw({ rawCNIConfig: 'null' }), []],
      ['an object', raw({ rawCNIConfig: {} }), ['cno/raw-not-json:"rawCNIConfig"']],
      ['an empty object', raw({ rawCNIConfig: '{}' }), []],
      ['no type', raw({ type: undefined }), ['cno/type:{']],
      ['another type', raw({ type: 'Bridge' }), ['cno/type:"Bridge"']],
      ['a type of another case', raw({ type: 'RAW' }), ['cno/type-case:"RAW"']],
      ['both', raw({ simpleMacvlanConfig: {} }), ['cno/config-mismatch:"simpleMacvlanConfig"']],
      ['the other one', macvlan({}, { rawCNIConfig: '{}' }), ['cno/config-mismatch:"rawCNIConfig"']],
      ['no name', raw({ name: undefined }), ['cno/name-regex:{']],
      ['an empty name', raw({ name: '' }), ['cno/name-regex:""']],
      ['a name with dots', raw({ name: 'a.b' }), ['cno/name-regex:"a.b"']],
      ['a name with a 0', raw({ name: '0net' }), ['cno/name-regex:"0net"']],
      ['no namespace', raw({ namespace: undefined }), ['cno/namespace-missing:"tenant-a"']],
      ['without multus', cno([RAW], { disableMultiNetwork: true }), ['cno/disable-multi:true']],
      ['without multus, and none', cno([], { disableMultiNetwork: true }), []],
    ],
    { file: 'network.yaml' },
  );
});

describe('a SimpleMacvlan', () => {
  holds(
    ['cno'],
    [
      ['DHCP', macvlan({ ipamConfig: { type: 'DHCP' } }), []],
      [
        'static',
        addressing({ addresses: ADDRESSES, routes: [{ destination: '198.51.100.0/24', gateway: '192.0.2.1' }] }),
        [],
      ],
      ['static without addresses', addressing({}), ['cno/static-caps-array:"Static"']],
      ['no mode', macvlan({ mode: 'invalidMacvlanMode' }), ['cno/simplemacvlan-values:"invalidMacvlanMode"']],
      ['no IPAM', macvlan({ ipamConfig: { type: 'invalidIPAM' } }), ['cno/simplemacvlan-values:"invalidIPAM"']],
      ['a negative mtu', macvlan({ mtu: -1 }), ['cno/simplemacvlan-values:-1']],
      ['no address', addressing({ addresses: [{ address: 'AAA' }] }), ['cno/simplemacvlan-values:"AAA"']],
      ['no prefix', addressing({ addresses: [{ address: '192.0.2.10' }] }), ['cno/simplemacvlan-values:"192.0.2.10"']],
      [
        'no gateway',
        addressing({ addresses: [{ address: '192.0.2.10/24', gateway: 'BBB' }] }),
        ['cno/simplemacvlan-values:"BBB"'],
      ],
      [
        'no destination',
        addressing({ addresses: ADDRESSES, routes: [{ destination: 'CCC' }] }),
        ['cno/simplemacvlan-values:"CCC"'],
      ],
      [
        'no next hop',
        addressing({ addresses: ADDRESSES, routes: [{ destination: '198.51.100.0/24', gateway: 'DDD' }] }),
        ['cno/simplemacvlan-values:"DDD"'],
      ],
      ['a mode of another case', macvlan({ mode: 'bridge' }), ['cno/type-case:"bridge"']],
      ['an IPAM of another case', macvlan({ ipamConfig: { type: 'dhcp' } }), ['cno/type-case:"dhcp"']],
      [
        'all of another case',
        macvlan({ mode: 'bridge' }, { type: 'simplemacvlan' }),
        ['cno/type-case:"simplemacvlan"', 'cno/type-case:"bridge"'],
      ],
    ],
    { file: 'network.yaml' },
  );

  test.each<[string, string, string]>([
    ['mode', macvlan({ mode: 'x' }), 'invalid Macvlan mode: x'],
    ['IPAM', macvlan({ ipamConfig: { type: 'x' } }), 'invalid IPAM type: x'],
    ['address', addressing({ addresses: [{ address: 'AAA' }] }), 'invalid static address: invalid CIDR address: AAA'],
    ['gateway', addressing({ addresses: [{ address: '192.0.2.10/24', gateway: 'BBB' }] }), 'invalid gateway: BBB'],
    [
      'destination',
      addressing({ addresses: ADDRESSES, routes: [{ destination: 'CCC' }] }),
      'invalid route destination: invalid CIDR address: CCC',
    ],
  ])('%s in the words of the operator', async (_, text, upstream) => {
    expect(await saidBy('cno/simplemacvlan-values', text)).toEqual({ severity: 'error', upstream });
  });

  test('what is inside is repaired by the operator only where the type is right', async () => {
    const severities = async (text: string): Promise<string[]> =>
      (await findingsOf(text)).filter(({ rule }) => rule === 'cno/type-case').map(({ severity }) => severity);
    expect(await severities(macvlan({ mode: 'bridge' }))).toEqual(['warning']);
    expect((await severities(macvlan({ mode: 'bridge' }, { type: 'simplemacvlan' }))).sort()).toEqual([
      'error',
      'warning',
    ]);
  });
});

describe('what the operator starts', () => {
  const WORDS = ['cno'];
  const dhcp = { type: 'dhcp' };
  holds(
    WORDS,
    [
      ['DHCP', conf({ ipam: dhcp }), []],
      ['in capitals', conf({ ipam: { type: 'DHCP' } }), ['cno/ipam-detect-first:\\"DHCP\\"']],
      ['in a list', conf({ type: undefined, ipam: undefined, plugins: [{ type: 'bridge', ipam: dhcp }] }), []],
      [
        'as the second plugin, the first with an ipam',
        conf({ type: undefined, ipam: undefined, plugins: [{ type: 'bridge' }, { type: 'x', ipam: dhcp }] }),
        [],
      ],
      [
        'as the second ipam',
        conf({
          type: undefined,
          ipam: undefined,
          plugins: [
            { type: 'bridge', ipam: { type: 'static' } },
            { type: 'x', ipam: dhcp },
          ],
        }),
        ['cno/ipam-detect-first:\\"dhcp\\"'],
      ],
      ['an ipam that is a text', conf({ ipam: 'invalid' }), []],
      ['a shim', conf({ type: 'bridge', ipam: { type: 'whereabouts' } }), ['cno/shim-no-range:"tenant-a"']],
      ['a shim for DHCP', conf({ type: 'bridge', ipam: dhcp }), []],
    ],
    { file: 'network.yaml' },
  );

  const SHIM = conf({ type: 'bridge', ipam: { type: 'whereabouts' } });
  const POD = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', annotations: { 'k8s.v1.cni.cncf.io/networks': 'tenant-a' } },
  });
  const SLICED = JSON.stringify({
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: 'sliced', namespace: 'openshift-multus' },
    spec: { config: JSON.stringify({ ...CONF, name: 'sliced', ipam: { ...IPAM, node_slice_size: '/28' } }) },
  });

  test.each<[string, string, object, string]>([
    ['alone', SHIM, {}, 'info'],
    ['with a pod', `${SHIM}\n---\n${POD}`, {}, 'warning'],
    ['with node slices', `${SHIM}\n---\n${SLICED}`, {}, 'error'],
    ['with node slices, and a version that stands it', `${SHIM}\n---\n${SLICED}`, { whereabouts: [0, 9, 4] }, 'info'],
  ])('a shim %s', async (_, text, options, severity) => {
    expect((await saidBy('cno/shim-no-range', text, options))?.severity).toBe(severity);
  });
});

describe('patches', () => {
  const LIST = '/spec/additionalNetworks';
  const add = (path: string): object => ({ op: 'add', path, value: path === LIST ? [] : RAW });
  const rulesOf = async (text: string, file: string): Promise<string[]> =>
    (await findingsOf(text, { file })).map(({ rule }) => rule).filter((rule) => rule.startsWith('cno/'));

  test('a merge patch replaces the list', async () => {
    const patch = `spec:\n  additionalNetworks:\n  - ${JSON.stringify(RAW)}\n`;
    expect(await rulesOf(patch, 'patch.yaml')).toEqual(['cno/merge-patch-replaces-list']);
  });

  test.each<[string, readonly object[], string[]]>([
    ['appended', [add(`${LIST}/-`)], ['cno/json-patch-missing-list']],
    ['made first', [add(LIST), add(`${LIST}/-`)], []],
    ['made too late', [add(`${LIST}/-`), add(LIST)], ['cno/json-patch-missing-list']],
    ['replaced', [add(LIST)], []],
    ['another list', [add('/spec/x/-')], []],
  ])('a JSON patch: %s', async (_, operations, expected) => {
    expect(await rulesOf(JSON.stringify(operations), 'patch.yaml')).toEqual(expected);
  });
});

describe('repairs', () => {
  test.each<[string, string, string]>([
    ['a type', raw({ type: 'raw' }), raw()],
    ['a mode', macvlan({ mode: 'vepa' }), macvlan({ mode: 'VEPA' })],
    ['a mode under a type', macvlan({ mode: 'vepa' }, { type: 'SIMPLEMACVLAN' }), macvlan({ mode: 'VEPA' })],
    ['what is not read', raw({ simpleMacvlanConfig: {} }), raw()],
  ])('%s', async (_, text, expected) => {
    expect(await fixed(text)).toBe(expected);
    expect(await fixed(expected)).toBe(expected);
  });
});
