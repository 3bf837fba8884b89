import { networksOf } from '../../cross-facts.js';
import { fieldOf } from '../../go-fields.js';
import type { NetworkSubject, SetSubject } from '../../model.js';
import { rememberLast } from '../../remember.js';
import { type WhereaboutsFacts, whereaboutsOf } from '../../whereabouts-facts.js';

/** A whereabouts network as the controller of node slices compares it: only NADs, and of each the first plugin. */
export interface ComparedNetwork {
  readonly network: NetworkSubject;
  readonly facts: WhereaboutsFacts;
  readonly networkName: string;
  /** The first range, masked. */
  readonly range: string;
  /** `node_slice_size` as written; empty: none. */
  readonly size: string;
}

/**
 * None where nobody asks for node slices: then there is nothing to compare.
 * Source: whereabouts v0.9.4 pkg/node-controller/controller.go (checkForMultiNadMismatch).
 */
export const comparedNetworks = rememberLast((set: SetSubject): readonly ComparedNetwork[] => {
  const networks = networksOf(set);
  if (!networks.some(asksForSlices)) return [];
  return networks.flatMap((network) => {
    const [facts] = whereaboutsOf(network);
    if (facts === undefined || (facts.plugin?.index ?? 0) > 0) return [];
    const range = facts.ranges[0]?.reading?.range.toString();
    if (range === undefined) return [];
    return [{ network, facts, networkName: facts.networkName?.text ?? '', range, size: facts.slice?.text ?? '' }];
  });
});

function asksForSlices({ ipams }: NetworkSubject): boolean {
  return ipams.some(({ conf }) => fieldOf(conf, 'node_slice_size') !== undefined);
}
