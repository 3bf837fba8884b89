import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until `check` is true (or returns anything truthy); throws after the time limit. */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 20_000,
  everyMs = 50,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not so after ${Math.round(timeoutMs / 1000)} s`);
    await sleep(everyMs);
  }
}
