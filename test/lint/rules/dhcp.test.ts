import { describe, expect, test } from '@jest/globals';
import { readingOf, type WorkloadFacts } from '../../../src/lint/cluster/facts.js';
import { findingsOf, fixed, outcomeOf, rulesNamed } from '../support.js';
import { found, ipamText, rulesOf } from './ipam-support.js';

const repaired = (text: string): Promise<string> => fixed(text, rulesOf('dhcp'));

const SKIP = '"request":[{"skipDefault":true,"option":"routers"}]';
const dhcp = (members: string, plugin?: string): string => ipamText(`"type":"dhcp"${members && `,${members}`}`, plugin);
const ROUTE = 'info default-route: "dhcp"';

test.each<[string, string[]]>([
  ['', [ROUTE]],
  [SKIP, []],
  ['"request":[{"skipDefault":true,"option":"3"}]', []],
  ['"request":[{"skipDefault":false,"option":"routers"}]', [ROUTE]],
  ['"request":[{"skipDefault":true,"option":"subnet-mask"}]', [ROUTE]],
  [
    `${SKIP},"provide":[{"option":"host-name","fromArg":"K8S_POD_NAME"},{"option":"0","value":"x"},{"option":"255"}]`,
    [],
  ],
  [`${SKIP},"provide":[{"option":"256","value":"x"}]`, ['error option: "256"']],
  [`${SKIP},"provide":[{"option":"-1","value":"x"}]`, ['error option: "-1"']],
  [`${SKIP},"provide":[{"option":"domain-name","value":"x"}]`, ['error option: "domain-name"']],
  [`${SKIP},"provide":[{"option":12,"value":"x"}]`, ['error option: 12']],
  [`${SKIP},"provide":[{"value":"x"}]`, ['error option: {']],
  [`${SKIP},"provide":[{"option":"12","value":"${'x'.repeat(255)}"}]`, []],
  [`${SKIP},"provide":[{"option":"12","value":"${'x'.repeat(256)}"}]`, [`error option: "${'x'.repeat(256)}"`]],
  [
    `${SKIP},"gateway":"192.0.2.1","routes":[],"addresses":[]`,
    ['warning unknown-key: "gateway"', 'warning unknown-key: "routes"', 'warning unknown-key: "addresses"'],
  ],
  [`${SKIP},"daemonSocketPath":"/run/x.sock","priority":5`, []],
])('%s', async (members, findings) => {
  expect(await found(dhcp(members), 'dhcp')).toEqual(findings);
});

test.each<[string, string, string[]]>([
  ['a named bridge', '"type":"bridge","bridge":"br1"', ['warning bridge-no-uplink: "br1"']],
  ['the bridge that the plugin makes', '"type":"bridge"', ['warning bridge-no-uplink: "bridge"']],
  ['macvlan', '"type":"macvlan"', []],
])('%s', async (_, plugin, findings) => {
  expect(await found(dhcp(SKIP, plugin), 'dhcp')).toEqual(findings);
});

test('a shim is there for its type alone', async () => {
  expect(await found(dhcp('', '"type":"bridge"').replaceAll('tenant-a', 'dhcp-shim'), 'dhcp')).toEqual([]);
});

test('in the words of the daemon', async () => {
  const said = async (option: string): Promise<(string | null)[]> =>
    (await findingsOf(dhcp(`${SKIP},"provide":[{"option":${option}}]`)))
      .filter(({ rule }) => rule === 'dhcp/option')
      .map(({ upstream }) => upstream);
  expect(await said('"x"')).toEqual(['Can not parse option: strconv.ParseUint: parsing "x": invalid syntax']);
  expect(await said('"300"')).toEqual(['Can not parse option: strconv.ParseUint: parsing "300": value out of range']);
});

test('keys that do nothing are taken out, all of them', async () => {
  expect(await repaired(dhcp(`"gateway":"192.0.2.1",${SKIP},"routes":[],"subnet":"192.0.2.0/24"`))).toBe(dhcp(SKIP));
});

describe('the daemon', () => {
  const daemonSet = (name: string, ...args: string[]): WorkloadFacts => ({
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name,
    isReady: true,
    images: [],
    args,
    env: new Map(),
  });
  const said = async (text: string, daemonSets?: readonly WorkloadFacts[]): Promise<string[]> => {
    const cluster = daemonSets === undefined ? undefined : readingOf({ daemonSets });
    const { findings, skipped } = await outcomeOf(text, { rules: rulesNamed('dhcp/daemon-required'), cluster });
    return [...findings.map(({ finding }) => finding.upstream ?? ''), ...skipped.map(({ why }) => why)];
  };

  test('is needed on the nodes, by this name or by what it runs', async () => {
    expect(await said(dhcp(SKIP))).toEqual(['needs a cluster']);
    expect(await said(dhcp(SKIP), [daemonSet('multus')])).toEqual(['error dialing DHCP daemon']);
    expect(await said(dhcp(SKIP), [daemonSet('dhcp-daemon')])).toEqual([]);
    expect(await said(dhcp(SKIP), [daemonSet('cni', '/opt/cni/bin/dhcp', 'daemon')])).toEqual([]);
    expect(await said(dhcp(SKIP).replaceAll('tenant-a', 'dhcp-shim'), [])).toEqual([]);
  });
});
