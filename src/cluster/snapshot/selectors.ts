import { UsageFailure } from '../../errors.js';
import type { KubeObject } from '../port.js';
import type { Resource } from '../resources.js';
import { isMapping, textOf } from './values.js';

/** Whether an object is among those asked for. */
export type Match = (object: KubeObject) => boolean;

const everything: Match = () => true;

/** A part of a selector, its parentheses kept whole. */
const LABEL_TERM = /(?:[^,(]|\([^)]*\))+/g;
const SET_BASED = /^([^\s!=<>(),]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY = /^([^\s!=<>(),]+)\s*(==|=|!=|>|<)\s*([^\s!=<>(),]*)$/;
const EXISTENCE = /^(!?)\s*([^\s!=<>(),]+)$/;

/**
 * Reads a label selector as the API server does: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`,
 * `a>1`, `a<1`, all of which must hold. `!=` and `notin` hold as well where there is no such label.
 * @throws UsageFailure naming the part that cannot be read.
 */
export function labelMatch(selector: string | undefined): Match {
  if (selector === undefined || selector.trim() === '') return everything;
  const terms = selector.match(LABEL_TERM) ?? [];
  if (terms.join(',') !== selector) throw unreadable('label', selector, selector);
  const tests = terms.map((term) => labelTest(term.trim(), selector));
  return (object) => {
    const labels = object.metadata.labels ?? {};
    const valueOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
    return tests.every((test) => test(valueOf));
  };
}

type LabelTest = (valueOf: (key: string) => string | undefined) => boolean;

function labelTest(term: string, selector: string): LabelTest {
  const set = SET_BASED.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return operator === 'in'
      ? (valueOf) => values.has(valueOf(key) ?? '\0')
      : (valueOf) => !values.has(valueOf(key) ?? '\0');
  }
  const equality = EQUALITY.exec(term);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    if (operator === '!=') return (valueOf) => valueOf(key) !== value;
    if (operator === '=' || operator === '==') return (valueOf) => valueOf(key) === value;
    if (!/^-?\d+$/.test(value)) throw unreadable('label', selector, term);
    const bound = BigInt(value);
    return (valueOf) => {
      const own = valueOf(key);
      if (own === undefined || !/^-?\d+$/.test(own)) return false;
      return operator === '>' ? BigInt(own) > bound : BigInt(own) < bound;
    };
  }
  const existence = EXISTENCE.exec(term);
  if (existence === null) throw unreadable('label', selector, term);
  const [, not, key = ''] = existence;
  return not === '!' ? (valueOf) => valueOf(key) === undefined : (valueOf) => valueOf(key) !== undefined;
}

/** The fields that an API server selects by, of each kind besides name and namespace. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

/**
 * Reads a field selector as the API server does: `a.b=c`, `a.b==c`, `a.b!=c`, joined by commas, `\` before a comma,
 * `=` or `\` of a value. A field that is absent equals the empty text.
 * @throws UsageFailure for a part that cannot be read, and for a field that the server would not select this kind by.
 */
export function fieldMatch(selector: string | undefined, resource: Resource): Match {
  if (selector === undefined || selector.trim() === '') return everything;
  const tests = splitUnescaped(selector).map((term) => {
    const match = /^([^=!\\]+?)(==|!=|=)((?:[^=\\]|\\[=,\\])*)$/.exec(term);
    if (match === null) throw unreadable('field', selector, term);
    const [, field = '', operator, escaped = ''] = match;
    const known = ['metadata.name', 'metadata.namespace', ...(FIELDS[resource.kind] ?? [])];
    if (!known.includes(field)) {
      throw new UsageFailure(`${resource.plural} cannot be selected by field "${field}"`, {
        hints: [`fields that an API server knows here: ${known.join(', ')}`],
      });
    }
    const value = escaped.replace(/\\(.)/g, '$1');
    const path = field.split('.');
    return operator === '!='
      ? (object: KubeObject) => fieldOf(object, path) !== value
      : (object: KubeObject) => fieldOf(object, path) === value;
  });
  return (object) => tests.every((test) => test(object));
}

function splitUnescaped(selector: string): string[] {
  return (selector.match(/(?:[^,\\]|\\.)+/g) ?? []).filter((term) => term !== '');
}

function fieldOf(object: KubeObject, path: readonly string[]): string {
  // The selectable `source` of an event is its component.
  if (path.length === 1 && path[0] === 'source') return fieldOf(object, ['source', 'component']);
  let value: unknown = object;
  for (const key of path) {
    if (!isMapping(value) || !Object.hasOwn(value, key)) return '';
    value = value[key];
  }
  return textOf(value) ?? '';
}

function unreadable(what: 'label' | 'field', selector: string, term: string): UsageFailure {
  return new UsageFailure(`${what} selector "${selector}" cannot be read${term === selector ? '' : ` at "${term}"`}`);
}
