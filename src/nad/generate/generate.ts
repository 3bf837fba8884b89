import { NETWORKS_ANNOTATION } from '../network-status.js';
import { AnswerError, type AnswerProblem, type Answers, readAnswers, textOf } from './answers.js';
import { confOf } from './conf.js';
import type { Json } from './ipam.js';
import { MAIN_PLUGINS, questionOf } from './mains.js';
import type { Form, Given } from './questions.js';

/** What was generated. */
export interface Generated {
  readonly form: Form;
  readonly name: string;
  /** Undefined: left to who applies it. */
  readonly namespace: string | undefined;
  /** The object, the entry, or the CNI configuration; after it the pod that attaches to it. */
  readonly documents: readonly Json[];
  /** The same as it is checked: an entry within the operator's Network. */
  readonly checked: readonly Json[];
  /** What is to be said of it. */
  readonly notes: readonly string[];
}

export type Generation =
  { readonly ok: true; readonly generated: Generated } | { readonly ok: false; readonly problem: AnswerProblem };

/** Where the controller of node slices looks for networks on OpenShift. */
const FAST_IPAM_NAMESPACE = 'openshift-multus';
/** Where the operator puts what names no namespace. */
const OPERATOR_NAMESPACE = 'default';
const RESOURCE_ANNOTATION = 'k8s.v1.cni.cncf.io/resourceName';

/** Generates a network from answers; the same answers give the same bytes. */
export function generate(given: Given): Generation {
  try {
    return { ok: true, generated: generated(readAnswers(given)) };
  } catch (error) {
    if (error instanceof AnswerError) return { ok: false, problem: error.problem };
    throw error;
  }
}

function generated(answers: Answers): Generated {
  const { form, name } = answers;
  const namespace = namespaceOf(answers);
  const { conf, notes } = confOf(answers, namespace);
  const document = documentOf(answers, namespace, conf);
  const pod = answers.given['with-pod'] === true ? [podOf(answers, namespace)] : [];
  const documents = [document, ...pod];
  const checked = form === 'additional-network' ? [operatorNetwork(document)] : documents;
  return { form, name, namespace, documents, checked, notes };
}

function namespaceOf({ given, form }: Answers): string | undefined {
  const said = textOf(given, 'namespace');
  if (said !== undefined) return said;
  if (textOf(given, 'node-slice-size') !== undefined) return FAST_IPAM_NAMESPACE;
  return form === 'additional-network' ? OPERATOR_NAMESPACE : undefined;
}

function documentOf({ form, name, given }: Answers, namespace: string | undefined, conf: Json): Json {
  const config = JSON.stringify(conf, undefined, 2);
  switch (form) {
    case 'cni':
      return conf;
    case 'additional-network':
      return { name, namespace, type: 'Raw', rawCNIConfig: config };
    case 'nad': {
      const resource = textOf(given, 'resource-name');
      return {
        apiVersion: 'k8s.cni.cncf.io/v1',
        kind: 'NetworkAttachmentDefinition',
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(resource === undefined ? {} : { annotations: { [RESOURCE_ANNOTATION]: resource } }),
        },
        spec: { config },
      };
    }
  }
}

/** One that stays until it is deleted: enough to see the interface and its address. */
function podOf({ name, given }: Answers, namespace: string | undefined): Json {
  const resource = textOf(given, 'resource-name');
  const one = resource === undefined ? undefined : { [resource]: '1' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-pod`,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { [NETWORKS_ANNOTATION]: name },
    },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'alpine',
          command: ['/bin/sh', '-c', 'trap : TERM INT; sleep infinity & wait'],
          ...(one === undefined ? {} : { resources: { requests: one, limits: one } }),
        },
      ],
    },
  };
}

function operatorNetwork(entry: Json): Json {
  return {
    apiVersion: 'operator.openshift.io/v1',
    kind: 'Network',
    metadata: { name: 'cluster' },
    spec: { additionalNetworks: [entry] },
  };
}

/** Keys that are written for an answer, other than those of main plugins. */
const QUESTION_OF_KEY: Readonly<Record<string, string>> = {
  cniVersion: 'cni-version',
  name: 'name',
  namespace: 'namespace',
  netAttachDefName: 'namespace',
  [RESOURCE_ANNOTATION]: 'resource-name',
  addresses: 'address',
  gateway: 'gateway',
  routes: 'route',
  ipRanges: 'range',
  range: 'range',
  range_start: 'range-start',
  range_end: 'range-end',
  exclude: 'exclude',
  network_name: 'network-name',
  node_slice_size: 'node-slice-size',
  enable_overlapping_ranges: 'no-overlapping-ranges',
  nameservers: 'dns-nameserver',
  domain: 'dns-domain',
  search: 'dns-search',
  options: 'dns-option',
  dns: 'dns-nameserver',
  sysctl: 'sysctl',
  ingressRate: 'ingress-rate',
  ingressBurst: 'ingress-burst',
  egressRate: 'egress-rate',
  egressBurst: 'egress-burst',
  vrfname: 'vrf',
  capabilities: 'capability',
  ipam: 'ipam',
  ...Object.fromEntries(MAIN_PLUGINS.flatMap(({ keys }) => keys.map(({ key }) => [key, questionOf(key)]))),
};

/** The question whose answer is at a path of what was generated; undefined where it is nobody's answer. */
export function questionAt(path: string): string | undefined {
  const keys = [...path.matchAll(/"((?:[^"\\]|\\.)*)"|[A-Za-z_$][\w$-]*/g)].map(([word, quoted]) => quoted ?? word);
  // What several ranges have is said with each of them.
  if (keys.includes('ipRanges')) return 'range';
  for (const [i, key] of [...keys.entries()].reverse()) {
    if (key === 'type') return keys[i - 1] === 'ipam' ? 'ipam' : 'main';
    const id = Object.hasOwn(QUESTION_OF_KEY, key) ? QUESTION_OF_KEY[key] : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}
