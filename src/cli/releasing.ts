import * as Flags from '@oclif/core/flags';
import type { ClusterFailure, RefusedFailure } from '../errors.js';
import type { OpenIntents } from '../journal/uncertain.js';
import type { UncertainIntent } from '../reconcile/journal.js';
import type { JudgedClaim } from '../reconcile/judged.js';
import { decideEarlier } from '../reconcile/release/earlier.js';
import type { MayRelease, ReleasePorts } from '../reconcile/release/ports.js';
import { missingRights } from '../reconcile/release/rights.js';
import { release, type ReleaseReport } from '../reconcile/release/run.js';
import type { Survey } from '../reconcile/survey.js';
import type { ExitCode } from './exit-codes.js';
import { variableOf } from './flags.js';
import { journalFlag } from './journal-flag.js';
import { countResults, directoryOf, openIntents, Run, type RunFlagValues, type RunOptions } from './releasing-run.js';
import type { Interruption } from './signals.js';
import { namespaceOf } from '../reconcile/claims.js';

/** Flags of everything that writes to pools. */
export const writeFlags = {
  yes: Flags.boolean({ char: 'y', summary: 'go on without asking' }),
  'dry-run': Flags.string({
    summary: 'print the exact writes and send none; server: the API server checks them',
    options: ['client', 'server'],
    helpValue: 'client|server',
  }),
  'no-events': Flags.boolean({
    summary: 'leave no Event with the pools concerned',
    env: variableOf('no-events'),
  }),
  ...journalFlag,
};

/** Flags of everything that releases. */
export const releaseFlags = {
  ...writeFlags,
  'max-release': Flags.integer({
    summary: 'refuse to release more than this many addresses (exit 5, nothing is written)',
    helpValue: 'N',
    min: 0,
    env: variableOf('max-release'),
  }),
  'no-lease': Flags.boolean({
    summary: 'take no Lease of whereabouts: entries only; their reservations stay, and block the addresses (exit 6)',
    env: variableOf('no-lease'),
  }),
};

/** The flags of `releaseFlags`, as oclif parses them. */
export interface ReleaseFlagValues extends RunFlagValues {
  readonly yes: boolean;
  readonly 'no-lease': boolean;
}

/** What a release command is about to do, and where. */
export interface Releasing extends RunOptions {
  readonly flags: ReleaseFlagValues;
  readonly survey: Survey;
  readonly targets: readonly JudgedClaim[];
  readonly mayRelease: MayRelease;
}

/** What came of it. */
export interface Released {
  readonly outcomes: Pick<ReleaseReport, 'entries' | 'reservations'>;
  /** Path of the journal; null: none was needed. */
  readonly journal: string | null;
  readonly warnings: readonly string[];
  /** How long the Leases were held each time, in ms. */
  readonly heldMs: readonly number[];
  readonly interruption: Interruption;
  readonly stopped: RefusedFailure | null;
}

/** A release that has everything it needs, and has not written anything. */
export class ReadyRelease {
  private constructor(
    private readonly releasing: Releasing,
    private readonly current: Run,
    private readonly ports: Omit<ReleasePorts, 'journal'>,
    private readonly missing: ReadonlyMap<string, ClusterFailure>,
    private readonly open: readonly UncertainIntent[],
    private readonly surveyedAt: number,
    private readonly problems: readonly string[],
  ) {}

  /**
   * Makes sure of the rights, and reads what earlier runs left open.
   * @throws ClusterFailure where no target is within reach, naming verb and resource
   */
  static async of(releasing: Releasing): Promise<ReadyRelease> {
    const { cluster, flags, survey, targets } = releasing;
    const current = new Run(releasing);
    const surveyedAt = current.clock.monotonic();
    const ports = current.ports(survey, !flags['no-lease']);
    const missing = await missingRights(ports, targets, survey.inventory.reservations !== null);
    const [first] = missing.values();
    if (first !== undefined && targets.every(({ claim }) => missing.has(namespaceOf(claim)))) throw first;
    const { uid } = await cluster.identity();
    const isNeeded = targets.length > 0;
    const open = uid === null ? noneOpen(isNeeded) : await openIntents(directoryOf(flags), uid, isNeeded);
    return new ReadyRelease(releasing, current, ports, missing, open.intents, surveyedAt, open.problems);
  }

  /** Whether there is nothing to write. */
  get isIdle(): boolean {
    return this.releasing.targets.length === 0 && this.open.length === 0;
  }

  /**
   * Opens the journal, decides what earlier runs left open, and releases.
   * @throws RefusedFailure where the journal cannot be opened: nothing is written then
   */
  async run(): Promise<Released> {
    const { survey, targets, mayRelease } = this.releasing;
    const { interruption } = this.current;
    if (this.isIdle) return { ...NOTHING, warnings: this.problems, interruption };
    const warnings = [...this.problems];
    const { report, journal } = await this.current.journalled('Release', warnings, async (opened) => {
      const ports = { ...this.ports, journal: opened };
      if (this.open.length > 0) {
        const decided = await decideEarlier(ports, survey.inventory, this.open);
        warnings.push(...decided.warnings);
      }
      const released = await release(ports, {
        survey,
        targets,
        mayRelease,
        surveyedAt: this.surveyedAt,
        missingRights: this.missing,
      });
      return {
        ...released,
        counts: countResults([...released.entries.values(), ...released.reservations.values()]),
        told: released.released,
      };
    });
    const { heldMs, stopped } = report;
    return { outcomes: report, journal, warnings, heldMs, interruption, stopped };
  }
}

/** Without the uid of the cluster nobody can tell whose journal it is. */
function noneOpen(isNeeded: boolean): OpenIntents {
  const problem =
    'may not get namespaces "kube-system", whose uid stands for the cluster: `restore` cannot take this run back, and what earlier runs left open is not looked at';
  return { intents: [], problems: isNeeded ? [problem] : [] };
}

const NOTHING = {
  outcomes: { entries: new Map(), reservations: new Map() },
  journal: null,
  heldMs: [],
  stopped: null,
};

/** The exit code of a release: who stopped it, what failed, what could not be seen. */
export function releaseExitCode(
  { outcomes, interruption, stopped }: Pick<Released, 'outcomes' | 'interruption' | 'stopped'>,
  incomplete: boolean,
): ExitCode {
  const all = [...outcomes.entries.values(), ...outcomes.reservations.values()];
  const bad = all.filter(({ result }) => result === 'failed' || result === 'skipped');
  return writtenExitCode({ bad, done: all.length - bad.length, interruption, stopped, incomplete });
}

/** The exit code of a run that wrote: who stopped it, how much of it failed and why, what could not be seen. */
export function writtenExitCode(written: {
  readonly bad: readonly { readonly failure: ClusterFailure | null }[];
  /** How many ended well. */
  readonly done: number;
  readonly interruption: Interruption;
  readonly stopped: RefusedFailure | null;
  readonly incomplete: boolean;
}): ExitCode {
  const { bad, done, interruption, stopped, incomplete } = written;
  if (interruption.exitCode !== null) return interruption.exitCode;
  if (bad.length > 0 || stopped !== null) {
    if (done > 0) return 6;
    return bad.some(({ failure }) => failure !== null) ? 4 : 5;
  }
  return incomplete ? 1 : 0;
}
