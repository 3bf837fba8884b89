import { describe, expect, test } from '@jest/globals';
import { readNetworkStatus, readRequestedNetworks } from '../../src/nad/network-status.js';

const status = (value: unknown): ReturnType<typeof readNetworkStatus> =>
  readNetworkStatus({ 'k8s.v1.cni.cncf.io/network-status': typeof value === 'string' ? value : JSON.stringify(value) });

describe('readNetworkStatus', () => {
  test('reads entries', () => {
    const reading = status([
      { name: 'ovn-kubernetes', interface: 'eth0', ips: ['10.128.0.5'], mac: 'a', default: true, dns: {} },
      { name: 'ns/nad', interface: 'net1', ips: ['192.168.2.5', 'FD00::0005', '10.0.0.1/24', 'rubbish', ''], dns: {} },
      { name: 'a/b/c' },
      null,
    ]);
    if (reading.state !== 'read') throw new Error(reading.state);
    expect(reading.entries.map(({ addresses, ...rest }) => ({ ...rest, addresses: addresses.map(String) }))).toEqual([
      {
        name: 'ovn-kubernetes',
        nad: undefined,
        ifName: 'eth0',
        addresses: ['10.128.0.5'],
        unreadableAddresses: 0,
        isDefault: true,
      },
      {
        name: 'ns/nad',
        nad: { namespace: 'ns', name: 'nad' },
        ifName: 'net1',
        addresses: ['192.168.2.5', 'fd00::5', '10.0.0.1'],
        unreadableAddresses: 2,
        isDefault: false,
      },
      { name: 'a/b/c', nad: undefined, ifName: null, addresses: [], unreadableAddresses: 0, isDefault: false },
      { name: '', nad: undefined, ifName: null, addresses: [], unreadableAddresses: 0, isDefault: false },
    ]);
  });

  test.each([
    undefined,
    null,
    'x',
    [],
    {},
    { 'k8s.v1.cni.cncf.io/network-status': '' },
    { 'k8s.v1.cni.cncf.io/networks-status': '[]' },
  ])('absent from %p', (annotations) => {
    expect(readNetworkStatus(annotations)).toEqual({ state: 'absent' });
  });

  test.each([
    '{',
    '{}',
    '5',
    '[5]',
    '[{"ips": "10.0.0.1"}]',
    '[{"ips": [5]}]',
    '[{"default": "true"}]',
    '[{"name": 5}]',
    '[{"mtu": "x"}]',
  ])('unreadable: %s', (text) => {
    expect(status(text)).toEqual({ state: 'unreadable' });
  });

  test.each(['null', '[]', ' [ ] '])('without entries: %p', (text) => {
    expect(status(text)).toEqual({ state: 'read', entries: [] });
  });
});

describe('readRequestedNetworks', () => {
  const requested = (text: string): unknown => readRequestedNetworks({ 'k8s.v1.cni.cncf.io/networks': text }, 'mine');
  const network = (namespace: string, name: string, ifName: string | null = null): object => ({
    namespace,
    name,
    ifName,
  });

  test.each([
    ['a', [network('mine', 'a')]],
    [' ns/a@net5 , b ', [network('ns', 'a', 'net5'), network('mine', 'b')]],
    ['a,a', [network('mine', 'a'), network('mine', 'a')]],
    ['[{"name": "a"}]', [network('mine', 'a')]],
    ['[{"name": "a", "namespace": "ns", "interface": "net5", "ips": ["10.0.0.1"]}]', [network('ns', 'a', 'net5')]],
    ['[{"name": "a", "interfaceRequest": "net5"}]', [network('mine', 'a', 'net5')]],
    ['[{"NAME": "a"}]', [network('mine', 'a')]],
    ['[]', []],
    ['[{', 'unreadable'],
    ['{"name": "a"}', 'unreadable'],
    ['[{"name": 5}]', 'unreadable'],
    ['[null]', 'unreadable'],
    ['[{}]', 'unreadable'],
    ['a,,b', 'unreadable'],
    ['a/b/c', 'unreadable'],
    ['a@b@c', 'unreadable'],
    ['A', 'unreadable'],
    ['a.b', 'unreadable'],
    ['a@0123456789abcdef', 'unreadable'],
    ['', 'absent'],
  ])('%s', (text, expected) => {
    expect(requested(text)).toEqual(expected);
  });

  test('absent', () => {
    expect(readRequestedNetworks({}, 'mine')).toBe('absent');
    expect(readRequestedNetworks(undefined, 'mine')).toBe('absent');
  });
});
