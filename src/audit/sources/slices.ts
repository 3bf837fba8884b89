import { timeMs } from '../../cluster/fields.js';
import { NODES } from '../../cluster/resources.js';
import { describeSlicePools, type SlicePoolViews } from '../../pools/slice-pools.js';
import { missingSlicePools, type MissingSlicePoolDocument } from '../../pools/slices.js';
import { defineSource, Missing } from '../model.js';
import { inventory, nads, nodeSlicePools } from './inventory.js';

/** So long after it came a node may be without a slice: the controller follows what it is told of. */
const SETTLING_MS = 30_000;

/** Slice pools with the slices of their nodes, what is left of others, and NADs that have none. */
export interface Slices extends SlicePoolViews {
  readonly missing: readonly MissingSlicePoolDocument[];
}

/** The names of the nodes that should have slices: those that have been there for a while. */
export const settledNodes = defineSource<{ readonly all: ReadonlySet<string>; readonly young: ReadonlySet<string> }>({
  id: 'settledNodes',
  title: 'nodes',
  read: async (given) => {
    // A node that goes while this reads is missed by the slices alone if they are read first.
    await given.of(inventory);
    const { reader } = given;
    const listed = await reader.collect(NODES, {}, ({ metadata }) => metadata);
    if (!reader.isComplete(NODES)) throw new Missing('not all nodes were collected', true);
    const nowMs = reader.now().getTime();
    const isYoung = (created: string | undefined): boolean => nowMs - (timeMs(created) ?? 0) < SETTLING_MS;
    return {
      all: new Set(listed.map(({ name = '' }) => name)),
      young: new Set(listed.flatMap(({ name = '', creationTimestamp }) => (isYoung(creationTimestamp) ? [name] : []))),
    };
  },
});

/** What the node slices are, as `slices ls` has it. */
export const slices = defineSource<Slices>({
  id: 'slices',
  title: 'node slices',
  isDerived: true,
  read: async (given) => {
    const read = await given.of(inventory);
    await Promise.all([given.of(nads), given.of(nodeSlicePools)]);
    const nodes = await given.of(settledNodes);
    return { ...describeSlicePools(read, nodes.all), missing: missingSlicePools(read) };
  },
});
