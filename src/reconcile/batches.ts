/** Requests that run side by side: enough to hide the round trip, few enough for a busy API server. */
const SIDE_BY_SIDE = 8;

/** Runs `work` over all items, a few at a time; the first failure stops new work and is thrown. */
export async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lanes = Array.from({ length: Math.min(SIDE_BY_SIDE, items.length) }, async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) await work(item);
    }
  });
  await Promise.all(lanes);
}
