import { jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule, type Edit } from '../../model.js';
import { chained } from '../plugin-examples.js';
import { type Sysctl, sysctlsOf } from './sysctls.js';

export const sysctlType = defineRule({
  id: 'tuning/sysctl-type',
  severity: 'error',
  title: 'a value of sysctl that is not a text',
  why: 'The tuning plugin reads the values of sysctl as texts, and refuses a number together with the whole configuration. No pod that attaches starts.',
  over: 'network',
  about: ['tuning'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write a number in quotes' },
  bad: chained('{ "type": "tuning", "sysctl": { "net.ipv4.conf.IFNAME.arp_notify": 1 } }'),
  good: chained('{ "type": "tuning", "sysctl": { "net.ipv4.conf.IFNAME.arp_notify": "1" } }'),
  source: 'containernetworking/plugins v1.9.0 plugins/meta/tuning/tuning.go (TuningConf)',
  supersedes: ['json/wrong-type'],
  *check({ subject }) {
    for (const sysctl of sysctlsOf(subject)) {
      const { key, value, path } = sysctl;
      if (typeof value === 'string' || value === null) continue;
      yield {
        at: { path },
        message: `the value of ${key} must be a text`,
        upstream: `json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field TuningConf.sysctl of type string`,
        edits: editsOf(sysctl),
      };
    }
  },
});

function editsOf({ value, path }: Sysctl): Edit[] {
  return Number.isSafeInteger(value) ? [{ kind: 'set', path, value: String(value) }] : [];
}
