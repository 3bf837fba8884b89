import { Document, Scalar, visit } from 'yaml';

import { safeJson } from './safe.js';

/* Only `output.ts` loads this, and only when YAML is asked for. */

/** What may not stand in a YAML stream as it is, or not at a terminal: only double quotes have escapes for it. */
const UNPRINTABLE = /[\x7f-\x9f\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb\ufffe\uffff]/gu;
/**
 * Besides those: control characters (a line feed may stand in a block), and white space at the start, where js-yaml
 * reads the indentation of a block otherwise.
 */
const NEEDS_QUOTES =
  /^\s|[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb\ufffe\uffff\p{Cs}]/u;

/** Block style as kubectl prints it, readable by YAML 1.1 and 1.2 parsers alike. */
export function yamlText(value: unknown): string {
  // By way of JSON: what YAML says is what JSON says, bigints, dates and absent members included.
  const document = new Document(JSON.parse(safeJson(value)) as unknown, { compat: 'yaml-1.1' });
  visit(document, {
    Scalar: (_key, node, path) => {
      if (typeof node.value !== 'string') return;
      // A text that is the whole document has no indentation for a block.
      if (path.length === 1 || NEEDS_QUOTES.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString({ lineWidth: 0, indentSeq: false, blockQuote: 'literal' });
  return text.replace(UNPRINTABLE, escape);
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
