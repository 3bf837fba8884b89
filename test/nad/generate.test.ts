import { describe, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import { generateFrom, judge, printed, warningsOf } from '../../src/cli/generate-run.js';
import { parseArguments } from './generate-support.js';
import type { Failure } from '../../src/errors.js';

/** What a command line prints, and what is said of it. */
async function run(line: string): Promise<{ text: string; said: string[] }> {
  const generated = generateFrom(parseArguments(line));
  const said = warningsOf(generated, await judge(generated, 'openshift'));
  const { result } = await printed(generated, {}, said);
  return { text: result.texts?.yaml?.() ?? '', said };
}

/** Of the configuration inside, and of the object around it. */
async function conf(line: string): Promise<unknown> {
  const { text, said } = await run(line);
  expect(said).toEqual([]);
  const object = load(text) as { spec?: { config: string }; rawCNIConfig?: string };
  const config = object.spec?.config ?? object.rawCNIConfig;
  return config === undefined ? object : JSON.parse(config);
}

async function refused(line: string): Promise<string> {
  try {
    await run(line);
  } catch (error) {
    expect((error as Failure).kind).toBe('usage');
    return (error as Failure).message;
  }
  return '';
}

const MACVLAN = '--name tenant-a --main macvlan --master eth1';
const BRIDGE = '--name tenant-a --main bridge --bridge br1';

describe('the examples of the documentation, as they should be', () => {
  test.each<[string, string, unknown]>([
    [
      'a static address',
      `static ${MACVLAN} --address 192.168.1.7/24`,
      { type: 'static', addresses: [{ address: '192.168.1.7/24' }] },
    ],
    [
      'static addresses of both families, with gateways, routes and DNS',
      `static ${BRIDGE} --address 192.168.1.7/24 --address fd00::7/64 --gateway 192.168.1.1 --gateway fd00::1 ` +
        '--route 10.0.0.0/8=192.168.1.1 --dns-nameserver 192.168.1.53 --dns-domain example.com --dns-search example.com',
      {
        type: 'static',
        addresses: [
          { address: '192.168.1.7/24', gateway: '192.168.1.1' },
          { address: 'fd00::7/64', gateway: 'fd00::1' },
        ],
        routes: [{ dst: '10.0.0.0/8', gw: '192.168.1.1' }],
        dns: { nameservers: ['192.168.1.53'], domain: 'example.com', search: ['example.com'] },
      },
    ],
    ['DHCP', `dhcp ${MACVLAN}`, { type: 'dhcp' }],
    ['the shim for DHCP', 'dhcp --form additional-network --name dhcp-shim --main bridge', { type: 'dhcp' }],
    [
      'the shim for whereabouts',
      'whereabouts --form additional-network --name whereabouts-shim --main bridge',
      { type: 'whereabouts' },
    ],
    [
      'parts of a range that are not handed out',
      `whereabouts ${MACVLAN} --range 192.0.2.192/27 --exclude 192.0.2.192/30 --exclude 192.0.2.196/32`,
      { type: 'whereabouts', range: '192.0.2.192/27', exclude: ['192.0.2.192/30', '192.0.2.196/32'] },
    ],
    [
      'one network name, the narrower range',
      `whereabouts ${MACVLAN} --range 192.0.2.192/29 --network-name example-net-common`,
      { type: 'whereabouts', range: '192.0.2.192/29', network_name: 'example-net-common' },
    ],
    [
      'one network name, the wider range, masked',
      `whereabouts --name tenant-b --main macvlan --master eth1 --range 192.0.2.0/24 --network-name example-net-common`,
      { type: 'whereabouts', range: '192.0.2.0/24', network_name: 'example-net-common' },
    ],
    [
      'Fast IPAM',
      'whereabouts --name wb-ipam --main bridge --bridge br1 --range 10.5.0.0/20 --node-slice-size /24',
      { type: 'whereabouts', range: '10.5.0.0/20', network_name: 'wb-ipam', node_slice_size: '/24' },
    ],
    [
      'both families',
      `whereabouts ${BRIDGE} --range 192.168.10.0/24 --range fd00:10::/64`,
      { type: 'whereabouts', ipRanges: [{ range: '192.168.10.0/24' }, { range: 'fd00:10::/64' }] },
    ],
  ])('%s', async (_, line, ipam) => {
    expect(await conf(line)).toMatchObject({ ipam });
    expect((await conf(line)) as { ipam: unknown }).toHaveProperty('ipam', ipam);
  });

  test('Fast IPAM lives where the controller looks, and its pod with it', async () => {
    const { text } = await run(
      'whereabouts --name wb-ipam --main bridge --bridge br1 --range 10.5.0.0/20 --node-slice-size 24 --with-pod',
    );
    const documents = loadAll(text) as { kind: string; metadata: { namespace: string; annotations?: object } }[];
    expect(documents.map(({ kind, metadata: { namespace } }) => [kind, namespace])).toEqual([
      ['NetworkAttachmentDefinition', 'openshift-multus'],
      ['Pod', 'openshift-multus'],
    ]);
    expect(documents[1]?.metadata.annotations).toEqual({ 'k8s.v1.cni.cncf.io/networks': 'wb-ipam' });
  });
});

describe('each main plugin', () => {
  test.each<[string, unknown]>([
    [
      `none ${BRIDGE} --vlan 7 --mtu 9000`,
      { type: 'bridge', bridge: 'br1', mtu: 9000, vlan: 7, preserveDefaultVlan: false },
    ],
    [`none ${BRIDGE} --vlan 7 --preserve-default-vlan`, { vlan: 7, preserveDefaultVlan: true }],
    [`none ${BRIDGE} --vlan-trunk 7 --vlan-trunk 10-20`, { vlanTrunk: [{ id: 7 }, { minID: 10, maxID: 20 }] }],
    [`none ${MACVLAN} --mode private`, { type: 'macvlan', master: 'eth1', mode: 'private' }],
    [
      'whereabouts --name n --main ipvlan --master eth1 --mode l3s --range 10.1.0.0/24',
      { type: 'ipvlan', mode: 'l3s' },
    ],
    ['dhcp --name n --main vlan --master eth1 --vlan-id 5', { type: 'vlan', master: 'eth1', vlanId: 5 }],
    ['none --name n --main host-device --pci-bus-id 0000:3b:00.1', { type: 'host-device', pciBusID: '0000:3b:00.1' }],
    [
      'none --name n --main tap --multi-queue --selinux-context system_u:system_r:container_t:s0 --owner 0',
      { type: 'tap', multiQueue: true, owner: 0, selinuxContext: 'system_u:system_r:container_t:s0' },
    ],
    [
      'none --name n --main sriov --resource-name openshift.io/nic --vlan 5 --vlan-qos 3 --link-state auto --trust on',
      { cniVersion: '1.0.0', type: 'sriov', vlan: 5, vlanQoS: 3, link_state: 'auto', trust: 'on' },
    ],
    [
      '--name n --namespace default --main ovn-k8s-cni-overlay --topology layer2 --subnets 10.1.0.0/24 ' +
        '--exclude-subnets 10.1.0.0/29',
      { name: 'n', netAttachDefName: 'default/n', subnets: '10.1.0.0/24', excludeSubnets: '10.1.0.0/29' },
    ],
    [
      'none --name n --namespace default --main ovn-k8s-cni-overlay --topology localnet --physical-network-name physnet ' +
        '--vlan-id 7',
      { topology: 'localnet', physicalNetworkName: 'physnet', vlanID: 7 },
    ],
  ])('%s', async (line, expected) => {
    expect(await conf(line)).toMatchObject(expected as object);
  });

  test('what follows it makes a list', async () => {
    const line =
      `none ${BRIDGE} --sysctl net.ipv4.conf.IFNAME.accept_redirects=0 --vrf red ` +
      '--ingress-rate 1000000 --ingress-burst 2000000 --capability mac --capability bandwidth';
    expect(await conf(line)).toEqual({
      cniVersion: '0.3.1',
      name: 'tenant-a',
      plugins: [
        { type: 'bridge', bridge: 'br1', capabilities: { mac: true } },
        { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.accept_redirects': '0' } },
        { type: 'vrf', vrfname: 'red' },
        { type: 'bandwidth', ingressRate: 1000000, ingressBurst: 2000000, capabilities: { bandwidth: true } },
      ],
    });
  });

  test('the MAC address is set by tuning where the main plugin does not', async () => {
    const { plugins } = (await conf('dhcp --name n --main vlan --master eth1 --vlan-id 5 --capability mac')) as {
      plugins: unknown[];
    };
    expect(plugins[1]).toEqual({ type: 'tuning', capabilities: { mac: true } });
  });

  test('DNS is where it reaches the result', async () => {
    expect(await conf(`whereabouts ${MACVLAN} --range 10.0.0.0/24 --dns-domain a.b`)).toMatchObject({
      dns: { domain: 'a.b' },
    });
    expect(await conf(`whereabouts ${BRIDGE} --range 10.0.0.0/24 --dns-domain a.b`)).toMatchObject({
      ipam: { dns: { domain: 'a.b' } },
    });
  });
});

describe('whereabouts', () => {
  const ipam = async (line: string): Promise<unknown> => ((await conf(line)) as { ipam: unknown }).ipam;

  test('the gateway is not handed out, unless that is so already', async () => {
    const gateway = '--range 192.0.2.0/24 --gateway 192.0.2.1';
    expect(await ipam(`whereabouts ${MACVLAN} ${gateway}`)).toMatchObject({ exclude: ['192.0.2.1/32'] });
    expect(await ipam(`whereabouts ${MACVLAN} ${gateway} --exclude 192.0.2.0/28`)).toMatchObject({
      exclude: ['192.0.2.0/28'],
    });
    expect(await ipam(`whereabouts ${MACVLAN} ${gateway} --range-start 192.0.2.10`)).not.toHaveProperty('exclude');
  });

  test('the address of the bridge is not handed out', async () => {
    expect(await ipam(`whereabouts ${BRIDGE} --is-gateway --range 192.0.2.0/24`)).toMatchObject({
      exclude: ['192.0.2.1/32'],
    });
  });

  test('what belongs to a range goes with it', async () => {
    const line =
      `whereabouts ${MACVLAN} --range 192.0.2.0/24,start=192.0.2.9,end=192.0.2.99,exclude=192.0.2.50 ` +
      '--range fd00::10-fd00::ff/64,exclude=fd00::80/121';
    expect(await ipam(line)).toEqual({
      type: 'whereabouts',
      ipRanges: [
        { range: '192.0.2.0/24', range_start: '192.0.2.9', range_end: '192.0.2.99', exclude: ['192.0.2.50/32'] },
        { range: 'fd00::10-fd00::ff/64', exclude: ['fd00::80/121'] },
      ],
    });
  });

  test('host bits are cleared, and that is said', async () => {
    const { text, said } = await run(`whereabouts ${MACVLAN} --range 192.0.2.77/24`);
    expect(text).toContain('"range": "192.0.2.0/24"');
    expect(said).toEqual([expect.stringContaining('192.0.2.77/24 is written as 192.0.2.0/24')]);
  });

  test('CHECK is left out of versions that have it', async () => {
    expect(await conf(`whereabouts ${MACVLAN} --range 192.0.2.0/24 --cni-version 1.0.0`)).toMatchObject({
      cniVersion: '1.0.0',
      disableCheck: true,
      plugins: [{ type: 'macvlan' }],
    });
  });

  test('warnings are said and stop nothing', async () => {
    const { said } = await run(`whereabouts ${MACVLAN} --range 192.0.2.0/24 --no-overlapping-ranges`);
    expect(said).toEqual([expect.stringContaining('whereabouts/no-overlap-check')]);
  });
});

describe('what cannot be is refused, naming the flag', () => {
  test.each<[string, RegExp]>([
    ['', /^--main is missing/],
    ['--main macvlan', /^the argument IPAM is missing/],
    ['none --main macvlan', /^--name is missing/],
    ['none --main macvlan --name n', /^--master is missing for macvlan/],
    ['none --main host-device --name n', /^--device is missing .*--pci-bus-id/],
    ['none --main sriov --name n --form cni', /^--device-id is missing/],
    ['none --main ovn-k8s-cni-overlay --name n --topology layer2', /^--namespace is missing/],
    [`whereabouts ${MACVLAN}`, /^--range is missing/],
    [`static ${MACVLAN}`, /^--address is missing/],
    [`none ${BRIDGE} --ingress-rate 5`, /^--ingress-burst is missing/],
    ['none --name n --main vlan --master eth1 --vlan-id 5', /^the argument IPAM: must not be none/],
    ['dhcp --name n --namespace d --main ovn-k8s-cni-overlay --topology layer2', /^the argument IPAM must be none/],
    [`none ${MACVLAN} --bridge br1`, /^--bridge is for bridge, tap/],
    [`dhcp ${MACVLAN} --route 10.0.0.0/8`, /^--route is for static addresses and whereabouts/],
    [`none ${MACVLAN} --ingress-rate 5 --ingress-burst 5`, /^--ingress-rate is for/],
    [`none ${MACVLAN} --capability bandwidth`, /^--capability: bandwidth needs/],
    [`none ${MACVLAN} --resource-name a.b\/c`, /^--resource-name is for sriov/],
    [`none ${MACVLAN} --form cni --with-pod`, /^--with-pod is for the form nad/],
    [`none ${MACVLAN} --mode l3`, /^--mode: "l3" is none of bridge, private/],
    [`none ${MACVLAN} --mtu many`, /^--mtu: "many"/],
    [`none ${BRIDGE} --vlan 5000`, /^--vlan: .*bridge\/vlan-range/],
    [`none ${BRIDGE} --hairpin-mode --promisc-mode`, /bridge\/hairpin-promisc/],
    [`whereabouts ${MACVLAN} --range 192.0.2.0`, /^--range: "192.0.2.0"/],
    [`whereabouts ${MACVLAN} --range 192.0.2.0/24,begin=1`, /^--range: "begin=1"/],
    [`whereabouts ${MACVLAN} --range 192.0.2.0/31`, /^--range: .*range-too-small/],
    [`whereabouts ${MACVLAN} --range 192.0.2.0/24 --exclude 192.0.2.0/24`, /^--exclude: .*exclude-all/],
    [`whereabouts ${MACVLAN} --range 192.0.2.0/24 --range fd00::/64 --exclude 192.0.2.1`, /^--exclude: is for one/],
    [`whereabouts ${MACVLAN} --range 192.0.2.0/24 --gateway 192.0.2.1 --gateway fd00::1`, /^--gateway: is given twice/],
    [`whereabouts ${MACVLAN} --range 192.0.2.0/24 --network-name a_b`, /^--network-name: .*network-name-invalid/],
    [`whereabouts ${MACVLAN} --range 10.0.0.0/24 --node-slice-size 22`, /^--node-slice-size: .*slice-smaller/],
    [`whereabouts ${MACVLAN} --range 10.0.0.0/24 --node-slice-size 26 -n a`, /^--namespace: .*slice-namespace/],
    [`whereabouts ${MACVLAN} --range 10.0.0.0/24 --node-slice-size 26 --exclude 10.0.0.1`, /^--exclude: .*drops-keys/],
    [`whereabouts ${MACVLAN} --range 10.0.0.0/24 --route 10.1.0.1/8`, /^--route: .*host bits/],
    [`static ${MACVLAN} --address 10.0.0.1/24 --gateway 10.0.1.1`, /^--gateway: .* is in none/],
    [`static ${MACVLAN} --address 10.0.0.0/24`, /^--address: .*network-or-broadcast/],
  ])('%s', async (line, message) => {
    expect(await refused(line)).toMatch(message);
  });
});
