import { groupBy } from '../../group-by.js';
import { defineRule } from '../../model.js';
import { nads, pool } from './examples.js';

export const duplicateNad = defineRule({
  id: 'cross/duplicate-nad',
  severity: 'error',
  title: 'two NADs with one name in one namespace',
  why: 'Of two objects with one name only one can be there: the one that is applied last takes the place of the other, and which that is depends on the order in which somebody applies them.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'rename one of them, or take it out' },
  bad: nads({ name: 'tenant-a', ipam: pool('192.0.2') }, { name: 'tenant-a', ipam: pool('192.0.2') }),
  good: nads(
    { name: 'tenant-a', ipam: pool('192.0.2') },
    { name: 'tenant-a', namespace: 'shop', ipam: pool('192.0.2') },
  ),
  source: 'Kubernetes API: name and namespace identify an object of a kind',
  *check({ subject }) {
    // Only where the namespace is written in both: another tool may put them into different ones.
    const keyOf = ({ namespace, name }: (typeof subject.nads)[number]): string | undefined =>
      namespace === null || name === null ? undefined : `${namespace}/${name}`;
    for (const [key, [first, ...others]] of groupBy(subject.nads, keyOf)) {
      for (const nad of others) {
        yield {
          on: nad,
          at: { path: [...nad.path, 'metadata', 'name'] },
          message: `${key} is there already${first?.document.source === nad.document.source ? '' : `: ${first?.document.source.name ?? ''}`}`,
        };
      }
    }
  },
});
