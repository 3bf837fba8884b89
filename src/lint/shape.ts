import type { AnyRule, NetworkSubject, Subject } from './model.js';
import { rememberLast } from './remember.js';

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
const MAX_WORD = 200;
/** So many steps are remembered at most; a repository has some hundreds. */
const MAX_STEPS = 50_000;

/** One step further in what was seen: from the last one on it is a shape. */
class Step {
  /** By keys, and by the texts that name something. */
  readonly words = new Map<string, Step>();
  /** By types of values, and by where objects and lists begin and end. */
  readonly marks = new Map<string, Step>();
  /** The rules that are asked about what has this shape; undefined: not known yet. */
  left: readonly AnyRule[] | undefined;
}

/** A way that was gone in what was seen, as far as it was gone. */
type Way = Step | undefined;

/**
 * How subjects are built, whatever is filled in: their keys, the types of their values, whether a text is empty, and the
 * texts that name something (`NAMING`). Rules that judge nothing else say the same of subjects with the same shape.
 * What was seen is a tree of steps, so that one more subject of a known shape costs no memory.
 */
export class Shapes {
  readonly #root = new Step();
  #room = MAX_STEPS;
  #values = 0;

  /** A NAD is looked at right after its network. */
  readonly #network = rememberLast(({ origin, form, isBroken, mainType, conf }: NetworkSubject): Way => {
    const kind = this.#mark(this.#mark(this.#root, origin), isBroken ? 'broken' : 'whole');
    return this.#value(this.#word(this.#mark(kind, form), mainType ?? ''), conf, '');
  });

  /** The shape; undefined for what is not looked at so, or is too large to be like another. */
  of(subject: Subject): Step | undefined {
    this.#values = 0;
    switch (subject.kind) {
      case 'object':
        return this.#value(this.#mark(this.#root, 'object'), subject.object, '');
      case 'nad': {
        const { network, object } = subject;
        const before = network === undefined ? this.#mark(this.#root, 'without') : this.#network(network);
        this.#values = 0;
        return this.#value(this.#mark(before, 'of'), object, '');
      }
      case 'network':
        return this.#network(subject);
      default:
        return undefined;
    }
  }

  #value(way: Way, value: unknown, key: string): Way {
    if (way === undefined || ++this.#values > MAX_VALUES) return undefined;
    if (typeof value === 'string') {
      if (value === '') return this.#mark(way, 'empty');
      return NAMING.has(key) ? this.#word(this.#mark(way, 'name'), value) : this.#mark(way, 'text');
    }
    if (typeof value === 'number') return this.#mark(way, Number.isInteger(value) ? 'integer' : 'fraction');
    if (typeof value === 'boolean') return this.#mark(way, value ? 'true' : 'false');
    if (Array.isArray(value)) return this.#list(way, value);
    if (typeof value !== 'object' || value === null) return this.#mark(way, 'null');
    return this.#object(way, value as Readonly<Record<string, unknown>>);
  }

  #list(way: Way, values: readonly unknown[]): Way {
    let at = this.#mark(way, '[');
    for (const value of values) at = this.#value(at, value, '');
    return this.#mark(at, ']');
  }

  #object(way: Way, object: Readonly<Record<string, unknown>>): Way {
    let at = this.#mark(way, '{');
    for (const key of Object.keys(object)) at = this.#value(this.#word(at, key), object[key], key);
    return this.#mark(at, '}');
  }

  #mark(way: Way, mark: string): Way {
    return way === undefined ? undefined : (way.marks.get(mark) ?? this.#further(way.marks, mark));
  }

  #word(way: Way, word: string): Way {
    if (word.length > MAX_WORD) return undefined;
    return way === undefined ? undefined : (way.words.get(word) ?? this.#further(way.words, word));
  }

  #further(steps: Map<string, Step>, name: string): Way {
    if (--this.#room < 0) return undefined;
    const made = new Step();
    steps.set(name, made);
    return made;
  }
}
