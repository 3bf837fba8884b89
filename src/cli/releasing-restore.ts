import type { ClusterReader } from '../cluster/port.js';
import type { ClusterWriter } from '../cluster/writer.js';
import { RefusedFailure } from '../errors.js';
import { journalPath, loadJournal, type LoadedJournal } from '../journal/load.js';
import { isAlive } from '../journal/uncertain.js';
import type { UncertainIntent } from '../reconcile/journal.js';
import type { ReconcilePlan } from '../reconcile/plan.js';
import { decideEarlier } from '../reconcile/release/earlier.js';
import { blockedOutcomes, restore, type RestorePorts, type RestoreReport } from '../reconcile/release/restore.js';
import { missingRestoreRights, plannedRestore, restorePlan } from '../reconcile/release/restore-plan.js';
import { readScene, type RestoreScene } from '../reconcile/release/restore-scene.js';
import { wantedOf, type Wanted } from '../reconcile/release/taken.js';
import { restoreClosing, restoreQuestion } from '../render/plan.js';
import { confirm } from './ask.js';
import type { PreparedWrite, Written } from './release-command.js';
import { countResults, directoryOf, openIntents, Run, type RunOptions } from './releasing-run.js';
import { writtenExitCode } from './releasing.js';
import { namespaceOf } from '../reconcile/claims.js';

/** A journal of which something is to be put back. */
export interface RestoreOptions extends RunOptions {
  readonly path: string;
  /** `ADDRESS` or `POOL/KEY`; empty: all. */
  readonly items: readonly string[];
}

/**
 * Reads a journal and the cluster that it is of, and says what can be put back.
 * @throws InputFailure for a journal that cannot be read, or an item that it does not have
 * @throws RefusedFailure where it is of another cluster, or its run still goes on
 */
export async function preparedRestore(options: RestoreOptions): Promise<PreparedWrite> {
  const { cluster, flags, toolVersion } = options;
  const path = journalPath(options.path, directoryOf(flags));
  const journal = await loadJournal(path, directoryOf(flags));
  await refuseOthers(journal, cluster, path);
  const wanted = wantedOf(journal, options.items, path);
  const scene = await readScene(cluster, wanted);
  const identity = await cluster.identity();
  const isOpen = scene.items.some(({ standing }) => standing.state === 'open');
  const notes = wanted.notTaken;
  return {
    isEmpty: !isOpen,
    plan: () => withNotes(restorePlan(scene, identity, toolVersion, null), notes),
    declined: 'Nothing was put back.',
    ask: (io) => confirm(io, restoreQuestion(restorePlan(scene, identity, toolVersion, null), identity)),
    writes: () => plannedRestore(cluster, scene),
    ready: () => readyRestore(options, journal, wanted, scene),
  };
}

/** Makes sure of the rights, and hands over what puts back. */
async function readyRestore(
  options: RestoreOptions,
  journal: LoadedJournal,
  wanted: Wanted,
  scene: RestoreScene,
): Promise<() => Promise<Written>> {
  const { cluster, flags, toolVersion } = options;
  const current = new Run(options);
  const { leases, ...others } = current.ports(scene.survey);
  if (leases === null) throw new Error('no Leases');
  const ports = { ...others, leases };
  const missing = await missingRestoreRights(ports, scene);
  const [first] = missing.values();
  if (first !== undefined && isAllMissing(scene, missing)) throw first;
  const identity = await cluster.identity();
  const isOpen = scene.items.some(({ standing }) => standing.state === 'open');
  const earlier = await openIntents(directoryOf(flags), identity.uid ?? '', isOpen);
  const uncertain = withOwn(earlier.intents, journal);
  return async () => {
    const warnings = [...earlier.problems];
    const { interruption } = current;
    if (!isOpen && uncertain.length === 0) {
      return written(scene, { outcomes: blockedOutcomes(scene), restored: new Map(), heldMs: [], stopped: null }, null);
    }
    const ran = await current.journalled('Restore', warnings, async (opened) => {
      const withJournal: RestorePorts = { ...ports, journal: opened };
      if (uncertain.length > 0) {
        const decided = await decideEarlier(withJournal, scene.survey.inventory, uncertain);
        warnings.push(...decided.warnings);
      }
      // The person may have thought about it for long, and what was uncertain is decided by now.
      const now = await readScene(cluster, wanted);
      const report = await restore(withJournal, now, missing);
      return { now, report, counts: countResults(report.outcomes.values()), told: report.restored };
    });
    return written(ran.report.now, ran.report.report, ran.journal);

    function written(of: RestoreScene, report: RestoreReport, kept: string | null): Written {
      const plan = withNotes(
        { ...restorePlan(of, identity, toolVersion, report.outcomes), journal: kept },
        wanted.notTaken,
      );
      const all = [...report.outcomes.values()];
      const bad = all.filter(({ result }) => result !== 'restored');
      const done = of.items.length - bad.length;
      const { incomplete } = plan;
      return {
        plan,
        warnings,
        heldMs: report.heldMs,
        closing: restoreClosing(plan),
        exitCode: writtenExitCode({ bad, done, interruption, stopped: report.stopped, incomplete }),
      };
    }
  };
}

/** @throws RefusedFailure for a journal of another cluster, or one that is still being written */
async function refuseOthers(
  journal: LoadedJournal,
  cluster: ClusterReader & ClusterWriter,
  path: string,
): Promise<void> {
  const { uid, name } = await cluster.identity();
  const theirs = journal.header.cluster;
  if (uid === null || theirs.uid === null) {
    const whose =
      uid === null ? `cluster "${name}" may not be told apart from others` : `${path} does not tell its cluster`;
    throw new RefusedFailure(`${whose} (uid of namespace kube-system); nothing was put back`);
  }
  if (uid !== theirs.uid) {
    throw new RefusedFailure(`${path} is of another cluster (${theirs.server ?? theirs.uid}); nothing was put back`, {
      hints: [`--context NAME     chooses the cluster; ${journal.header.context ?? 'the context'} was used then`],
    });
  }
  if (isAlive(journal)) {
    throw new RefusedFailure(`the run of ${path} still goes on (process ${journal.header.pid}); nothing was put back`);
  }
}

/** What earlier runs left open, and what this journal left, wherever it lies. */
function withOwn(open: readonly UncertainIntent[], { header: { run }, intents }: LoadedJournal): UncertainIntent[] {
  const known = new Set(open.flatMap((one) => (one.run === run ? [one.sequence] : [])));
  const own = intents.filter(({ status, sequence }) => status === 'uncertain' && !known.has(sequence));
  return [...open, ...own.map(({ sequence, intent }) => ({ run, sequence, intent }))];
}

function isAllMissing({ items }: RestoreScene, missing: ReadonlyMap<string, unknown>): boolean {
  return items.every((item) => item.standing.state !== 'open' || missing.has(namespaceOf(item.judged.claim)));
}

function withNotes(plan: ReconcilePlan, notes: readonly string[]): ReconcilePlan {
  return { ...plan, warnings: [...plan.warnings, ...notes] };
}
