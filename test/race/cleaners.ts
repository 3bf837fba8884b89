/** What takes stale addresses away while the race goes on: the built program, or whereabouts' own reconciler. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusterRole } from '../../src/cluster/roles.js';
import { journalsIn } from '../../src/journal/list.js';
import { readJournal } from '../../src/journal/read.js';
import {
  journalState,
  type IntentRecord,
  type JournalRecord,
  type JournalState,
  type TornLine,
} from '../../src/reconcile/journal.js';
import type { PolicyRule, TestCluster } from '../cluster/cluster.js';
import { startReconciler } from '../cluster/controllers.js';
import { jsonOf, runCli } from '../integration/support/cli.js';

/** A run of `reconcile --now`. */
export interface CleanerRun {
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
  readonly reservations: readonly (Planned & { readonly name: string })[];
}

interface Planned {
  readonly action: string;
  readonly podref: string;
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

/** `ipamctl`, as a user with an operator's rights and nothing else, with a journal directory of its own. */
export class Cleaner {
  readonly runs: CleanerRun[] = [];
  #isOver = false;
  #running: Promise<void> | undefined;

  private constructor(
    private readonly kubeconfig: string,
    private readonly directory: string,
  ) {}

  static async of(cluster: TestCluster, name: string): Promise<Cleaner> {
    const rules = clusterRole('operator').rules as PolicyRule[];
    const directory = join(cluster.dir, 'journals', name);
    mkdirSync(directory, { recursive: true });
    return new Cleaner(await cluster.kubeconfigFor(name, { rules }), directory);
  }

  /** Runs again and again, without a pause. */
  start(): void {
    this.#isOver = false;
    this.#running = (async () => {
      while (!this.#isOver) await this.clean();
    })();
    // Told by `stop`.
    this.#running.catch(() => undefined);
  }

  /** Begins no other run, and waits for the one that goes on. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async clean(): Promise<CleanerRun> {
    const startedAt = Date.now();
    const options = { kubeconfig: this.kubeconfig };
    const ran = await runCli(['reconcile', '--now', '-o', 'json', '--journal', this.directory], options);
    const run = { ...ran, startedAt, ms: Date.now() - startedAt };
    this.runs.push(run);
    return run;
  }

  /** What there is to release, by the program itself. */
  async plan(): Promise<{ readonly code: number | null; readonly plan: Plan }> {
    const ran = await runCli(['reconcile', '-o', 'json'], { kubeconfig: this.kubeconfig });
    return { code: ran.code, plan: jsonOf(ran) as Plan };
  }

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
    return journals;
  }
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
