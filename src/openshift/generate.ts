import type { JsonPatchOperation } from '../cluster/writer.js';
import { additionTo, blindAddition, type Change } from './change.js';
import type { Entry } from './entry.js';
import { OPERATOR_NETWORK, type OperatorNetwork } from './operator-network.js';

/** The part of the operator's Network object that has the entry, and nothing else of it. */
export function networkFragment(entry: Entry): object {
  return {
    apiVersion: 'operator.openshift.io/v1',
    kind: 'Network',
    metadata: { name: OPERATOR_NETWORK },
    spec: { additionalNetworks: [entry] },
  };
}

/** A JSON patch for who does not know the list: it must be there, or with `emptyList` must not. */
export function offlinePatch(entry: Entry, emptyList: boolean): readonly JsonPatchOperation[] {
  return emptyList ? additionTo(null, entry) : [blindAddition(entry)];
}

/**
 * A merge patch, which replaces the list: it has all that was in it, and the version that it was read at, so that the
 * server refuses it once somebody else has changed the object.
 */
export function mergePatch({ resourceVersion, list }: OperatorNetwork, { result, before, after }: Change): object {
  if (result === 'unchanged' || after === null) return {};
  const kept = list ?? [];
  const at = before === null ? -1 : kept.findIndex((each) => (each as Entry | null)?.['name'] === before['name']);
  const additionalNetworks = at === -1 ? [...kept, after] : kept.map((each, i) => (i === at ? after : each));
  return {
    ...(resourceVersion === '' ? {} : { metadata: { resourceVersion } }),
    spec: { additionalNetworks },
  };
}
