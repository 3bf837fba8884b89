import { ClusterFailure, InputFailure, UsageFailure } from '../errors.js';
import type { ClusterReader } from '../cluster/port.js';
import type { Pool } from '../whereabouts/objects.js';
import { objectKey } from './belonging.js';

/**
 * The pool that `NAME` or `NAMESPACE/NAME` means.
 * @throws UsageFailure where the name is in several namespaces, ClusterFailure (snapshot: InputFailure) where in none
 */
export function findPool(pools: readonly Pool[], text: string, reader: ClusterReader, nearest: Nearest): Pool {
  const matches = pools.filter(({ namespace, name }) => name === text || objectKey(namespace, name) === text);
  const [pool, other] = matches;
  if (pool === undefined) throw notFound(pools, text, reader, nearest);
  if (other !== undefined) {
    const hints = matches.map(({ namespace, name }) => objectKey(namespace, name));
    throw new UsageFailure(`there are ${matches.length.toString()} pools "${text}"; name the namespace too`, { hints });
  }
  return pool;
}

/** Finds the word among the known ones that was probably meant. */
export type Nearest = (word: string, known: readonly string[]) => string | undefined;

function notFound(pools: readonly Pool[], text: string, reader: ClusterReader, nearest: Nearest): Error {
  const close = nearest(
    text,
    pools.map(({ name }) => name),
  );
  const message = `there is no pool "${text}"`;
  const hints = [
    ...(close === undefined ? [] : [`ipamctl pools show ${close}`]),
    'ipamctl pools ls     lists them all',
  ];
  if (reader.source === 'snapshot') return new InputFailure(message, { hints });
  return new ClusterFailure(
    'not-found',
    message,
    { resource: 'ippools.whereabouts.cni.cncf.io', name: text },
    { hints },
  );
}
