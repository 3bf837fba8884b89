import { Session } from 'node:inspector/promises';

/** Runs of each block of code, by its place: `src/lint/engine.ts:120-180`, in characters of the compiled text. */
type Work = ReadonlyMap<string, number>;

async function takeWork(session: Session): Promise<Work> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const work = new Map<string, number>();
  for (const { url, functions } of result) {
    const [file] = /\/src\/[^?]+\.ts$/.exec(url) ?? [];
    if (file === undefined) continue;
    for (const { functionName, ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        const place = `${file.slice(1)} ${functionName}:${startOffset}-${endOffset}`;
        work.set(place, (work.get(place) ?? 0) + count);
      }
    }
  }
  return work;
}

/** Fewer runs than this say nothing of how they grow. */
const FEW = 500;

/**
 * The blocks of code of `src/` that ran more than `limit` times as often in the larger work as in the smaller, by V8's own
 * counters. These do not know time, so that tests can hold how work grows on any machine; what a built-in function does
 * is not in them.
 */
export async function growingFaster(
  limit: number,
  smaller: () => Promise<unknown>,
  larger: () => Promise<unknown>,
): Promise<string[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    // What was compiled without counters counts only from its next compilation on.
    await larger();
    await takeWork(session);
    const once = await round(session, limit, smaller, larger);
    if (once.size === 0) return [];
    // Code that V8 threw away meanwhile and compiled again lost its count: what grows does so every time.
    const twice = await round(session, limit, smaller, larger);
    return [...once].flatMap(([place, counts]) => (twice.has(place) ? [`${place}: ${counts}`] : []));
  } finally {
    session.disconnect();
  }
}

async function round(
  session: Session,
  limit: number,
  smaller: () => Promise<unknown>,
  larger: () => Promise<unknown>,
): Promise<Map<string, string>> {
  await smaller();
  const small = await takeWork(session);
  await larger();
  const large = await takeWork(session);
  if (Math.max(...large.values()) < 100) throw new Error('too little work to tell how it grows');
  const faster = new Map<string, string>();
  for (const [place, count] of large) {
    // A block is listed only where it ran more or less often than what is around it.
    const before = small.get(place) ?? 0;
    if (before > 0 && count > FEW && count > limit * before) faster.set(place, `${before} to ${count}`);
  }
  return faster;
}
