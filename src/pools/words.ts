/** One copy of each word: names that thousands of objects have in common are held once. */
export class Words {
  readonly #known = new Map<string, string>();

  shared(word: string): string {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    this.#known.set(word, word);
    return word;
  }
}
