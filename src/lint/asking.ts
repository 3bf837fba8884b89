import type { AnyRule, NetworkSubject, Subject, SubjectKind } from './model.js';
import { Shapes } from './shape.js';

/**
 * Which rules are asked about a subject: those over its kind that are about everything, or about a word of it. Of many
 * subjects most are built alike: rules that judge by the shape, and had nothing to say of it once, are not asked again.
 */
export class Asking {
  /** The words that some rule is about. */
  readonly #words: ReadonlySet<string>;
  readonly #chosen = new Map<string, readonly AnyRule[]>();
  readonly #shapes = new Shapes();

  /** @param over the rules over a kind of subject, which is asked for when the first of that kind is there */
  constructor(
    rules: readonly AnyRule[],
    private readonly over: (kind: SubjectKind) => readonly AnyRule[],
  ) {
    this.#words = new Set(rules.flatMap(aboutOf));
  }

  /**
   * Asks the rules.
   * @param ask whether the rule had something to say
   */
  ask(subject: Subject, ask: (rule: AnyRule) => boolean): void {
    // What a template will say and how it will be built is not known.
    const shape = subject.document.template === undefined ? this.#shapes.of(subject) : undefined;
    const known = shape?.left;
    const left: AnyRule[] = [];
    for (const rule of known ?? this.#rulesFor(subject)) {
      const spoke = ask(rule);
      if (known === undefined && (spoke || rule.judges !== 'shape')) left.push(rule);
    }
    if (shape !== undefined) shape.left ??= left;
  }

  #rulesFor(subject: Subject): readonly AnyRule[] {
    if (subject.document.template !== undefined) return this.over(subject.kind);
    const words = this.#wordsOf(subject);
    const key = `${subject.kind} ${words.join(' ')}`;
    let rules = this.#chosen.get(key);
    if (rules === undefined) {
      rules = this.over(subject.kind).filter(
        (rule) => rule.about === undefined || aboutOf(rule).some((word) => words.includes(word)),
      );
      this.#chosen.set(key, rules);
    }
    return rules;
  }

  #wordsOf(subject: Subject): readonly string[] {
    switch (subject.kind) {
      case 'document':
        return subject.document.problems.map(({ code }) => code);
      case 'json':
        return subject.json.problems.map(({ code }) => code);
      case 'network':
        return this.#wordsOfNetwork(subject);
      default:
        return [];
    }
  }

  #wordsOfNetwork({ conf, plugins, ipams, mainType }: NetworkSubject): string[] {
    const words: string[] = [];
    const add = (word: string): void => {
      const folded = word.toLowerCase();
      if (this.#words.has(folded)) words.push(folded);
    };
    if (mainType !== undefined) add(mainType);
    for (const part of [...plugins, ...ipams]) {
      if (part.type !== undefined) add(part.type);
      for (const key of Object.keys(part.conf)) add(key);
    }
    for (const key of Object.keys(conf)) add(key);
    return words;
  }
}

function aboutOf({ about = [] }: AnyRule): string[] {
  return about.map((word) => word.toLowerCase());
}
