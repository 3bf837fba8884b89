import type { JsonObject } from '../cni/go-json.js';
import type { ObjectId } from './documents.js';
import { RESULTS, type Result } from './plan.js';
import type { Reason, Verdict } from './verdict.js';

/** Version of the lines of a journal. A reader refuses a newer one; new fields do not raise it. */
export const JOURNAL_FORMAT = 1;

/** What a write does to the cluster. */
export const JOURNAL_ACTIONS = [
  'release-key',
  'release-reservation',
  'restore-key',
  'restore-reservation',
  'delete-pool',
] as const;
export type JournalAction = (typeof JOURNAL_ACTIONS)[number];

/** What became of a write; `uncertain`: it was sent, and nobody knows yet (time-out, connection lost). */
export const JOURNAL_OUTCOMES = [...RESULTS, 'uncertain'] as const;
export type JournalOutcomeResult = (typeof JOURNAL_OUTCOMES)[number];

/** The first line: who did what, where, with what. */
export interface JournalHeader {
  readonly type: 'header';
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'JournalRecord';
  readonly formatVersion: number;
  /** Unique to the run, wherever its file is moved to; other journals name it by this. */
  readonly run: string;
  /** RFC 3339, by the clock of the machine. */
  readonly startedAt: string;
  /** `reconcile`, `ips release`, `restore`, `audit`. */
  readonly command: string;
  /** As given, but what may be a secret is `***`. */
  readonly argv: readonly string[];
  readonly toolVersion: string;
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  /** The kubeconfig's context. */
  readonly context: string | null;
  readonly who: {
    /** Who ran it, as the machine knows them. */
    readonly machineUser: string | null;
    /** The kubeconfig's user. */
    readonly clusterUser: string | null;
    /** `--as` and `--as-group`. */
    readonly as: string | null;
    readonly asGroups: readonly string[];
  };
  readonly host: string;
  readonly pid: number;
}

/** A reservation as it was read, complete enough to make it again. */
export interface JournalReservation extends ObjectId {
  readonly resourceVersion: string;
  /** `spec`, raw. */
  readonly spec: JsonObject;
}

/** One write that a run is about to send. What does not apply is null. */
export interface JournalIntent {
  readonly action: JournalAction;
  /** null: a reservation whose pool is not known. */
  readonly pool: (ObjectId & { readonly range: string }) | null;
  readonly key: string | null;
  /** The entry of that key as read (or, to be restored, as it will be), raw: no field added or dropped. */
  readonly entry: JsonObject | null;
  readonly address: string | null;
  readonly networkName: string | null;
  readonly podref: string | null;
  readonly containerId: string | null;
  readonly ifName: string | null;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly reservation: JournalReservation | null;
}

/** What became of an intent. A later one of the same sequence replaces an earlier one. */
export interface JournalOutcome {
  readonly sequence: number;
  readonly result: JournalOutcomeResult;
  /** What went wrong, in one line. */
  readonly error: string | null;
  /** resourceVersion of the object after the write. */
  readonly resourceVersion: string | null;
}

/** What a later look at the cluster said of an uncertain intent, of this run or of an earlier one. */
export interface JournalDecision {
  /** `run` of the header of the journal that holds the intent. */
  readonly run: string;
  readonly sequence: number;
  readonly result: Result;
  /** Why the read says so, in one line. */
  readonly error: string | null;
  readonly resourceVersion: string | null;
}

/** How a run ended. A journal without it was killed, or its run still goes on. */
export interface JournalEnd {
  /** Counts by result, as the run printed them. */
  readonly summary: Readonly<Record<string, number>>;
  /** `SIGINT`, `SIGTERM`; null: it came to its end. */
  readonly interruptedBy: string | null;
}

interface Stamped {
  /** When the line was written: RFC 3339, by the clock of the machine. */
  readonly at: string;
}

export interface IntentRecord extends JournalIntent, Stamped {
  readonly type: 'intent';
  /** 1, 2, 3 … through the whole journal. */
  readonly sequence: number;
  /** The intents that one fsync made durable: no write of them is sent before all `size` of them are on disk. */
  readonly batch: { readonly number: number; readonly size: number };
}

export interface OutcomeRecord extends JournalOutcome, Stamped {
  readonly type: 'outcome';
}

export interface DecidedRecord extends JournalDecision, Stamped {
  readonly type: 'decided';
  /** The run that decided: the one that wrote this line. */
  readonly by: string;
}

export interface EndRecord extends JournalEnd, Stamped {
  readonly type: 'end';
}

/** A line of a journal (`schemas/JournalRecord.schema.json`). Fields that are not known are kept. */
export type JournalRecord = JournalHeader | IntentRecord | OutcomeRecord | DecidedRecord | EndRecord;

/** What a reader says of a last line whose writing was cut off; it is no line of a file. */
export interface TornLine {
  readonly type: 'torn';
  /** Counted from 1. */
  readonly line: number;
  readonly bytes: number;
}

/**
 * Where a run writes down what it is about to do and what came of it. Calls may overlap; lines keep the order of the
 * calls. Whatever cannot be written is thrown as a `RefusedFailure` that names the path: then no write of the intents
 * of that call may be sent, and they have no sequence.
 */
export interface JournalWriter {
  /** The file, absolute. */
  readonly path: string;
  /** The run's id, as its header has it. */
  readonly run: string;

  /**
   * Writes a batch of intents and makes it durable. Only after it resolved may a write of the batch be sent.
   * @returns the sequence number of each, in their order
   */
  intend(intents: readonly JournalIntent[]): Promise<readonly number[]>;

  /** Writes outcomes and makes them durable. */
  settle(outcomes: readonly JournalOutcome[]): Promise<void>;

  /** Writes what reading said of uncertain intents, of this run or of earlier ones. */
  decide(decisions: readonly JournalDecision[]): Promise<void>;

  /** Writes how the run ended, and closes the file. */
  end(end: JournalEnd): Promise<void>;

  /** Closes the file without a word, where a run breaks off; more than once is no error. */
  close(): Promise<void>;
}

/** A write of an earlier run whose fate nobody knows yet. */
export interface UncertainIntent {
  readonly run: string;
  readonly sequence: number;
  readonly intent: JournalIntent;
}

/** `uncertain`: it may have been sent, and its fate is not known. */
export type IntentStatus = 'done' | 'not-done' | 'uncertain';

/** What a journal says of one intent. `T` is what the reader kept of the intent itself. */
export interface IntentState<T> {
  readonly sequence: number;
  readonly intent: T;
  readonly status: IntentStatus;
  /** null: no outcome was written. */
  readonly result: JournalOutcomeResult | null;
  readonly error: string | null;
  readonly resourceVersion: string | null;
  /** The run that decided it by reading; null: it was not uncertain, or still is. */
  readonly decidedBy: string | null;
}

/** What a journal says. */
export interface JournalState<T> {
  /** null: the run was killed before its first line was whole; it wrote nothing to the cluster. */
  readonly header: JournalHeader | null;
  /** In the order of their sequence: 1 is the first. */
  readonly intents: readonly IntentState<T>[];
  /** What this run decided of intents of other runs. */
  readonly decisions: readonly DecidedRecord[];
  /** null: killed, or still going on. */
  readonly end: EndRecord | null;
  readonly torn: TornLine | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Folds the records of a journal, in one pass, into what it says.
 *
 * An intent without an outcome is uncertain: the run may have been killed before its write, during it or after it.
 * Only where its batch is not whole is it known that nothing was sent, because the run waits for the whole batch to
 * be on disk. `released` and `restored` are done; `changed` is not: it was left alone, or put back.
 * @param records in the order of the file, their order already checked
 * @param keep what to hold of each intent
 */
export async function journalState<T>(
  records: AsyncIterable<JournalRecord | TornLine> | Iterable<JournalRecord | TornLine>,
  keep: (intent: IntentRecord) => T,
): Promise<JournalState<T>> {
  let header: JournalHeader | null = null;
  let end: EndRecord | null = null;
  let torn: TornLine | null = null;
  const intents: Mutable<IntentState<T>>[] = [];
  const decisions: DecidedRecord[] = [];
  let batch = { size: 0, seen: 0 };
  for await (const record of records) {
    switch (record.type) {
      case 'header':
        header = record;
        break;
      case 'intent':
        if (batch.seen === batch.size) batch = { size: record.batch.size, seen: 0 };
        batch.seen++;
        intents.push(unsettled(record, keep));
        break;
      case 'outcome': {
        const intent = intents[record.sequence - 1];
        if (intent !== undefined) settle(intent, record, null);
        break;
      }
      case 'decided': {
        const intent = record.run === header?.run ? intents[record.sequence - 1] : undefined;
        if (record.run !== header?.run) decisions.push(record);
        else if (intent?.status === 'uncertain') settle(intent, record, record.by);
        break;
      }
      case 'end':
        end = record;
        break;
      case 'torn':
        torn = record;
        break;
    }
  }
  if (batch.seen < batch.size) for (const intent of intents.slice(-batch.seen)) intent.status = 'not-done';
  return { header, intents, decisions, end, torn };
}

/**
 * A journal's state once the decisions of other runs are known. Only what is uncertain takes one, and the first
 * holds: it read soonest. What the run itself wrote is never overruled.
 */
export function withDecisions<T>(state: JournalState<T>, decisions: Iterable<DecidedRecord>): JournalState<T> {
  const run = state.header?.run;
  const bySequence = new Map<number, DecidedRecord>();
  for (const decision of decisions) {
    if (decision.run === run && !bySequence.has(decision.sequence)) bySequence.set(decision.sequence, decision);
  }
  if (bySequence.size === 0) return state;
  const intents = state.intents.map((intent) => {
    const decision = bySequence.get(intent.sequence);
    if (decision === undefined || intent.status !== 'uncertain') return intent;
    const decided = { ...intent };
    settle(decided, decision, decision.by);
    return decided;
  });
  return { ...state, intents };
}

function unsettled<T>(record: IntentRecord, keep: (intent: IntentRecord) => T): Mutable<IntentState<T>> {
  return {
    sequence: record.sequence,
    intent: keep(record),
    status: 'uncertain',
    result: null,
    error: null,
    resourceVersion: null,
    decidedBy: null,
  };
}

function settle<T>(
  intent: Mutable<IntentState<T>>,
  { result, error, resourceVersion }: OutcomeRecord | DecidedRecord,
  decidedBy: string | null,
): void {
  intent.status = statusOf(result);
  intent.result = result;
  intent.error = error;
  intent.resourceVersion = resourceVersion;
  intent.decidedBy = decidedBy;
}

function statusOf(result: JournalOutcomeResult): IntentStatus {
  if (result === 'uncertain') return 'uncertain';
  return result === 'released' || result === 'restored' ? 'done' : 'not-done';
}
