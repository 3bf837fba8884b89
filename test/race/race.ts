/** A race between the real plugin and what cleans up after it, round by round, each with a verdict on what came of it. */
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IntentRecord, JournalAction } from '../../src/reconcile/journal.js';
import type { TestCluster } from '../cluster/cluster.js';
import { makeNodeSlicePool } from '../cluster/controllers.js';
import { createNad, createNode } from '../cluster/objects.js';
import { jsonOf } from '../integration/support/cli.js';
import type { Audit } from './audit.js';
import { besideReconciler, Cleaner, type CleanerRun, type Journal, type Plan } from './cleaners.js';
import { LeaseWatch, type LeaseTimes } from './leases.js';
import { Mishaps } from './mishaps.js';
import { NAMESPACE, NETWORKS, NODES, SLICED } from './networks.js';
import { Pods, type Tally, type Violation } from './pods.js';
import type { Storm } from './storm.js';
import { untold, wordsOf } from './told.js';
import { heldTwice, nameOfReservation, readPodrefs, readState, staleOf, type State } from './state.js';

/** A release that took what a live pod lost gives it back within the plugin's budget of 10 s and the next holding. */
const PATIENCE_MS = 30_000;
/** A write that was over so long before a pod was made did it no harm. */
const BEFORE_MS = 1000;
/** The API server goes when the round is under way, and is back within so long. */
const RESTART_AFTER_MS = 8000;
const DOWN_PATIENCE_MS = 60_000;

/** What came of one round. */
export interface Round {
  readonly cleaners: number;
  readonly weather: CleanerRun['weather'];
  readonly tally: Tally;
  readonly seconds: number;
  readonly violations: readonly Violation[];
  /** Those of a round without a cleaner, and those that nothing of ours had to do with: what the plugin does by itself. */
  readonly withoutUs: readonly Violation[];
  /** Whatever else must not be: stale leftovers, exit codes, journals without an end. */
  readonly problems: readonly string[];
  readonly runs: readonly CleanerRun[];
  readonly released: {
    readonly keys: number;
    readonly reservations: number;
    readonly putBack: number;
  };
  /** What `audit --fix` did, and what there was for it to put back. */
  readonly mended: {
    readonly keys: number;
    readonly reservations: number;
    readonly pools: number;
    readonly losses: number;
  };
  readonly leases: LeaseTimes;
}

/** Networks, pods that come and go from round to round, and cleaners. */
export class Race {
  readonly #seenJournals = new Set<string>();
  /** Entries that some run released. */
  readonly #released = new Map<string, string>();
  readonly #mishaps: Mishaps;

  private constructor(
    private readonly cluster: TestCluster,
    private readonly pods: Pods,
    private readonly cleaners: readonly Cleaner[],
    private readonly audit: Audit | null,
    private readonly storm: Storm | null,
  ) {
    this.#mishaps = new Mishaps(cluster, pods.staying);
  }

  /** Makes the networks of the race in an empty cluster. */
  static async prepare(
    cluster: TestCluster,
    cleaners: number,
    { audit = null, storm = null }: { readonly audit?: Audit | null; readonly storm?: Storm | null } = {},
  ): Promise<Race> {
    await prepareNetworks(cluster);
    const all: Cleaner[] = [];
    for (let at = 1; at <= Math.max(cleaners, 1); at++) {
      all.push(await Cleaner.of(cluster, `cleaner-${at.toString()}`, storm));
    }
    return new Race(cluster, new Pods(cluster, 'pod', PATIENCE_MS), all, audit, storm);
  }

  /** Pods that stayed when the last round was over. */
  get liveCount(): number {
    return this.pods.live.size;
  }

  /**
   * Lets pods come and go with so many cleaners beside them, waits until all is quiet, and judges what is there. In a
   * storm the cleaners do all that writes, are killed, and hear what the storm tells them; the API server goes once, and
   * pods lose what `audit --fix` gives back.
   */
  async round(pods: number, cleaners: number, weather: CleanerRun['weather'] = 'calm'): Promise<Round> {
    const active = this.cleaners.slice(0, cleaners);
    const violationsBefore = this.pods.violations.length;
    const runsBefore = this.cleaners.map(({ runs }) => runs.length);
    const lossesBefore = this.#mishaps.losses;
    const watch = new LeaseWatch(this.cluster);
    const started = performance.now();
    for (const cleaner of active) cleaner.start(weather);
    let tally: Tally;
    let leases: LeaseTimes;
    try {
      tally = await (weather === 'storm' ? this.#stormyPods(pods) : this.pods.round(pods));
    } finally {
      await Promise.all(active.map((cleaner) => cleaner.stop()));
      leases = watch.end();
    }
    if (weather === 'storm') {
      // What killed runs left open is decided by the next run that has their journals.
      for (const cleaner of active) await cleaner.clean();
      await this.#mishaps.withoutNads(() => Promise.all(active.map((cleaner) => cleaner.mend())));
    }
    const seconds = (performance.now() - started) / 1000;
    await this.pods.checkAll();
    const ownFrom = cleaners === 0 ? this.pods.violations.length : violationsBefore;
    const problems = await this.#cleanUp();
    await this.pods.checkAll();
    const runs = this.cleaners.flatMap((cleaner, at) => cleaner.runs.slice(runsBefore[at]));
    problems.push(...runs.flatMap(problemsOf));
    const { released, mended, problems: ofJournals } = await this.#readJournals(runs);
    problems.push(...ofJournals, ...(await this.#untold()));
    const withoutUs = this.pods.violations.slice(violationsBefore, ownFrom);
    const violations: Violation[] = [];
    for (const violation of this.pods.violations.slice(ownFrom)) {
      ((await this.#isThePluginsOwn(violation)) ? withoutUs : violations).push(violation);
    }
    const losses = this.#mishaps.losses - lossesBefore;
    return {
      cleaners,
      weather,
      tally,
      seconds,
      violations,
      withoutUs,
      problems,
      runs,
      released,
      mended: { ...mended, losses },
      leases,
    };
  }

  /** All pods go at once and no DEL comes: what is left when that is cleaned up, and what went wrong on the way. */
  async finish(): Promise<{ readonly left: State; readonly problems: readonly string[] }> {
    await this.pods.crashAll();
    const problems = await this.#cleanUp();
    return { left: await readState(this.cluster), problems };
  }

  /** All that is known of a violation: what the journals say of the address and the pod, and what is held now. */
  async explain(violation: Violation): Promise<string> {
    const { kind, address, networkName, pod, other, foundAt, keys, reservedFor } = violation;
    const written = await this.#writesOn(violation);
    const words = [nameOfReservation(address, networkName), pod.podref, `"${pod.name}"`];
    const heard = (await this.audit?.mentioning(words, pod.since - 10_000, pod.shownAt + 15_000)) ?? [];
    const at = (ms: number): string => new Date(ms).toISOString();
    return [
      `${kind}: ${address} of ${networkName ?? 'the unnamed network'}, shown by ${pod.podref} on ${pod.node}`,
      `  made ${at(pod.since)}, shown ${at(pod.shownAt)}, found ${at(foundAt)}, container ${pod.containerId}`,
      ...(other === null ? [] : [`  also shown by ${other.podref} since ${at(other.shownAt)}`]),
      ...keys.map((key) => `  key ${key.address} in ${key.pool}: ${key.podref} ${key.ifName ?? ''} ${key.containerId}`),
      `  reservation of ${reservedFor ?? 'nobody'}`,
      ...(written.length === 0 ? ['  no journal has a write of it'] : written),
      ...heard.map((line) => `  audit: ${line}`),
    ].join('\n');
  }

  /**
   * An ADD that was killed after the first range's reservation, and is made again: the plugin finds that reservation and
   * makes none for the second range (whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go, skipOverlappingRangeUpdate). Ours
   * only where a run of ours wrote something about the address or the pod.
   */
  async #isThePluginsOwn(violation: Violation): Promise<boolean> {
    if (violation.kind !== 'no reservation' || this.#mishaps.caused(violation)) return false;
    return (await this.#writesOn(violation)).length === 0;
  }

  async #writesOn({ address, networkName, pod, other, foundAt }: Violation): Promise<string[]> {
    const podrefs = [pod.podref, other?.podref];
    const since = Math.min(pod.since, other?.since ?? Infinity) - BEFORE_MS;
    const journals = await this.#journals();
    return journals.flatMap(({ path, state: { intents }, settledAt }) =>
      intents
        .filter(({ intent, sequence }) => {
          const isAbout = intent.address === address || podrefs.includes(intent.podref ?? '');
          const isInTime = (settledAt.get(sequence) ?? Infinity) >= since && Date.parse(intent.at) <= foundAt;
          return isAbout && isInTime && intent.networkName === networkName;
        })
        .map((intent) => `  ${basename(path)}: ${wordsOf(intent)}`),
    );
  }

  /** Cleans until there is nothing to do: once more where the first had something to wait for. */
  async #cleanUp(): Promise<string[]> {
    const [cleaner] = this.cleaners;
    if (cleaner === undefined) throw new Error('no cleaner');
    await cleaner.clean();
    let { code, plan } = await cleaner.plan();
    if (code !== 0) {
      await cleaner.clean();
      ({ code, plan } = await cleaner.plan());
    }
    const problems = code === 0 ? [] : [`reconcile: exit code ${String(code)} when all was clean`];
    for (const { action, address, podref } of plan.items) {
      if (action === 'release') problems.push(`left: ${address} of ${podref ?? ''}`);
    }
    for (const { action, name, podref } of plan.reservations ?? []) {
      if (action === 'release') problems.push(`left: reservation ${name} of ${podref ?? ''}`);
    }
    const state = await readState(this.cluster);
    const podrefs = await readPodrefs(this.cluster);
    problems.push(...staleOf(state, podrefs).map((what) => `stale: ${what}`));
    problems.push(...heldTwice(state, podrefs).map((what) => `held twice: ${what}`));
    return problems;
  }

  async #journals(): Promise<Journal[]> {
    return (await Promise.all(this.cleaners.map((cleaner) => cleaner.journals()))).flat();
  }

  async #untold(): Promise<string[]> {
    if (this.audit === null) return [];
    return untold(await this.#journals(), this.audit);
  }

  async #stormyPods(pods: number): Promise<Tally> {
    const { storm } = this;
    if (storm === null) throw new Error('no storm was prepared');
    this.cluster.client.patienceMs = DOWN_PATIENCE_MS;
    try {
      const going = this.pods.round(pods);
      // Not to those that go now.
      this.#mishaps.start();
      await Promise.race([sleep(RESTART_AFTER_MS), going]);
      await storm.restart();
      return await going;
    } finally {
      await this.#mishaps.stop();
      this.cluster.client.patienceMs = 0;
    }
  }

  async #readJournals(
    runs: readonly CleanerRun[],
  ): Promise<Pick<Round, 'released' | 'problems'> & { readonly mended: Omit<Round['mended'], 'losses'> }> {
    const released = { keys: 0, reservations: 0, putBack: 0 };
    const mended = { keys: 0, reservations: 0, pools: 0 };
    const problems: string[] = [];
    const killed = runs.filter(({ signal }) => signal !== null).length;
    const inStorm = runs.some(({ weather }) => weather === 'storm');
    let endless = 0;
    const done: (IntentRecord & { readonly words: string })[] = [];
    for (const journal of await this.#journals()) {
      const { path, state } = journal;
      if (this.#seenJournals.has(path)) continue;
      this.#seenJournals.add(path);
      if (state.end?.interruptedBy !== null || state.torn !== null) endless++;
      problems.push(...openIn(journal));
      const intents = state.intents.filter(({ status }) => status === 'done');
      for (const one of intents) done.push({ ...one.intent, words: `${basename(path)}: ${wordsOf(one)}` });
      if (state.header?.command !== 'audit') continue;
      const count = (action: JournalAction): number => intents.filter(({ intent }) => intent.action === action).length;
      mended.keys += count('restore-key');
      mended.reservations += count('restore-reservation');
      mended.pools += count('delete-pool');
    }
    if (endless > killed)
      problems.push(`${endless.toString()} journals have no end, and ${killed.toString()} runs were ended`);
    done.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    for (const { action, pool, key, containerId, words } of done) {
      const entry = [pool?.uid, key, containerId].join(' ');
      if (action === 'restore-key' || action === 'restore-reservation') released.putBack++;
      else if (action === 'release-reservation') released.reservations++;
      if (action === 'restore-key') this.#released.delete(entry);
      if (action !== 'release-key') continue;
      released.keys++;
      const before = this.#released.get(entry);
      // Of a write whose answer was lost, reading cannot tell whose it was.
      if (before !== undefined && !inStorm) problems.push(`released twice: ${before}\n  and ${words}`);
      this.#released.set(entry, words);
    }
    return { released, mended, problems };
  }
}

/** The same race with whereabouts' own reconciler in place of ipamctl: what live pods lost to it. */
export async function raceBesideReconciler(
  cluster: TestCluster,
  pods: number,
): Promise<{ readonly tally: Tally; readonly completed: number; readonly violations: readonly Violation[] }> {
  // It gives nothing back, so there is nothing to wait for.
  const all = new Pods(cluster, 'other', 0);
  const { value, completed } = await besideReconciler(cluster, () => all.round(pods));
  await all.checkAll();
  return { tally: value, completed, violations: all.violations };
}

/** Makes nodes, networks and slices; what is there already stays. */
async function prepareNetworks(cluster: TestCluster): Promise<void> {
  for (const node of NODES) await createNode(cluster, node);
  for (const { nad, config } of NETWORKS) {
    await createNad(cluster, NAMESPACE, nad.slice(`${NAMESPACE}/`.length), config);
  }
  await makeNodeSlicePool(cluster, SLICED, NODES);
}

/** Codes of the contract with which a run in a storm may end: but for usage, input and bugs, all. */
const CODES_IN_STORM: readonly (number | null)[] = [0, 1, 4, 5, 6, 8];

function problemsOf(run: CleanerRun): string[] {
  const { code, stdout, stderr, command, weather, signal, startedAt } = run;
  const which = `the ${command} of ${new Date(startedAt).toISOString()}`;
  if (weather === 'storm') {
    // SIGTERM may come before there is a program that listens for it.
    const isEarly = code === null && stdout === '' && stderr === '';
    const isAsAsked = signal === 'SIGKILL' ? code === null : signal === 'SIGTERM' && (code === 143 || isEarly);
    if (isAsAsked || CODES_IN_STORM.includes(code)) return [];
  }
  if (code !== 0) return [`${which}: exit code ${String(code)}\n${notDone(run)}\n${stderr.slice(-2000)}`];
  const isIncomplete = weather === 'calm' && (jsonOf(run) as Plan).incomplete;
  return isIncomplete ? [`${which} was incomplete\n${stderr.slice(-2000)}`] : [];
}

/** What a run failed at, as its result has it. */
function notDone({ stdout }: CleanerRun): string {
  try {
    const { items, reservations = [] } = JSON.parse(stdout) as Plan;
    const bad = [...items, ...reservations].filter(({ result }) => result === 'failed' || result === 'skipped');
    return bad.map((item) => JSON.stringify(item)).join('\n');
  } catch {
    return stdout.slice(-2000);
  }
}

function openIn({ path, state }: Journal): string[] {
  const open = state.intents.filter(({ status }) => status === 'uncertain');
  return open.map((intent) => `${basename(path)} leaves open: ${wordsOf(intent)}`);
}
