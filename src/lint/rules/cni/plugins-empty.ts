import { defineRule } from '../../model.js';
import { nad } from '../examples.js';
import { refusal } from './refusal.js';

export const pluginsEmpty = defineRule({
  id: 'cni/plugins-empty',
  severity: 'error',
  title: 'a list without plugins',
  why: 'There is nothing to run. multus looks at the first element without asking whether there is one and crashes, for every pod that attaches; so does the node slice controller of whereabouts, for all networks of the cluster.',
  over: 'network',
  about: ['plugins'],
  needs: ['values'],
  fix: null,
  bad: nad('{\n  "cniVersion": "0.3.1",\n  "name": "tenant-a",\n  "plugins": []\n}'),
  good: nad(
    '{\n  "cniVersion": "0.3.1",\n  "name": "tenant-a",\n  "plugins": [{ "type": "macvlan", "master": "eth1" }]\n}',
  ),
  source: 'containernetworking/cni 3f51e88 libcni/conf.go; multus-cni 95a0932 pkg/types/conf.go',
  *check({ subject, profile }) {
    const { form, conf, path } = subject;
    const { plugins } = conf;
    if (form !== 'list' || !Array.isArray(plugins) || plugins.length > 0) return;
    yield {
      at: { path: [...path, 'plugins'], part: 'key' },
      message: 'plugins is empty',
      upstream: refusal(subject, profile, 'error parsing configuration list: no plugins in list'),
    };
  },
});
