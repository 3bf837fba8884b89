import { describe, expect, test } from '@jest/globals';
import { findingsOf, underlined } from '../support.js';
import { fixer, holds, ofConf, saidBy } from './table.js';

const fixed = fixer('bridge');
const HEAD = { cniVersion: '0.3.1', name: 'tenant-a', type: 'bridge' };
const IPAM = { type: 'whereabouts', range: '192.0.2.0/24', exclude: ['192.0.2.0/29'] };

function bridge(more: object = {}): string {
  return ofConf({ ...HEAD, bridge: 'br1', ipam: IPAM, ...more });
}

function trunk(...entries: readonly unknown[]): string {
  return bridge({ vlanTrunk: entries });
}

describe('values', () => {
  holds(
    ['bridge'],
    [
      ['a good one', bridge(), []],
      ['for virtual machines', ofConf({ ...HEAD, bridge: 'br1', macspoofchk: true, vlan: 100 }), []],
      ['no name', ofConf({ ...HEAD, ipam: IPAM }), ['bridge/default-name:"bridge"']],
      ['an empty name', bridge({ bridge: '' }), ['bridge/default-name:"bridge"']],
      ['VLAN 0', bridge({ vlan: 0 }), []],
      ['the last VLAN', bridge({ vlan: 4094 }), []],
      ['a VLAN too many', bridge({ vlan: 4095 }), ['bridge/vlan-range:4095']],
      ['a negative VLAN', bridge({ vlan: -100 }), ['bridge/vlan-range:-100']],
      ['half a VLAN', bridge({ vlan: 1.5 }), ['bridge/vlan-range:1.5']],
      ['a VLAN in quotes is of another type', bridge({ vlan: '5000' }), []],
      ['hairpin alone', bridge({ hairpinMode: true }), []],
      ['hairpin and promiscuous', bridge({ hairpinMode: true, promiscMode: true }), ['bridge/hairpin-promisc:true']],
      ['down, without an ipam', ofConf({ ...HEAD, bridge: 'br1', disableContainerInterface: true }), []],
      ['down, with an empty ipam', bridge({ disableContainerInterface: true, ipam: {} }), ['bridge/empty-ipam:"ipam"']],
      ['down, with an ipam', bridge({ disableContainerInterface: true }), ['bridge/ipam-without-interface:"ipam"']],
      ['the default gateway', bridge({ isDefaultGateway: true }), ['bridge/is-default-gateway:true']],
      ['not the default gateway', bridge({ isDefaultGateway: false }), []],
      ['masquerading', bridge({ ipMasq: true }), ['bridge/ipmasq-no-gateway:true']],
      ['masquerading as the gateway', bridge({ ipMasq: true, isGateway: true }), []],
      ['in any case', bridge({ IPMASQ: true, ISGATEWAY: true }), []],
      ['with DHCP', bridge({ ipam: { type: 'dhcp' } }), []],
      [
        'the gateway, with DHCP',
        bridge({ isGateway: true, ipam: { type: 'dhcp' } }),
        ['bridge/gateway-with-dhcp:true'],
      ],
      ['an uplink', bridge({ master: 'eth1' }), ['bridge/unknown-key:"master"']],
      ['the VLAN of another plugin', bridge({ vlanId: 100 }), ['bridge/unknown-key:"vlanId"']],
      ['a known key of another case', bridge({ VLANTRUNK: [], macSpoofChk: true }), []],
      ['a key that means nothing', bridge({ comment: 'x' }), []],
      [
        'the second plugin',
        ofConf({ ...HEAD, type: undefined, plugins: [{ type: 'bridge' }] }),
        ['bridge/default-name:"bridge"'],
      ],
    ],
  );
});

describe('vlanTrunk', () => {
  holds(
    ['bridge'],
    [
      ['a run', trunk({ minID: 1, maxID: 4094 }), []],
      ['of one', trunk({ minID: 7, maxID: 7 }), []],
      ['single ones', trunk({ id: 1 }, { id: 4094 }), []],
      ['both', trunk({ id: 5, minID: 7, maxID: 9 }), []],
      ['nothing', trunk({}), []],
      ['minID alone', trunk({ minID: 7 }), ['bridge/trunk:"minID"']],
      ['maxID alone', trunk({ maxID: 7 }), ['bridge/trunk:"maxID"']],
      ['a negative minID', trunk({ minID: -1, maxID: 7 }), ['bridge/trunk:-1']],
      ['minID 0', trunk({ minID: 0, maxID: 7 }), ['bridge/trunk:0']],
      ['maxID too big', trunk({ minID: 7, maxID: 4095 }), ['bridge/trunk:4095']],
      ['the wrong way round', trunk({ minID: 9, maxID: 7 }), ['bridge/trunk:9']],
      ['a negative id', trunk({ id: -1 }), ['bridge/trunk:-1']],
      ['id 0', trunk({ id: 0 }), ['bridge/trunk:0']],
      ['id too big', trunk({ id: 4095 }), ['bridge/trunk:4095']],
      ['a text', trunk({ id: '7' }), ['bridge/trunk:"7"']],
      ['a number', trunk(7), ['bridge/trunk:7']],
      ['several', trunk({ id: 0 }, { id: 7 }, { maxID: 9 }), ['bridge/trunk:0', 'bridge/trunk:"maxID"']],
    ],
  );

  test.each<[unknown, string]>([
    [{ minID: 7 }, 'minID and maxID should be configured simultaneously, maxID is missing'],
    [{ maxID: 7 }, 'minID and maxID should be configured simultaneously, minID is missing'],
    [{ minID: -1, maxID: 7 }, 'incorrect trunk minID parameter'],
    [{ minID: 7, maxID: 5000 }, 'incorrect trunk maxID parameter'],
    [{ minID: 9, maxID: 7 }, 'minID is greater than maxID in trunk parameter'],
    [{ id: 4095 }, 'incorrect trunk id parameter'],
  ])('%j', async (entry, upstream) => {
    expect(await saidBy('bridge/trunk', trunk(entry))).toEqual({ severity: 'error', upstream });
  });
});

test.each<[string, string, string]>([
  ['bridge/vlan-range', bridge({ vlan: 5000 }), 'invalid VLAN ID 5000 (must be between 0 and 4094)'],
  ['bridge/vlan-range', bridge({ vlan: -100 }), 'invalid VLAN ID -100 (must be between 0 and 4094)'],
  [
    'bridge/hairpin-promisc',
    bridge({ hairpinMode: true, promiscMode: true }),
    'cannot set hairpin mode and promiscuous mode at the same time',
  ],
  [
    'bridge/ipam-without-interface',
    bridge({ disableContainerInterface: true }),
    'cannot use IPAM when DisableContainerInterface flag is set',
  ],
])('%s in the words of the plugin', async (rule, text, upstream) => {
  expect(await saidBy(rule, text)).toEqual({ severity: 'error', upstream });
});

describe('the address of the bridge', () => {
  const open = { type: 'whereabouts', range: '192.0.2.0/24' };
  const WORD = /bridge\/gateway-ip-in-pool|whereabouts\/gateway-in-pool/;
  const said = async (more: object): Promise<string[]> =>
    (await underlined(bridge(more))).filter((each) => WORD.test(each));

  test.each<[string, object, string[]]>([
    ['the first one of the range', { isGateway: true, ipam: open }, ['bridge/gateway-ip-in-pool:true']],
    ['as the default gateway', { isDefaultGateway: true, ipam: open }, ['bridge/gateway-ip-in-pool:true']],
    [
      'that of the gateway',
      { isGateway: true, ipam: { ...open, gateway: '192.0.2.77' } },
      ['bridge/gateway-ip-in-pool:"192.0.2.77"'],
    ],
    ['the gateway is excluded', { isGateway: true, ipam: { ...IPAM, gateway: '192.0.2.1' } }, []],
    ['the gateway is elsewhere', { isGateway: true, ipam: { ...open, gateway: '198.51.100.1' } }, []],
    ['before the start', { isGateway: true, ipam: { ...open, range_start: '192.0.2.2' } }, []],
    ['the bridge is not the gateway', { ipam: open }, []],
    ['another IPAM', { isGateway: true, ipam: { type: 'host-local', subnet: '192.0.2.0/24' } }, []],
  ])('%s', async (_, more, expected) => {
    expect(await said(more)).toEqual(expected);
  });

  test('is excluded by a repair', async () => {
    const text = bridge({ isGateway: true, ipam: { ...open, gateway: '192.0.2.77' } });
    const repaired = await fixed(text);
    expect(repaired).toContain('"exclude": ["192.0.2.77/32"]');
    expect(await fixed(repaired)).toBe(repaired);
  });
});

test('an empty ipam is left out', async () => {
  const text = ofConf({ ...HEAD, bridge: 'br1', ipam: {} });
  expect(await fixed(text)).toBe(ofConf({ ...HEAD, bridge: 'br1' }));
});

describe('an entry of the operator', () => {
  const entry = (conf: object): string => `apiVersion: operator.openshift.io/v1
kind: Network
metadata: { name: cluster }
spec:
  additionalNetworks:
  - name: tenant-a
    namespace: default
    type: Raw
    rawCNIConfig: '${JSON.stringify(conf)}'
`;

  holds(
    ['bridge'],
    [
      ['is a shim', entry({ ...HEAD, ipam: { type: 'whereabouts' } }), []],
      ['is one for DHCP', entry({ ...HEAD, ipam: { type: 'dhcp' } }), []],
      ['has a range', entry({ ...HEAD, ipam: IPAM }), ['bridge/default-name:"bridge"']],
      ['is named as a shim', entry({ ...HEAD, ipam: IPAM }).replace('- name: tenant-a', '- name: x-shim'), []],
    ],
  );
});

describe('VLANs beside untagged use', () => {
  const second = (more: object): string =>
    bridge({ ...more, name: 'tenant-b', ipam: undefined }).replace('name: tenant-a', 'name: tenant-b');
  const said = async (a: string, b: string): Promise<string[]> =>
    (await findingsOf(`${a}---\n${b}`))
      .filter(({ rule }) => rule === 'bridge/preserve-default-vlan')
      .map(({ path }) => path);

  test.each<[string, object, object, string[]]>([
    ['one of each', { vlan: 100 }, {}, ['spec.config.vlan']],
    ['a trunk', { vlanTrunk: [{ id: 7 }] }, {}, ['spec.config.vlanTrunk']],
    ['written out', { vlan: 100, preserveDefaultVlan: false }, {}, []],
    ['another bridge', { vlan: 100 }, { bridge: 'br2' }, []],
    ['both tagged', { vlan: 100 }, { vlan: 200 }, []],
    ['none tagged', {}, {}, []],
    ['VLAN 0', { vlan: 0 }, {}, []],
  ])('%s', async (_, a, b, paths) => {
    expect(await said(bridge(a), second(b))).toEqual(paths);
  });

  test('one file alone says nothing of it', async () => {
    expect((await findingsOf(bridge({ vlan: 100 }))).map(({ rule }) => rule)).not.toContain(
      'bridge/preserve-default-vlan',
    );
  });
});
