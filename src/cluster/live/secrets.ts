import type { OutgoingHttpHeaders } from 'node:http';
import { harmless } from './text.js';

/** What stands where something is kept back. */
const HIDDEN = '***';

/** Bearer tokens, JSON Web Tokens, tokens of OpenShift, and what follows a word such as `client-secret=`. */
const SECRETS = [
  /(?<=\b(?:Bearer|Basic)\s+)[^\s"',;]+/gi,
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  /\bsha256~[\w-]+/g,
  /(?<=\b[\w-]*(?:token|secret|password|passwd|api[_-]?key)["']?\s*[=:]\s*["']?)(?:(?!\*\*\*)[^\s"',;&])+/gi,
];

/** A text of others without what looks like a secret. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, HIDDEN), text);
}

/** A command line without its secrets; `--client-secret x` has one too. */
export function commandWithoutSecrets(words: readonly string[]): string {
  return words
    .map((word, at) => (/^--?[\w-]*(?:token|secret|passw|key)[\w-]*$/i.test(words[at - 1] ?? '') ? HIDDEN : word))
    .map(withoutSecrets)
    .join(' ');
}

/** The same text without these very secrets. */
export function withoutThese(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, HIDDEN)), text);
}

/** A URL for a message: no user, no password, no query that may be one. */
export function urlWithoutSecrets(url: string): string {
  return withoutSecrets(url.replace(/\/\/[^@/?#]*@/, '//'));
}

const CONFIDENTIAL = /auth|cookie|token|secret|passw|credential|session|key|cert|impersonate-(?:uid|extra)/i;
/** What a server says of how to log in is no secret, and tells much. */
const TOLD = /^www-authenticate$/i;

/** Headers, one text each: `Accept: application/json`. What may be secret is named, and its value kept back. */
export function headersWithoutSecrets(headers: OutgoingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (CONFIDENTIAL.test(name) && !TOLD.test(name)) return [`${name}: ${HIDDEN}`];
    const text = [value].flat().join(', ');
    return [`${name}: ${harmless(/^location$/i.test(name) ? text.replace(/[?#].*$/, '?…') : withoutSecrets(text))}`];
  });
}
