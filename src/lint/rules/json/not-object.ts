import { isJsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { quotedNad, nadWith } from '../examples.js';

export const notObject = defineRule({
  id: 'json/not-object',
  severity: 'error',
  title: 'JSON that is not an object',
  why: 'A CNI configuration is an object. A list, a text, a number or null is refused by the webhook and by multus.',
  over: 'json',
  needs: [],
  fix: null,
  bad: quotedNad(`'["macvlan"]'`),
  good: nadWith(),
  source: 'net-attach-def-admission-controller 5a6417b pkg/webhook/webhook.go:99 (isJSON)',
  *check({ subject: { json, path, holder } }) {
    if (!json.valid || json.value === undefined || isJsonObject(json.value)) return;
    const upstream = holder === 'file' ? null : 'configuration string is not in JSON format';
    yield { at: { path }, message: `the configuration is not an object but ${jsonTypeOf(json.value)}`, upstream };
  },
});
