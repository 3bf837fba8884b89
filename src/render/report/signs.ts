import type { Verdict } from '../../reconcile/verdict.js';

/** A letter for each verdict, the same as in the map of `pools show`. */
export const SIGN_OF: Readonly<Record<Verdict, string>> = {
  stale: 'S',
  malformed: '!',
  lost: 'N',
  unknown: '?',
  finished: 'F',
  pending: 'P',
  kept: 'K',
  live: 'L',
};

/** What a cell of the map is, by its sign; what needs a person comes first. */
export const MEANINGS: Readonly<Record<string, string>> = {
  S: 'stale',
  '!': 'malformed',
  N: 'lost with its node',
  '?': 'unknown',
  F: 'finished',
  P: 'pending',
  K: 'kept',
  L: 'live',
  '.': 'free',
  x: 'excluded',
  '-': 'outside the window',
};
export const SIGNS = Object.keys(MEANINGS);
/** So many of them are verdicts. */
export const HELD_SIGNS = SIGNS.slice(0, SIGNS.indexOf('.'));
