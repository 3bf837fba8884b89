import { isJsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { nad } from '../examples.js';
import { givenName, hasOtherCase, nameEdits } from './given-name.js';

const GO_TYPES: Readonly<Record<string, string>> = { number: 'float64', array: '[]interface {}' };

export const conflistNameMissing = defineRule({
  id: 'cni/conflist-name-missing',
  severity: 'error',
  title: 'a list of plugins without a name',
  why: 'multus puts the name of the object in, but only after admission: the webhook of multus, which OpenShift runs, refuses the object. Examples of multus itself are refused so.',
  over: 'network',
  about: ['plugins'],
  needs: [],
  fix: { kind: 'safe', text: 'write the name of the object' },
  bad: nad('{\n  "cniVersion": "0.3.1",\n  "plugins": [{ "type": "macvlan", "master": "eth1" }]\n}'),
  good: nad(
    '{\n  "cniVersion": "0.3.1",\n  "name": "tenant-a",\n  "plugins": [{ "type": "macvlan", "master": "eth1" }]\n}',
  ),
  source:
    'net-attach-def-admission-controller 5a6417b pkg/webhook/webhook.go; containernetworking/cni 3f51e88 libcni/conf.go',
  // Without the webhook the name is put in.
  profiles: { upstream: 'warning' },
  *check({ subject, profile }) {
    if (subject.form !== 'list' || hasOtherCase(subject, 'name')) return;
    const name = givenName(subject);
    if (typeof name === 'string' && name !== '') return;
    const is = jsonTypeOf(name);
    const isWrong = name !== undefined && typeof name !== 'string';
    const invalid = `error parsing configuration list: invalid name type ${isJsonObject(name) ? 'map[string]interface {}' : name === null ? '<nil>' : (GO_TYPES[is] ?? is)}`;
    yield {
      at: { path: [...subject.path, 'name'] },
      ...(isWrong && { severity: 'error' }),
      message: isWrong
        ? `name is ${name === null ? 'null' : `no string but of type ${is}`}`
        : 'a list of plugins needs a name',
      upstream: isWrong ? invalid : profile === 'upstream' ? null : 'invalid config',
      edits: nameEdits(subject),
    };
  },
});
