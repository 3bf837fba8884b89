import type { OperatorNetworkFacts } from '../../cluster/facts.js';
import type { Draft, NetworkSubject } from '../../model.js';
import type { Path } from '../../path.js';
import { isShim } from '../../whereabouts-facts.js';

/** The IPAMs of a type in a NAD that was applied by itself, where the operator knows of no such IPAM. */
export function* withoutShim(
  subject: NetworkSubject,
  type: string,
  operators: readonly OperatorNetworkFacts[],
  draftAt: (path: Path) => Draft,
): Iterable<Draft> {
  if (subject.origin !== 'nad' || isShim(subject)) return;
  if (operators.some(({ ipamTypes }) => ipamTypes.includes(type))) return;
  for (const ipam of subject.ipams) if (ipam.type === type) yield draftAt([...ipam.path, 'type']);
}
