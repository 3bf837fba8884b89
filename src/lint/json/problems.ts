import type { Path } from '../path.js';

/** What is wrong with a JSON text; each code is the second half of a rule's id. */
export type JsonProblemCode =
  | 'trailing-comma'
  | 'missing-comma'
  | 'missing-colon'
  | 'missing-quote'
  | 'unquoted-value'
  | 'single-quote'
  | 'smart-quote'
  | 'comment'
  | 'callout'
  | 'extra-brace'
  | 'unclosed'
  | 'duplicate-key'
  | 'other';

/** A replacement within the JSON text. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** One problem, by offsets in the JSON text. */
export interface JsonProblem {
  readonly code: JsonProblemCode;
  readonly from: number;
  readonly to: number;
  readonly message: string;
  /** What repairs it without guessing; none after something that had to be guessed. */
  readonly edits?: readonly TextEdit[];
  /** Of `duplicate-key`: the object that has the key twice. */
  readonly path?: Path;
}
