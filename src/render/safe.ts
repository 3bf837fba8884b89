/*
 * What a terminal acts on or does not show: control characters (with them every escape sequence), what Unicode calls
 * default-ignorable (bidi controls, zero-width characters, tags, variation selectors), line separators, interlinear
 * annotation and lone surrogates. A podref is free text: whoever may write it must not steer the admin's terminal.
 */
const HARMFUL = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb\p{Cs}]/gu;
const HARMFUL_BUT_LINES = /[^\P{Cc}\n\t]|[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb\p{Cs}]/gu;
/** JSON.stringify has escaped C0 and lone surrogates already; its own line feeds between the members must stay. */
const HARMFUL_IN_JSON = /[\x7f-\x9f\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Makes text from outside harmless for a terminal: what acts or hides becomes a visible escape, the rest stays. */
export function safe(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(HARMFUL, visible);
}

/** As `safe`, for text of several lines: line feeds and tabs stay. */
export function safeLines(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(HARMFUL_BUT_LINES, visible);
}

/** JSON text in which such characters are escaped too; bigints become decimal strings. It says the same as before. */
export function safeJson(value: unknown, indent = 0): string {
  return escapeJson(stringify(value, indent));
}

/** As it is: nothing comes of undefined, functions and symbols. The library's type denies that. */
const stringifyAny = JSON.stringify as (
  value: unknown,
  replacer: ((key: string, value: unknown) => unknown) | undefined,
  indent: number,
) => string | undefined;

/** A replacer costs several times the work of the rest, so it is used only where a bigint turned up. */
function stringify(value: unknown, indent: number): string {
  let text: string | undefined;
  try {
    text = stringifyAny(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    text = stringifyAny(value, bigintToText, indent);
  }
  return text ?? 'null';
}

function bigintToText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function escapeJson(text: string): string {
  return text.replace(HARMFUL_IN_JSON, (character) => {
    let escaped = '';
    for (let i = 0; i < character.length; i++) escaped += `\\u${hex(character.charCodeAt(i), 4)}`;
    return escaped;
  });
}

function visible(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
