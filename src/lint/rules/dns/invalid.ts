import { isJsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { Address } from '../../../net/address.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type Draft } from '../../model.js';
import type { Path } from '../../path.js';
import { nadWith } from '../examples.js';

function withDns(dns: string): ReturnType<typeof nadWith> {
  return nadWith('"master": "eth1",', `"master": "eth1",\n  "dns": ${dns},`);
}

export const invalid = defineRule({
  id: 'dns/invalid',
  severity: 'error',
  title: 'a dns that is not written as CNI has it',
  why: 'dns is an object: nameservers is a list of addresses, domain a string, search and options lists of strings. Another type is refused together with the whole configuration, and pods that attach fail to start; a server that is no address is useless.',
  over: 'network',
  about: ['dns'],
  needs: ['values'],
  fix: null,
  bad: withDns('{ "nameservers": ["dns.example.com"], "domain": "example.com" }'),
  good: withDns('{ "nameservers": ["192.0.2.53"], "domain": "example.com", "search": ["example.com"] }'),
  source: 'containernetworking/cni 3f51e88 pkg/types/types.go (DNS)',
  *check({ subject }) {
    for (const { conf, path } of [...subject.plugins, ...subject.ipams]) {
      const dns = fieldOf(conf, 'dns');
      if (isJsonObject(dns?.value)) yield* judged(dns.value, [...path, dns.key]);
    }
  },
});

function* judged(dns: Readonly<Record<string, unknown>>, path: Path): Iterable<Draft> {
  const domain = fieldOf(dns, 'domain');
  if (domain !== undefined && typeof domain.value !== 'string') {
    yield mistyped(domain.value, [...path, domain.key], 'string');
  }
  for (const name of ['nameservers', 'search', 'options']) {
    const list = fieldOf(dns, name);
    if (list === undefined) continue;
    const at = [...path, list.key];
    if (!Array.isArray(list.value)) yield mistyped(list.value, at, '[]string');
    else for (const [i, item] of list.value.entries()) yield* element(item, [...at, i], name);
  }
}

function* element(item: unknown, path: Path, name: string): Iterable<Draft> {
  if (typeof item !== 'string') yield mistyped(item, path, 'string');
  else if (name === 'nameservers' && Address.parse(item) === undefined) {
    yield { at: { path }, message: `the nameserver "${item}" is no address` };
  }
}

function mistyped(value: unknown, path: Path, type: 'string' | '[]string'): Draft {
  const is = jsonTypeOf(value);
  const field = path.findLast((step) => typeof step === 'string') ?? 'dns';
  return {
    at: { path },
    message: `${field} is ${is === 'array' || is === 'object' ? 'an' : 'a'} ${is}, and must be ${type === 'string' ? 'a string' : 'a list of strings'}`,
    upstream: `json: cannot unmarshal ${is} into Go struct field DNS.dns.${field} of type ${type}`,
  };
}
