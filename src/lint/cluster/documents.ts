import type { ClusterReader, KubeObject, ListOptions } from '../../cluster/port.js';
import { NADS, OPERATOR_NETWORKS, PODS } from '../../cluster/resources.js';
import { NETWORKS_ANNOTATION } from '../../nad/network-status.js';
import type { AnyRule } from '../model.js';
import { type SourceFile, sourceFile } from '../source/document.js';
import type { MissingList } from './facts.js';
import { missingList } from './read.js';

/** Which objects of a cluster are checked; the others are there to be compared with. */
export interface ClusterSelection {
  /** Null: all. */
  readonly namespace: string | null;
  readonly selector: string | undefined;
}

/** The texts of a cluster's objects. */
export interface ClusterDocuments {
  readonly sources: readonly SourceFile[];
  /** What could not be read, by the rules that it keeps from judging. */
  readonly missing: ReadonlyMap<string, MissingList>;
}

/**
 * Reads what is checked of a cluster: NADs, the operator's networks, and pods as far as they ask for networks, one of
 * those that are alike. NADs outside the selection come along for comparison.
 * @throws ClusterFailure where the NADs that were asked for cannot be read
 */
export async function clusterDocuments(
  reader: ClusterReader,
  { namespace, selector }: ClusterSelection,
): Promise<ClusterDocuments> {
  const missing = new Map<string, MissingList>();
  const within: ListOptions = {
    ...(namespace === null ? {} : { namespace }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
  };
  const isWhole = namespace === null && selector === undefined;
  const optional = async (rules: string, reading: Promise<SourceFile[]>): Promise<SourceFile[]> =>
    reading.catch((failure: unknown) => {
      missing.set(rules, missingList(failure));
      return [];
    });
  const [selected, others, operator, pods] = await Promise.all([
    reader.collect(NADS, within, (object) => nadSource(object, false)),
    isWhole
      ? []
      : optional(
          'cross/*',
          reader.collect(NADS, {}, (object) => nadSource(object, true)),
        ),
    optional('cno/*', reader.collect(OPERATOR_NETWORKS, {}, operatorSource)),
    optional('pod/*', reader.collect(PODS, namespace === null ? {} : { namespace }, onePodOfEach())),
  ]);
  const checked = new Set(selected.map(({ name }) => name));
  return { sources: [...selected, ...others.filter(({ name }) => !checked.has(name)), ...operator, ...pods], missing };
}

/** What of the lists kept rules from judging, rule by rule. */
export function clusterGaps(
  { missing }: Pick<ClusterDocuments, 'missing'>,
  rules: readonly AnyRule[],
): (MissingList & { readonly rule: string })[] {
  return [...missing].flatMap(([pattern, list]) => {
    const family = pattern.slice(0, -1);
    return rules.filter(({ id }) => id.startsWith(family)).map(({ id }) => ({ rule: id, ...list }));
  });
}

/** The text of a NAD of a cluster. */
export function nadSource(object: KubeObject, isBackground: boolean): SourceFile {
  return source(object, NADS.plural, isBackground, ({ metadata }) => {
    const { namespace, name, labels, annotations } = metadata;
    const owners = (metadata as { ownerReferences?: unknown }).ownerReferences;
    const shown = withoutLastApplied(annotations);
    return [
      'apiVersion: k8s.cni.cncf.io/v1',
      'kind: NetworkAttachmentDefinition',
      ...metadataLines({ name, namespace, labels, annotations: shown, ownerReferences: owners }),
      ...specLines(object['spec']),
    ];
  });
}

function operatorSource(object: KubeObject): SourceFile | undefined {
  const spec = (object['spec'] ?? {}) as { additionalNetworks?: unknown; disableMultiNetwork?: unknown };
  const { additionalNetworks, disableMultiNetwork } = spec;
  if (additionalNetworks === undefined) return undefined;
  return source(object, OPERATOR_NETWORKS.plural, false, () => [
    'apiVersion: operator.openshift.io/v1',
    'kind: Network',
    ...metadataLines({ name: object.metadata.name }),
    'spec:',
    ...(disableMultiNetwork === undefined ? [] : [`  disableMultiNetwork: ${JSON.stringify(disableMultiNetwork)}`]),
    '  additionalNetworks:',
    ...(Array.isArray(additionalNetworks) ? additionalNetworks : []).flatMap(entryLines),
  ]);
}

/** Pods of one owner ask for the same; one of them is enough. */
function onePodOfEach(): (pod: KubeObject) => SourceFile | undefined {
  const seen = new Map<string, string>();
  return (object) => {
    const { namespace = '', name = '', annotations } = object.metadata;
    const asked = annotations?.[NETWORKS_ANNOTATION];
    if (asked === undefined || asked === '') return undefined;
    const owners = (object.metadata as { ownerReferences?: { uid?: string }[] }).ownerReferences;
    const key = JSON.stringify([namespace, owners?.[0]?.uid ?? name, asked]);
    // A page that is read again shows the same pod again.
    if ((seen.get(key) ?? name) !== name) return undefined;
    seen.set(key, name);
    return source(object, PODS.plural, false, () => [
      'apiVersion: v1',
      'kind: Pod',
      ...metadataLines({ name, namespace, annotations: { [NETWORKS_ANNOTATION]: asked } }),
    ]);
  };
}

function source(
  object: KubeObject,
  plural: string,
  isBackground: boolean,
  lines: (object: KubeObject) => string[],
): SourceFile {
  const { namespace, name = '' } = object.metadata;
  const label = [plural, namespace, name].filter((part) => part !== undefined).join('/');
  return sourceFile(label, `${lines(object).join('\n')}\n`, { origin: isBackground ? 'background' : 'cluster' });
}

function metadataLines(fields: Readonly<Record<string, unknown>>): string[] {
  const lines = Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (key !== 'annotations' && key !== 'labels') return [`  ${key}: ${JSON.stringify(value)}`];
    const entries = Object.entries(value as object).map(
      ([name, content]) => `    ${JSON.stringify(name)}: ${JSON.stringify(content)}`,
    );
    return entries.length === 0 ? [] : [`  ${key}:`, ...entries];
  });
  return ['metadata:', ...lines];
}

function specLines(spec: unknown): string[] {
  const fields = Object.entries(spec ?? {});
  return fields.length === 0 ? [] : ['spec:', ...fields.flatMap(([key, value]) => textLines(key, value, '  '))];
}

function entryLines(entry: unknown): string[] {
  const lines = Object.entries(entry ?? {}).flatMap(([key, value]) => textLines(key, value, '    '));
  return lines.map((line, i) => (i === 0 ? `  - ${line.trimStart()}` : line));
}

/** A text as a block, where a block says it as it is; any other value as JSON, which is YAML too. */
function textLines(key: string, value: unknown, indent: string): string[] {
  if (typeof value !== 'string' || !isPlainBlock(value)) return [`${indent}${key}: ${JSON.stringify(value)}`];
  return [`${indent}${key}: |-`, ...value.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`))];
}

function isPlainBlock(text: string): boolean {
  return (
    text.includes('{') && !/^[\s]|\s$|\n[ \t]*\n|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)
  );
}

function withoutLastApplied(annotations: KubeObject['metadata']['annotations']): Record<string, string> | undefined {
  if (annotations === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(annotations).filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration'),
  );
}
