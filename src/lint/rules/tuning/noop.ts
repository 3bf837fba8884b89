import { fieldOf } from '../../go-fields.js';
import { entryOf, PLUGIN_KEYS } from '../../keys.js';
import { defineRule, type PluginPart } from '../../model.js';
import { capabilityPath, pluginsOfType, typePath } from '../../plugin-facts.js';
import { chained } from '../plugin-examples.js';

const KEYS = Object.keys(entryOf(PLUGIN_KEYS, 'tuning')?.keys ?? {});

export const noop = defineRule({
  id: 'tuning/noop',
  severity: 'info',
  title: 'a tuning plugin that does nothing',
  why: 'Without a key of its own, and without the capability mac, the tuning plugin changes nothing of the interface.',
  over: 'network',
  about: ['tuning'],
  needs: [],
  fix: null,
  bad: chained('{ "type": "tuning" }'),
  good: chained('{ "type": "tuning", "capabilities": { "mac": true } }'),
  source: 'containernetworking/plugins v1.9.0 plugins/meta/tuning/tuning.go (cmdAdd)',
  *check({ subject }) {
    for (const tuning of pluginsOfType(subject, 'tuning')) {
      if (!doesSomething(tuning)) yield { at: { path: typePath(tuning) }, message: 'this changes nothing' };
    }
  },
});

function doesSomething(tuning: PluginPart): boolean {
  return capabilityPath(tuning, 'mac') !== undefined || KEYS.some((key) => fieldOf(tuning.conf, key) !== undefined);
}
