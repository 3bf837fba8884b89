import type { NetworkSubject } from './model.js';
import { valueAt } from './source/document.js';

/**
 * Whether the text that holds a network is no JSON. What a tolerant parser makes of it serves to judge what is there, not
 * what is missing, and it is to be repaired before anything is put into it.
 */
export function isBroken({ document, path, origin }: NetworkSubject): boolean {
  const held = origin === 'file' ? document.text : valueAt(document.value, path);
  if (typeof held !== 'string' || (origin === 'file' && document.format !== 'json')) return false;
  try {
    JSON.parse(held);
    return false;
  } catch {
    return true;
  }
}
