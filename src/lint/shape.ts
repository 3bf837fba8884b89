import type { NetworkSubject, Subject } from './model.js';

/** Keys whose texts are a part of the shape: what they name decides which rules have anything to say. */
const NAMING: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'type',
  'cniVersion',
  'mode',
  'disableCheck',
  'loadOnlyInlinedPlugins',
]);
/** What is larger than this has a shape of its own, as good as certainly. */
const MAX_VALUES = 100;
const MAX_LENGTH = 2000;

/**
 * How a subject is built, whatever is filled in: its keys, the types of its values, whether a text is empty, and the texts
 * that name something (`NAMING`). Rules that judge nothing else say the same of subjects with the same shape. Undefined
 * for what is not looked at so, or is too large to be like another.
 */
export function shapeOf(subject: Subject): string | undefined {
  switch (subject.kind) {
    case 'object':
      return joined('object', sketchOf(subject.object));
    case 'nad':
      return joined(subject.network === undefined ? 'nad' : networkShape(subject.network), sketchOf(subject.object));
    case 'network':
      return networkShape(subject);
    default:
      return undefined;
  }
}

function networkShape({ origin, form, isBroken, mainType = '', conf }: NetworkSubject): string | undefined {
  return joined(`${origin} ${form} ${isBroken ? 'broken' : ''} ${mainType}`, sketchOf(conf));
}

function joined(head: string | undefined, sketch: string | undefined): string | undefined {
  return head === undefined || sketch === undefined ? undefined : `${head}\n${sketch}`;
}

function sketchOf(value: unknown): string | undefined {
  const sketch = new Sketch();
  sketch.add(value, '');
  return sketch.isWhole ? sketch.text : undefined;
}

class Sketch {
  text = '';
  #left = MAX_VALUES;

  get isWhole(): boolean {
    return this.#left >= 0 && this.text.length <= MAX_LENGTH;
  }

  add(value: unknown, key: string): void {
    if (--this.#left < 0) return;
    if (typeof value === 'string') {
      if (value === '') this.text += 'e';
      // Its length first: whatever it holds, no two shapes are written alike.
      else this.text += NAMING.has(key) ? `s${value.length}:${value}` : 's';
    } else if (typeof value === 'number') this.text += Number.isInteger(value) ? 'i' : 'f';
    else if (typeof value === 'boolean') this.text += value ? 't' : 'n';
    else if (Array.isArray(value)) this.#list(value);
    else if (typeof value === 'object' && value !== null) this.#object(value as Readonly<Record<string, unknown>>);
    else this.text += '0';
  }

  #list(values: readonly unknown[]): void {
    this.text += '[';
    for (const value of values) {
      if (!this.isWhole) return;
      this.add(value, '');
    }
    this.text += ']';
  }

  #object(object: Readonly<Record<string, unknown>>): void {
    this.text += '{';
    for (const key of Object.keys(object)) {
      if (!this.isWhole) return;
      this.text += `${key.length}:${key}`;
      this.add(object[key], key);
    }
    this.text += '}';
  }
}
