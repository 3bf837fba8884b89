import type { JsonObject } from '../../../cni/go-json.js';
import type { LintDocument } from '../../source/document.js';
import type { Span } from '../../source/places.js';

/**
 * The replacement that makes of a `config` written as YAML a block of JSON; undefined where it would lose a comment, or
 * where it is not plain which lines it has.
 */
export function configAsBlock(
  { text, problems }: LintDocument,
  config: JsonObject,
): { span: Span; text: string } | undefined {
  const keys = [...text.matchAll(/^([ ]*)config:[ ]*(?=\{|\r?$)/gm)];
  const [key] = keys;
  if (key === undefined || keys.length > 1 || problems.length > 0) return undefined;
  const [{ length }, indent = ''] = key;
  const from = key.index + length;
  const to = text[from] === '{' ? endOfFlow(text, from) : endOfBlock(text, from, indent.length);
  if (to === undefined || text.slice(from, to).includes('#')) return undefined;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = JSON.stringify(config, null, 2).split('\n');
  const block = lines.map((line) => `${lineEnd}${indent}  ${line}`).join('');
  const space = text[from - 1] === ' ' ? '' : ' ';
  return { span: { from, to }, text: `${space}|-${block}` };
}

/** After the brace that closes the one at `from`, where nothing else stands in that line. */
function endOfFlow(text: string, from: number): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth > 0) continue;
    const to = from + index + token.length;
    return /^[ \t]*(?:\r?\n|$)/.test(text.slice(to)) ? to : undefined;
  }
  return undefined;
}

/** After the last line that is indented more than the key. */
function endOfBlock(text: string, from: number, indent: number): number {
  let to = from;
  for (const { 0: line, index } of text.slice(from).matchAll(/[^\n]*(?:\n|$)/g)) {
    const isFirst = index === 0;
    if (!isFirst && line.trim() !== '' && line.search(/\S/) <= indent) break;
    if (line.trim() !== '') to = from + index + line.trimEnd().length;
    if (line === '') break;
  }
  return to;
}
