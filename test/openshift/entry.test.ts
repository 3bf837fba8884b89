import { describe, expect, test } from '@jest/globals';
import { effectOf, entryDiff, isSameEntry, isShim, shimEntry, shimWarnings } from '../../src/openshift/entry.js';
import { generate } from '../../src/nad/generate/generate.js';

const raw = (conf: unknown, more: object = {}): Record<string, unknown> => ({
  name: 'n',
  type: 'Raw',
  rawCNIConfig: typeof conf === 'string' ? conf : JSON.stringify(conf),
  ...more,
});

describe('what the operator sees in an entry', () => {
  const W = { type: 'whereabouts' };
  test.each<[string, Record<string, unknown>, string | null]>([
    ['one plugin', raw({ ipam: W }), 'whereabouts'],
    ['another type', raw({ ipam: { type: 'static' } }), null],
    [
      'the first of a list that has an ipam',
      raw({ plugins: [{ type: 'a' }, { ipam: W }, { ipam: { type: 'dhcp' } }] }),
      'whereabouts',
    ],
    ['a list without one, and the ipam beside it', raw({ plugins: [{}], ipam: { type: 'dhcp' } }), 'dhcp'],
    ['a null is none', raw({ plugins: [{ ipam: null }, { ipam: W }] }), 'whereabouts'],
    ['no list', raw({ plugins: {}, ipam: W }), null],
    ['an element that is no object', raw({ plugins: ['x', { ipam: W }] }), null],
    ['keys by every letter', raw({ IPAM: W }), null],
    ['the type by every letter', raw({ ipam: { type: 'Whereabouts' } }), null],
    ['no JSON', raw('{'), null],
    ['no text', { name: 'n', type: 'Raw' }, null],
    ['a type in other letters', raw({ ipam: W }, { type: 'raw' }), null],
    ['macvlan without an IPAM', { name: 'n', type: 'SimpleMacvlan' }, 'dhcp'],
    [
      'macvlan with DHCP',
      { name: 'n', type: 'SimpleMacvlan', simpleMacvlanConfig: { ipamConfig: { type: 'DHCP' } } },
      'dhcp',
    ],
    [
      'macvlan with addresses',
      { name: 'n', type: 'SimpleMacvlan', simpleMacvlanConfig: { ipamConfig: { type: 'Static' } } },
      null,
    ],
  ])('%s', (_title, entry, effect) => {
    expect(effectOf(entry)).toBe(effect);
  });
});

describe('a shim', () => {
  test.each(['whereabouts', 'dhcp'] as const)('%s is what nad generate writes for a bridge of that name', (type) => {
    for (const cniVersion of [undefined, '0.3.0', '0.4.0', '1.0.0']) {
      const given = {
        ipam: type,
        name: `${type}-shim`,
        main: 'bridge',
        form: 'additional-network',
        'cni-version': cniVersion,
      };
      const made = generate(given);
      if (!made.ok) throw new Error(made.problem.message);
      expect([shimEntry({ type, cniVersion })]).toEqual(made.generated.documents);
      expect(effectOf(shimEntry({ type, cniVersion }))).toBe(type);
    }
  });

  test('of another name is one that nad lint does not know', () => {
    expect(shimWarnings({ type: 'whereabouts', name: 'x' })).toHaveLength(1);
    expect(shimWarnings({ type: 'whereabouts', name: 'x-shim' })).toEqual([]);
    expect(shimWarnings({ type: 'dhcp', name: 'x' })).toEqual([]);
  });
});

describe('an entry is a shim', () => {
  const plain = { cniVersion: '1.0.0', name: 'x', type: 'bridge', ipam: { type: 'dhcp' } };
  test.each<[string, Record<string, unknown>, boolean]>([
    ['of any version, name and namespace', raw(plain, { namespace: 'z', simpleMacvlanConfig: null }), true],
    ['as a list', raw({ cniVersion: '1.0.0', name: 'x', plugins: [{ type: 'bridge', ipam: { type: 'dhcp' } }] }), true],
    ['not of another IPAM', raw({ ...plain, ipam: { type: 'whereabouts' } }), false],
    ['not on an interface of the node', raw({ ...plain, type: 'macvlan', master: 'eth1' }), false],
    ['not on a bridge that is named', raw({ ...plain, bridge: 'br1' }), false],
    ['not with more plugins', raw({ name: 'x', plugins: [{ type: 'bridge', ipam: { type: 'dhcp' } }, {}] }), false],
    ['not with anything else', raw(plain, { more: 1 }), false],
    ['not one that the operator does not see', raw(plain, { type: 'Other' }), false],
  ])('%s', (_title, entry, expected) => {
    expect(isShim(entry, 'dhcp')).toBe(expected);
  });

  test('with a range it is a network', () => {
    expect(isShim(raw({ type: 'bridge', ipam: { type: 'whereabouts', range: '10.0.0.0/24' } }), 'whereabouts')).toBe(
      false,
    );
    expect(isShim(shimEntry({ type: 'whereabouts', cniVersion: '1.1.0' }), 'whereabouts')).toBe(true);
  });
});

describe('the same entry', () => {
  const shim = shimEntry({ type: 'dhcp' });
  test.each<[string, Record<string, unknown>, boolean]>([
    [
      'white space and key order',
      raw('{"ipam":{"type":"dhcp"}, "type":"bridge","name":"dhcp-shim","cniVersion":"0.3.1"}', { name: 'dhcp-shim' }),
      true,
    ],
    ['what stands for nothing', { ...shim, simpleMacvlanConfig: null }, true],
    ['another namespace', { ...shim, namespace: 'x' }, false],
    [
      'another configuration',
      raw(
        { cniVersion: '0.3.1', name: 'dhcp-shim', type: 'bridge', ipam: { type: 'dhcp', x: 1 } },
        { name: 'dhcp-shim' },
      ),
      false,
    ],
    ['one that cannot be read', raw('{', { name: 'dhcp-shim' }), false],
    ['more than that', { ...shim, simpleMacvlanConfig: {} }, false],
  ])('%s', (_title, entry, isSame) => {
    expect(isSameEntry(entry, shim)).toBe(isSame);
  });
});

test('a diff is of what it says, not of how it is laid out', () => {
  const before = raw('{"type":"bridge","mtu":1}');
  const after = raw('{\n"type":"bridge",\n"mtu":2}');
  expect(entryDiff(before, after)).toBe(`--- spec.additionalNetworks[name=n]
+++ spec.additionalNetworks[name=n]
@@ -3,5 +3,5 @@
 rawCNIConfig: |-
   {
     "type": "bridge",
-    "mtu": 1
+    "mtu": 2
   }
`);
  expect(entryDiff(null, { name: 'n' })).toBe(`--- spec.additionalNetworks[name=n]
+++ spec.additionalNetworks[name=n]
@@ -0,0 +1,1 @@
+name: n
`);
});
