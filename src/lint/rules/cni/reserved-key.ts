import { defineRule } from '../../model.js';
import type { Path } from '../../path.js';
import type { JsonObject } from '../../../cni/go-json.js';
import { nadWith } from '../examples.js';

const RESERVED: ReadonlySet<string> = new Set(['prevresult', 'runtimeconfig']);
const PREFIX = 'cni.dev/';

export const reservedKey = defineRule({
  id: 'cni/reserved-key',
  severity: 'warning',
  title: 'a key that the runtime writes',
  why: 'prevResult, runtimeConfig and everything that begins with cni.dev/ are put in when a plugin is called: what is written here is overwritten, or taken for the result of a plugin that never ran.',
  over: 'network',
  judges: 'shape',
  needs: [],
  fix: null,
  bad: nadWith('"master": "eth1",', '"master": "eth1",\n  "runtimeConfig": { "mac": "02:00:00:00:00:01" },'),
  good: nadWith(),
  source: 'containernetworking/cni 3f51e88 SPEC.md',
  supersedes: ['cni/unknown-key'],
  *check({ subject: { form, conf, path, plugins } }) {
    if (form === 'list') yield* reservedIn(conf, path);
    for (const plugin of plugins) yield* reservedIn(plugin.conf, plugin.path);
  },
});

function* reservedIn(conf: JsonObject, path: Path) {
  for (const key of Object.keys(conf)) {
    if (!RESERVED.has(key.toLowerCase()) && !key.startsWith(PREFIX)) continue;
    yield {
      at: { path: [...path, key], part: 'key' as const },
      message: `${key} is written by the runtime, not by hand`,
    };
  }
}
