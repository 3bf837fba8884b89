import type { Node, SliceEnd } from './jsonpath-parse.js';

/*
 * What k8s.io/client-go v0.34 util/jsonpath/jsonpath.go does with an expression, with missing keys allowed, as kubectl
 * has it. Two deviations, on purpose: members of an object come in their own order (kubectl's is random), and numbers
 * compare as numbers (kubectl refuses to compare 92.3 with 80).
 */

/** An expression that cannot be applied to this value. */
export class JsonPathDataError extends Error {
  override readonly name = 'JsonPathDataError';
}

/** Applies a template to a value and prints it; `printed` sees every text that comes from the value. */
export function evaluate(template: readonly Node[], value: unknown, printed: (text: string) => string): string {
  const run = new Run(template);
  return run
    .blocks(0, [value])
    .map(({ values, literal }) => values.map((each) => (literal ? textOf(each) : printed(textOf(each)))).join(' '))
    .join('');
}

interface Block {
  readonly values: readonly unknown[];
  /** The text stands in the template, not in the value. */
  readonly literal: boolean;
}

/** What an empty range is run with once, so that its end is found: no value at all. */
const NO_VALUE = undefined;

class Run {
  private beginRange = 0;
  private inRange = 0;
  private endRange = 0;
  private lastEnd = -1;

  constructor(private readonly template: readonly Node[]) {}

  blocks(from: number, current: readonly unknown[]): Block[] {
    const blocks: Block[] = [];
    for (let i = from; i < this.template.length; i++) {
      const node = this.template[i];
      if (node === undefined) break;
      const values = this.walk(current, node);
      if (this.endRange > 0 && this.endRange <= this.inRange) {
        this.endRange -= 1;
        this.lastEnd = i;
        break;
      }
      if (this.beginRange === 0) {
        blocks.push({ values, literal: isLiteral(node) });
        continue;
      }
      this.beginRange -= 1;
      this.inRange += 1;
      for (const value of values) {
        for (const block of this.blocks(i + 1, [value])) blocks.push(block);
      }
      if (values.length === 0) this.blocks(i + 1, [NO_VALUE]);
      this.inRange -= 1;
      if (this.lastEnd > i) i = this.lastEnd;
    }
    return blocks;
  }

  private walk(input: readonly unknown[], node: Node): readonly unknown[] {
    switch (node.kind) {
      case 'list':
        return this.list(input, node.nodes);
      case 'text':
        return [node.text];
      case 'literal':
        return input.map(() => node.value);
      case 'field':
        return fields(input, node.name);
      case 'wildcard':
        return input.flatMap((value) => members(plain(value)));
      case 'recursive':
        return descend(input);
      case 'slice':
        return input.flatMap((value) => sliceOf(plain(value), node.start, node.end, node.step));
      case 'union':
        return node.nodes.flatMap((nodes) => [...this.list(input, nodes)]);
      case 'filter':
        return input.flatMap((value) => this.filter(plain(value), node.left, node.right, node.operator));
      case 'range':
        this.beginRange += 1;
        return input;
      case 'end':
        if (this.inRange === 0) throw new JsonPathDataError('not in range, nothing to end');
        this.endRange += 1;
        return [];
    }
  }

  private list(input: readonly unknown[], nodes: readonly Node[]): readonly unknown[] {
    let current = input;
    for (const node of nodes) current = this.walk(current, node);
    return current;
  }

  private filter(value: unknown, left: readonly Node[], right: readonly Node[], operator: string): unknown[] {
    if (value === NO_VALUE) return [];
    if (!Array.isArray(value))
      throw new JsonPathDataError(`${typeName(value)} is not array or slice and cannot be filtered`);
    return value.filter((item: unknown) => {
      if (operator === 'exists') return this.exists(item, left);
      const [mine, its] = [this.list([item], left), this.list([item], right)];
      if (mine.length === 0 || its.length === 0) return false;
      if (mine.length > 1 || its.length > 1) throw new JsonPathDataError('can only compare one element at a time');
      return compare(plain(mine[0]), plain(its[0]), operator);
    });
  }

  /** An index that is out of bounds is no failure here. (kubectl even takes such an item in; that is its bug.) */
  private exists(item: unknown, nodes: readonly Node[]): boolean {
    try {
      return this.list([item], nodes).length > 0;
    } catch (error) {
      if (error instanceof JsonPathDataError) return false;
      throw error;
    }
  }
}

function isLiteral(node: Node): boolean {
  return node.kind === 'text' || (node.kind === 'list' && node.nodes.at(-1)?.kind === 'text');
}

/** What JSON would show of a value: bigints as decimal strings, an object by its own `toJSON`. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function') {
    return (value.toJSON as () => unknown)();
  }
  return value;
}

function fields(input: readonly unknown[], name: string): unknown[] {
  const found: unknown[] = [];
  for (const each of input) {
    const value = plain(each);
    // Own members only: `__proto__` and `constructor` are names like any other here.
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) continue;
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) found.push(member);
  }
  return found;
}

function members(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  // Go's strings are arrays of bytes, and its JSONPath lists them.
  if (typeof value === 'string') return [...new TextEncoder().encode(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((member) => member !== undefined);
}

function descend(input: readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  for (const each of input) {
    const value = plain(each);
    const inside = members(value);
    if (inside.length === 0) continue;
    found.push(value);
    if (typeof value !== 'string') for (const deeper of descend(inside)) found.push(deeper);
  }
  return found;
}

function sliceOf(value: unknown, start: number | undefined, end: SliceEnd, step: number | undefined): unknown[] {
  if (value === NO_VALUE || value === null) return [];
  if (!Array.isArray(value)) throw new JsonPathDataError(`${typeName(value)} is not array or slice`);
  const length = value.length;
  const given = start ?? 0;
  const from = given < 0 ? given + length : given;
  const after = end === 'last' ? length : end === 'next' ? given + 1 : end;
  const to = after < 0 || (after === 0 && end === 'next') ? after + length : after;
  if (from === to) return [];
  if (from >= length || from < 0) throw outOfBounds(from, length);
  if (to > length || to < 0) throw outOfBounds(to - 1, length);
  if (from > to) throw new JsonPathDataError(`starting index ${from} is greater than ending index ${to}`);
  if (step === undefined) return value.slice(from, to) as unknown[];
  if (step <= 0) throw new JsonPathDataError('step must be > 0');
  return (value.slice(from, to) as unknown[]).filter((_, i) => i % step === 0);
}

function outOfBounds(index: number, length: number): JsonPathDataError {
  return new JsonPathDataError(`array index out of bounds: index ${index}, length ${length}`);
}

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function compare(left: unknown, right: unknown, operator: string): boolean {
  const holds = Object.hasOwn(ORDERS, operator) ? ORDERS[operator] : undefined;
  if (holds === undefined) throw new JsonPathDataError(`unrecognized filter operator ${operator}`);
  if (!isComparable(left) || !isComparable(right)) throw new JsonPathDataError('invalid type for comparison');
  if (typeof left !== typeof right) throw new JsonPathDataError('incompatible types for comparison');
  if (typeof left === 'boolean' && operator !== '==' && operator !== '!=') {
    throw new JsonPathDataError('invalid type for comparison');
  }
  return holds(left < right ? -1 : left > right ? 1 : 0);
}

function isComparable(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Strings raw, null as the word, objects and arrays as Go's encoding/json writes them. */
function textOf(each: unknown): string {
  const value = plain(each);
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return goJson(value);
  if (value === null) return 'null';
  return typeof value === 'number' || typeof value === 'boolean' ? value.toString() : '';
}

/** Go sorts the keys of a map, and escapes what HTML or JavaScript would trip over. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'bigint') return member.toString();
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
