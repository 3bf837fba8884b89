import { describe, expect, test } from '@jest/globals';
import { IP_POOLS, NADS, NODES, NODE_SLICE_POOLS, RESERVATIONS, type Resource } from '../../src/cluster/resources.js';
import { ClusterFailure, type ClusterFailureReason } from '../../src/errors.js';
import { Gaps, readInventory, type Inventory, type InventoryOptions } from '../../src/pools/inventory.js';
import { putNad } from '../reconcile/support/plugin.js';
import { putNode, putPool, putReservation } from '../reconcile/support/objects.js';
import { World, WorldReader, type ReaderOptions } from '../reconcile/support/world.js';

const RANGE = '10.0.0.0/24';

function world(): World {
  const made = new World();
  putNad(made, { nad: 'nad', networkName: null, ranges: [RANGE] });
  putPool(made, RANGE, { 1: 'default/a' });
  putPool(made, '10.1.0.0/24', {}, { namespace: 'openshift-multus' });
  putPool(made, '10.2.0.0/24', {}, { namespace: 'elsewhere' });
  putReservation(made, '10.0.0.1', 'default/a');
  return made;
}

async function read(
  of: World,
  reader: ReaderOptions = {},
  options: InventoryOptions = {},
): Promise<{ inventory: Inventory; asked: string[] }> {
  const its = new WorldReader(of, reader);
  return { inventory: await readInventory(its, options), asked: its.asked };
}

function refusing(reason: ClusterFailureReason, ...resources: readonly Resource[]): ReaderOptions {
  return { refuse: ({ resource }) => (resources.includes(resource) ? reason : undefined) };
}

function poolNames({ pools }: Inventory): string[] {
  return pools.map(({ namespace, name }) => `${namespace}/${name}`).sort();
}

describe('where pools are looked for', () => {
  test('everywhere', async () => {
    const { inventory } = await read(world());
    expect(poolNames(inventory)).toEqual([
      'elsewhere/10.2.0.0-24',
      'kube-system/10.0.0.0-24',
      'openshift-multus/10.1.0.0-24',
    ]);
    expect(inventory).toMatchObject({ namespaces: null, incomplete: false, warnings: [] });
    expect(inventory.reservationsByName.get('kube-system', '10.0.0.1')?.podref).toBe('default/a');
  });

  test('in the namespace that was named, reservations too', async () => {
    const { inventory, asked } = await read(world(), {}, { ipamNamespace: 'elsewhere' });
    expect(poolNames(inventory)).toEqual(['elsewhere/10.2.0.0-24']);
    expect(inventory).toMatchObject({ namespaces: ['elsewhere'], reservations: [], incomplete: false });
    expect(asked).toContain('list overlappingrangeipreservations elsewhere');
  });

  test('where it is forbidden everywhere: where whereabouts lives, and where the context points', async () => {
    const { inventory, asked } = await read(world(), {
      contextNamespace: 'elsewhere',
      refuse: ({ resource, namespace }) =>
        resource === IP_POOLS && (namespace === undefined || namespace === 'openshift-multus')
          ? 'forbidden'
          : undefined,
    });
    expect(poolNames(inventory)).toEqual(['elsewhere/10.2.0.0-24', 'kube-system/10.0.0.0-24']);
    expect(inventory.namespaces).toEqual(['kube-system', 'elsewhere']);
    expect(inventory.incomplete).toBe(true);
    expect(inventory.warnings.join()).toContain('looked only in kube-system, elsewhere');
    expect(asked.filter((line) => line.startsWith('list overlapping'))).toEqual([
      'list overlappingrangeipreservations kube-system',
      'list overlappingrangeipreservations elsewhere',
    ]);
  });

  test('forbidden in each: the first refusal, of the whole list', async () => {
    const reading = read(world(), refusing('forbidden', IP_POOLS));
    await expect(reading).rejects.toMatchObject({ reason: 'forbidden', request: { verb: 'list' } });
    await expect(reading).rejects.not.toHaveProperty('request.namespace');
  });

  test.each<ClusterFailureReason>(['not-defined', 'not-collected', 'unreachable', 'unauthorized'])(
    'pools that are %s are no answer',
    async (reason) => {
      await expect(read(world(), refusing(reason, IP_POOLS))).rejects.toMatchObject({ reason });
    },
  );

  test('a server that goes away between two namespaces is no answer either', async () => {
    const reading = read(world(), {
      refuse: ({ resource, namespace }) =>
        resource !== IP_POOLS ? undefined : namespace === 'kube-system' ? 'unreachable' : 'forbidden',
    });
    await expect(reading).rejects.toMatchObject({ reason: 'unreachable' });
  });
});

describe('lists that help', () => {
  const lists = { reservations: RESERVATIONS, nads: NADS, nodeSlicePools: NODE_SLICE_POOLS };
  test.each<[keyof typeof lists, ClusterFailureReason, boolean, number]>([
    ['reservations', 'forbidden', true, 1],
    ['reservations', 'not-collected', true, 1],
    ['reservations', 'not-defined', false, 1],
    ['nads', 'forbidden', true, 1],
    ['nads', 'not-collected', true, 1],
    ['nads', 'not-defined', false, 1],
    ['nodeSlicePools', 'forbidden', true, 1],
    ['nodeSlicePools', 'not-collected', true, 1],
    ['nodeSlicePools', 'not-defined', false, 0],
  ])('%s %s: incomplete %s, %i warnings', async (list, reason, incomplete, warnings) => {
    const made = world();
    const ipam = { type: 'whereabouts', range: '10.8.0.0/16', node_slice_size: '24' };
    made.put(NADS, 'default', 'sliced', { spec: { config: JSON.stringify({ type: 'macvlan', ipam }) } });
    const { inventory } = await read(made, refusing(reason, lists[list]));
    expect(inventory.incomplete).toBe(incomplete);
    expect(inventory.warnings).toHaveLength(warnings);
    expect(inventory.warnings.join().includes(lists[list].plural)).toBe(warnings > 0);
    expect(poolNames(inventory)).toHaveLength(3);
    // What cannot exist is an empty answer; what could not be read is none.
    expect(inventory[list]).toEqual(reason === 'not-defined' ? [] : null);
  });

  test('slice pools that nothing depends on are no gap', async () => {
    const { inventory } = await read(world(), refusing('forbidden', NODE_SLICE_POOLS));
    expect(inventory).toMatchObject({ nodeSlicePools: null, incomplete: false, warnings: [] });
  });

  test.each(Object.entries(lists))('%s from a dead server are no answer', async (_, resource) => {
    await expect(read(world(), refusing('unreachable', resource))).rejects.toThrow(ClusterFailure);
  });

  test('nodes only where a name asks for them', async () => {
    const plain = await read(world());
    expect(plain.asked.filter((line) => line.startsWith('list nodes '))).toEqual([]);
    const made = world();
    putPool(made, '10.5.0.0/24', {}, { networkName: 'node-a' });
    putNode(made, 'node-a');
    const { inventory, asked } = await read(made);
    expect(asked.filter((line) => line.startsWith('list nodes '))).toEqual(['list nodes metadata']);
    const [belonging] = [...inventory.belongings].flatMap(([{ name }, its]) =>
      name.startsWith('node-a') ? [its] : [],
    );
    expect(belonging).toMatchObject({ source: 'node-name', nodeName: 'node-a', networkName: null });
    const blind = await read(made, refusing('forbidden', NODES));
    expect(blind.inventory.incomplete).toBe(true);
    expect([...blind.inventory.belongings.values()].map(({ source }) => source)).toContain('unknown');
  });
});

describe('gaps', () => {
  const forbidden = new ClusterFailure('forbidden', 'no');
  test('are told once, and make the answer incomplete but where nothing can be', () => {
    const gaps = new Gaps();
    gaps.note(new ClusterFailure('not-defined', 'none'), 'so be it');
    expect(gaps.incomplete).toBe(false);
    gaps.note(forbidden, 'alas');
    gaps.note(forbidden, 'alas');
    expect(gaps).toMatchObject({ incomplete: true, warnings: ['none: so be it', 'no: alas'] });
  });

  test.each([new Error('bug'), new ClusterFailure('unreachable', 'down'), new ClusterFailure('server-error', '500')])(
    '%s is no gap of one list',
    (failure) => {
      expect(() => {
        new Gaps().note(failure, 'x');
      }).toThrow(failure);
    },
  );
});
