import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginsOfType, typePath } from '../../plugin-facts.js';
import { chained } from '../plugin-examples.js';

export const name = defineRule({
  id: 'vrf/name',
  severity: 'error',
  title: 'a vrf without a name',
  why: 'The vrf plugin puts the interface into the VRF of that name, and makes it where there is none. Without vrfname no pod that attaches starts.',
  over: 'network',
  about: ['vrf'],
  needs: ['values'],
  fix: null,
  bad: chained('{ "type": "vrf", "table": 100 }'),
  good: chained('{ "type": "vrf", "vrfname": "blue", "table": 100 }'),
  source: 'containernetworking/plugins v1.9.0 plugins/meta/vrf/main.go (parseConf)',
  *check({ subject }) {
    for (const vrf of pluginsOfType(subject, 'vrf')) {
      const written = fieldOf(vrf.conf, 'vrfname');
      if (written !== undefined && written.value !== '') continue;
      yield {
        at: { path: written === undefined ? typePath(vrf) : [...vrf.path, written.key] },
        message: 'vrf needs a vrfname',
        upstream: 'configuration is expected to have a valid vrf name',
      };
    }
  },
});
