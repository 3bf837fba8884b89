import type { AnyRule, NetworkSubject, Subject, SubjectKind } from './model.js';

/**
 * Which rules are asked about a subject: those over its kind that are about everything, or about a word of it. Subjects
 * with the same words are asked about by the same rules, so that these are looked up and not looked for.
 */
export class Asking {
  /** The words that some rule is about. */
  readonly #words: ReadonlySet<string>;
  readonly #chosen = new Map<string, readonly AnyRule[]>();

  /** @param over the rules over a kind of subject, which is asked for when the first of that kind is there */
  constructor(
    rules: readonly AnyRule[],
    private readonly over: (kind: SubjectKind) => readonly AnyRule[],
  ) {
    this.#words = new Set(rules.flatMap(aboutOf));
  }

  rulesFor(subject: Subject): readonly AnyRule[] {
    // What words a template will have is not known.
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
