import { jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule, type Draft } from '../../model.js';
import { fieldsOf, type PluginField } from '../../plugin-facts.js';
import { devicePlugin } from '../plugin-examples.js';

const KEYS = ['spoofchk', 'trust'] as const;

export const onOff = defineRule({
  id: 'sriov/on-off',
  severity: 'error',
  title: 'spoofchk or trust that is neither "on" nor "off"',
  why: 'Both are texts. A bool is refused together with the whole configuration, and no pod that attaches starts; any other text counts as "off".',
  over: 'network',
  about: ['sriov'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write "on" or "off"' },
  bad: devicePlugin('sriov', '"spoofchk": true'),
  good: devicePlugin('sriov', '"spoofchk": "on"'),
  source: 'k8snetworkplumbingwg/sriov-cni pkg/types/types.go, pkg/sriov/sriov.go (ApplyVFConfig)',
  supersedes: ['json/wrong-type'],
  *check({ subject }) {
    for (const key of KEYS) {
      for (const field of fieldsOf(subject, 'sriov', key)) {
        if (field.value !== '' && field.value !== 'on' && field.value !== 'off') yield draftOf(key, field);
      }
    }
  },
});

function draftOf(key: string, { value, path }: PluginField): Draft {
  const meant = meantBy(value);
  return {
    at: { path },
    message: `${key} is "on" or "off"`,
    upstream:
      typeof value === 'string'
        ? null
        : `LoadConf(): failed to load netconf: json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field NetConf.${key} of type string`,
    edits: meant === undefined ? [] : [{ kind: 'set', path, value: meant }],
  };
}

function meantBy(value: unknown): string | undefined {
  const text = typeof value === 'boolean' || typeof value === 'string' ? String(value).trim().toLowerCase() : '';
  if (text === 'true' || text === 'on') return 'on';
  return text === 'false' || text === 'off' ? 'off' : undefined;
}
