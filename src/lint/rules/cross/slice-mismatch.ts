import { named } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { defineRule, type Draft } from '../../model.js';
import { atLeast } from '../../version.js';
import { nads } from './examples.js';
import { type ComparedNetwork, comparedNetworks } from './slices.js';

const UPSTREAM = 'found IPAM conf mismatch for network-attachment-definitions with same network name';
/** The first version in which networks without a name are not compared with each other: pull request 739. */
const FIXED_IN = [0, 9, 5] as const;

const sliced = (
  name: string,
  range: string,
  size: string,
  more = '',
): { name: string; namespace: string; ipam: string } => ({
  name,
  namespace: 'openshift-multus',
  ipam: `"type": "whereabouts", "range": "${range}", "node_slice_size": "${size}"${more}`,
});

export const sliceMismatch = defineRule({
  id: 'cross/slice-mismatch',
  severity: 'error',
  title: 'NADs of one network name that divide it differently',
  why: 'The controller of node slices wants the first range and the slice size to be the same in all NADs of one network_name. Where they are not it makes no slices at all, and no pod of any of them gets an address. Up to version 0.9.4 NADs without a network_name count as one network, even those without slices (pull request 739).',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write the same range and size into all of them, or give each a network_name' },
  bad: nads(
    sliced('tenant-a', '10.20.0.0/16', '/24', ', "network_name": "shared"'),
    sliced('tenant-b', '10.20.0.0/16', '/26', ', "network_name": "shared"'),
  ),
  // Each has a pool of its own, of another name than its NAD.
  good: nads(sliced('tenant-a', '10.20.0.0/16', '/24', ', "network_name": "tenant-a"'), {
    ...sliced('tenant-b', '10.21.0.0/16', '/26', ', "network_name": "tenant-b"'),
  }),
  source: 'whereabouts v0.9.4 pkg/node-controller/controller.go (checkForMultiNadMismatch), pull request 739',
  *check({ subject, whereabouts }) {
    const isFixed = whereabouts !== undefined && atLeast(whereabouts, FIXED_IN);
    for (const [name, group] of groupBy(comparedNetworks(subject), ({ networkName }) => networkName)) {
      if (name === '' && isFixed) continue;
      // A named network with slices and without is `cross/slice-mixed`.
      yield* mismatches(name === '' ? group : group.filter(({ size }) => size !== ''));
    }
  },
});

/** Only what asks for slices lacks them. */
function* mismatches(group: readonly ComparedNetwork[]): Iterable<Draft> {
  const [first, ...others] = group;
  const different = others.filter((each) => first !== undefined && differs(each, first));
  const [second] = different;
  if (first === undefined || second === undefined) return;
  const sliced = different.filter(({ size }) => size !== '');
  if (sliced.length > 0) yield* sliced.map((each) => mismatch(each, first));
  else if (first.size !== '') yield mismatch(first, second);
}

function mismatch({ network, facts, range }: ComparedNetwork, other: ComparedNetwork): Draft {
  const isRange = range !== other.range;
  const what = isRange ? other.range : other.size === '' ? 'no slices' : `slices of ${other.size}`;
  return {
    on: network,
    at: { path: (isRange ? facts.ranges[0]?.range.path : facts.slice?.path) ?? facts.path },
    message: `${named(other.network, network)} of the same network has ${what}`,
    upstream: UPSTREAM,
  };
}

function differs(a: ComparedNetwork, b: ComparedNetwork): boolean {
  return a.range !== b.range || a.size !== b.size;
}
