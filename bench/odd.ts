/** Shapes that cost no more than ordinary ones of as many allocations, read from files so that nothing else is timed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poolName } from '../src/whereabouts/names.js';
import type { Installed } from './packed.js';
import { measureSection, type Section } from './section.js';

interface Shape {
  readonly name: string;
  readonly pools: number;
  readonly perPool: number;
  readonly range: (pool: number) => string;
  /** The key of an allocation, which is its offset in the range. */
  readonly key: (index: number) => string;
  readonly ipam?: (pool: number) => object;
}

const V4 = (pool: number): string => `10.${Math.floor(pool / 256).toString()}.${(pool % 256).toString()}.0/24`;
const V6 = (pool: number): string => `2001:db8:0:${(pool + 1).toString(16)}::/64`;
const WHEREABOUTS = 'whereabouts.cni.cncf.io/v1alpha1';
const TOP = 2n ** 64n - 2n;
const EXCLUDED = 2000;

const SHAPES: readonly Shape[] = [
  { name: 'ordinary', pools: 655, perPool: 100, range: V4, key: (index) => (index + 1).toString() },
  {
    name: 'IPv6-64-used-from-its-top',
    pools: 655,
    perPool: 100,
    range: V6,
    key: (index) => (TOP - BigInt(index)).toString(),
    ipam: (pool) => ({ range_end: V6(pool).replace('::/64', ':ffff:ffff:ffff:fffe') }),
  },
  {
    name: 'exclusions-by-the-thousand',
    pools: 655,
    perPool: 100,
    range: V4,
    key: (index) => (index + 1).toString(),
    // All in the first pools: a NAD is as large as it may be.
    ipam: (pool) =>
      pool >= 10 ? {} : { exclude: Array.from({ length: EXCLUDED }, (_, index) => excluded(pool, index)) },
  },
  {
    name: 'one-pool-of-65534',
    pools: 1,
    perPool: 65_534,
    range: () => '10.0.0.0/16',
    key: (index) => (index + 1).toString(),
  },
];

function excluded(pool: number, index: number): string {
  return V4(pool).replace('.0/24', `.${(index % 256).toString()}/32`);
}

/** `pools ls --from` of each shape beside the ordinary one. */
export async function measureOddShapes(ipamctl: Installed): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-bench-odd-'));
  try {
    const entries = SHAPES.map((shape, index) => {
      const at = join(folder, shape.name);
      write(at, shape);
      const subject = { ...ipamctl.subject(['pools', 'ls', '--from', at]), name: `pools ls --from ${shape.name}` };
      return { subject, ...(index === 0 ? {} : { aim: 2 }) };
    });
    return await measureSection('odd shapes, from files, 65,500 allocations each', entries);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(folder: string, { pools, perPool, range, key, ipam }: Shape): void {
  mkdirSync(folder);
  const none = { apiVersion: WHEREABOUTS, kind: 'OverlappingRangeIPReservationList', items: [] };
  writeFileSync(join(folder, 'reservations.json'), JSON.stringify(none));
  const indexes = Array.from({ length: pools }, (_, index) => index);
  list(
    join(folder, 'ippools.json'),
    indexes.map((pool) => poolObject(range(pool), perPool, key)),
  );
  list(
    join(folder, 'nads.json'),
    indexes.map((pool) => nadObject(pool, { range: range(pool), ...ipam?.(pool) })),
  );
}

function poolObject(range: string, perPool: number, key: Shape['key']): object {
  const allocations: Record<string, object> = {};
  for (let index = 0; index < perPool; index++)
    allocations[key(index)] = { id: `c${index.toString()}`, ifname: 'net1', podref: `bench/pod-${index.toString()}` };
  const name = poolName({ range });
  return {
    apiVersion: WHEREABOUTS,
    kind: 'IPPool',
    metadata: { name, namespace: 'kube-system' },
    spec: { range, allocations },
  };
}

function nadObject(pool: number, ipam: object): object {
  const name = `bench-${pool.toString()}`;
  const config = JSON.stringify({ cniVersion: '0.3.1', name, type: 'macvlan', ipam: { type: 'whereabouts', ...ipam } });
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace: 'bench' },
    spec: { config },
  };
}

function list(file: string, items: readonly object[]): void {
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}
