import type { TestCluster } from './cluster.js';
import type { KubeObject } from './client.js';
import type { Allocation } from './objects.js';

/** What is known to be true of one allocation of a seeded cluster. */
export interface Fact {
  /** null where the key or the range cannot be read. */
  address: string | null;
  namespace: string;
  pool: string;
  key: string;
  podref: string;
  ifname: string | null;
  verdict: 'live' | 'stale' | 'lost' | 'finished' | 'pending' | 'kept' | 'unknown' | 'malformed';
  reason: string;
}

/** The verdict that a story ends in. */
export type Verdict = Pick<Fact, 'verdict' | 'reason'>;

/** Verdicts by `podref`, by `pool/key` (which wins), or by `pool`. */
export type Expectations = ReadonlyMap<string, Verdict>;

/** Lists all allocations of a cluster with what is expected of them; every one has to be expected. */
export async function collectFacts(cluster: TestCluster, expected: Expectations): Promise<Fact[]> {
  const list = await cluster.ok<{ items: KubeObject[] }>('GET', '/apis/whereabouts.cni.cncf.io/v1alpha1/ippools');
  return list.items.flatMap((pool) => {
    const name = pool.metadata?.name ?? '';
    const spec = pool['spec'] as { range: string; allocations?: Record<string, Allocation> };
    return Object.entries(spec.allocations ?? {}).map(([key, { podref, ifname }]): Fact => {
      const verdict = expected.get(`${name}/${key}`) ?? expected.get(name) ?? expected.get(podref);
      if (verdict === undefined) throw new Error(`nothing is expected of ${name} key ${key} (${podref})`);
      const address = addressAt(spec.range, key);
      return {
        address,
        namespace: pool.metadata?.namespace ?? '',
        pool: name,
        key,
        podref,
        ifname: ifname ?? null,
        ...verdict,
      };
    });
  });
}

/** The address of a key, computed apart from the tool's own arithmetic. */
export function addressAt(range: string, key: string): string | null {
  const [first = '', length = ''] = range.split('/');
  if (!/^\d+$/.test(key) || !(Number(length) <= (first.includes(':') ? 128 : 32))) return null;
  if (/^\d+(\.\d+){3}$/.test(first)) {
    const value = first.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n) + BigInt(key);
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  }
  if (!/^[\da-f:]+$/i.test(first)) return null;
  const [head = '', tail] = first.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const all =
    tail === undefined ? left : [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right];
  const value = all.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n) + BigInt(key);
  const hex = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  // The URL parser writes IPv6 the canonical way.
  return new URL(`http://[${hex.join(':')}]/`).hostname.slice(1, -1);
}
