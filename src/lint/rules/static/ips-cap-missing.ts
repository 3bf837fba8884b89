import { fieldOf } from '../../go-fields.js';
import { defineRule, type Edit, type IpamPart } from '../../model.js';
import { selectionsOf } from '../../selections.js';
import { staticOf } from '../../static-facts.js';
import { hasCapability } from '../capabilities.js';
import { ipamNad, MACVLAN, podOf } from '../ipam-examples.js';

const ADDRESSES = '"addresses": [{"address": "192.0.2.10/24"}]';
const POD = podOf('[{"name": "tenant-a", "ips": ["192.0.2.20/24"]}]');

export const ipsCapMissing = defineRule({
  id: 'static/ips-cap-missing',
  severity: 'warning',
  title: 'addresses that a pod cannot replace',
  why: 'Without the capability ips the addresses that a pod asks for are added to those of the configuration: the pod gets both, and the second such pod shares one with the first. With it they take their place.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'safe', text: 'add "capabilities": {"ips": true} to the plugin, where a pod asks for addresses' },
  bad: { text: `${ipamNad('static', ADDRESSES).text}---\n${POD}` },
  good: {
    text: `${ipamNad('static', ADDRESSES, { plugin: `${MACVLAN},\n  "capabilities": { "ips": true }` }).text}---\n${POD}`,
  },
  source: 'containernetworking/plugins 3d27709 plugins/ipam/static/main.go (LoadIPAMConfig)',
  *check({ subject: set }) {
    for (const network of set.networks) {
      for (const { ipam, addresses } of staticOf(network)) {
        if (addresses.length === 0 || hasCapability(network, ipam, 'ips') !== false) continue;
        const selections = selectionsOf(set, network);
        const isAsked = selections.some(({ ips }) => ips.length > 0);
        if (!isAsked && selections.length > 0) continue;
        yield {
          on: network,
          at: { path: [...ipam.path, fieldOf(ipam.conf, 'addresses')?.key ?? ''], part: 'key' },
          message: isAsked
            ? 'a pod asks for addresses, and would get these besides'
            : 'a pod that asks for addresses would get these besides',
          ...(isAsked ? { edits: capability(ipam) } : { severity: 'info' }),
        };
      }
    }
  },
});

function capability({ plugin }: IpamPart): Edit[] {
  if (plugin === undefined) return [];
  const { conf, path } = plugin;
  const field = fieldOf(conf, 'capabilities');
  if (field === undefined) return [{ kind: 'insert', path, key: 'capabilities', value: { ips: true } }];
  const at = [...path, field.key];
  const isOff = typeof field.value === 'object' && field.value !== null && Object.hasOwn(field.value, 'ips');
  return [
    isOff ? { kind: 'set', path: [...at, 'ips'], value: true } : { kind: 'insert', path: at, key: 'ips', value: true },
  ];
}
