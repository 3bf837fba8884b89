import { defineRule } from '../../model.js';
import { whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const obsoleteEtcd = defineRule({
  id: 'whereabouts/obsolete-etcd',
  severity: 'info',
  title: 'a key of the etcd that whereabouts no longer uses',
  why: 'whereabouts reads the key and does nothing with it: addresses are kept in the Kubernetes API. A password that stands here stands here for nothing.',
  over: 'network',
  about: ['whereabouts'],
  judges: 'shape',
  needs: [],
  fix: { kind: 'safe', text: 'remove it' },
  bad: whereabouts(`${RANGE},\n"etcd_host": "198.51.100.7:2379"`),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/types/types.go (IPAMConfig)',
  *check({ subject }) {
    for (const { conf, path } of whereaboutsOf(subject)) {
      for (const key of Object.keys(conf)) {
        if (!/^(?:etcd_|datastore$)/i.test(key)) continue;
        const here = [...path, key];
        yield {
          at: { path: here, part: 'key' },
          message: `${key} does nothing`,
          edits: [{ kind: 'remove', path: here }],
        };
      }
    }
  },
});
