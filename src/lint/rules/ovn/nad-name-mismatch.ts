import { textOf } from '../../go-fields.js';
import { defineRule, type Draft, type NetworkSubject, type PluginPart } from '../../model.js';
import { pluginField, typePath } from '../../plugin-facts.js';
import { givenName } from '../cni/given-name.js';
import { plugin } from '../plugin-examples.js';
import { LOCALNET, OVN, ovn, ovnOf } from './networks.js';

export const nadNameMismatch = defineRule({
  id: 'ovn/nad-name-mismatch',
  severity: 'error',
  title: 'a netAttachDefName that is not that of the object',
  why: 'netAttachDefName is the namespace and the name of the object that it stands in. OVN-Kubernetes passes over a network where it is another one: pods that attach do not start.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the namespace and the name of the object' },
  bad: plugin(OVN, `"netAttachDefName": "default/tenant-b",\n${LOCALNET}`, { version: '1.0.0' }),
  good: ovn(LOCALNET),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/util/multi_network.go (ValidateNetConf), pkg/config/cni.go',
  *check({ subject }) {
    const own = ovnOf(subject);
    // Without a topology it is the default network, of which this is not asked.
    if (own === undefined || textOf(own.conf, 'topology') === undefined) return;
    const written = pluginField(own, 'netAttachDefName');
    if (written === undefined || written.value === '') yield missing(subject, own);
    else if (typeof written.value === 'string' && !fits(written.value, subject)) {
      yield {
        at: { path: written.path },
        message: `netAttachDefName is that of the object: ${expected(subject) ?? 'namespace/name'}`,
        upstream: `net-attach-def name (${subject.namespace ?? ''}/${subject.name ?? ''}) is inconsistent with config (${written.value})`,
        edits: valueOf(subject, (value) => ({ kind: 'set', path: written.path, value })),
      };
    }
  },
});

function missing(network: NetworkSubject, own: PluginPart): Draft {
  const name = givenName(network);
  return {
    at: { path: typePath(own) },
    message: 'netAttachDefName is missing: the namespace and the name of the object',
    upstream: `missing NADName in secondary network netconf ${typeof name === 'string' ? name : ''}`,
    edits: valueOf(network, (value) => ({ kind: 'insert', path: own.path, key: 'netAttachDefName', value })),
  };
}

/** What is not known of the object cannot be wrong. */
function fits(written: string, { origin, namespace, name }: NetworkSubject): boolean {
  const [ofNamespace, ofName, ...more] = written.split('/');
  if (ofName === undefined || more.length > 0 || ofNamespace === '') return false;
  if (origin !== 'nad') return true;
  return (namespace === null || namespace === ofNamespace) && (name === null || name === ofName);
}

function expected({ origin, namespace, name }: NetworkSubject): string | undefined {
  return origin !== 'nad' || namespace === null || name === null ? undefined : `${namespace}/${name}`;
}

function valueOf<T>(network: NetworkSubject, edit: (value: string) => T): T[] {
  const value = expected(network);
  return value === undefined ? [] : [edit(value)];
}
