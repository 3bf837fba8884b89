/** C0, DEL, C1, line separators, and what turns or hides text: none of it may reach a terminal raw. */

const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Makes text from outside fit for one line of a terminal: white space folded, control and direction characters
 * escaped, at most `limit` characters.
 */
export function harmless(text: string, limit = 300): string {
  const line = text
    .slice(0, limit * 4)
    .replace(/\s+/g, ' ')
    .trim();
  const safe = line.replace(HARMFUL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return safe.length > limit ? `${safe.slice(0, limit - 1)}…` : safe;
}

/** A path as people write it: `~` for the home folder. */
export function shortPath(path: string, home: string | undefined): string {
  const short = home !== undefined && home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
  return harmless(short);
}

/** A JSON object as such; `undefined` for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** A string that says something; `undefined` for anything else, the empty string too. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
