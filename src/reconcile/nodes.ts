import { record, records } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { NODES } from '../cluster/resources.js';
import type { Gaps } from '../pools/inventory.js';
import type { NodeEvidence, NodeState } from './verdict.js';

const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable';

/** The nodes and how they are, read once and only when something depends on them. */
export class Nodes {
  #states: Promise<ReadonlyMap<string, NodeState> | null> | undefined;

  constructor(
    private readonly reader: ClusterReader,
    private readonly gaps: Gaps,
  ) {}

  /** How the node is; a name that the API does not know is a node that was deleted. */
  async of(name: string): Promise<NodeEvidence> {
    const state = (await this.#read())?.get(name);
    return { name, state: state ?? ((await this.areKnown()) ? 'gone' : 'unreadable') };
  }

  /** Whether every node was read: a snapshot may hold only some. */
  async areKnown(): Promise<boolean> {
    return (await this.#read()) !== null && this.reader.isComplete(NODES);
  }

  async unreachable(): Promise<string[]> {
    return this.#named((state) => state === 'unreachable');
  }

  /** Every node that is there and not Ready, for whatever reason. */
  async notReady(): Promise<string[]> {
    return this.#named((state) => state !== 'ready');
  }

  async #named(matches: (state: NodeState) => boolean): Promise<string[]> {
    return [...((await this.#read()) ?? [])].filter(([, state]) => matches(state)).map(([name]) => name);
  }

  #read(): Promise<ReadonlyMap<string, NodeState> | null> {
    this.#states ??= this.reader
      .collect(NODES, {}, (node) => [node.metadata.name ?? '', nodeState(node)] as const)
      .then(
        (nodes) => new Map(nodes),
        (failure: unknown) => {
          this.gaps.note(failure, 'whether a pod was lost with its node is not known');
          return null;
        },
      );
    return this.#states;
  }
}

/**
 * `unreachable` is what the node controller calls a kubelet that no longer reports: Ready is Unknown, or the taint
 * of that name. A kubelet that reports Ready=False still tears pods down.
 */
function nodeState(node: KubeObject): NodeState {
  const ready = records(record(node['status'])['conditions']).find((condition) => condition['type'] === 'Ready');
  const tainted = records(record(node['spec'])['taints']).some((taint) => taint['key'] === UNREACHABLE_TAINT);
  if (tainted || ready === undefined || ready['status'] === 'Unknown') return 'unreachable';
  return ready['status'] === 'True' ? 'ready' : 'not-ready';
}
