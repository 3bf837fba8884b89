import { jsonTypeOf } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type IpamPart } from '../../model.js';
import { nadWith } from '../examples.js';
import { IPAM_REQUIRED, OVN } from './kinds.js';

export const ipamTypeMissing = defineRule({
  id: 'cni/ipam-type-missing',
  severity: 'error',
  title: 'an ipam without a type',
  why: 'The type is the name of the program that assigns addresses. Without it bridge, macvlan, tap and host-device give the pod an interface without an address and ignore what else the ipam says; ipvlan, vlan and ptp fail.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: null,
  bad: nadWith('    "type": "whereabouts",\n', ''),
  good: nadWith(),
  source: 'containernetworking/plugins v1.9.0 plugins/main; containernetworking/cni v1.3.0 pkg/invoke/find.go',
  *check({ subject }) {
    for (const ipam of subject.ipams) {
      const { conf, path, type, plugin } = ipam;
      // "ipam": {} is how people say that there is none.
      if (type !== undefined || Object.keys(conf).length === 0 || plugin?.type === OVN) continue;
      yield {
        at: { path: [...path, fieldOf(conf, 'type')?.key ?? 'type'] },
        message: messageFor(ipam),
        upstream: IPAM_REQUIRED.has(plugin?.type ?? '') ? 'no plugin name provided' : null,
      };
    }
  },
});

function messageFor({ conf }: IpamPart): string {
  const written = fieldOf(conf, 'type')?.value;
  return written === undefined || typeof written === 'string'
    ? 'the ipam has no type'
    : `the type of the ipam is a ${jsonTypeOf(written)}, and must be a string`;
}
