import type { IntentRecord, JournalHeader, JournalOutcomeResult, IntentStatus } from '../reconcile/journal.js';
import type { LoadedJournal } from './load.js';

/** What became of one write of a run. */
export interface JournalItem extends Pick<
  IntentRecord,
  'sequence' | 'at' | 'action' | 'address' | 'networkName' | 'key' | 'podref' | 'containerId' | 'ifName'
> {
  readonly verdict: string | null;
  readonly reason: string | null;
  readonly pool: { readonly namespace: string; readonly name: string; readonly uid: string } | null;
  readonly reservation: { readonly namespace: string; readonly name: string; readonly uid: string } | null;
  readonly status: IntentStatus;
  readonly result: JournalOutcomeResult | null;
  readonly error: string | null;
  /** The run that found out by reading; null: the run itself told, or nobody did. */
  readonly decidedBy: string | null;
}

/** A journal, read. */
export interface JournalDocument extends Omit<JournalHeader, 'type' | 'apiVersion' | 'kind'> {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'Journal';
  readonly path: string;
  /** null: killed, or it still goes on. */
  readonly endedAt: string | null;
  readonly interruptedBy: string | null;
  /** Whether its last line was cut off. */
  readonly torn: boolean;
  readonly items: readonly JournalItem[];
  /** What it found out about writes of earlier runs. */
  readonly decisions: readonly {
    readonly run: string;
    readonly sequence: number;
    readonly result: string;
    readonly error: string | null;
    readonly at: string;
  }[];
  readonly summary: Readonly<Record<IntentStatus | JournalOutcomeResult, number>>;
  readonly warnings: readonly string[];
}

/** A journal as scripts read it. */
export function journalDocument(
  path: string,
  { header, intents, decisions, end, torn }: LoadedJournal,
): JournalDocument {
  const { apiVersion, type: _, kind: __, ...told } = header;
  const items = intents.map(({ sequence, intent, status, result, error, decidedBy }): JournalItem => {
    const { pool, reservation, at, action, address, networkName, key, podref, containerId, ifName } = intent;
    const { verdict, reason } = intent;
    return {
      ...{ sequence, at, action, address, networkName },
      pool: pool === null ? null : idOf(pool),
      ...{ key, podref, containerId, ifName, verdict, reason },
      reservation: reservation === null ? null : idOf(reservation),
      ...{ status, result, error, decidedBy },
    };
  });
  const summary = Object.fromEntries(COUNTED.map((word) => [word, 0])) as Record<(typeof COUNTED)[number], number>;
  for (const { status, result } of items) {
    summary[status]++;
    if (result !== null && result !== 'uncertain') summary[result]++;
  }
  return {
    apiVersion,
    kind: 'Journal',
    path,
    ...told,
    endedAt: end?.at ?? null,
    interruptedBy: end?.interruptedBy ?? null,
    torn: torn !== null,
    items,
    decisions: decisions.map(({ run, sequence, result, error, at }) => ({ run, sequence, result, error, at })),
    summary,
    warnings: [],
  };
}

const COUNTED = [
  'done',
  'not-done',
  'uncertain',
  'released',
  'restored',
  'gone',
  'changed',
  'failed',
  'skipped',
] as const;

function idOf({ namespace, name, uid }: NonNullable<JournalItem['pool']>): NonNullable<JournalItem['pool']> {
  return { namespace, name, uid };
}
