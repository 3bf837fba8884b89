import { LOG_GAP, type ClusterReader } from '../cluster/port.js';
import { ClusterFailure, type ClusterFailureReason } from '../errors.js';
import { readReconcilerStory, type ReconcilerStory } from '../whereabouts/reconciler-log.js';

/** What could be read of a reconciler's log. */
export type SeenLog =
  | { readonly read: 'whole'; readonly story: ReconcilerStory }
  /** Its beginning, and what its end tells; what was between, or before a rotation, nobody saw. */
  | { readonly read: 'part'; readonly head: ReconcilerStory; readonly story: ReconcilerStory }
  | { readonly read: 'none'; readonly why: string; readonly isForbidden: boolean };

/** The start of the container, with the schedule that it took, is among the first lines. */
const HEAD_BYTES = 64 * 1024;
/** The last run is among the last lines; fewer are asked for where they do not fit. */
const TAIL_LINES = [2000, 400, 80, 16] as const;
const TAIL_BYTES = 1024 * 1024;
/** A character that was cut may count for so many bytes. */
const CUT_BYTES = 4;
/** A container that starts writes at once; a log that begins later has lost its first lines by rotation. */
const LATE_MS = 60_000;

/** Failures that concern one log; any other ends everything. */
const PARTIAL: ReadonlySet<ClusterFailureReason> = new Set([
  'forbidden',
  'not-defined',
  'not-found',
  'not-collected',
  'server-error',
  'timeout',
]);

/** Whose log is read. */
export interface LogPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** When the container started; null: not known. */
  readonly startedMs: number | null;
}

/**
 * Reads beginning and end of a reconciler's log, each bounded.
 * @throws ClusterFailure where the cluster cannot be asked at all
 */
export async function readPodLog(reader: Pick<ClusterReader, 'log'>, place: LogPlace): Promise<SeenLog> {
  const { namespace, pod, container, startedMs } = place;
  try {
    const text = await reader.log(namespace, pod, container, { headBytes: HEAD_BYTES });
    const [beforeGap = ''] = text.split(LOG_GAP);
    const head = readReconcilerStory(beforeGap);
    const isLate = startedMs !== null && head.firstMs !== null && head.firstMs - startedMs > LATE_MS;
    if (beforeGap.length === text.length && size(text) < HEAD_BYTES - CUT_BYTES) {
      return isLate ? { read: 'part', head: NOTHING, story: head } : { read: 'whole', story: head };
    }
    const story = readReconcilerStory(await endOf(reader, place));
    return { read: 'part', head: isLate ? NOTHING : head, story };
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !PARTIAL.has(failure.reason)) throw failure;
    return { read: 'none', why: failure.message, isForbidden: failure.reason === 'forbidden' };
  }
}

const NOTHING = readReconcilerStory('');

/** The last lines, as many as fit: of more, the API server would leave the newest out. */
async function endOf(reader: Pick<ClusterReader, 'log'>, { namespace, pod, container }: LogPlace): Promise<string> {
  for (const tailLines of TAIL_LINES) {
    const text = await reader.log(namespace, pod, container, { tailLines, limitBytes: TAIL_BYTES });
    if (size(text) < TAIL_BYTES - CUT_BYTES) return text.split(LOG_GAP).at(-1) ?? '';
  }
  return '';
}

const encoder = new TextEncoder();

function size(text: string): number {
  return encoder.encode(text).length;
}
