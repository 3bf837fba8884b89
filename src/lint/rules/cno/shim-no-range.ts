import { defineRule, type CnoEntry, type Severity } from '../../model.js';
import { selectionsOf } from '../../selections.js';
import { slicedOf, type WhereaboutsFacts, whereaboutsOf } from '../../whereabouts-facts.js';
import { fieldOf } from '../../go-fields.js';
import { cno, RAW_ENTRY } from './entries.js';

const SHIM = `- name: whereabouts-shim
  namespace: default
  type: Raw
  rawCNIConfig: '{ "name": "whereabouts-shim", "cniVersion": "0.3.1", "type": "bridge", "ipam": { "type": "whereabouts" } }'`;

export const shimNoRange = defineRule({
  id: 'cno/shim-no-range',
  severity: 'info',
  title: 'an additional network that is there for its IPAM type alone',
  why: 'By such an entry the operator starts what cleans up after whereabouts, and that is what it is for. A pod that attaches gets no address and does not start. Before whereabouts#595 it also crashes the controller of node slices, and no network with node slices works.',
  over: 'set',
  needs: ['values'],
  fix: null,
  bad: cno(SHIM),
  good: cno(RAW_ENTRY),
  source: 'cluster-network-operator 2a6a57f pkg/network/multus_ipam.go; whereabouts pull request 595',
  *check({ subject: set, whereabouts }) {
    if (set.cnos.length === 0) return;
    // Without a version it is not known whether it has that pull request.
    const isPoison = whereabouts === undefined && set.networks.some((network) => slicedOf(network).length > 0);
    for (const subject of set.cnos) {
      for (const { network, path } of subject.entries.filter(isShimEntry)) {
        const isAttached = network !== undefined && selectionsOf(set, network).length > 0;
        yield {
          at: { path: [...path, 'name'] },
          severity: severityOf(isPoison, isAttached),
          message: messageOf(isPoison, isAttached),
          on: subject,
        };
      }
    }
  },
});

function severityOf(isPoison: boolean, isAttached: boolean): Severity {
  if (isPoison) return 'error';
  return isAttached ? 'warning' : 'info';
}

function messageOf(isPoison: boolean, isAttached: boolean): string {
  if (isPoison) return 'no range: before whereabouts#595 this crashes the controller of the node slices used here';
  return isAttached
    ? 'no range, and a pod attaches: it gets no address'
    : 'no range: a shim, and no pod can attach to it';
}

function isShimEntry({ network }: CnoEntry): boolean {
  return network !== undefined && whereaboutsOf(network).some((facts) => !hasAddresses(facts));
}

function hasAddresses({ conf, ranges }: WhereaboutsFacts): boolean {
  const addresses = fieldOf(conf, 'addresses')?.value;
  return ranges.length > 0 || (Array.isArray(addresses) && addresses.length > 0);
}
