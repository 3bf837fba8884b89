import { NODES } from '../../cluster/resources.js';
import { nodeState } from '../../reconcile/nodes.js';
import type { NodeState } from '../../reconcile/verdict.js';
import { defineSource, Missing } from '../model.js';

/** The nodes by name, and how each is. */
export const nodes = defineSource<ReadonlyMap<string, NodeState>>({
  id: 'nodes',
  title: 'nodes',
  read: async ({ reader }) => {
    const listed = await reader.collect(NODES, {}, (node) => [node.metadata.name ?? '', nodeState(node)] as const);
    if (!reader.isComplete(NODES)) throw new Missing('not all nodes were collected', true);
    return new Map(listed);
  },
});
