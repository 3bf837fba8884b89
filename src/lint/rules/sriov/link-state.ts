import { type Choice, otherWords } from '../choices.js';
import { defineRule, type Draft } from '../../model.js';
import { devicePlugin } from '../plugin-examples.js';

const LINK_STATE: Choice = {
  type: 'sriov',
  key: 'link_state',
  words: ['auto', 'enable', 'disable'],
  says: (value) => `LoadConf(): invalid link_state value: ${value}`,
};

export const linkState = defineRule({
  id: 'sriov/link-state',
  severity: 'error',
  title: 'a link_state that the sriov plugin does not know',
  why: 'The plugin knows auto, enable and disable, in lower case. With any other no pod that attaches starts.',
  over: 'network',
  about: ['sriov'],
  needs: ['values'],
  fix: null,
  bad: devicePlugin('sriov', '"link_state": "up"'),
  good: devicePlugin('sriov', '"link_state": "enable"'),
  source: 'k8snetworkplumbingwg/sriov-cni pkg/config/config.go (LoadConf)',
  *check({ subject }): Iterable<Draft> {
    for (const draft of otherWords(subject, LINK_STATE)) yield { ...draft, edits: [] };
  },
});
