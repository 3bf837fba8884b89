import type { OutgoingHttpHeaders } from 'node:http';
import { HIDDEN, withoutSecrets } from '../../secrets.js';
import { harmless } from './text.js';

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
    const text = [value].flat().join(', ');
    if (TOLD.test(name)) return [`${name}: ${harmless(text)}`];
    if (CONFIDENTIAL.test(name)) return [`${name}: ${HIDDEN}`];
    return [`${name}: ${harmless(/^location$/i.test(name) ? text.replace(/[?#].*$/, '?…') : withoutSecrets(text))}`];
  });
}
