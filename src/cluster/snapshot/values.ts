import { MAX_DEPTH } from './limits.js';
import { Unreadable } from './problems.js';

/** A mapping as a parser made it: every key is the document's own, `__proto__` too. */
export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text or a number as text, `undefined` for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** How many values a document may still bring; aliases in YAML can multiply a few lines beyond all memory. */
export interface Budget {
  values: number;
}

/**
 * Walks a value to its end, aliases followed.
 * @throws Unreadable where it is nested deeper than anything of Kubernetes, or where the budget is used up.
 */
export function requireBounded(value: unknown, budget: Budget, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new Unreadable(`is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    budget.values -= value.length;
    if (budget.values < 0) throw new Unreadable('its aliases (`*name`) expand to far more than the file holds');
    for (const entry of value) requireBounded(entry, budget, depth + 1);
    return;
  }
  const mapping = value as Mapping;
  for (const key in mapping) {
    if (--budget.values < 0) throw new Unreadable('its aliases (`*name`) expand to far more than the file holds');
    const entry = mapping[key];
    if (typeof entry === 'object') requireBounded(entry, budget, depth + 1);
  }
}
