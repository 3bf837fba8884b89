import { record, text } from '../cluster/fields.js';
import type { ClusterReader } from '../cluster/port.js';
import { CONFIG_MAPS, PODS } from '../cluster/resources.js';
import { ClusterFailure, type ClusterFailureReason } from '../errors.js';
import { readWorkloads, reconcilersAmong, type ReconcilerWorkload } from '../openshift/workloads.js';
import { isAboutOneList, USUAL_NAMESPACES } from '../pools/inventory.js';
import { readReconcilerLog } from '../whereabouts/reconciler-log.js';
import { lastTick, readCalendar } from '../whereabouts/schedule.js';
import { inBatches } from './batches.js';

/** Whether whereabouts' own reconciler is at work. */
export type UpstreamState =
  | { readonly state: 'idle' }
  | {
      readonly state: 'running';
      /** `namespace/name` of a pod that it runs in. */
      readonly pod: string;
      /** When the run began; the moment of the question where its log does not tell. */
      readonly sinceMs: number;
    }
  | {
      readonly state: 'unknown';
      readonly why: string;
      /**
       * When its schedule last started it, or starts it within the next minute; null where that is not known, or its
       * schedule never fires.
       */
      readonly lastTickMs: number | null;
      /** Whether that tick is known and so long ago that what it started has ended. */
      readonly safe: boolean;
    };

/** For so long after a tick a run that cannot be seen may still delete (release protocol, release of reservations 4). */
const RUN_MS = 5 * 60_000;

/** A node's clock may be ahead, and what is about to begin is no rest. */
const AHEAD_MS = 60_000;

/** Pods of one workload whose logs are read. */
const MOST_PODS = 20;

/** The end of a log most often holds the last run; where not, more of it is read. */
const TAIL_LINES = 500;
const LONG_TAIL_LINES = 5000;

/** Failures that concern one log or list; any other ends everything. */
const PARTIAL: ReadonlySet<ClusterFailureReason> = new Set([
  'forbidden',
  'not-defined',
  'not-found',
  'not-collected',
  'server-error',
  'timeout',
]);

/**
 * Without a ConfigMap, that of the flat file (upstream: script/lib.sh). OpenShift's was another in some releases;
 * this one has the ticks of all.
 */
const UPSTREAM_SCHEDULE = '30 4 * * *';
const OPENSHIFT_SCHEDULE = '*/15 * * * *';

/** What is asked of the cluster. */
export interface UpstreamPorts {
  readonly reader: Pick<ClusterReader, 'collect' | 'get' | 'log' | 'now'>;
}

/** Why it is not known how some pods are, and when they were last started. */
interface Doubt {
  readonly why: string;
  readonly lastTickMs: number | null;
}

type Seen =
  Exclude<UpstreamState, { readonly state: 'unknown' }> | { readonly state: 'unknown'; readonly doubt: Doubt };

/**
 * Finds whereabouts' own reconcilers and tells whether one runs: from the ends of their logs, or, where those cannot be
 * read, from their schedule. They run in a Deployment (v0.9.4), or in every pod of a DaemonSet, all at the same second
 * (up to v0.9.3, OpenShift).
 */
export class UpstreamReconcilers {
  readonly #namespaces: readonly string[];
  #workloads: readonly ReconcilerWorkload[] | undefined;

  /** @param poolNamespaces where pools live; whereabouts' usual namespaces are looked into as well. */
  constructor(
    private readonly ports: UpstreamPorts,
    poolNamespaces: Iterable<string>,
  ) {
    this.#namespaces = [...new Set([...USUAL_NAMESPACES, ...poolNamespaces])];
  }

  /**
   * Looks how they are right now. The workloads themselves are sought only once.
   * @throws ClusterFailure where the cluster cannot be asked at all
   */
  async look(): Promise<UpstreamState> {
    let workloads: readonly ReconcilerWorkload[];
    try {
      workloads = this.#workloads ??= await this.#find();
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
      return { state: 'unknown', why: failure.message, lastTickMs: null, safe: false };
    }
    const doubts: Doubt[] = [];
    for (const workload of workloads) {
      const seen = await this.#lookAt(workload);
      if (seen.state === 'running') return seen;
      if (seen.state === 'unknown') doubts.push(seen.doubt);
    }
    const [first] = doubts;
    if (first === undefined) return { state: 'idle' };
    const lastTickMs = latest(doubts.map((doubt) => doubt.lastTickMs));
    const safe = lastTickMs !== null && this.ports.reader.now().getTime() - lastTickMs >= RUN_MS;
    return { state: 'unknown', why: first.why, lastTickMs, safe };
  }

  async #find(): Promise<ReconcilerWorkload[]> {
    const { reader } = this.ports;
    const found = await Promise.all(
      this.#namespaces.map(async (namespace) => reconcilersAmong(await readWorkloads(reader, namespace))),
    );
    return found.flat();
  }

  async #lookAt(workload: ReconcilerWorkload): Promise<Seen> {
    const { reader } = this.ports;
    const { namespace, container, labelSelector } = workload;
    const schedules = new Set<string>();
    let running: Seen | undefined;
    let why: string | undefined;
    try {
      const options = { namespace, labelSelector, fieldSelector: 'status.phase=Running', metadataOnly: true };
      const pods = (await reader.collect(PODS, options, ({ metadata }) => metadata.name)).sort();
      if (pods.length > MOST_PODS) {
        why = `${workload.title} has ${pods.length.toString()} pods, of which the logs of ${MOST_PODS.toString()} were read`;
      }
      await inBatches(pods.slice(0, MOST_PODS), async (pod) => {
        const seen = await this.#readLog(namespace, pod, container);
        if (typeof seen === 'string') {
          why ??= seen;
          return;
        }
        if (seen.schedule !== null) schedules.add(seen.schedule);
        if (seen.state === 'unclear') why ??= `the log of pod ${namespace}/${pod} does not tell of a run`;
        if (seen.state !== 'running') return;
        running ??= {
          state: 'running',
          pod: `${namespace}/${pod}`,
          sinceMs: seen.sinceMs ?? reader.now().getTime(),
        };
      });
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
      why = failure.message;
    }
    if (running !== undefined) return running;
    if (why === undefined) return { state: 'idle' };
    return { state: 'unknown', doubt: { why, lastTickMs: await this.#lastTick(workload, schedules) } };
  }

  /** What the log tells, or why it tells nothing. */
  async #readLog(
    namespace: string,
    pod: string,
    container: string,
  ): Promise<ReturnType<typeof readReconcilerLog> | string> {
    const { reader } = this.ports;
    try {
      const seen = readReconcilerLog(await reader.log(namespace, pod, container, { tailLines: TAIL_LINES }));
      if (seen.state !== 'unclear') return seen;
      return readReconcilerLog(await reader.log(namespace, pod, container, { tailLines: LONG_TAIL_LINES }));
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || !PARTIAL.has(failure.reason)) throw failure;
      return failure.message;
    }
  }

  /** When a pod may last have begun a run: by what other pods' logs tell of the schedule, and by its ConfigMap. */
  async #lastTick(workload: ReconcilerWorkload, logged: ReadonlySet<string>): Promise<number | null> {
    const configured = await this.#configured(workload);
    const schedules = configured === null ? [...logged] : [...logged, configured];
    const until = this.ports.reader.now().getTime() + AHEAD_MS;
    return latest(
      schedules.map((schedule) => {
        const calendar = readCalendar(schedule);
        return calendar === null ? null : lastTick(calendar, until);
      }),
    );
  }

  /** The schedule that the workload is to have; null where it may not be read. */
  async #configured({ namespace, schedule }: ReconcilerWorkload): Promise<string | null> {
    const fallback = namespace.startsWith('openshift-') ? OPENSHIFT_SCHEDULE : UPSTREAM_SCHEDULE;
    if (schedule === null) return fallback;
    try {
      const map = await this.ports.reader.get(CONFIG_MAPS, namespace, schedule.configMap);
      return text(record(map?.['data'])[schedule.key])?.trim() ?? fallback;
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
      return null;
    }
  }
}

/** The latest of some ticks; null where there is none, or one is not known. */
function latest(ticks: readonly (number | null)[]): number | null {
  const known = ticks.filter((tick) => tick !== null);
  return known.length < ticks.length || known.length === 0 ? null : Math.max(...known);
}
