import { isJsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule, type Edit, type NadSubject } from '../../model.js';
import { valueAt } from '../../source/document.js';
import { nadWith } from '../examples.js';
import { configAsBlock } from './config-block.js';

export const configNotString = defineRule({
  id: 'nad/config-not-string',
  severity: 'error',
  title: 'spec.config is not a string',
  why: 'spec.config is a string that holds JSON. Written as YAML, without quotes or a block, it is a mapping, and the API server refuses the object.',
  over: 'nad',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the same configuration as JSON in a block (config: |-)' },
  bad: { text: nadWith().text.replace('config: |-', 'config:') },
  good: nadWith(),
  source: 'k8snetworkplumbingwg/network-attachment-definition-client v1.7.7 artifacts/networks-crd.yaml',
  *check({ subject }) {
    const config = valueAt(subject.object, ['spec', 'config']);
    if (config === undefined || config === null || typeof config === 'string') return;
    const is = goTypeOf(config);
    yield {
      at: { path: [...subject.path, 'spec', 'config'], part: 'key' },
      message: `spec.config is ${is === 'object' || is === 'array' || is === 'integer' ? 'an' : 'a'} ${is}, and must be a string that holds JSON`,
      upstream: `spec.config: Invalid value: "${is}": spec.config in body must be of type string: "${is}"`,
      edits: isJsonObject(config) ? editsOf(subject, config) : [],
    };
  },
});

/** The names of OpenAPI. */
function goTypeOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' ? 'boolean' : jsonTypeOf(value);
}

function editsOf({ document, path }: NadSubject, config: Readonly<Record<string, unknown>>): Edit[] {
  if (document.format === 'json') {
    return [{ kind: 'set', path: [...path, 'spec', 'config'], value: JSON.stringify(config) }];
  }
  const edit = configAsBlock(document, config);
  return edit === undefined ? [] : [{ kind: 'document', ...edit }];
}
