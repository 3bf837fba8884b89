import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { isKnown, isOlder } from './versions.js';

/** The first version that has the verb. */
const HAS_CHECK = '0.4.0';

export const disableCheck = defineRule({
  id: 'cni/disable-check',
  severity: 'info',
  title: 'a version that has CHECK, and an IPAM plugin that has not',
  why: 'From 0.4.0 on a runtime may ask whether a pod still has its network. whereabouts does not answer that: with a runtime that asks, the check fails for every pod.',
  over: 'network',
  about: ['whereabouts'],
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write a list with "disableCheck": true, or cniVersion 0.3.1' },
  bad: nadWith('"0.3.1"', '"1.0.0"'),
  good: nadWith(),
  source: 'whereabouts v0.9.4 cmd/whereabouts.go',
  *check({ subject: { form, conf, path, ipams } }) {
    const version = conf['cniVersion'];
    if (form === 'ipam' || !ipams.some(({ type }) => type === 'whereabouts')) return;
    if (typeof version !== 'string' || !isKnown(version) || isOlder(version, HAS_CHECK)) return;
    if (form === 'list' && String(conf['disableCheck']).toLowerCase() === 'true') return;
    yield {
      at: { path: [...path, 'cniVersion'] },
      message: `cniVersion ${version} has the verb CHECK, and whereabouts does not answer it`,
      upstream: 'CNI CHECK method is not implemented',
    };
  },
});
