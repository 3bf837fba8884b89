/** What takes stale addresses away while the race goes on: the built program, or whereabouts' own reconciler. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterRole } from '../../src/cluster/roles.js';
import { journalsIn } from '../../src/journal/list.js';
import { readJournal } from '../../src/journal/read.js';
import {
  journalState,
  withDecisions,
  type IntentRecord,
  type JournalRecord,
  type JournalState,
  type TornLine,
} from '../../src/reconcile/journal.js';
import type { PolicyRule, TestCluster } from '../cluster/cluster.js';
import { startReconciler } from '../cluster/controllers.js';
import { jsonOf, runCli, startCli } from '../integration/support/cli.js';
import type { Storm } from './storm.js';

/** A run that writes. */
export interface CleanerRun {
  /** `reconcile`, `ips release`, `restore`, `audit`. */
  readonly command: string;
  /** Whether it had the storm to go through, and which signal it got. */
  readonly weather: 'calm' | 'storm';
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly startedAt: number;
  readonly ms: number;
}

/** As far as the race looks into a plan or result. */
export interface Plan {
  readonly incomplete: boolean;
  readonly items: readonly (Planned & { readonly address: string })[];
  /** Of a FixResult: none. */
  readonly reservations?: readonly (Planned & { readonly name: string })[];
}

interface Planned {
  readonly action: string;
  readonly podref: string | null;
  /** null in a plan. */
  readonly result: string | null;
}

/** A journal as its run left it. */
export interface Journal {
  readonly path: string;
  readonly state: JournalState<IntentRecord>;
  /** When the last outcome of an intent was written, by its sequence. */
  readonly settledAt: ReadonlyMap<number, number>;
}

/** What a cleaner does in a storm, one as often as any other. */
const TASKS = ['reconcile', 'reconcile', 'reconcile', 'report', 'address', 'restore', 'fix', 'fix'] as const;
const FIXABLE = ['allocation-without-reservation', 'orphan-pool', 'untracked-live-ip'] as const;
const FIX_ALL = ['audit', ...FIXABLE.flatMap((check) => ['--fix', check]), '--yes'];
/** Of a hundred runs in a storm, so many are killed, and so many asked to stop. */
const KILLED_PERCENT = 25;
const STOPPED_PERCENT = 10;
const LONGEST_UNTIL_SIGNAL_MS = 4000;

/** `ipamctl`, as a user with an operator's rights and nothing else, with a journal directory of its own. */
export class Cleaner {
  readonly runs: CleanerRun[] = [];
  #isOver = false;
  #running: Promise<void> | undefined;

  private constructor(
    private readonly kubeconfig: string,
    private readonly stormy: string | null,
    private readonly directory: string,
  ) {}

  static async of(cluster: TestCluster, name: string, storm: Storm | null = null): Promise<Cleaner> {
    const rules = clusterRole('operator').rules as PolicyRule[];
    const directory = join(cluster.dir, 'journals', name);
    mkdirSync(directory, { recursive: true });
    const kubeconfig = await cluster.kubeconfigFor(name, { rules });
    const stormy = storm?.kubeconfigFor(name, await cluster.tokenFor(name, { rules })) ?? null;
    return new Cleaner(kubeconfig, stormy, directory);
  }

  /** Runs again and again, without a pause; in a storm all that writes, in any order. */
  start(weather: CleanerRun['weather'] = 'calm'): void {
    this.#isOver = false;
    this.#running = (async () => {
      while (!this.#isOver) {
        if (weather === 'calm') await this.clean();
        else await this.#inStorm(TASKS[Math.floor(Math.random() * TASKS.length)] ?? 'reconcile');
      }
    })();
    // Told by `stop`.
    this.#running.catch(() => undefined);
  }

  /** Begins no other run, and waits for the one that goes on. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  clean(): Promise<CleanerRun> {
    return this.#run('calm', ['reconcile', '--now']);
  }

  /** `audit --fix` of all three checks that it mends. */
  mend(): Promise<CleanerRun> {
    return this.#run('calm', FIX_ALL);
  }

  /** What there is to release, by the program itself. */
  async plan(): Promise<{ readonly code: number | null; readonly plan: Plan }> {
    const ran = await runCli(['reconcile', '-o', 'json'], { kubeconfig: this.kubeconfig });
    return { code: ran.code, plan: jsonOf(ran) as Plan };
  }

  /** Its journals, each with what later ones decided of it. */
  async journals(): Promise<Journal[]> {
    const journals: Journal[] = [];
    for (const path of await journalsIn(this.directory)) {
      const settledAt = new Map<number, number>();
      const records: (JournalRecord | TornLine)[] = [];
      for await (const record of readJournal(path)) {
        records.push(record);
        if (record.type === 'outcome') settledAt.set(record.sequence, Date.parse(record.at));
      }
      journals.push({ path, state: await journalState(records, (intent) => intent), settledAt });
    }
    const decisions = journals.flatMap(({ state }) => state.decisions);
    return journals.map((journal) => ({ ...journal, state: withDecisions(journal.state, decisions) }));
  }

  /** One of the tasks; where there is nothing to do it for, `reconcile --now`. */
  async #inStorm(task: (typeof TASKS)[number]): Promise<void> {
    await this.#run('storm', (await this.#argsOf(task)) ?? ['reconcile', '--now']);
  }

  async #argsOf(task: (typeof TASKS)[number]): Promise<readonly string[] | undefined> {
    if (task === 'reconcile') return undefined;
    if (task === 'fix') {
      const one = FIXABLE[Math.floor(Math.random() * 2 * FIXABLE.length)];
      return one === undefined ? FIX_ALL : ['audit', '--fix', one, '--yes'];
    }
    if (task === 'restore') {
      const journals = await this.journals();
      const last = journals.findLast(({ state }) => state.intents.some(({ result }) => result === 'released'));
      return last && ['restore', last.path, '--yes'];
    }
    const ran = await runCli(['reconcile', '-o', 'json'], { kubeconfig: this.kubeconfig });
    if (ran.code !== 0 && ran.code !== 1) return undefined;
    if (task === 'report') {
      const report = join(this.directory, 'report.json');
      writeFileSync(report, ran.stdout);
      return ['ips', 'release', '--from-report', report, '--yes'];
    }
    const stale = (JSON.parse(ran.stdout) as Plan).items.filter(({ action }) => action === 'release');
    const one = stale[Math.floor(Math.random() * stale.length)];
    return one && ['ips', 'release', one.address, '--pod', one.podref ?? '', '--yes'];
  }

  async #run(weather: CleanerRun['weather'], args: readonly string[]): Promise<CleanerRun> {
    const startedAt = Date.now();
    const kubeconfig = weather === 'storm' ? (this.stormy ?? this.kubeconfig) : this.kubeconfig;
    const running = startCli([...args, '-o', 'json', '--journal', this.directory], { kubeconfig });
    const signal = weather === 'storm' ? anySignal() : null;
    const sent: NodeJS.Signals[] = [];
    const timer = setTimeout(() => {
      if (signal === null) return;
      sent.push(signal);
      running.kill(signal);
    }, Math.random() * LONGEST_UNTIL_SIGNAL_MS);
    const ran = await running.ended;
    clearTimeout(timer);
    const command = args.slice(0, args[0] === 'ips' ? 2 : 1).join(' ');
    const run = { command, weather, signal: sent[0] ?? null, ...ran, startedAt, ms: Date.now() - startedAt };
    this.runs.push(run);
    return run;
  }
}

function anySignal(): NodeJS.Signals | null {
  const percent = Math.random() * 100;
  if (percent < KILLED_PERCENT) return 'SIGKILL';
  return percent < KILLED_PERCENT + STOPPED_PERCENT ? 'SIGTERM' : null;
}

/** Lets whereabouts' own reconciler run every second while `work` goes on. */
export async function besideReconciler<T>(
  cluster: TestCluster,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly completed: number }> {
  const reconciler = await startReconciler(cluster, '@every 1s');
  try {
    const value = await work();
    return { value, completed: reconciler.output().match(/reconciler run (succeeded|failed)/g)?.length ?? 0 };
  } finally {
    await reconciler.stop();
  }
}
