import type { AnyRule } from './model.js';
import { callout as jsonCallout } from './rules/json/callout.js';
import { comment as jsonComment } from './rules/json/comment.js';
import { duplicateKey as jsonDuplicateKey } from './rules/json/duplicate-key.js';
import { emptyStringConfig as jsonEmptyStringConfig } from './rules/json/empty-string-config.js';
import { extraBrace as jsonExtraBrace } from './rules/json/extra-brace.js';
import { keyCase as jsonKeyCase } from './rules/json/key-case.js';
import { missingColon as jsonMissingColon } from './rules/json/missing-colon.js';
import { missingComma as jsonMissingComma } from './rules/json/missing-comma.js';
import { missingQuote as jsonMissingQuote } from './rules/json/missing-quote.js';
import { notObject as jsonNotObject } from './rules/json/not-object.js';
import { other as jsonOther } from './rules/json/other.js';
import { singleQuote as jsonSingleQuote } from './rules/json/single-quote.js';
import { smartQuote as jsonSmartQuote } from './rules/json/smart-quote.js';
import { trailingComma as jsonTrailingComma } from './rules/json/trailing-comma.js';
import { unclosed as jsonUnclosed } from './rules/json/unclosed.js';
import { unquotedValue as jsonUnquotedValue } from './rules/json/unquoted-value.js';
import { wrongType as jsonWrongType } from './rules/json/wrong-type.js';
import { docSeparatorMissing as yamlDocSeparatorMissing } from './rules/yaml/doc-separator-missing.js';
import { duplicateKey as yamlDuplicateKey } from './rules/yaml/duplicate-key.js';
import { foldedThenQuote as yamlFoldedThenQuote } from './rules/yaml/folded-then-quote.js';
import { misspeltKey as yamlMisspeltKey } from './rules/yaml/misspelt-key.js';
import { parseError as yamlParseError } from './rules/yaml/parse-error.js';
import { quoteInsideBlock as yamlQuoteInsideBlock } from './rules/yaml/quote-inside-block.js';
import { tabIndent as yamlTabIndent } from './rules/yaml/tab-indent.js';
import { templatePlaceholder as yamlTemplatePlaceholder } from './rules/yaml/template-placeholder.js';
import { underIndentedScalar as yamlUnderIndentedScalar } from './rules/yaml/under-indented-scalar.js';

/** Every rule, sorted by id. A rule that is not here does not exist. */
export const RULES: readonly AnyRule[] = [
  jsonCallout,
  jsonComment,
  jsonDuplicateKey,
  jsonEmptyStringConfig,
  jsonExtraBrace,
  jsonKeyCase,
  jsonMissingColon,
  jsonMissingComma,
  jsonMissingQuote,
  jsonNotObject,
  jsonOther,
  jsonSingleQuote,
  jsonSmartQuote,
  jsonTrailingComma,
  jsonUnclosed,
  jsonUnquotedValue,
  jsonWrongType,
  yamlDocSeparatorMissing,
  yamlDuplicateKey,
  yamlFoldedThenQuote,
  yamlMisspeltKey,
  yamlParseError,
  yamlQuoteInsideBlock,
  yamlTabIndent,
  yamlTemplatePlaceholder,
  yamlUnderIndentedScalar,
];

/** The rule of an id. */
export function ruleOf(id: string): AnyRule | undefined {
  return RULES.find((rule) => rule.id === id);
}
