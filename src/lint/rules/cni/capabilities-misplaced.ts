import type { JsonObject } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type Draft } from '../../model.js';
import type { Path } from '../../path.js';
import { nadWith } from '../examples.js';

export const capabilitiesMisplaced = defineRule({
  id: 'cni/capabilities-misplaced',
  severity: 'warning',
  title: 'capabilities in a place where nobody reads them',
  why: 'libcni reads capabilities of a plugin only. Inside an ipam, or beside plugins, they do nothing: what a pod asks for with ips or mac does not reach the plugin.',
  over: 'network',
  about: ['capabilities'],
  needs: [],
  fix: { kind: 'suggested', text: 'move them into the plugin, beside its type' },
  bad: nadWith('"range":', '"capabilities": { "ips": true },\n    "range":'),
  good: nadWith('"master": "eth1",', '"master": "eth1",\n  "capabilities": { "mac": true },'),
  source: 'containernetworking/cni 3f51e88 libcni/api.go (injectRuntimeConfig)',
  supersedes: ['cni/unknown-key', 'whereabouts/unknown-key', 'static/unknown-key', 'dhcp/unknown-key'],
  *check({ subject: { form, conf, path, ipams } }) {
    if (form === 'list') yield* misplaced(conf, path, 'beside plugins');
    for (const ipam of ipams) yield* misplaced(ipam.conf, ipam.path, 'inside an ipam');
  },
});

function* misplaced(conf: JsonObject, path: Path, where: string): Iterable<Draft> {
  const field = fieldOf(conf, 'capabilities');
  if (field === undefined) return;
  yield {
    at: { path: [...path, field.key], part: 'key' },
    message: `capabilities ${where} are not read: they belong into the plugin`,
  };
}
