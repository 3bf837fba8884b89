import type { ClusterReader } from '../cluster/port.js';
import { ClusterFailure } from '../errors.js';
import { SEVERITIES, type Severity } from '../lint/model.js';
import { isAboutOneList, type Inventory } from '../pools/inventory.js';
import { Readings } from './given.js';
import {
  Missing,
  Withheld,
  type AnyCheck,
  type AuditFinding,
  type AuditSettings,
  type Check,
  type Draft,
  type Evidence,
  type Given,
  type Needs,
  type Source,
} from './model.js';
import { lookAgain } from './second-look.js';
import { SharedReader } from './shared-reader.js';
import { claims } from './sources/claims.js';
import { inventory } from './sources/inventory.js';
import { pods } from './sources/pods.js';

/** The plugin's whole budget for an ADD or a DEL (whereabouts v0.9.4 pkg/storage/storage.go, RequestTimeout). */
const BUDGET_MS = 10_000;

/** How the audit waits. */
export interface AuditClock {
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
  /** @param why for people, while they wait */
  readonly wait: (ms: number, why: string) => Promise<void>;
}

/** What is to be checked, and how. */
export interface AuditOptions {
  readonly checks: readonly AnyCheck[];
  readonly settings: AuditSettings;
  readonly clock: AuditClock;
  /** The ids of those that were asked for by name. */
  readonly asked?: ReadonlySet<string>;
  /** Severities that a person wants instead of the checks' own, by id. */
  readonly severities?: ReadonlyMap<string, Severity>;
  /** Sources that whoever asks has read already; with `SharedReader`, what they saw on the way is used too. */
  readonly known?: ReadonlyMap<Source<unknown>, unknown>;
}

/** A check that could not judge, and why. */
export interface SkippedCheck {
  readonly check: string;
  readonly why: string;
}

/** How much was looked at; null: no check that was chosen needs it. */
export interface Looked {
  readonly pools: number | null;
  readonly allocations: number | null;
  readonly reservations: number | null;
  readonly pods: number | null;
}

/** What an audit found. */
export interface AuditOutcome {
  /** The worst first. */
  readonly findings: readonly AuditFinding[];
  readonly skipped: readonly SkippedCheck[];
  readonly looked: Looked;
  /** As it was read first; null: no check that was chosen needs it, or it could not be read. */
  readonly inventory: Inventory | null;
  readonly readAt: Date;
  readonly warnings: readonly string[];
  /** A right or an answer was lacking for something that was asked for. */
  readonly incomplete: boolean;
}

/** A draft with the check that it came from. */
interface Raised {
  readonly check: AnyCheck;
  readonly draft: Draft;
}

/**
 * Reads what the checks need, applies them, and looks at what they found once more.
 * @throws ClusterFailure where nothing could be judged at all, or the server does not answer
 */
export async function audit(reader: ClusterReader, options: AuditOptions): Promise<AuditOutcome> {
  const { clock, settings } = options;
  const startedAt = clock.now();
  const shared = reader instanceof SharedReader ? reader : new SharedReader(reader);
  const readings = new Readings(shared, settings, options.checks, options.known);
  const lacks = new Map<AnyCheck, Lack>();
  // All at once: sources wait for each other where their order matters.
  await Promise.all(
    options.checks.map(async (check) => {
      const lack = await lacking(check, readings, options.asked?.has(check.id) === true);
      if (lack !== undefined) lacks.set(check, lack);
    }),
  );
  const ready = options.checks.filter((check) => !lacks.has(check));
  const readAt = reader.now();
  const raised = await raise(ready, readings, readAt);
  if (raised.length === 0) {
    // Without the pools nothing of what an audit is about was looked at.
    const failure = [...lacks.values()].map((lack) => lack.failure).find((each) => each !== null);
    const isBlind = ready.length === 0 || !(await readings.has(inventory));
    if (failure !== undefined && isBlind) throw failure;
  }
  const confirmed = reader.source === 'snapshot' ? raised : await confirm(readings, raised, readAt, clock, startedAt);
  const skipped = options.checks.flatMap((check) => {
    const lack = lacks.get(check);
    return lack === undefined ? [] : [{ check: check.id, why: lack.why }];
  });
  return {
    findings: sorted(confirmed.map((each) => finding(each, readAt, options))),
    skipped,
    looked: await looked(readings),
    inventory: (await readings.has(inventory)) ? await readings.of(inventory) : null,
    readAt,
    warnings: readings.gaps.warnings,
    incomplete: readings.gaps.incomplete || [...lacks.values()].some(({ isGap }) => isGap),
  };
}

/** What a check lacks. */
interface Lack {
  readonly why: string;
  readonly isGap: boolean;
  readonly failure: ClusterFailure | null;
}

async function lacking({ needs }: AnyCheck, readings: Readings, isAsked: boolean): Promise<Lack | undefined> {
  for (const source of Object.values(needs)) {
    try {
      await readings.of(source);
    } catch (failure) {
      if (failure instanceof Withheld) {
        readings.gaps.warn(failure.why);
        return { why: failure.why, isGap: isAsked, failure: null };
      }
      if (failure instanceof Missing) return { why: failure.why, isGap: failure.isGap, failure: null };
      if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
      return { why: failure.message, isGap: failure.reason !== 'not-defined', failure };
    }
  }
  return undefined;
}

async function raise(checks: readonly AnyCheck[], given: Given, readAt: Date): Promise<Raised[]> {
  const raised: Raised[] = [];
  for (const check of checks) {
    const values = await Promise.all(
      Object.entries(check.needs).map(async ([name, source]) => [name, await given.of(source)] as const),
    );
    // The very sources that the check names, under its names; the compiler cannot follow that.
    const evidence = { ...Object.fromEntries(values), settings: given.settings, readAt } as Evidence<Needs>;
    for (const draft of (check as Check).check(evidence)) raised.push({ check, draft });
  }
  return raised;
}

/** Leaves what a second look shows again. */
async function confirm(
  readings: Readings,
  raised: readonly Raised[],
  readAt: Date,
  clock: AuditClock,
  startedAt: number,
): Promise<readonly Raised[]> {
  const persistent = await persisting(readings, raised, readAt, () => true);
  const isTransient = ({ draft }: Raised): boolean => draft.again?.isTransient === true;
  if (!persistent.some(isTransient)) return persistent;
  const leftMs = startedAt + BUDGET_MS - clock.now();
  if (leftMs > 0) await clock.wait(leftMs, 'whether an ADD or a DEL is under way');
  return persisting(readings, persistent, readAt, isTransient);
}

/** Those that are not asked about, and those of the others that are found again. */
async function persisting(
  readings: Readings,
  raised: readonly Raised[],
  readAt: Date,
  isAsked: (each: Raised) => boolean,
): Promise<readonly Raised[]> {
  const asked = raised.filter((each) => each.draft.again !== undefined && isAsked(each));
  if (asked.length === 0) return raised;
  const given = await lookAgain(
    readings,
    asked.flatMap(({ draft }) => draft.again ?? []),
  );
  const checks = [...new Set(asked.map(({ check }) => check))];
  const now = new Map((await raise(checks, given, readAt)).map((each) => [identityOf(each), each]));
  const open = new Set(asked);
  return raised.flatMap((each) => (open.has(each) ? (now.get(identityOf(each)) ?? []) : [each]));
}

/** What makes two findings the same, whatever they say. */
function identityOf({ check, draft }: Raised): string {
  const { object, address, networkName, pool, key, podref, containerId, ifName, reservation } = draft;
  return JSON.stringify([
    check.id,
    object.kind,
    object.namespace,
    object.name,
    address ?? null,
    networkName ?? null,
    pool?.uid ?? null,
    key ?? null,
    podref ?? null,
    containerId ?? null,
    ifName ?? null,
    reservation?.uid ?? null,
  ]);
}

function finding({ check, draft }: Raised, readAt: Date, { severities }: AuditOptions): AuditFinding {
  return {
    check: check.id,
    severity: severities?.get(check.id) ?? draft.severity ?? check.severity,
    message: draft.message,
    object: draft.object,
    address: draft.address ?? null,
    networkName: draft.networkName ?? null,
    pool: draft.pool ?? null,
    key: draft.key ?? null,
    podref: draft.podref ?? null,
    containerId: draft.containerId ?? null,
    ifName: draft.ifName ?? null,
    verdict: draft.verdict ?? null,
    reason: draft.reason ?? null,
    reservation: draft.reservation ?? null,
    firstSeen: readAt.toISOString(),
    evidence: draft.evidence ?? null,
    fix: draft.fix ?? null,
  };
}

/** The worst first, then by check; within a check as they were found. */
function sorted(findings: AuditFinding[]): AuditFinding[] {
  const rank = ({ severity }: AuditFinding): number => SEVERITIES.indexOf(severity);
  return findings.sort((a, b) => rank(a) - rank(b) || (a.check < b.check ? -1 : a.check > b.check ? 1 : 0));
}

async function looked(readings: Readings): Promise<Looked> {
  const read = (await readings.has(inventory)) ? await readings.of(inventory) : null;
  const podCount = (await readings.has(pods))
    ? (await readings.of(pods)).podCount
    : (await readings.has(claims))
      ? (await readings.of(claims)).podCount
      : null;
  return {
    pools: read?.pools.length ?? null,
    allocations: read?.pools.reduce((sum, pool) => sum + pool.allocations.length, 0) ?? null,
    reservations: read?.reservations?.length ?? null,
    pods: podCount,
  };
}
