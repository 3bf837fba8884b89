import { defineCheck } from '../model.js';
import { node } from '../examples.js';
import { SLICED, slicePool } from '../slice-examples.js';
import { settledNodes, slices } from '../sources/slices.js';

/** Problems of a slice pool that are between it and its nodes or NADs. */
const CODES: ReadonlySet<string> = new Set([
  'no-slices',
  'not-divided-so',
  'node-without-slice',
  'node-gone',
  'node-twice',
  'nad-differs',
]);

export const sliceNodeMismatch = defineCheck({
  id: 'audit/slice-node-mismatch',
  severity: 'error',
  title: 'node slices do not fit the nodes, or the network',
  why: 'Each node needs a slice: where it has none, whereabouts panics on ADD and DEL, and no pod of the network starts or goes away there. That happens without an event when all slices are taken, and when the controller does not run. Slices of nodes that are gone are kept from others.',
  needs: { slices, settledNodes },
  fix: {
    kind: 'manual',
    text: 'see that the node slice controller runs; when all slices are taken, make them smaller or the range larger: ipamctl slices plan',
  },
  raises: {
    said: 'the range has fewer slices than there are nodes',
    objects: [
      ...SLICED.filter(({ kind }) => kind !== 'NodeSlicePool'),
      slicePool(['node-a', 'node-b', 'node-c', 'node-d']),
      ...['b', 'c', 'd', 'e'].map((letter) => node(`node-${letter}`)),
    ],
  },
  silent: { said: 'each node has a slice', objects: SLICED },
  source: 'whereabouts v0.9.4 pkg/node-controller/controller.go (assignNodeToSlice, removeUnusedNodes)',
  *check({ slices: { views }, settledNodes: { young } }) {
    for (const { slicePool: of, document } of views) {
      const { namespace, name, problems, nodesWithoutSlice, nodesGone, free } = document;
      // Of a node that has just come nobody expects that it has one already.
      const settled = problems.filter(
        ({ code, names }) =>
          CODES.has(code) && !(code === 'node-without-slice' && names.every((each) => young.has(each))),
      );
      if (settled.length === 0) continue;
      yield {
        object: { kind: 'NodeSlicePool', namespace, name },
        message: settled.map(({ message }) => message.replace(/\?$/, '')).join('; '),
        evidence: {
          range: of.rangeText,
          sliceSize: of.sliceSizeText,
          free,
          nodesWithoutSlice,
          nodesGone,
          problems: settled.map(({ code, names }) => ({ code, names })),
        },
        again: { slicePools: true, isTransient: true },
      };
    }
  },
});
