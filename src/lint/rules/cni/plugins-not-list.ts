import { isJsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { nad } from '../examples.js';

/** Names of Go's types, as %T prints what encoding/json made. */
const GO_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'float64',
  bool: 'bool',
  null: '<nil>',
  object: 'map[string]interface {}',
};

export const pluginsNotList = defineRule({
  id: 'cni/plugins-not-list',
  severity: 'error',
  title: 'plugins is not a list of objects',
  why: 'plugins is a list, with one object for each plugin. The admission webhook of multus crashes on anything else, and pods that attach fail to start.',
  over: 'network',
  about: ['plugins'],
  needs: ['values'],
  fix: null,
  bad: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": { "type": "macvlan", "master": "eth1" }
}`),
  good: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [{ "type": "macvlan", "master": "eth1" }]
}`),
  source:
    'containernetworking/cni 3f51e88 libcni/conf.go; net-attach-def-admission-controller 5a6417b pkg/webhook/webhook.go',
  *check({ subject: { form, conf, path } }) {
    if (form !== 'list') return;
    const { plugins } = conf;
    if (!Array.isArray(plugins)) {
      const is = jsonTypeOf(plugins);
      yield {
        at: { path: [...path, 'plugins'], part: 'key' },
        message: `plugins must be a list, and is ${is === 'object' ? 'an object' : is === 'null' ? 'null' : `a ${is}`}`,
        upstream: `error parsing configuration list: invalid 'plugins' type ${GO_TYPES[is] ?? is}`,
      };
      return;
    }
    for (const [i, plugin] of plugins.entries()) {
      if (isJsonObject(plugin)) continue;
      const is = jsonTypeOf(plugin);
      yield {
        at: { path: [...path, 'plugins', i] },
        message: 'an element of plugins must be an object',
        upstream:
          is === 'null'
            ? "error parsing configuration: missing 'type'"
            : `error parsing configuration: json: cannot unmarshal ${is} into Go value of type types.PluginConf`,
      };
    }
  },
});
