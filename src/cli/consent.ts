import { UsageFailure } from '../errors.js';
import { canAsk } from './ask.js';
import type { Io } from './io.js';

/** How consent to a write is had. */
export interface Consent {
  /** Whether the person is to be asked before anything is written. */
  readonly asks: boolean;
  /** Nobody can be asked, and a yes is needed: thrown before anything is written, unless there is nothing to do. */
  readonly refusal: UsageFailure | null;
}

/**
 * How consent to a write is had here.
 * @param forPeople whether stdout carries text for people
 * @param needsYes the flag that asks for more than a script may have without `--yes`; undefined: none
 */
export function consentTo(io: Io, yes: boolean, forPeople: boolean, needsYes: string | undefined): Consent {
  if (yes) return { asks: false, refusal: null };
  if (!canAsk(io)) {
    const refusal =
      needsYes === undefined ? null : new UsageFailure(`${needsYes} needs --yes where nobody can be asked`);
    return { asks: false, refusal };
  }
  if (forPeople) return { asks: true, refusal: null };
  const refusal = new UsageFailure('nothing is asked where the output is for machines', {
    hints: ['--yes     goes on without asking', 'leave -o out to be asked'],
  });
  return { asks: false, refusal };
}

/**
 * `consentTo` for who knows already that there is something to do: whether the person is to be asked.
 * @throws UsageFailure where nobody can be asked, and that needs a yes
 */
export function mustAsk(io: Io, yes: boolean, forPeople: boolean, needsYes: string | undefined): boolean {
  const { asks, refusal } = consentTo(io, yes, forPeople, needsYes);
  if (refusal !== null) throw refusal;
  return asks;
}
