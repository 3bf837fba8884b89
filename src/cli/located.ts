import type { ClusterReader } from '../cluster/port.js';
import { ClusterFailure } from '../errors.js';

/** Does the work; what fails about the cluster tells which context of which file it was, whoever found it out. */
export async function located<T>({ place }: Pick<ClusterReader, 'place'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ClusterFailure) || place === undefined) throw error;
    const { reason, message, request, facts, hints, stack } = error;
    if (facts.some((fact) => fact.includes(place))) throw error;
    const told = new ClusterFailure(reason, message, request, { facts: [...facts, place], hints, cause: error });
    throw Object.assign(told, { stack });
  }
}
