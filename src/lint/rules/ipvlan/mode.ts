import { type Choice, otherWords } from '../choices.js';
import { defineRule } from '../../model.js';
import { IPAM, plugin } from '../plugin-examples.js';

const MODE: Choice = {
  type: 'ipvlan',
  key: 'mode',
  words: ['l2', 'l3', 'l3s'],
  says: (value) => `unknown ipvlan mode: ${JSON.stringify(value)}`,
};

export const mode = defineRule({
  id: 'ipvlan/mode',
  severity: 'error',
  title: 'a mode that ipvlan does not know',
  why: 'ipvlan knows l2, l3 and l3s, in lower case. With any other no pod that attaches starts.',
  over: 'network',
  about: ['ipvlan'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write it in lower case' },
  bad: plugin('ipvlan', `"master": "eth1",\n"mode": "L3",\n${IPAM}`),
  good: plugin('ipvlan', `"master": "eth1",\n"mode": "l3",\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/ipvlan/ipvlan.go (modeFromString)',
  check({ subject }) {
    return otherWords(subject, MODE);
  },
});
