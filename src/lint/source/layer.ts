import type { Places, Span } from './places.js';
import type { ScalarStyle } from './scalar.js';

/**
 * A text within a text: the file, a scalar of its YAML, a string in the JSON of that scalar. Each knows where its
 * characters are written in the file, and how new text has to be written to be read there.
 */
export interface Layer {
  readonly text: string;
  /** Where a stretch of the text stands in the file. */
  span(span: Span): Span;
  /** How a text is written at that place of the file; undefined where it cannot be. */
  encode(text: string): string | undefined;
}

/**
 * A YAML scalar of the file.
 * @param indent what each of its further lines begins with
 */
export function scalarLayer(text: string, places: Places, style: ScalarStyle, indent: string): Layer {
  return {
    text,
    span: (span) => places.span(span),
    encode: (written) => encodeScalar(written, style, indent),
  };
}

/** A string of a JSON text that another layer holds. */
export function stringLayer(text: string, places: Places, outer: Layer): Layer {
  return {
    text,
    span: (span) => outer.span(places.span(span)),
    encode: (written) => outer.encode(JSON.stringify(written).slice(1, -1)),
  };
}

function encodeScalar(text: string, style: ScalarStyle, indent: string): string | undefined {
  const lines = (written: string): string => written.replaceAll('\n', `\n${indent}`);
  switch (style) {
    case 'single':
      return lines(text.replaceAll("'", "''"));
    case 'double':
      return lines(
        text
          .split('\n')
          .map((line) => JSON.stringify(line).slice(1, -1))
          .join('\n'),
      );
    case 'literal':
    case 'folded':
      return lines(text);
    case 'plain':
      // Within a plain scalar these begin something else.
      return /[\n#]|: |^[\s?:,[\]{}&*!|>'"%@`-]/.test(text) ? undefined : text;
  }
}
