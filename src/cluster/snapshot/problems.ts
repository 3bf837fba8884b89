import { MAX_NOTES } from './limits.js';

/** One file or document that could not be read: the rest goes on. */
export class Unreadable extends Error {}

/**
 * Text from a snapshot, fit for a terminal: control and bidirectional characters are spelled out (a file name in an
 * archive may hold an escape sequence), and it ends after `limit` characters.
 */
export function printable(text: string, limit = 300): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;

  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** What a person should know of the reading; a flood is counted, not listed. */
export class Problems {
  readonly #notes: string[] = [];
  #unlisted = 0;
  #unreadable = 0;

  /** A remark: nothing was lost. */
  note(message: string): void {
    if (this.#notes.includes(message)) return;
    if (this.#notes.length < MAX_NOTES) this.#notes.push(message);
    else this.#unlisted++;
  }

  /** A file, or a part of one, that was lost. `label` names it, already printable. */
  unreadable(label: string, reason: string): void {
    this.#unreadable++;
    this.note(`${label}: ${printable(reason)}`);
  }

  /** Files and documents that were lost: what a manifest says was collected may be among them. */
  get lost(): number {
    return this.#unreadable;
  }

  get notes(): readonly string[] {
    return this.#unlisted === 0
      ? this.#notes
      : [...this.#notes, `${this.#unlisted} more of the snapshot's files or objects had problems`];
  }
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOENT':
      return 'no such file or directory';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read (permission denied)';
    case 'Z_BUF_ERROR':
      return 'is cut short (compressed data ends too early)';
    case 'Z_DATA_ERROR':
      return 'is damaged (not valid compressed data)';
    default:
      return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  return String(error.message);
}

/** The code of an error of the operating system or of zlib (`ENOENT`), by its shape; `undefined` for all others. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
