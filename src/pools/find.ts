import { ClusterFailure, InputFailure, UsageFailure } from '../errors.js';
import type { ClusterReader } from '../cluster/port.js';
import { IP_POOLS, resourceName, type Resource } from '../cluster/resources.js';
import type { ObjectRef, Pool } from '../whereabouts/objects.js';
import { nearest } from '../render/nearest.js';
import { objectKey } from './belonging.js';

/** What is looked for by its name: what people call it, the topic of its commands, and its kind. */
export interface Sought {
  readonly noun: string;
  readonly topic: string;
  readonly resource: Resource;
}

const POOL: Sought = { noun: 'pool', topic: 'pools', resource: IP_POOLS };

/**
 * The pool that `NAME` or `NAMESPACE/NAME` means.
 * @throws UsageFailure where the name is in several namespaces, ClusterFailure (snapshot: InputFailure) where in none
 */
export function findPool(pools: readonly Pool[], text: string, reader: ClusterReader, nearest: Nearest): Pool {
  return findNamed(pools, text, POOL, reader, nearest);
}

/**
 * The object that `NAME` or `NAMESPACE/NAME` means.
 * @throws as `findPool` does
 */
export function findNamed<T extends ObjectRef>(
  objects: readonly T[],
  text: string,
  sought: Sought,
  reader: Pick<ClusterReader, 'source'>,
  nearest: Nearest,
): T {
  const matches = objects.filter(({ namespace, name }) => name === text || objectKey(namespace, name) === text);
  const [object, other] = matches;
  if (object === undefined) throw notFound(objects, text, sought, reader, nearest);
  if (other !== undefined) {
    const hints = matches.map(({ namespace, name }) => objectKey(namespace, name));
    const count = matches.length.toString();
    throw new UsageFailure(`there are ${count} ${sought.noun}s "${text}"; name the namespace too`, { hints });
  }
  return object;
}

/** Whether a pool is among `NAME` or `NAMESPACE/NAME`. */
export function poolIsNamed(pool: ObjectRef, names: readonly string[]): boolean {
  return names.includes(pool.name) || names.includes(objectKey(pool.namespace, pool.name));
}

/** The name of the pool that was probably meant, written as the text has it: with a namespace, or without. */
export function nearestPool(pools: readonly ObjectRef[], text: string): string | undefined {
  const names = pools.map(({ namespace, name }) => (text.includes('/') ? objectKey(namespace, name) : name));
  return nearest(text, names);
}

/** Finds the word among the known ones that was probably meant. */
export type Nearest = (word: string, known: readonly string[]) => string | undefined;

function notFound(
  objects: readonly ObjectRef[],
  text: string,
  { noun, topic, resource }: Sought,
  reader: Pick<ClusterReader, 'source'>,
  nearest: Nearest,
): Error {
  const close = nearest(
    text,
    objects.map(({ namespace, name }) => (text.includes('/') ? objectKey(namespace, name) : name)),
  );
  const message = `there is no ${noun} "${text}"`;
  const hints = [
    ...(close === undefined ? [] : [`ipamctl ${topic} show ${close}`]),
    `ipamctl ${topic} ls     lists them all`,
  ];
  if (reader.source === 'snapshot') return new InputFailure(message, { hints });
  return new ClusterFailure('not-found', message, { resource: resourceName(resource), name: text }, { hints });
}
