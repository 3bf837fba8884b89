import { UsageFailure } from '../errors.js';
import type { AnyCheck } from './model.js';

/**
 * The checks of these ids, with or without `audit/`; undefined: all.
 * @param nearest finds the known word that was meant
 * @throws UsageFailure naming one that is near
 */
export function chosenChecks(
  checks: readonly AnyCheck[],
  ids: readonly string[] | undefined,
  nearest: (word: string, known: readonly string[]) => string | undefined,
): readonly AnyCheck[] {
  if (ids === undefined) return checks;
  const wanted = new Set(ids.map((id) => findCheck(checks, id, nearest)));
  return checks.filter((check) => wanted.has(check));
}

/**
 * The check of an id, with or without `audit/`.
 * @throws UsageFailure naming one that is near
 */
export function findCheck(
  checks: readonly AnyCheck[],
  id: string,
  nearest: (word: string, known: readonly string[]) => string | undefined,
): AnyCheck {
  const full = id.includes('/') ? id : `audit/${id}`;
  const check = checks.find((each) => each.id === full);
  if (check !== undefined) return check;
  const near = nearest(
    full,
    checks.map((each) => each.id),
  );
  throw new UsageFailure(`there is no check "${id}"`, {
    hints: [...(near === undefined ? [] : [`did you mean ${near}?`]), 'ipamctl audit checks     lists them'],
  });
}
