import {
  JOURNAL_ACTIONS,
  JOURNAL_FORMAT,
  JOURNAL_OUTCOMES,
  type IntentRecord,
  type JournalRecord,
} from '../reconcile/journal.js';

type Json = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumber: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 1;
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const withFields =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && wrongField(value, fields) === undefined;

const OPTIONAL_TEXT = orNull(isText);
const ID = { namespace: isText, name: isText, uid: isText };
const DECIDED = JOURNAL_OUTCOMES.filter((result) => result !== 'uncertain');

/** What each line must have; more fields may be there. Words of verdicts and reasons are not held against a list. */
const SHAPES: Readonly<Record<JournalRecord['type'], Readonly<Record<string, Check>>>> = {
  header: {
    apiVersion: oneOf(['ipamctl.io/v1']),
    kind: oneOf(['JournalRecord']),
    formatVersion: isNumber,
    run: isText,
    startedAt: isText,
    command: isText,
    argv: isTexts,
    toolVersion: isText,
    cluster: withFields({ uid: OPTIONAL_TEXT, server: OPTIONAL_TEXT }),
    context: OPTIONAL_TEXT,
    who: withFields({ machineUser: OPTIONAL_TEXT, clusterUser: OPTIONAL_TEXT, as: OPTIONAL_TEXT, asGroups: isTexts }),
    host: isText,
    pid: isCount,
  },
  intent: {
    at: isText,
    sequence: isNumber,
    batch: withFields({ number: isNumber, size: isNumber }),
    action: oneOf(JOURNAL_ACTIONS),
    pool: orNull(withFields({ ...ID, range: isText })),
    key: OPTIONAL_TEXT,
    entry: orNull(isObject),
    address: OPTIONAL_TEXT,
    networkName: OPTIONAL_TEXT,
    podref: OPTIONAL_TEXT,
    containerId: OPTIONAL_TEXT,
    ifName: OPTIONAL_TEXT,
    verdict: OPTIONAL_TEXT,
    reason: OPTIONAL_TEXT,
    reservation: orNull(withFields({ ...ID, resourceVersion: isText, spec: isObject })),
  },
  outcome: {
    at: isText,
    sequence: isNumber,
    result: oneOf(JOURNAL_OUTCOMES),
    error: OPTIONAL_TEXT,
    resourceVersion: OPTIONAL_TEXT,
  },
  decided: {
    at: isText,
    run: isText,
    sequence: isNumber,
    by: isText,
    result: oneOf(DECIDED),
    error: OPTIONAL_TEXT,
    resourceVersion: OPTIONAL_TEXT,
  },
  end: {
    at: isText,
    summary: (value) => isObject(value) && Object.values(value).every(isCount),
    interruptedBy: OPTIONAL_TEXT,
  },
};

/** Why a line is no record; the message is for people, and goes after file and line. */
export class BadRecord extends Error {}

/** Reads one line. Throws `BadRecord` where it is none. */
export function parseRecord(text: string): JournalRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadRecord('is not JSON');
  }
  if (!isObject(value)) throw new BadRecord('is no JSON object');
  const { type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) throw new BadRecord('is no record of a journal');
  // The version first: a newer header may well have another shape.
  if (type === 'header' && isNumber(value['formatVersion']) && Number(value['formatVersion']) > JOURNAL_FORMAT) {
    throw new BadRecord(
      `has format version ${Number(value['formatVersion'])}, of a newer ipamctl; this one reads up to ${JOURNAL_FORMAT}`,
    );
  }
  const wrong = wrongField(value, SHAPES[type as JournalRecord['type']]);
  if (wrong !== undefined) throw new BadRecord(`is no whole ${type}: "${wrong}" is missing or not what it should be`);
  return value as unknown as JournalRecord;
}

function wrongField(value: Json, fields: Readonly<Record<string, Check>>): string | undefined {
  return Object.keys(fields).find((field) => !Object.hasOwn(value, field) || fields[field]?.(value[field]) !== true);
}

/** Holds the order of the lines: header first, sequences without a gap, batches whole before anything of them. */
export class RecordOrder {
  #first = true;
  #run = '';
  #sequence = 0;
  #batch = { number: 0, size: 0, seen: 0 };

  /** Throws `BadRecord` where the record cannot come next. */
  check(record: JournalRecord): void {
    if ((record.type === 'header') !== this.#first) {
      throw new BadRecord(this.#first ? 'is no header: this is no journal of ipamctl' : 'is a second header');
    }
    this.#first = false;
    if (record.type === 'header') this.#run = record.run;
    else if (record.type === 'intent') this.#checkIntent(record);
    else if (this.#batch.seen < this.#batch.size) throw new BadRecord('comes before its batch of intents is whole');
    else if (record.type === 'outcome' || (record.type === 'decided' && record.run === this.#run)) {
      if (record.sequence > this.#sequence) throw new BadRecord(`is of intent ${record.sequence}, which is not there`);
    }
  }

  #checkIntent({ sequence, batch }: IntentRecord): void {
    if (sequence !== this.#sequence + 1) {
      throw new BadRecord(`is intent ${sequence} where ${this.#sequence + 1} should be`);
    }
    const open = this.#batch;
    const next = open.seen === open.size ? { number: open.number + 1, size: batch.size, seen: 0 } : open;
    if (batch.number !== next.number || batch.size !== next.size) {
      throw new BadRecord(`is of batch ${batch.number} where ${next.number} should be`);
    }
    this.#batch = { ...next, seen: next.seen + 1 };
    this.#sequence = sequence;
  }
}
