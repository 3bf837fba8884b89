import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../support.js';
import { fixer, holds, ofConf, saidBy } from './table.js';

const fixed = fixer('cni');

const HEAD = { cniVersion: '0.3.1', name: 'tenant-a' };
const MACVLAN = { type: 'macvlan', master: 'eth1' };
const WHEREABOUTS = { type: 'whereabouts', range: '192.0.2.0/24' };

function conf(more: object): string {
  return ofConf({ ...HEAD, ...MACVLAN, ipam: WHEREABOUTS, ...more });
}

function list(...plugins: readonly unknown[]): string {
  return ofConf({ ...HEAD, plugins });
}

const CHAINED = { ...MACVLAN, ipam: WHEREABOUTS };

describe('type and plugins', () => {
  holds(
    ['cni'],
    [
      ['a good one', conf({}), []],
      ['a good list', list(CHAINED, { type: 'tuning', mtu: 9000 }), []],
      ['nothing at all', ofConf({}), ['cni/type-missing:config']],
      ['only a name', ofConf({ name: 'x' }), ['cni/type-missing:config', 'cni/name-mismatch:"x"']],
      ['another key', ofConf({ 'some-invalid': 'config' }), ['cni/type-missing:config']],
      ['an empty type', conf({ type: '' }), ['cni/type-missing:""']],
      ['a type that is a number', conf({ type: 5 }), ['cni/type-missing:5']],
      ['a plugin of a list without a type', list(CHAINED, { mtu: 1 }), ['cni/type-missing:{']],
      [
        'plugin for plugins',
        ofConf({ ...HEAD, plugin: [CHAINED] }),
        ['cni/type-missing:config', 'cni/unknown-key:"plugin"'],
      ],
      ['a type of another case', conf({ type: 'MacVlan' }), ['cni/type-unknown:"MacVlan"']],
      ['a misspelt type', conf({ type: 'ipvaln' }), ['cni/type-unknown:"ipvaln"']],
      ['a type that nobody knows', conf({ type: 'infiniband' }), ['cni/type-unknown:"infiniband"']],
      ['a plugin of another project', conf({ type: 'macvtap' }), []],
      ['a short type that is near to others', conf({ type: 'vxlan' }), []],
      ['a path', conf({ type: './macvlan' }), ['cni/type-invalid:"./macvlan"']],
      ['a path to an IPAM', conf({ ipam: { type: 'bin/static' } }), ['cni/type-invalid:"bin/static"']],
      ['both', conf({ plugins: [] }), ['cni/type-and-plugins:"plugins"']],
      ['an object', ofConf({ ...HEAD, plugins: CHAINED }), ['cni/plugins-not-list:"plugins"']],
      ['a string', ofConf({ ...HEAD, plugins: 'x' }), ['cni/plugins-not-list:"plugins"']],
      ['null', ofConf({ ...HEAD, plugins: null }), ['cni/plugins-not-list:"plugins"']],
      ['a list of strings', list('x'), ['cni/plugins-not-list:"x"']],
      ['an empty list', list(), ['cni/plugins-empty:"plugins"']],
    ],
  );

  test.each<[string, string, string, string | null]>([
    [
      'cni/type-missing',
      ofConf({ 'some-invalid': 'config' }),
      'invalid config',
      "error parsing configuration: missing 'type'",
    ],
    ['cni/plugins-empty', list(), 'invalid config', 'error parsing configuration list: no plugins in list'],
    [
      'cni/plugins-not-list',
      ofConf({ ...HEAD, plugins: {} }),
      "error parsing configuration list: invalid 'plugins' type map[string]interface {}",
      "error parsing configuration list: invalid 'plugins' type map[string]interface {}",
    ],
    [
      'cni/plugins-not-list',
      list('x'),
      'error parsing configuration: json: cannot unmarshal string into Go value of type types.PluginConf',
      'error parsing configuration: json: cannot unmarshal string into Go value of type types.PluginConf',
    ],
    [
      'cni/type-and-plugins',
      conf({ type: 'ovn-k8s-cni-overlay', plugins: [] }),
      'CNI config cannot have both a plugin list and a single config',
      'CNI config cannot have both a plugin list and a single config',
    ],
  ])('%s: with the webhook and without', async (rule, text, openshift, upstream) => {
    expect(await saidBy(rule, text)).toEqual({ severity: 'error', upstream: openshift });
    expect(await saidBy(rule, text, { profile: 'upstream' })).toEqual({ severity: 'error', upstream });
  });

  test('a type that is nearly known is an error, another one a warning', async () => {
    expect(await saidBy('cni/type-unknown', conf({ type: 'macvaln' }))).toEqual({
      severity: 'error',
      upstream: 'failed to find plugin "macvaln" in path',
    });
    expect(await saidBy('cni/type-unknown', conf({ type: 'some-plugin' }))).toMatchObject({ severity: 'warning' });
  });

  test.each<[unknown, string[]]>([
    [false, []],
    ['false', []],
    [true, ['cni/type-missing']],
  ])('a file with loadOnlyInlinedPlugins %j and no plugins', async (value, expected) => {
    const text = JSON.stringify({ ...HEAD, loadOnlyInlinedPlugins: value });
    expect((await findingsOf(text, { file: 'a.conflist' })).map(({ rule }) => rule)).toEqual(expected);
  });

  test('of a text that breaks off nothing is said to be missing', async () => {
    const text = ofConf(HEAD).replace('"tenant-a"', '"tenant-a"rest');
    expect((await findingsOf(text)).map(({ rule }) => rule).filter((rule) => rule.startsWith('cni/'))).toEqual([]);
  });
});

describe('name', () => {
  holds(
    ['cni'],
    [
      ['none', ofConf({ cniVersion: '0.3.1', ...CHAINED }), ['cni/name-missing:config']],
      ['an empty one', conf({ name: '' }), ['cni/name-missing:""']],
      ['none in a list', ofConf({ cniVersion: '0.3.1', plugins: [CHAINED] }), ['cni/conflist-name-missing:config']],
      ['an empty one in a list', ofConf({ ...HEAD, name: '', plugins: [CHAINED] }), ['cni/conflist-name-missing:""']],
      ['a number in a list', ofConf({ ...HEAD, name: 5, plugins: [CHAINED] }), ['cni/conflist-name-missing:5']],
      ['a capital, of which json/key-case speaks', ofConf({ cniVersion: '0.3.1', Name: 'a', plugins: [CHAINED] }), []],
      ['a slash', conf({ name: 'a/b' }), ['cni/name-invalid:"a/b"']],
      ['a leading underscore', conf({ name: '_a' }), ['cni/name-invalid:"_a"']],
      ['a space', conf({ name: 'a b' }), ['cni/name-invalid:"a b"']],
      ['dots and underscores', conf({ name: 'a.b_c' }), ['cni/name-mismatch:"a.b_c"']],
      ['another one than the object', conf({ name: 'b' }), ['cni/name-mismatch:"b"']],
      [
        'another one of OVN-Kubernetes',
        conf({ type: 'ovn-k8s-cni-overlay', topology: 'layer2', name: 'b', master: undefined, ipam: undefined }),
        [],
      ],
      [
        'in a plugin',
        list({ ...MACVLAN, name: 'b', cniVersion: '1.0.0', ipam: { type: 'dhcp' } }),
        ['cni/plugin-name-ignored:"name"', 'cni/plugin-name-ignored:"cniVersion"'],
      ],
    ],
  );

  test.each<[string, object, string]>([
    ['none', {}, 'invalid config'],
    ['a number', { name: 5 }, 'error parsing configuration list: invalid name type float64'],
    ['null', { name: null }, 'error parsing configuration list: invalid name type <nil>'],
    ['a list', { name: [] }, 'error parsing configuration list: invalid name type []interface {}'],
  ])('of a list: %s', async (_, name, upstream) => {
    const text = ofConf({ cniVersion: '0.3.1', ...name, plugins: [CHAINED] });
    expect(await saidBy('cni/conflist-name-missing', text)).toEqual({ severity: 'error', upstream });
  });

  test('without the webhook a name is put in', async () => {
    const text = ofConf({ cniVersion: '0.3.1', plugins: [CHAINED] });
    expect(await saidBy('cni/conflist-name-missing', text, { profile: 'upstream' })).toEqual({
      severity: 'warning',
      upstream: null,
    });
  });
});

describe('cniVersion', () => {
  const OLDEST = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];
  const ofStatic = (cniVersion: unknown): string => conf({ cniVersion, ipam: { type: 'static' } });

  holds(
    ['cni'],
    [
      ...OLDEST.map((version) => [version, ofStatic(version), []] as const),
      ['none', ofStatic(undefined), ['cni/version-missing:config']],
      ['an empty one', ofStatic(''), ['cni/version-missing:""']],
      [
        'a capital, of which json/key-case speaks',
        ofStatic(undefined).replace('"name"', '"CniVersion":"0.3.1","name"'),
        [],
      ],
      [
        'several',
        ofConf({
          name: 'tenant-a',
          cniVersions: ['0.3.1', '1.0.0'],
          plugins: [{ ...MACVLAN, ipam: { type: 'static' } }],
        }),
        [],
      ],
      ['two parts', ofStatic('1.0'), ['cni/version-unsupported:"1.0"']],
      ['a v', ofStatic('v1.0.0'), ['cni/version-unsupported:"v1.0.0"']],
      ['one that never was', ofStatic('0.5.0'), ['cni/version-unsupported:"0.5.0"']],
      ['a number', ofStatic(1), ['cni/version-number:1']],
      ['a list', ofStatic(['1.0.0']), ['cni/version-number:"cniVersion"']],
      [
        'too old for bandwidth',
        list(CHAINED, { type: 'bandwidth' }).replace('0.3.1', '0.2.0'),
        ['cni/version-unsupported:"0.2.0"'],
      ],
      ['just right for bandwidth', list(CHAINED, { type: 'bandwidth' }).replace('0.3.1', '0.3.0'), []],
      [
        'too old for vrf',
        list(CHAINED, { type: 'vrf', vrfname: 'a' }).replace('0.3.1', '0.3.0'),
        ['cni/version-unsupported:"0.3.0"'],
      ],
      ['just right for vrf', list(CHAINED, { type: 'vrf', vrfname: 'a' }), []],
      ['too old for firewall', list(CHAINED, { type: 'firewall' }), ['cni/version-unsupported:"0.3.1"']],
      ['CHECK, which whereabouts does not answer', conf({ cniVersion: '0.4.0' }), ['cni/disable-check:"0.4.0"']],
      ['CHECK, switched off', ofConf({ ...HEAD, cniVersion: '1.0.0', disableCheck: true, plugins: [CHAINED] }), []],
      [
        'CHECK, switched off by a text',
        ofConf({ ...HEAD, cniVersion: '1.0.0', disableCheck: 'true', plugins: [CHAINED] }),
        [],
      ],
      [
        'CHECK, not switched off',
        ofConf({ ...HEAD, cniVersion: '1.0.0', disableCheck: false, plugins: [CHAINED] }),
        ['cni/disable-check:"1.0.0"'],
      ],
    ],
  );

  test('none is an error for a plugin that came later', async () => {
    const text = ofConf({ name: 'tenant-a', plugins: [CHAINED, { type: 'firewall' }] });
    expect(await saidBy('cni/version-missing', text)).toEqual({
      severity: 'error',
      upstream: 'incompatible CNI versions; config is "0.1.0", plugin supports ["0.4.0" "1.0.0" "1.1.0"]',
    });
    expect(await saidBy('cni/version-missing', ofStatic(undefined))).toEqual({ severity: 'warning', upstream: null });
  });

  test.each<[unknown, string]>([
    [1, 'json: cannot unmarshal number into Go struct field PluginConf.cniVersion of type string'],
    [true, 'json: cannot unmarshal bool into Go struct field PluginConf.cniVersion of type string'],
  ])('%j', async (version, upstream) => {
    expect(await saidBy('cni/version-number', ofStatic(version))).toEqual({ severity: 'error', upstream });
    const inList = ofConf({ cniVersion: version, name: 'a', plugins: [CHAINED] });
    expect(await saidBy('cni/version-number', inList)).toMatchObject({
      upstream: `error parsing configuration list: invalid cniVersion type ${version === 1 ? 'float64' : 'bool'}`,
    });
  });
});

describe('ipam', () => {
  holds(
    ['cni'],
    [
      [
        'beside plugins',
        ofConf({ ...HEAD, ipam: WHEREABOUTS, master: 'a', mode: 'b', plugins: [CHAINED] }),
        ['cni/ipam-at-list-level:"ipam"', 'cni/ipam-at-list-level:"master"', 'cni/ipam-at-list-level:"mode"'],
      ],
      ['another key beside plugins', ofConf({ ...HEAD, mtu: 9000, plugins: [CHAINED] }), ['cni/unknown-key:"mtu"']],
      ['whereabouts in the second', list({ type: 'rdma' }, CHAINED), ['cni/ipam-in-second-plugin:"whereabouts"']],
      ['static in the second', list({ type: 'rdma' }, { ...MACVLAN, ipam: { type: 'static' } }), []],
      [
        'after tuning',
        list({ type: 'tuning' }, CHAINED),
        ['cni/meta-first:"tuning"', 'cni/ipam-in-second-plugin:"whereabouts"'],
      ],
      ['no type', conf({ ipam: { range: '192.0.2.0/24' } }), ['cni/ipam-type-missing:"ipam"']],
      ['an empty type', conf({ ipam: { type: '' } }), ['cni/ipam-type-missing:""']],
      ['nothing', conf({ ipam: {} }), ['cni/no-ipam:"ipam"']],
      ['none', conf({ ipam: undefined }), ['cni/no-ipam:config']],
      ['none where it is needed, of which other rules speak', conf({ type: 'ipvlan', ipam: undefined }), []],
      ['none of OVN-Kubernetes', ofConf({ ...HEAD, type: 'ovn-k8s-cni-overlay', topology: 'layer2', ipam: {} }), []],
      ['none of another project', ofConf({ ...HEAD, type: 'calico' }), []],
      ['of another project', conf({ ipam: { type: 'calico-ipam' } }), ['cni/ipam-unknown:"calico-ipam"']],
      ['misspelt', conf({ ipam: { type: 'whereabout' } }), ['cni/ipam-unknown:"whereabout"']],
      ['a fragment', ofConf({ ipam: { type: 'dhcp' } }), []],
      ['a fragment without a type', ofConf({ ipam: { range: '192.0.2.0/24' } }), ['cni/ipam-type-missing:"ipam"']],
    ],
  );

  test('a misspelt one is an error, one of another project is none', async () => {
    expect(await saidBy('cni/ipam-unknown', conf({ ipam: { type: 'host-locl' } }))).toEqual({
      severity: 'error',
      upstream: 'failed to find plugin "host-locl" in path',
    });
    expect(await saidBy('cni/ipam-unknown', conf({ ipam: { type: 'spiderpool' } }))).toMatchObject({
      severity: 'info',
    });
  });

  test('without a type only some plugins fail', async () => {
    expect(await saidBy('cni/ipam-type-missing', conf({ ipam: { range: 'a' } }))).toMatchObject({ upstream: null });
    const text = conf({ type: 'ipvlan', ipam: { range: 'a' } });
    expect(await saidBy('cni/ipam-type-missing', text)).toMatchObject({ upstream: 'no plugin name provided' });
  });
});

describe('plugins of a list', () => {
  const META = {
    tuning: 'Required prevResult missing',
    sbr: 'This plugin must be called as chained plugin',
    vrf: 'missing prevResult from earlier plugin',
    bandwidth: 'must be called as chained plugin',
    portmap: 'must be called as chained plugin',
    firewall: 'missing prevResult from earlier plugin',
  };

  test.each(Object.entries(META))('%s by itself and first', async (type, upstream) => {
    const said = { severity: 'error', upstream };
    expect(await saidBy('cni/meta-first', ofConf({ ...HEAD, cniVersion: '1.0.0', type }))).toEqual(said);
    expect(await saidBy('cni/meta-first', list({ type }, MACVLAN))).toEqual(said);
    expect(await saidBy('cni/meta-first', list(MACVLAN, { type }))).toBeUndefined();
  });

  holds(
    ['cni'],
    [
      [
        'two of them',
        list(CHAINED, { type: 'bridge' }, { type: 'vlan' }),
        ['cni/two-main:"bridge"', 'cni/two-main:"vlan"'],
      ],
      ['one with one of another project', list(CHAINED, { type: 'rdma' }), []],
      [
        'after OVN-Kubernetes, of which ovn/chained speaks',
        list({ type: 'ovn-k8s-cni-overlay', topology: 'layer2' }, MACVLAN),
        [],
      ],
    ],
  );
});

describe('capabilities', () => {
  const withThem = (capabilities: unknown): string => conf({ capabilities });

  holds(
    ['cni', 'json'],
    [
      ['a good one', withThem({ mac: true }), []],
      ['switched off', withThem({ portMappings: false }), []],
      ['a list', withThem(['mac']), ['cni/capabilities-type:"capabilities"']],
      ['a text', withThem('mac'), ['cni/capabilities-type:"mac"']],
      ['a text in it', withThem({ mac: 'true' }), ['cni/capabilities-type:"true"']],
      [
        'inside an ipam',
        conf({ ipam: { ...WHEREABOUTS, capabilities: { ips: true } } }),
        ['cni/capabilities-misplaced:"capabilities"'],
      ],
      [
        'beside plugins',
        ofConf({ ...HEAD, capabilities: { ips: true }, plugins: [CHAINED] }),
        ['cni/capabilities-misplaced:"capabilities"'],
      ],
      ['that macvlan does not read', withThem({ bandwidth: true }), ['cni/capabilities-unused:"bandwidth"']],
      ['that whereabouts does not read', withThem({ ips: true }), ['cni/capabilities-unused:"ips"']],
      ['that static reads', conf({ ipam: { type: 'static' }, capabilities: { ips: true } }), []],
      ['that host-local reads', conf({ ipam: { type: 'host-local' }, capabilities: { ipRanges: true } }), []],
      [
        'of which nothing is known',
        conf({ ipam: { type: 'nv-ipam' }, capabilities: { ips: true } }),
        ['cni/ipam-unknown:"nv-ipam"'],
      ],
      ['that are none', withThem({ ip: true }), ['cni/capabilities-unused:"ip"']],
      ['of plugins of a list', list(CHAINED, { type: 'portmap', capabilities: { portMappings: true } }), []],
    ],
  );
});

describe('keys', () => {
  holds(
    ['cni', 'json'],
    [
      [
        'of the runtime',
        conf({ prevResult: {}, 'cni.dev/attachments': [] }),
        ['cni/reserved-key:"prevResult"', 'cni/reserved-key:"cni.dev/attachments"'],
      ],
      ['of the runtime, in a list', list({ ...CHAINED, runtimeConfig: {} }), ['cni/reserved-key:"runtimeConfig"']],
      ['nearly known', conf({ linkInContainr: true }), ['cni/unknown-key:"linkInContainr"']],
      ['nearly one that is there', conf({ masters: 'a' }), ['cni/unknown-key:"masters"']],
      ['a note', conf({ _comment: 'x' }), ['cni/unknown-key:"_comment"']],
      ['another case', conf({ linkincontainer: true }), ['json/key-case:"linkincontainer"']],
      ['of an ipam', conf({ ipam: { ...WHEREABOUTS, networkname: 'a' } }), ['cni/unknown-key:"networkname"']],
      ['of a plugin that is not known', conf({ type: 'calico', datastore_type: 'kubernetes' }), []],
      ['of a list', ofConf({ ...HEAD, disableChek: true, plugins: [CHAINED] }), ['cni/unknown-key:"disableChek"']],
      ['that exclude prototypes', conf({ constructor: 1, __proto__: 2 }), ['cni/unknown-key:"constructor"']],
    ],
  );

  test('only one that is nearly known is a warning', async () => {
    expect(await saidBy('cni/unknown-key', conf({ linkInContainr: true }))).toMatchObject({ severity: 'warning' });
    expect(await saidBy('cni/unknown-key', conf({ note: 'x' }))).toMatchObject({ severity: 'info' });
    expect(await saidBy('cni/unknown-key', conf({ masters: 'x' }))).toMatchObject({ severity: 'info' });
  });
});

describe('repairs', () => {
  const IPAM = { type: 'dhcp' };

  test.each<[string, object, object]>([
    [
      'a name and a version',
      { ...MACVLAN, ipam: IPAM },
      { ...MACVLAN, ipam: IPAM, name: 'tenant-a', cniVersion: '0.3.1' },
    ],
    ['empty ones', { cniVersion: '', name: '', ...MACVLAN }, { ...HEAD, ...MACVLAN }],
    ['those of a list', { plugins: [MACVLAN] }, { plugins: [MACVLAN], name: 'tenant-a', cniVersion: '0.3.1' }],
    [
      'a version for OVN-Kubernetes',
      { name: 'a', type: 'ovn-k8s-cni-overlay', topology: 'layer2' },
      { name: 'a', type: 'ovn-k8s-cni-overlay', topology: 'layer2', cniVersion: '1.0.0' },
    ],
    [
      'a version for firewall',
      { name: 'a', plugins: [MACVLAN, { type: 'firewall' }] },
      { name: 'a', plugins: [MACVLAN, { type: 'firewall' }], cniVersion: '0.4.0' },
    ],
    [
      'a version that firewall does not take',
      { ...HEAD, plugins: [MACVLAN, { type: 'firewall' }] },
      { ...HEAD, cniVersion: '0.4.0', plugins: [MACVLAN, { type: 'firewall' }] },
    ],
    ['two parts', { ...HEAD, cniVersion: '1.0', ...MACVLAN }, { ...HEAD, cniVersion: '1.0.0', ...MACVLAN }],
    ['a v', { ...HEAD, cniVersion: 'v0.4.0', ...MACVLAN }, { ...HEAD, cniVersion: '0.4.0', ...MACVLAN }],
    ['one that never was', { ...HEAD, cniVersion: '0.9', ...MACVLAN }, { ...HEAD, ...MACVLAN }],
    ['a number', { ...HEAD, cniVersion: 0.4, ...MACVLAN }, { ...HEAD, cniVersion: '0.4.0', ...MACVLAN }],
    ['the number one', { ...HEAD, cniVersion: 1, ...MACVLAN }, { ...HEAD, cniVersion: '1.0.0', ...MACVLAN }],
    ['a number that says nothing', { ...HEAD, cniVersion: 7, ...MACVLAN }, { ...HEAD, cniVersion: 7, ...MACVLAN }],
    [
      'capabilities in a list',
      { ...HEAD, ...MACVLAN, capabilities: ['mac', 'ips'] },
      { ...HEAD, ...MACVLAN, capabilities: { mac: true, ips: true } },
    ],
    [
      'a capability in a text',
      { ...HEAD, ...MACVLAN, capabilities: { mac: 'false' } },
      { ...HEAD, ...MACVLAN, capabilities: { mac: false } },
    ],
  ])('%s', async (_, bad, good) => {
    const once = await fixed(ofConf(bad));
    expect(JSON.parse(/'([^']*)'/.exec(once)?.[1] ?? '')).toEqual(good);
    expect(await fixed(once)).toBe(once);
  });

  test('of what is no JSON nothing is put in', async () => {
    const text = ofConf(MACVLAN).replace('"eth1"', '"eth1" rest');
    expect(await fixed(text)).toBe(text);
  });
});
