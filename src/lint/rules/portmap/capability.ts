import { isJsonObject } from '../../../cni/go-json.js';
import { defineRule, type Edit, type PluginPart } from '../../model.js';
import { capabilityPath, pluginField, pluginsOfType, typePath } from '../../plugin-facts.js';
import { chained } from '../plugin-examples.js';

export const capability = defineRule({
  id: 'portmap/capability',
  severity: 'warning',
  title: 'portmap without the capability by which it learns of ports',
  why: 'The runtime tells the plugin which ports a pod wants by the capability portMappings. Without it the plugin does nothing: the ports stay closed.',
  over: 'network',
  about: ['portmap'],
  needs: [],
  fix: { kind: 'safe', text: 'add "capabilities": {"portMappings": true}' },
  bad: chained('{ "type": "portmap", "snat": true }'),
  good: chained('{ "type": "portmap", "snat": true, "capabilities": { "portMappings": true } }'),
  source: 'containernetworking/plugins v1.9.0 plugins/meta/portmap/main.go (cmdAdd)',
  *check({ subject }) {
    for (const portmap of pluginsOfType(subject, 'portmap')) {
      if (capabilityPath(portmap, 'portMappings') !== undefined) continue;
      yield {
        at: { path: typePath(portmap) },
        message: 'without the capability portMappings no port is opened',
        edits: editsOf(portmap),
      };
    }
  },
});

/** Capabilities that are no object `cni/capabilities-type` repairs first. */
function editsOf(portmap: PluginPart): Edit[] {
  const field = pluginField(portmap, 'capabilities');
  if (field === undefined) {
    return [{ kind: 'insert', path: portmap.path, key: 'capabilities', value: { portMappings: true } }];
  }
  if (!isJsonObject(field.value)) return [];
  return Object.hasOwn(field.value, 'portMappings')
    ? [{ kind: 'set', path: [...field.path, 'portMappings'], value: true }]
    : [{ kind: 'insert', path: field.path, key: 'portMappings', value: true }];
}
