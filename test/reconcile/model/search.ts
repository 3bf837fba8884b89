import { environmentMoves } from './environment.js';
import { violation } from './invariants.js';
import { ipamctlMoves } from './ipamctl.js';
import { pluginMoves } from './plugin.js';
import type { Config, Move, State } from './state.js';

/** What a search found. */
export interface Found {
  /** The first violation, or null; breadth first, so none has a shorter way to it. */
  violation: string | null;
  /** The way to it, in words, one step each. */
  trace: string[];
}

/** States of one search that is still called small; a model that grows past it is to be cut down. */
const MOST_STATES = 200_000;

function moves(state: State, config: Config): Move[] {
  return [...pluginMoves(state, config), ...environmentMoves(state, config), ...ipamctlMoves(state, config)];
}

/** Every state that any interleaving reaches, breadth first, until one is wrong or there is none left. */
export function search(first: State, config: Config): Found {
  /** Each state seen, and how it was come by. */
  const seen = new Map<string, { from: string; says: string } | null>([[JSON.stringify(first), null]]);
  const tell = (key: string, wrong: string): Found => {
    const trace: string[] = [];
    for (let step = seen.get(key); step != null; step = seen.get(step.from)) trace.unshift(step.says);
    return { violation: wrong, trace };
  };
  // A Map gives its keys in the order in which they were put in, and those that are put in meanwhile too.
  for (const key of seen.keys()) {
    const state = JSON.parse(key) as State;
    const wrong = violation(state, config, first);
    if (wrong !== null) return tell(key, wrong);
    const next = moves(state, config);
    if (next.length === 0 && state.ipamctl.at !== 'done') return tell(key, `ipamctl is stuck at ${state.ipamctl.at}`);
    for (const { says, to } of next) {
      const toKey = JSON.stringify(to);
      if (!seen.has(toKey)) seen.set(toKey, { from: key, says });
    }
    if (seen.size > MOST_STATES) throw new Error(`more than ${MOST_STATES} states`);
  }
  return { violation: null, trace: [] };
}
