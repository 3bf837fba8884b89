/** docs/troubleshooting/ipamctl.md quotes what the program says, under the exit code that it ends with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { EXIT_CODES, exitCodeOf } from '../../src/cli/exit-codes.js';
import {
  ClusterFailure,
  InputFailure,
  RefusedFailure,
  UsageFailure,
  type ClusterFailureReason,
  type Failure,
} from '../../src/errors.js';
import { ROOT } from '../support/program.js';

/** What stands for a value, on the page and in what is read of the sources. */
const GAP = '…';

/** A text of the sources, and the exit code of the failure that it is the message of; null: it is of none, or not told so. */
interface Text {
  readonly text: string;
  readonly code: number | null;
}

const FAILURES: Readonly<Record<string, (first: string) => Failure>> = {
  UsageFailure: () => new UsageFailure(''),
  InputFailure: () => new InputFailure(''),
  RefusedFailure: () => new RefusedFailure(''),
  ClusterFailure: (reason) => new ClusterFailure(reason as ClusterFailureReason, ''),
};

const texts = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => textsOf(readFileSync(join(ROOT, 'src', name), 'utf8')));
const page = readFileSync(join(ROOT, 'docs/troubleshooting/ipamctl.md'), 'utf8');

test('each message that the page quotes is one of the program', () => {
  const quoted = messagesOf(page);
  expect(quoted.length).toBeGreaterThan(40);
  expect(quoted.filter(({ message }) => saying(message, texts).length === 0)).toEqual([]);
});

test('and stands under the exit code of its failure', () => {
  const wrong = messagesOf(page).flatMap(({ message, code }) => {
    const codes = saying(message, texts).flatMap((each) => each.code ?? []);
    return codes.length === 0 || codes.includes(code ?? -1) ? [] : [{ message, under: code, is: codes }];
  });
  expect(wrong).toEqual([]);
  const certain = messagesOf(page).filter(({ message }) => saying(message, texts).some(({ code }) => code !== null));
  expect(certain.length).toBeGreaterThan(25);
});

test('the page has every exit code but 0', () => {
  const named = [...page.matchAll(/^(?:## Exit code |\*\*)(\d+)|and \*\*(\d+)/gm)].map(([, a, b]) => Number(a ?? b));
  expect(named.sort((a, b) => a - b)).toEqual(
    EXIT_CODES.map(({ code }) => code as number).filter((code) => code !== 0),
  );
});

test('a message that the program does not print is seen', () => {
  const some = textsOf('throw new InputFailure(`${file}: ${isOld ? "too old" : "is empty"}, try ${next()}`)');
  expect(some).toEqual(
    expect.arrayContaining([
      { text: '…: too old, try …', code: 3 },
      { text: '…: is empty, try …', code: 3 },
    ]),
  );
  expect(saying('… too old, try …', some)).toHaveLength(1);
  expect(saying('…: too young, try …', some)).toEqual([]);
  expect(messagesOf('## Exit code 5\n\n### `a … b`, `c`\n\n## The other\n\n**8**, `d e`:\n')).toEqual([
    { message: 'a … b', code: 5 },
    { message: 'c', code: 5 },
  ]);
});

/** Its headings: what is quoted in them, and the exit code of the section. */
function messagesOf(text: string): { message: string; code: number | null }[] {
  let code: number | null = null;
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) code = Number(/^## Exit code (\d+)$/.exec(line)?.[1] ?? Number.NaN);
    if (!line.startsWith('### ')) return [];
    return [...line.matchAll(/`([^`]+)`/g)].map(([, message = '']) => ({ message, code }));
  });
}

/** Texts that have all parts of the message, in its order; only those that have nothing else, where there are such. */
function saying(message: string, among: readonly Text[]): Text[] {
  const same = among.filter(({ text }) => text === message);
  if (same.length > 0) return same;
  const parts = message.split(GAP).map((part) => part.trim());
  return among.filter(({ text }) => {
    let at = 0;
    return parts.every((part) => {
      const found = text.indexOf(part, at);
      at = found + part.length;
      return found !== -1;
    });
  });
}

function textsOf(source: string): Text[] {
  const found: Text[] = [];
  const visit = (node: ts.Node, code: number | null): void => {
    const inside = ts.isNewExpression(node) ? codeOf(node) : code;
    if (ts.isTemplateExpression(node) || ts.isStringLiteralLike(node))
      found.push(...readings(node).map((text) => ({ text, code: inside })));
    // What is thrown may hold facts and hints besides, and functions that fail in another way.
    ts.forEachChild(node, (child) => {
      visit(child, ts.isObjectLiteralExpression(child) || ts.isFunctionLike(child) ? null : inside);
    });
  };
  visit(ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true), null);
  return found;
}

function codeOf(made: ts.NewExpression): number | null {
  const first = made.arguments?.[0];
  const failure = FAILURES[made.expression.getText()]?.(
    first !== undefined && ts.isStringLiteral(first) ? first.text : '',
  );
  return failure === undefined ? null : exitCodeOf(failure);
}

/** What an expression may read as: each of two choices, and a gap for what is not told. */
function readings(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return readings(node.expression);
  if (ts.isConditionalExpression(node)) return [...readings(node.whenTrue), ...readings(node.whenFalse)];
  if (!ts.isTemplateExpression(node)) return [GAP];
  return node.templateSpans.reduce(
    (before, { expression, literal }) =>
      before.flatMap((text) => readings(expression).map((value) => `${text}${value}${literal.text}`)),
    [node.head.text],
  );
}
