import { mainOf, named, networksOf, pathOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { nads } from './examples.js';

/** The ways to name a device. */
const KEYS = ['device', 'hwaddr', 'kernelpath', 'pciBusID'] as const;

export const hostdevShared = defineRule({
  id: 'cross/hostdev-shared',
  severity: 'error',
  title: 'one device of the host in two NADs',
  why: 'host-device moves the device into the pod. While a pod of the one NAD runs on a node, a pod of the other finds no such device there.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'name another device in one of them' },
  bad: nads(
    { name: 'tenant-a', plugin: '"type": "host-device",\n  "device": "eth3"' },
    { name: 'tenant-b', plugin: '"type": "host-device",\n  "device": "eth3"' },
  ),
  good: nads(
    { name: 'tenant-a', plugin: '"type": "host-device",\n  "device": "eth3"' },
    { name: 'tenant-b', plugin: '"type": "host-device",\n  "device": "eth4"' },
  ),
  source: 'containernetworking/plugins plugins/main/host-device/host-device.go (getLink, moveLinkIn)',
  *check({ subject }) {
    const devices = networksOf(subject).filter(({ mainType }) => mainType === 'host-device');
    for (const [, [first, ...others]] of groupBy(devices, (network) => deviceOf(network)?.id)) {
      for (const network of others) {
        const main = mainOf(network);
        const device = deviceOf(network);
        if (first === undefined || main === undefined || device === undefined) continue;
        yield {
          on: network,
          at: { path: pathOf(main, device.key) },
          message: `${named(first, network)} moves the same device into its pods`,
          upstream: 'Link not found',
        };
      }
    }
  },
});

function deviceOf(network: NetworkSubject): { key: string; id: string } | undefined {
  const main = mainOf(network);
  for (const key of KEYS) {
    const text = main === undefined ? undefined : textOf(main.conf, key);
    if (text !== undefined) return { key, id: `${key} ${text.toLowerCase()}` };
  }
  return undefined;
}
