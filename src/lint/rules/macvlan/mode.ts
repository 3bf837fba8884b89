import { type Choice, otherWords } from '../choices.js';
import { defineRule } from '../../model.js';
import { IPAM, plugin } from '../plugin-examples.js';

const MODE: Choice = {
  type: 'macvlan',
  key: 'mode',
  words: ['bridge', 'private', 'vepa', 'passthru'],
  says: (value) => `unknown macvlan mode: ${JSON.stringify(value)}`,
};

export const mode = defineRule({
  id: 'macvlan/mode',
  severity: 'error',
  title: 'a mode that macvlan does not know',
  why: 'macvlan knows bridge, private, vepa and passthru, in lower case; the capitals of the Cluster Network Operator (simpleMacvlanConfig) are its own. No pod that attaches starts.',
  over: 'network',
  about: ['macvlan'],
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write it in lower case' },
  bad: plugin('macvlan', `"master": "eth1",\n"mode": "Bridge",\n${IPAM}`),
  good: plugin('macvlan', `"master": "eth1",\n"mode": "bridge",\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/macvlan/macvlan.go (modeFromString)',
  check({ subject }) {
    return otherWords(subject, MODE);
  },
});
