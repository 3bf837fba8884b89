import { describe, expect, test } from '@jest/globals';
import { nadText } from '../support.js';
import { fixer, holds, ofConf, saidBy } from './table.js';

const CONF = { cniVersion: '1.0.0', name: 'tenant-a', type: 'macvlan', master: 'eth1' };
const GOOD = ofConf(CONF);

function withAnnotation(key: string, value: string, text = GOOD): string {
  return text.replace('spec:', `  annotations:\n    ${key}: ${value}\nspec:`);
}

function named(name: string): string {
  return GOOD.replace('  name: tenant-a', `  name: ${name}`);
}

const RESOURCE = 'k8s.v1.cni.cncf.io/resourceName';
const SRIOV = ofConf({ ...CONF, type: 'sriov', vlan: 7 });

holds(
  ['nad'],
  [
    ['a good one', GOOD, []],
    ['another version', GOOD.replace('/v1', '/v2'), ['nad/api-version:k8s.cni.cncf.io/v2']],
    [
      'the kind and the group of old',
      GOOD.replace('k8s.cni', 'kubernetes.cni').replace('NetworkAttachmentDefinition', 'Network'),
      ['nad/api-version:kubernetes.cni.cncf.io/v1', 'nad/api-version:Network'],
    ],
    ['a misspelt kind', GOOD.replace('Attachment', 'Attachement'), ['nad/api-version:NetworkAttachementDefinition']],
    ['no version', GOOD.replace('apiVersion: k8s.cni.cncf.io/v1\n', ''), ['nad/api-version:k']],
    ['the version in quotes', GOOD.replace('k8s.cni.cncf.io/v1', '"k8s.cni.cncf.io/v1"'), []],
    ['a mapping', nadText('{"type": "macvlan", "master": "eth1"}'), ['nad/config-not-string:config']],
    ['a list', nadText('[]'), ['nad/config-not-string:config']],
    ['a number', nadText('1'), ['nad/config-not-string:config']],
    ['no configuration', nadText('""'), ['nad/empty-config:config']],
    ['null', nadText(''), ['nad/empty-config:config']],
    ['no spec', GOOD.replace(/spec:[^]*/, ''), ['nad/empty-config:a']],
    ['a capital', GOOD.replace('config:', 'Config:'), ['nad/unknown-spec-field:Config']],
    ['capitals beside it', `${GOOD}  CONFIG: x\n`, ['nad/unknown-spec-field:CONFIG']],
    ['another field', `${GOOD}  type: x\n`, ['nad/unknown-spec-field:type']],
    [
      'metadata at the top',
      GOOD.replace('metadata:\n  name: tenant-a\n  namespace: default', 'name: tenant-a\nnamespace: default'),
      ['nad/metadata-misplaced:name', 'nad/metadata-misplaced:namespace'],
    ],
    [
      'the rest of metadata at the top',
      GOOD.replace('spec:', 'labels: {}\nannotations: {}\nfinalizers: []\nownerReferences: []\nspec:'),
      ['labels', 'annotations', 'finalizers', 'ownerReferences'].map((key) => `nad/metadata-misplaced:${key}`),
    ],
    ['no name', GOOD.replace('  name: tenant-a\n', ''), ['nad/name-required:metadata']],
    ['an empty name', named('""'), ['nad/name-required:""']],
    ['a number for a name', named('1'), ['nad/name-required:1']],
    ['a name to be made', GOOD.replace('  name:', '  generateName:'), []],
    ['a dot', named('a.b'), ['nad/name-admission-regex:a.b']],
    ['a leading zero', named('0net'), ['nad/name-admission-regex:0net']],
    ['a capital in the name', named('Net'), ['nad/name-admission-regex:Net']],
    ['question marks', named('some?invalid?name'), ['nad/name-admission-regex:some?invalid?name']],
    ['an underscore', named('a_b'), ['nad/name-admission-regex:a_b']],
    ['a hyphen at the end', named('net-'), ['nad/name-admission-regex:net-']],
    [
      'a hyphen at the beginning, which only the API server refuses',
      named('"-net"'),
      ['nad/name-admission-regex:"-net"'],
    ],
    ['a leading digit', named('1net'), []],
    ['63 characters', named('a'.repeat(63)), []],
    ['64 characters', named('a'.repeat(64)), [`nad/name-dns-label:${'a'.repeat(64)}`]],
    ['no namespace', GOOD.replace('  namespace: default\n', ''), ['nad/namespace-missing:metadata']],
    ['an owner', withAnnotation('sriovnetwork.openshift.io/owner-ref', 'x'), ['nad/owner-managed:x']],
    [
      'another owner',
      GOOD.replace('spec:', '  ownerReferences:\n  - {apiVersion: apps/v1, kind: Deployment, name: a, uid: b}\nspec:'),
      [],
    ],
    [
      'a user-defined network',
      GOOD.replace('spec:', '  ownerReferences:\n  - {apiVersion: k8s.ovn.org/v1, kind: UserDefinedNetwork}\nspec:'),
      ['nad/owner-managed:{'],
    ],
    ['no device', SRIOV, ['nad/resource-name-missing:metadata']],
    [
      'a device in a list',
      ofConf({ name: 'a', plugins: [{ type: 'ib-sriov' }] }),
      ['nad/resource-name-missing:metadata'],
    ],
    ['a device of its own', ofConf({ ...CONF, type: 'sriov', deviceID: '0000:03:02.0' }), []],
    ['a device by its resource', withAnnotation(RESOURCE, 'openshift.io/a', SRIOV), []],
    ['a resource without a prefix', withAnnotation(RESOURCE, 'a', SRIOV), ['nad/resource-name-format:a']],
    ['a resource with two slashes', withAnnotation(RESOURCE, 'a.io/b/c'), ['nad/resource-name-format:a.io/b/c']],
    ['a resource of KubeVirt', withAnnotation(RESOURCE, 'bridge.network.kubevirt.io/br1'), []],
    [
      'a mistyped annotation',
      withAnnotation('k8s.v1.cni.cncf.io/resourceNames', 'openshift.io/a', SRIOV),
      ['nad/annotation-key-typo:k8s.v1.cni.cncf.io/resourceNames'],
    ],
    ['an annotation of another three letters', withAnnotation('k8s.v1.cni.cncf.io/resource', 'a'), []],
  ],
);

describe('severities and messages', () => {
  test('without the webhook a dot is admitted, and the short form does not select it', async () => {
    expect(await saidBy('nad/name-admission-regex', named('a.b'))).toEqual({
      severity: 'error',
      upstream: 'net-attach-def name is invalid',
    });
    expect(await saidBy('nad/name-admission-regex', named('a.b'), { profile: 'upstream' })).toBeUndefined();
    expect(await saidBy('nad/name-dns-label', named('a.b'), { profile: 'upstream' })).toMatchObject({
      severity: 'warning',
    });
    expect(await saidBy('nad/name-admission-regex', named('Net'), { profile: 'upstream' })).toMatchObject({
      upstream: expect.stringContaining('metadata.name: Invalid value: "Net": a lowercase RFC 1123 subdomain'),
    });
  });

  test.each([
    [{ ...CONF, type: 'ovn-k8s-cni-overlay', netAttachDefName: 'a/b', topology: 'layer2' }],
    [{ ...CONF, ipam: { type: 'whereabouts', range: '192.0.2.0/24', node_slice_size: '/26' } }],
  ])('a namespace that matters is warned of: %#', async (conf) => {
    const text = ofConf(conf).replace('  namespace: default\n', '');
    expect(await saidBy('nad/namespace-missing', text)).toMatchObject({ severity: 'warning' });
    expect(await saidBy('nad/namespace-missing', GOOD.replace('  namespace: default\n', ''))).toMatchObject({
      severity: 'info',
    });
  });

  test('another spelling of config is an error, another field a warning', async () => {
    expect(await saidBy('nad/unknown-spec-field', GOOD.replace('config:', 'Config:'))).toEqual({
      severity: 'error',
      upstream: 'strict decoding error: unknown field "spec.Config"',
    });
    expect(await saidBy('nad/unknown-spec-field', `${GOOD}  type: x\n`)).toMatchObject({ severity: 'warning' });
  });

  test('an empty object is refused for its name', async () => {
    const text = 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n';
    expect(await saidBy('nad/name-required', text)).toEqual({
      severity: 'error',
      upstream: 'resource name may not be empty',
    });
  });

  test.each([
    ['{"type": "macvlan"}', 'object'],
    ['[]', 'array'],
    ['1', 'integer'],
    ['1.5', 'number'],
    ['true', 'boolean'],
  ])('config: %s', async (config, type) => {
    expect(await saidBy('nad/config-not-string', nadText(config))).toEqual({
      severity: 'error',
      upstream: `spec.config: Invalid value: "${type}": spec.config in body must be of type string: "${type}"`,
    });
  });
});

describe('repairs', () => {
  const fixed = fixer('nad');

  const head = 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n';
  const block = '  config: |-\n    {\n      "type": "macvlan",\n      "master": "eth1"\n    }\n';

  test.each([
    [
      'fields without metadata',
      `${head}name: a # here\nnamespace: b\nspec:\n  config: '{}'\n`,
      `${head}metadata:\n  name: a # here\n  namespace: b\nspec:\n  config: '{}'\n`,
    ],
    [
      'fields after an empty metadata',
      `${head}metadata:\nname: a\nnamespace: b\nspec:\n  config: '{}'\n`,
      `${head}metadata:\n  name: a\n  namespace: b\nspec:\n  config: '{}'\n`,
    ],
    [
      'fields elsewhere, with what is in them',
      `${head}labels:\n  # mine\n  a: b\nmetadata:\n    name: a\n\nfinalizers:\n- x\nspec:\n    config: '{}'\nnamespace: b`,
      `${head}metadata:\n    name: a\n    labels:\n      # mine\n      a: b\n    finalizers:\n    - x\n    namespace: b\n\nspec:\n    config: '{}'\n`,
    ],
    [
      'line ends of Windows',
      `${head}metadata:\n  name: a\nnamespace: b\nspec:\n  config: '{}'\n`.replaceAll('\n', '\r\n'),
      `${head}metadata:\n  name: a\n  namespace: b\nspec:\n  config: '{}'\n`.replaceAll('\n', '\r\n'),
    ],
    [
      'what is there twice is for a person',
      `${head}metadata:\n  name: a\nname: b\nspec:\n  config: '{}'\n`,
      `${head}metadata:\n  name: a\nname: b\nspec:\n  config: '{}'\n`,
    ],
    [
      'what is in one line is for a person',
      `${head}metadata: {name: a}\nnamespace: b\nspec:\n  config: '{}'\n`,
      `${head}metadata: {name: a}\nnamespace: b\nspec:\n  config: '{}'\n`,
    ],
    [
      'a configuration in braces',
      `${head}metadata: {name: a}\nspec:\n  config: { "type": "macvlan",\n    "master": "eth1" }\n# end\n`,
      `${head}metadata: {name: a}\nspec:\n${block}# end\n`,
    ],
    [
      'a configuration as a mapping',
      `${head}metadata: {name: a}\nspec:\n  config:\n    type: macvlan\n    master: eth1\n\n# end\n`,
      `${head}metadata: {name: a}\nspec:\n${block}\n# end\n`,
    ],
    [
      'a configuration with comments is for a person',
      `${head}metadata: {name: a}\nspec:\n  config:\n    type: macvlan # mine\n`,
      `${head}metadata: {name: a}\nspec:\n  config:\n    type: macvlan # mine\n`,
    ],
    [
      'Config',
      `${head}metadata: {name: a}\nspec:\n  Config: '{}' # mine\n`,
      `${head}metadata: {name: a}\nspec:\n  config: '{}' # mine\n`,
    ],
    [
      'a version and a kind of old',
      `${head.replace('k8s.', 'kubernetes.').replace('NetworkAttachmentDefinition', 'Network')}metadata: {name: a}\nspec: {config: '{}'}\n`,
      `${head}metadata: {name: a}\nspec: {config: '{}'}\n`,
    ],
    [
      'no version',
      `kind: NetworkAttachmentDefinition\nmetadata: {name: a}\nspec: {config: '{}'}\n`,
      `${head}metadata: {name: a}\nspec: {config: '{}'}\n`,
    ],
    ['an annotation', withAnnotation('k8s.v1.cni.cncf.io/resourcename', 'a.io/b'), withAnnotation(RESOURCE, 'a.io/b')],
  ])('%s', async (_, text, good) => {
    const once = await fixed(text);
    expect(once).toBe(good);
    expect(await fixed(once)).toBe(once);
  });
});
