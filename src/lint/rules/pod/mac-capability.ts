import { meantNetworks, readAttachment } from '../../asked-networks.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { config, MACVLAN, podWith, WHEREABOUTS } from './examples.js';

const ASKED = '[{"name": "tenant-a", "mac": "02:00:00:00:00:01"}]';
const IPVLAN = '"type": "ipvlan",\n  "master": "eth1"';

/** Main plugins that do nothing with a MAC address; after all of them but ipvlan the tuning plugin can. */
const WITHOUT_MAC: ReadonlySet<string> = new Set(['vlan', 'ptp', 'dummy', 'host-device', 'bond', 'ib-sriov']);

export const macCapability = defineRule({
  id: 'pod/mac-capability',
  severity: 'warning',
  title: 'a MAC address that the network cannot give',
  why: 'All interfaces of an ipvlan have the MAC address of their master. Other plugins that do not set one need tuning after them, with the capability mac. What the pod asks for is passed over.',
  over: 'set',
  needs: ['values', 'workloads'],
  fix: null,
  bad: podWith(config(IPVLAN, WHEREABOUTS), ASKED),
  good: podWith(config(MACVLAN, WHEREABOUTS), ASKED),
  source: 'Linux kernel Documentation/networking/ipvlan.rst; containernetworking/plugins v1.9.0 plugins/meta/tuning',
  *check({ subject: set }) {
    for (const attachment of set.attachments) {
      for (const asked of readAttachment(attachment).asked) {
        if (asked.mac === undefined) continue;
        const [why] = meantNetworks(set, attachment, asked).flatMap(whyNot);
        if (why !== undefined)
          yield { at: asked.mac.at, message: `${asked.name.text} does not give it: ${why}`, on: attachment };
      }
    }
  },
});

function whyNot({ plugins, mainType }: NetworkSubject): string[] {
  if (mainType === 'ipvlan') return ['an ipvlan has the MAC address of its master'];
  if (mainType === undefined || !WITHOUT_MAC.has(mainType)) return [];
  return plugins.some(({ type }) => type === 'tuning') ? [] : [`${mainType} sets none, and no tuning follows`];
}
