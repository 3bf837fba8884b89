import { UsageFailure } from '../errors.js';
import { evaluate, JsonPathDataError } from './jsonpath-evaluate.js';
import { JsonPathSyntaxError, parseTemplate, type Node } from './jsonpath-parse.js';
import { safe, safeLines } from './safe.js';

/** How values are printed. */
export interface JsonPathOptions {
  /** For a terminal: what comes from the value is made harmless (line feeds and tabs stay). Pipes get it as it is. */
  readonly harmless?: boolean;
}

/** The outcome of applying an expression. */
export type JsonPathResult =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/** An expression that was read, or where and why it cannot be. */
export type CompiledJsonPath =
  | {
      readonly ok: true;
      /** Never throws. */
      evaluate(value: unknown, options?: JsonPathOptions): JsonPathResult;
      /** @throws UsageFailure when the expression does not fit the value (an index out of bounds, no array to filter). */
      render(value: unknown, options?: JsonPathOptions): string;
    }
  | { readonly ok: false; readonly error: string; readonly position: number };

const TOO_DEEP = 'nested too deeply';

/** Reads an expression of kubectl's JSONPath dialect; one without any braces is taken as a path, as `--sort-by` does. */
export function compileJsonPath(expression: string): CompiledJsonPath {
  const { text, shift } = withBraces(expression);
  let template: Node[];
  try {
    template = parseTemplate(text);
  } catch (error) {
    if (error instanceof JsonPathSyntaxError) {
      const position = Math.min(Math.max(error.position - shift, 0), expression.length);
      return { ok: false, error: error.message, position };
    }
    if (error instanceof RangeError) return { ok: false, error: TOO_DEEP, position: 0 };
    throw error;
  }
  const apply = (value: unknown, options: JsonPathOptions = {}): JsonPathResult => {
    try {
      return {
        ok: true,
        text: evaluate(template, value, options.harmless === true ? safeLines : (printed) => printed),
      };
    } catch (error) {
      if (error instanceof JsonPathDataError) return { ok: false, error: error.message };
      if (error instanceof RangeError) return { ok: false, error: TOO_DEEP };
      throw error;
    }
  };
  return {
    ok: true,
    evaluate: apply,
    render(value, options) {
      const result = apply(value, options);
      if (result.ok) return result.text;
      throw new UsageFailure(`cannot apply jsonpath ${safe(expression)}: ${result.error}`);
    },
  };
}

/** kubectl's relaxed form (RelaxedJSONPathExpression): `items[0].name` and `.items[0].name` are `{.items[0].name}`. */
function withBraces(expression: string): { text: string; shift: number } {
  if (expression === '' || /[{}]/.test(expression)) return { text: expression, shift: 0 };
  if (/^[.$@[]/.test(expression)) return { text: `{${expression}}`, shift: 1 };
  return { text: `{.${expression}}`, shift: 2 };
}
