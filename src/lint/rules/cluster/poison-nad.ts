import { atLeast } from '../../version.js';
import { isShim, slicedOf, whereaboutsOf } from '../../whereabouts-facts.js';
import { defineRule, type Draft, type ComparedNad, type RuleContext } from '../../model.js';
import { nad } from '../examples.js';
import { within } from './clusters.js';
import { RANGE_SLICED } from './slices.js';

const POISON = nad('{"cniVersion": "0.3.1", "name": "empty"}', { name: 'empty' });

export const poisonNad = defineRule({
  id: 'cluster/poison-nad',
  severity: 'error',
  title: 'a NAD that stops the controller of node slices',
  why: 'The controller reads every NAD of the cluster. At one without a type and without plugins it panics, at each start anew, so that no network with node slices gets any. Older versions stop at NADs of whereabouts without a range (before pull request 595), and at all that are not of whereabouts (before 704).',
  over: 'set',
  needs: ['values', 'cluster'],
  reads: [],
  fix: { kind: 'suggested', text: 'take the NAD out, or give it a type' },
  bad: within({ text: `${RANGE_SLICED.text}---\n${POISON.text}` }, 'a cluster with node slices', {}),
  also: ['cni/type-missing'],
  good: within(RANGE_SLICED, 'a cluster with node slices', {}),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfiguration), pull requests 595 and 704',
  *check(context) {
    const { nads, networks } = context.subject;
    if (!networks.some((network) => network.origin === 'nad' && slicedOf(network).length > 0)) return;
    for (const each of nads) yield* poisonOf(each, context);
  },
});

function* poisonOf(each: ComparedNad, { whereabouts }: RuleContext<'set'>): Iterable<Draft> {
  const { network } = each;
  if (network === undefined) return;
  const draft = (message: string, upstream?: string): Draft => ({
    on: network,
    at: { path: network.path },
    message,
    upstream,
  });
  if (network.plugins.every(({ type }) => type === undefined)) {
    yield draft('the controller of node slices panics at it', 'index out of range [0] with length 0');
    return;
  }
  // What the version is not known to have fixed is not said of it: most clusters have it.
  if (whereabouts === undefined) return;
  const ipams = whereaboutsOf(network);
  if (ipams.length === 0) {
    if (!atLeast(whereabouts, [0, 9, 4]))
      yield draft('the controller of node slices stops at NADs without whereabouts');
  } else if (ipams.some(({ ranges }) => ranges.length === 0) && !atLeast(whereabouts, [0, 9, 1])) {
    yield draft(
      `the controller of node slices panics at ${isShim(network) ? 'a shim' : 'whereabouts'} without a range`,
    );
  }
}
