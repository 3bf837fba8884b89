import { editDistance, nearest } from '../render/nearest.js';

/** More letters than that are another word. */
const NEAR = 2;

/**
 * The known word that a mistyped one most likely meant; undefined when none is near. Words come from outside and may be
 * of any length, and comparing long ones takes long.
 */
export function nearWord(word: string, known: readonly string[]): string | undefined {
  const close = known.filter(({ length }) => Math.abs(length - word.length) <= NEAR);
  const meant = close.length === 0 ? undefined : nearest(word, close);
  return meant !== undefined && isNear(word.toLowerCase(), meant.toLowerCase()) ? meant : undefined;
}

/** Whether two words differ by a letter or two, or not at all. */
export function isNear(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= NEAR && editDistance(a, b) <= NEAR;
}
