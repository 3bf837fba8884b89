import { waitingClock } from './waiting.js';
import { audit, type AuditOutcome } from '../audit/engine.js';
import { fixResult, type FixOutcome, type FixResult } from '../audit/fix-result.js';
import { mendsOf, unneeded, wantedOf, type Mend } from '../audit/mends.js';
import type { AnyCheck, AuditFinding, AuditSettings } from '../audit/model.js';
import type { ClusterIdentity } from '../cluster/port.js';
import type { ClusterFailure } from '../errors.js';
import type { OpenIntents } from '../journal/uncertain.js';
import {
  deletePools,
  missingDeletionRights,
  plannedDeletions,
  type Doomed,
} from '../reconcile/release/delete-pools.js';
import { tryWrites, type PlannedWrite } from '../reconcile/release/dry-run.js';
import { decideEarlier } from '../reconcile/release/earlier.js';
import { restore, type RestorePorts } from '../reconcile/release/restore.js';
import { missingRestoreRights, plannedRestore } from '../reconcile/release/restore-plan.js';
import { readScene, type RestoreScene, type SceneItem } from '../reconcile/release/restore-scene.js';
import type { ExitCode } from './exit-codes.js';
import { countResults, directoryOf, openIntents, Run, type RunOptions } from './releasing-run.js';
import { writtenExitCode } from './releasing.js';

/** What is to be mended, and where. */
export interface FixOptions extends RunOptions {
  readonly checks: readonly AnyCheck[];
  readonly settings: AuditSettings;
  /** Whether a finding is among those that were asked for. */
  readonly isAsked: (finding: AuditFinding) => boolean;
}

/** Findings, what can be done about them, and who no longer needs it. */
export class Fixing {
  private constructor(
    private readonly options: FixOptions,
    private readonly outcome: AuditOutcome,
    private readonly findings: readonly AuditFinding[],
    private readonly mends: readonly Mend[],
    private readonly scene: RestoreScene,
    private readonly refused: ReadonlyMap<Mend, string>,
    private readonly identity: ClusterIdentity,
  ) {}

  /** Audits the cluster for these checks, and looks at each pod that something would be done for. */
  static async prepare(options: FixOptions): Promise<Fixing> {
    const { cluster, checks, settings, isAsked, progress } = options;
    const outcome = await audit(cluster, { checks, settings, clock: waitingClock(progress) });
    const findings = outcome.findings.filter(isAsked);
    const mends = outcome.inventory === null ? [] : mendsOf(findings, outcome.inventory);
    const scene = await sceneOf(options, mends);
    const refused = new Map([...blockedBy(scene, mends), ...textsOf(await unneeded(cluster, mends))]);
    return new Fixing(options, outcome, findings, mends, scene, refused, await cluster.identity());
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** What would be done. */
  plan(): FixResult {
    return this.#result({ outcomes: null });
  }

  /** The exact writes; `server`: the API server checks each. */
  async rehearse(by: string): Promise<{ readonly result: FixResult; readonly exitCode: ExitCode }> {
    const { cluster } = this.options;
    const doomed = this.#open.flatMap((mend) => mend.doomed ?? []);
    const planned = [...(await plannedRestore(cluster, this.#openScene)), ...plannedDeletions(doomed)];
    const writes = by === 'server' ? await tryWrites(cluster, planned) : planned;
    const bad = writes.filter(({ refusal }) => refusal !== null).length;
    const pending = writes.length > 0 || this.outcome.incomplete ? 1 : 0;
    const exitCode = bad === 0 ? pending : bad === writes.length ? 4 : 6;
    return { result: this.#result({ outcomes: null, writes }), exitCode };
  }

  /**
   * Makes sure of the rights, writes nothing, and hands over what mends.
   * @throws ClusterFailure where nothing of it may be done, naming verb and resource
   */
  async ready(): Promise<() => Promise<{ readonly result: FixResult; readonly exitCode: ExitCode }>> {
    const run = new Run(this.options);
    const { leases, ...others } = run.ports(this.scene.survey);
    if (leases === null) throw new Error('no Leases');
    const ports = { ...others, leases };
    const doomed = this.#open.flatMap((mend) => mend.doomed ?? []);
    const missing = await missingRestoreRights(ports, this.#openScene);
    const kept = await missingDeletionRights(ports, doomed);
    const [first] = [...missing.values(), ...kept.values()];
    const isWithin = (mend: Mend): boolean =>
      !(mend.doomed === null ? missing : kept).has(mend.finding.pool?.namespace ?? '');
    if (first !== undefined && !this.#open.some(isWithin)) throw first;
    const earlier = await openIntents(directoryOf(this.options.flags), this.identity.uid ?? '', !this.isEmpty);
    return () => this.#run(run, ports, { missing, kept, earlier });
  }

  async #run(
    run: Run,
    ports: Omit<RestorePorts, 'journal'>,
    {
      missing,
      kept,
      earlier,
    }: {
      readonly missing: ReadonlyMap<string, ClusterFailure>;
      readonly kept: ReadonlyMap<string, ClusterFailure>;
      readonly earlier: OpenIntents;
    },
  ): Promise<{ readonly result: FixResult; readonly exitCode: ExitCode }> {
    const { cluster } = this.options;
    const warnings = [...earlier.problems];
    if (this.isEmpty) return { result: this.#result({ outcomes: new Map(), warnings }), exitCode: this.#code };
    const { report, journal } = await run.journalled('Restore', warnings, async (opened) => {
      const withJournal: RestorePorts = { ...ports, journal: opened };
      if (earlier.intents.length > 0) {
        warnings.push(...(await decideEarlier(withJournal, this.scene.survey.inventory, earlier.intents)).warnings);
      }
      // The person may have thought about it for long: the pods once more, then what is read inside the holding.
      const now = await unneeded(cluster, this.#open);
      const open = this.#open.filter((mend) => !now.has(mend));
      const scene = await sceneOf(this.options, open);
      const restored = await restore(withJournal, scene, missing);
      const doomed = open.flatMap(({ doomed: each }) => each ?? []);
      const within = doomed.filter(({ pool }) => !kept.has(pool.namespace));
      const deleted = await deletePools(withJournal, within);
      const outcomes = new Map<Mend, FixOutcome & { readonly failure: ClusterFailure | null }>();
      for (const [mend, why] of now) outcomes.set(mend, notNow(why));
      for (const [mend, item] of itemsOf(scene, open)) {
        outcomes.set(mend, restored.outcomes.get(item) ?? inPlace(item));
      }
      for (const mend of open)
        if (mend.doomed !== null) outcomes.set(mend, deletionOf(mend.doomed, deleted.outcomes, kept));
      return {
        outcomes,
        heldMs: [...restored.heldMs, ...deleted.heldMs],
        stopped: restored.stopped ?? deleted.stopped,
        counts: countResults(outcomes.values()),
        told: restored.restored,
        deleted: [...deleted.outcomes].flatMap(([pool, { result }]) => (result === 'released' ? [pool] : [])),
      };
    });
    const { outcomes, heldMs, stopped } = report;
    const all = [...outcomes.values()];
    const bad = all.filter(({ result }) => result === 'failed' || result === 'skipped');
    const { incomplete } = this.outcome;
    const { interruption } = run;
    return {
      result: this.#result({ outcomes, journal, heldMs, warnings }),
      exitCode: writtenExitCode({ bad, done: all.length - bad.length, interruption, stopped, incomplete }),
    };
  }

  get #code(): ExitCode {
    return this.outcome.incomplete ? 1 : 0;
  }

  get #open(): readonly Mend[] {
    return this.mends.filter((mend) => !this.refused.has(mend));
  }

  get #openScene(): RestoreScene {
    const open = new Set(this.#open);
    const items = [...itemsOf(this.scene, this.mends)].flatMap(([mend, item]) => (open.has(mend) ? [item] : []));
    return { ...this.scene, items };
  }

  #result(told: {
    readonly outcomes: ReadonlyMap<Mend, FixOutcome> | null;
    readonly journal?: string;
    readonly heldMs?: readonly number[];
    readonly writes?: readonly PlannedWrite[];
    readonly warnings?: readonly string[];
  }): FixResult {
    const { outcomes, journal = null, heldMs = [], writes = null, warnings = [] } = told;
    const { findings, mends, refused, identity, outcome } = this;
    return fixResult({
      findings,
      mends,
      refused,
      outcomes,
      identity,
      createdAt: outcome.readAt,
      toolVersion: this.options.toolVersion,
      incomplete: outcome.incomplete,
      journal,
      heldMs,
      writes,
      warnings: [...new Set([...outcome.warnings, ...warnings, ...this.options.cluster.notes])],
    });
  }
}

/** How what is to go back stands; pools that are to go are read when they go. */
function sceneOf({ cluster, settings: { ipamNamespace } }: FixOptions, mends: readonly Mend[]): Promise<RestoreScene> {
  return readScene(cluster, wantedOf(mends), ipamNamespace === undefined ? {} : { ipamNamespace });
}

/** The item of each mend that puts something back: a scene has them in the order in which they were wanted. */
function itemsOf({ items }: RestoreScene, mends: readonly Mend[]): Map<Mend, SceneItem> {
  const back = mends.filter(({ taken }) => taken !== null);
  return new Map(items.flatMap((item, at) => (back[at] === undefined ? [] : [[back[at], item] as const])));
}

function blockedBy(scene: RestoreScene, mends: readonly Mend[]): Map<Mend, string> {
  return new Map(
    [...itemsOf(scene, mends)].flatMap(([mend, { standing }]) =>
      standing.state === 'blocked'
        ? [[mend, standing.why] as const]
        : standing.state === 'in-place'
          ? [[mend, 'it is in place by now'] as const]
          : [],
    ),
  );
}

function textsOf(refused: ReadonlyMap<Mend, string | ClusterFailure>): Map<Mend, string> {
  return new Map([...refused].map(([mend, why]) => [mend, typeof why === 'string' ? why : why.message]));
}

function notNow(why: string | ClusterFailure): FixOutcome & { readonly failure: ClusterFailure | null } {
  return typeof why === 'string'
    ? { result: 'changed', error: why, failure: null }
    : { result: 'failed', error: `its pod could not be looked up: ${why.message}`, failure: why };
}

function inPlace({ standing }: SceneItem): FixOutcome & { readonly failure: null } {
  const error = standing.state === 'in-place' ? 'somebody else put it back meanwhile' : 'not tried';
  return { result: standing.state === 'in-place' ? 'restored' : 'skipped', error, failure: null };
}

function deletionOf(
  { pool }: Doomed,
  outcomes: ReadonlyMap<Doomed['pool'], FixOutcome & { readonly failure: ClusterFailure | null }>,
  kept: ReadonlyMap<string, ClusterFailure>,
): FixOutcome & { readonly failure: ClusterFailure | null } {
  const failure = kept.get(pool.namespace) ?? null;
  return (
    outcomes.get(pool) ?? {
      result: failure === null ? 'skipped' : 'failed',
      error: failure?.message ?? 'not tried',
      failure,
    }
  );
}
