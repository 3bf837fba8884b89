import { ClusterFailure, Failure } from '../errors.js';
import { json } from '../render/output.js';
import { safe, safeLines } from '../render/safe.js';
import { paint } from '../render/style.js';
import type { Screen } from '../render/terminal.js';
import { exitCodeOf, type ExitCode } from './exit-codes.js';

/** What `-o json` prints when a command fails. */
export interface ErrorDocument {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'Error';
  readonly code: ExitCode;
  readonly reason: string;
  readonly message: string;
  readonly facts: readonly string[];
  readonly hints: readonly string[];
}

/** The failure as a document for machines. */
export function errorDocument(thrown: unknown): ErrorDocument {
  const head = { apiVersion: 'ipamctl.io/v1', kind: 'Error', code: exitCodeOf(thrown) } as const;
  if (thrown instanceof Failure) {
    const reason = thrown instanceof ClusterFailure ? thrown.reason : thrown.kind;
    return { ...head, reason, message: thrown.message, facts: thrown.facts, hints: thrown.hints };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { ...head, reason: 'bug', message, facts: [], hints: [] };
}

/** The failure as JSON text. */
export function errorJson(thrown: unknown): string {
  return json(errorDocument(thrown));
}

/** The failure as text for people: what, as whom and where, what to do. A stack only on demand, or for a bug. */
export function errorText(thrown: unknown, screen: Screen, debug: boolean, version: string): string {
  const label = paint(screen, 'bad', 'Error:');
  if (!(thrown instanceof Failure)) {
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return [
      `${label} this is a bug in ipamctl ${version}: ${safe(thrown instanceof Error ? thrown.message : String(thrown))}`,
      safeLines(stack),
      'Please report it with the lines above.',
      '',
    ].join('\n');
  }
  const lines = [`${label} ${safe(thrown.message)}`, ...thrown.facts.map((fact) => `  ${safe(fact)}`)];
  const [first, ...rest] = thrown.hints;
  if (first !== undefined) lines.push(`Try: ${safe(first)}`, ...rest.map((hint) => `     ${safe(hint)}`));
  if (debug && thrown.stack !== undefined) lines.push(safeLines(thrown.stack));
  return `${lines.join('\n')}\n`;
}
