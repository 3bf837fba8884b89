import { jsonTypeOf } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject, type PluginPart } from '../../model.js';
import { nadWith } from '../examples.js';
import { refusal } from './refusal.js';

export const typeMissing = defineRule({
  id: 'cni/type-missing',
  severity: 'error',
  title: 'a plugin without a type',
  why: 'The type is the name of the program that sets up the interface. The admission webhook of multus refuses a configuration without one; elsewhere every pod that attaches fails to start.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: null,
  bad: nadWith('  "type": "macvlan",\n', ''),
  good: nadWith(),
  source: 'containernetworking/cni 3f51e88 libcni/conf.go; multus-cni 95a0932 pkg/types/conf.go',
  *check({ subject, profile }) {
    if (subject.form === 'ipam' || isLoadedFromFiles(subject)) return;
    // Of a text that breaks off it is not known what it lacks.
    if (subject.plugins.some(({ type }) => type === undefined) && subject.isBroken) return;
    for (const plugin of subject.plugins) {
      if (plugin.type !== undefined) continue;
      yield {
        at: { path: [...plugin.path, fieldOf(plugin.conf, 'type')?.key ?? 'type'] },
        message: messageFor(subject, plugin),
        upstream: refusal(subject, profile, `error parsing configuration: ${typeProblem(plugin)}`),
      };
    }
  },
});

/** A list in a file may leave its plugins to other files: CNI 1.1. */
function isLoadedFromFiles({ origin, conf }: NetworkSubject): boolean {
  const only = Object.hasOwn(conf, 'loadOnlyInlinedPlugins') ? conf['loadOnlyInlinedPlugins'] : undefined;
  return origin === 'file' && (only === false || only === 'false') && !Object.hasOwn(conf, 'plugins');
}

function messageFor({ form }: NetworkSubject, { conf, index }: PluginPart): string {
  const written = fieldOf(conf, 'type')?.value;
  if (written !== undefined && typeof written !== 'string')
    return `type is a ${jsonTypeOf(written)}, and must be a string`;
  return form === 'list' ? `plugin ${index + 1} of the list has no type` : 'neither type nor plugins is there';
}

function typeProblem({ conf }: PluginPart): string {
  const written = fieldOf(conf, 'type')?.value;
  return written === undefined || typeof written === 'string'
    ? "missing 'type'"
    : `json: cannot unmarshal ${jsonTypeOf(written)} into Go struct field PluginConf.type of type string`;
}
