import { defineRule, type Draft, type NadSubject } from '../../model.js';
import { isNear } from '../../near.js';
import { nadWith } from '../examples.js';

const VERSION = 'k8s.cni.cncf.io/v1';
const KIND = 'NetworkAttachmentDefinition';

export const apiVersion = defineRule({
  id: 'nad/api-version',
  severity: 'error',
  title: `a ${KIND} of another API than ${VERSION}`,
  why: `The API server serves the kind in one group and version only. kubectl refuses the file before anything is created. Old examples have kubernetes.cni.cncf.io/v1 and the kind Network.`,
  over: 'nad',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: `write apiVersion: ${VERSION} and kind: ${KIND}` },
  bad: { text: nadWith().text.replace(VERSION, 'k8s.cni.cncf.io/v1beta1') },
  good: nadWith(),
  source: 'k8snetworkplumbingwg/network-attachment-definition-client v1.7.7 artifacts/networks-crd.yaml',
  *check({ subject }) {
    if (subject.apiVersion !== VERSION) yield versionDraft(subject);
    const { kind } = subject.object;
    if (kind !== KIND && typeof kind === 'string') yield kindDraft(subject, kind);
  },
});

function versionDraft({ path, object, apiVersion: written }: NadSubject): Draft {
  const isThere = Object.hasOwn(object, 'apiVersion');
  const kind = typeof object['kind'] === 'string' ? object['kind'] : KIND;
  return {
    at: { path: [...path, 'apiVersion'] },
    message: isThere ? `apiVersion is "${written}", and must be ${VERSION}` : `apiVersion is missing: ${VERSION}`,
    upstream: isThere ? `no matches for kind "${kind}" in version "${written}"` : 'apiVersion not set',
    edits: isThere
      ? [{ kind: 'set', path: [...path, 'apiVersion'], value: VERSION }]
      : // A key next to it may be the one that was meant: that is for a person to say.
        Object.hasOwn(object, 'cniVersion')
        ? []
        : [{ kind: 'insert', path, key: 'apiVersion', value: VERSION }],
  };
}

function kindDraft({ path, apiVersion: version }: NadSubject, kind: string): Draft {
  const at = [...path, 'kind'];
  const isMeant = kind === 'Network' || isNear(kind.toLowerCase(), KIND.toLowerCase());
  return {
    at: { path: at },
    message: `kind is "${kind}", and must be ${KIND}`,
    upstream: `no matches for kind "${kind}" in version "${version}"`,
    edits: isMeant ? [{ kind: 'set', path: at, value: KIND }] : [],
  };
}
