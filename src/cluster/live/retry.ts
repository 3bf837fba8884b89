import { DamagedBody, type Refusal } from './transport.js';

/** Tries in all, the first one included. */
const MAX_TRIES = 5;
/** Refused connections are tried only this often: a server that starts again is back soon, another never. */
const MAX_TRIES_REFUSED = 3;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** A server that asks for more patience than this is told no. */
const LONGEST_RETRY_AFTER_MS = 30_000;

const RETRYABLE_STATUS = new Set([429, 500, 502, 503, 504]);
const CUT = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'Z_BUF_ERROR', 'Z_DATA_ERROR', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Why a request is tried again, and when. */
export interface Again {
  readonly why: string;
  readonly waitMs: number;
}

/**
 * Whether to send a request once more.
 *
 * @param tried how often it was sent, from 1.
 * @param random between 0 and 1: many clients must not come back at the same moment.
 */
export function againAfter(
  outcome: { refusal: Refusal } | { error: unknown },
  tried: number,
  random: number,
): Again | undefined {
  if (tried >= MAX_TRIES) return undefined;
  const backOffMs = Math.min(FIRST_WAIT_MS * 2 ** (tried - 1), LONGEST_WAIT_MS) * (0.5 + random / 2);
  if ('refusal' in outcome) {
    const { status, headers } = outcome.refusal;
    if (!RETRYABLE_STATUS.has(status)) return undefined;
    const asked = retryAfterMs(headers['retry-after'], Date.now());
    return { why: status.toString(), waitMs: Math.max(backOffMs, Math.min(asked ?? 0, LONGEST_RETRY_AFTER_MS)) };
  }
  const { error } = outcome;
  if (error instanceof DamagedBody) return { why: 'damaged answer', waitMs: backOffMs };
  const code = errorCode(error);
  if (code !== undefined && CUT.has(code)) return { why: code, waitMs: backOffMs };
  if (code === 'ECONNREFUSED' && tried < MAX_TRIES_REFUSED) return { why: code, waitMs: backOffMs };
  return undefined;
}

/** Node's or OpenSSL's code of an error. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or an HTTP date. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
