import type { AuditFinding } from '../audit/model.js';

/** What a person looks for in a finding: the address in its pool, or the object. */
export function subjectOf({ address, key, object, pool }: AuditFinding): string {
  const place = pool === null ? `${object.kind} ${nameOf(object)}` : `pool ${nameOf(pool)}`;
  if (address !== null) return `${address} in ${place}`;
  return key === null ? place : `key ${key} in ${place}`;
}

function nameOf({ namespace, name }: { readonly namespace: string | null; readonly name: string }): string {
  return namespace === null || namespace === '' ? name : `${namespace}/${name}`;
}
