import { isMapping } from './values.js';

const DAY_MS = 86_400_000;
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/**
 * The moment that a snapshot was taken. The best witness counts: our manifest; else the `timestamp` file that
 * must-gather and `oc adm inspect` begin with; else the newest moment that an object tells; else the files' own dates.
 * Wherever there is a choice the earlier one is taken: ages then come out too small, and verdicts that wait for an age
 * hold back.
 */
export class Clock {
  readonly #wallClock: Date;
  readonly #latestBelievable: string;
  #created: number | undefined;
  #gathered: number | undefined;
  #newest = '';
  #oldestFile: number | undefined;

  /** `wallClock`: this machine's time. A snapshot is not from the future: what lies a day ahead of it is not believed. */
  constructor(wallClock: Date) {
    this.#wallClock = wallClock;
    this.#latestBelievable = new Date(wallClock.getTime() + DAY_MS).toISOString();
  }

  /** `createdAt` of a manifest. */
  created(at: Date): void {
    this.#created = Math.min(this.#created ?? Infinity, at.getTime());
  }

  /**
   * A `timestamp` file of must-gather: one line when it began, one when it ended, each as Go prints a time
   * (`2024-05-04 13:25:39.594612463 +0200 CEST m=+0.14`). The beginning counts. Returns whether it could be read.
   */
  gathered(text: string): boolean {
    const match = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)? ?(?:(Z)|([+-]\d\d):?(\d\d))/.exec(text);
    if (match === null) return false;
    const [, date, time, fraction = '', zulu, hours, minutes] = match;
    const at = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zulu ?? `${hours}:${minutes}`}`);
    if (Number.isNaN(at)) return false;
    this.#gathered = Math.min(this.#gathered ?? Infinity, at);
    return true;
  }

  /** The date of a file that was read, in milliseconds since 1970. */
  file(modifiedMs: number): void {
    if (modifiedMs > 0) this.#oldestFile = Math.min(this.#oldestFile ?? Infinity, modifiedMs);
  }

  /** All moments that an object tells of itself, not those in free text (a certificate's end lies in the future). */
  object(object: Readonly<Record<string, unknown>>, metadata: Readonly<Record<string, unknown>>): void {
    this.#offer(metadata['creationTimestamp']);
    this.#deletion(metadata);
    each(metadata['managedFields'], (entry) => this.#offer(entry['time']));

    // Events, of both groups.
    this.#offer(object['firstTimestamp']);
    this.#offer(object['lastTimestamp']);
    this.#offer(object['eventTime']);
    this.#offer(object['deprecatedLastTimestamp']);
    const series = object['series'];
    if (isMapping(series)) this.#offer(series['lastObservedTime']);

    const status = object['status'];
    if (!isMapping(status)) return;
    this.#offer(status['startTime']);
    each(status['conditions'], (condition) => {
      this.#offer(condition['lastTransitionTime']);
      this.#offer(condition['lastProbeTime']);
      this.#offer(condition['lastHeartbeatTime']);
      this.#offer(condition['lastUpdateTime']);
    });
    each(status['containerStatuses'], (container) => this.#container(container));
    each(status['initContainerStatuses'], (container) => this.#container(container));
    each(status['phaseTransitionTimestamps'], (phase) => this.#offer(phase['phaseTransitionTimestamp']));
  }

  #container(container: Readonly<Record<string, unknown>>): void {
    for (const field of ['state', 'lastState']) {
      const states = container[field];
      if (!isMapping(states)) continue;
      for (const name of ['running', 'terminated']) {
        const state = states[name];
        if (!isMapping(state)) continue;
        this.#offer(state['startedAt']);
        this.#offer(state['finishedAt']);
      }
    }
  }

  /** deletionTimestamp is when the pod must be gone: the request came earlier by its grace period. */
  #deletion(metadata: Readonly<Record<string, unknown>>): void {
    const at = metadata['deletionTimestamp'];
    if (typeof at !== 'string' || !UTC.test(at)) return;
    const grace = metadata['deletionGracePeriodSeconds'];
    const seconds = typeof grace === 'number' && grace > 0 ? grace : 0;
    const requested = new Date(Date.parse(at) - seconds * 1000);
    if (!Number.isNaN(requested.getTime())) this.#offer(requested.toISOString().replace(/\.000Z$/, 'Z'));
  }

  /** Text compares as time here: all are UTC and of one form, but for fractions, which matter less than a second. */
  #offer(at: unknown): void {
    if (typeof at !== 'string' || at <= this.#newest) return;
    if (at > this.#latestBelievable || !UTC.test(at) || Number.isNaN(Date.parse(at))) return;
    this.#newest = at;
  }

  /** The moment, by the best witness there was. */
  now(): Date {
    if (this.#created !== undefined) return new Date(this.#created);
    if (this.#gathered !== undefined) return new Date(this.#gathered);
    if (this.#newest !== '') return new Date(this.#newest);
    return new Date(this.#oldestFile ?? this.#wallClock.getTime());
  }
}

function each(list: unknown, visit: (entry: Readonly<Record<string, unknown>>) => void): void {
  if (!Array.isArray(list)) return;
  for (const entry of list) if (isMapping(entry)) visit(entry);
}
