import { isJsonObject } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { plugin } from '../plugin-examples.js';

export const emptyIpam = defineRule({
  id: 'bridge/empty-ipam',
  severity: 'info',
  title: 'an empty ipam, which is as good as none',
  why: 'The bridge plugin takes an ipam without anything in it for none: pods get no address. Many a tool writes it so for virtual machines.',
  over: 'network',
  about: ['bridge'],
  needs: [],
  fix: { kind: 'safe', text: 'leave it out' },
  bad: plugin('bridge', '"bridge": "br1",\n"ipam": {}'),
  good: plugin('bridge', '"bridge": "br1"'),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (cmdAdd)',
  *check({ subject }) {
    for (const { value, path } of fieldsOf(subject, 'bridge', 'ipam')) {
      if (!isJsonObject(value) || Object.keys(value).length > 0) continue;
      yield {
        at: { path, part: 'key' },
        message: 'this ipam is empty, which is none',
        edits: [{ kind: 'remove', path }],
      };
    }
  },
});
