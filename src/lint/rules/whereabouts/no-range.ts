import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { isShim, whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const noRange = defineRule({
  id: 'whereabouts/no-range',
  severity: 'error',
  title: 'whereabouts without a range to take addresses from',
  why: 'whereabouts takes the configuration, allocates nothing and answers without an address, which the main plugin refuses: no pod of this network starts. Before whereabouts#595 such a configuration also crashed the node-slice controller for the whole cluster. A network whose name ends in -shim is there for its IPAM type alone, and no pod attaches to it.',
  over: 'network',
  about: ['whereabouts'],
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give it a range, as "range": "192.0.2.0/24"' },
  bad: whereabouts(''),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate), pull request 595',
  *check({ subject }) {
    // An entry of the operator is one to say of for `cno/shim-no-range`.
    if (subject.origin === 'additional-network') return;
    for (const { conf, path, ranges } of whereaboutsOf(subject)) {
      if (ranges.length > 0 || hasAddresses(fieldOf(conf, 'addresses')?.value)) continue;
      yield {
        at: { path: [...path, 'type'] },
        message: 'no range, no ipRanges and no addresses: no pod gets an address',
        upstream: 'IPAM plugin returned missing IP config',
        ...(isShim(subject) ? { severity: 'info' } : {}),
      };
    }
  },
});

function hasAddresses(addresses: unknown): boolean {
  return Array.isArray(addresses) && addresses.length > 0;
}
