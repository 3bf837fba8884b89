import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from '../cluster/open.js';
import { RefusedFailure, UsageFailure } from '../errors.js';
import { type Change, changeNetwork } from '../openshift/change.js';
import type { ShimItem, ShimResult } from '../openshift/documents.js';
import { entryDiff, type ShimType } from '../openshift/entry.js';
import { OPERATOR_NETWORK_TITLE, type OperatorNetwork, readOperatorNetwork } from '../openshift/operator-network.js';
import { awaitShim } from '../openshift/wait.js';
import { changeClosing, changeText, diffText, waitClosing } from '../render/shims.js';
import { safe } from '../render/safe.js';
import { confirm } from './ask.js';
import { mustAsk } from './consent.js';
import { type ExitCode, FINDINGS, OK, PENDING } from './exit-codes.js';
import { type Io, messageScreen, writeAll } from './io.js';
import type { Progress } from './progress.js';
import type { CommandResult } from './result.js';
import { Interruption } from './signals.js';

/** A change of one entry of the operator's list. */
export interface EntryChange {
  readonly name: string;
  readonly type: ShimType | null;
  readonly decide: (network: OperatorNetwork) => Change;
  /** What else must hold before it is written; throws where it does not. */
  readonly allow?: (change: Change) => Promise<void>;
  /** What a script may not have without `--yes`; undefined: nothing. */
  readonly needsYes: string | undefined;
  /** What is known besides, and to be said before anybody agrees. */
  readonly warnings?: readonly string[];
}

/** How it is made. */
export interface ChangeSettings {
  readonly io: Io;
  readonly yes: boolean;
  readonly dryRun: 'client' | 'server' | undefined;
  readonly diff: boolean;
  /** Whether stdout carries text for people. */
  readonly forPeople: boolean;
  /** How long what the operator deploys is waited for, in ms; null: not at all. */
  readonly waitMs: number | null;
  readonly progress: Progress;
}

/** Formats of what came of a change. */
export const CHANGE_FORMATS = ['table', 'json', 'yaml', 'name', 'jsonpath'] as const;

/** Decides, asks where somebody is to be asked, changes, and waits where that was asked for. */
export async function runChange(
  cluster: Target,
  change: EntryChange,
  settings: ChangeSettings,
): Promise<CommandResult> {
  const { io, dryRun } = settings;
  const planned = change.decide(await readOperatorNetwork(cluster));
  await change.allow?.(planned);
  const warnings = [...(change.warnings ?? []), ...planned.warnings];
  const isNothing = planned.patch.length === 0;
  const asks = !isNothing && dryRun === undefined && mustAsk(io, settings.yes, settings.forPeople, change.needsYes);
  if (asks && !(await agrees(cluster, planned, warnings, settings))) {
    const declined = resultOf(change, { ...planned, result: 'unchanged' }, settings, {
      warnings: [],
      exitCode: FINDINGS,
    });
    return {
      ...declined,
      document: { ...declined.document, result: null },
      closing: ['Nothing was changed.'],
      human: nothing,
    };
  }
  const done = await written(cluster, change, planned, asks, dryRun);
  const said = asks ? [] : warnings;
  // What is there already is waited for, too: whoever runs it again asks whether it works by now.
  if (settings.waitMs === null || dryRun !== undefined || change.type === null) {
    return resultOf(change, done, settings, { warnings: said, exitCode: OK });
  }
  return waited(cluster, change, done, settings, said);
}

async function written(
  cluster: Target,
  { decide }: EntryChange,
  planned: Change,
  asked: boolean,
  dryRun: ChangeSettings['dryRun'],
): Promise<Change> {
  if (planned.patch.length === 0 || dryRun === 'client') return planned;
  const ports = { cluster, sleep: (ms: number) => pause(ms) };
  const shown = entryDiff(planned.before, planned.after);
  return changeNetwork(
    ports,
    (network) => {
      const change = decide(network);
      if (!asked || change.patch.length === 0 || entryDiff(change.before, change.after) === shown) return change;
      throw new RefusedFailure('somebody changed the entry while you were asked; nothing was written', {
        hints: ['run it again to see what it is like now'],
      });
    },
    dryRun === 'server',
  );
}

async function agrees(
  cluster: Target,
  planned: Change,
  warnings: readonly string[],
  { io, progress }: ChangeSettings,
): Promise<boolean> {
  progress.done();
  const screen = messageScreen(io);
  const shown = [diffText(entryDiff(planned.before, planned.after), screen)];
  await writeAll(io.stderr, [...shown, ...warnings.map((warning) => `Warning: ${safe(warning)}\n`)]);
  const { name, server } = await cluster.identity();
  const where = `cluster "${name}"${server === null ? '' : ` (${server})`}`;
  const entry = String((planned.after ?? planned.before)?.['name']);
  const verbs = { added: 'Add', replaced: 'Replace', removed: 'Remove', unchanged: 'Keep' } as const;
  const question = `${verbs[planned.result]} entry ${entry} ${planned.result === 'added' ? 'to' : 'of'} ${OPERATOR_NETWORK_TITLE} in ${where}?`;
  return confirm(io, question);
}

async function waited(
  cluster: Target,
  change: EntryChange,
  done: Change,
  settings: ChangeSettings,
  warnings: readonly string[],
): Promise<CommandResult> {
  const { type } = change;
  if (type === null || settings.waitMs === null) throw new Error('nothing to wait for');
  const interruption = new Interruption();
  interruption.begin((text) => {
    settings.progress.say(text);
  });
  try {
    const outcome = await awaitShim(cluster, type, {
      timeoutMs: settings.waitMs,
      clock: () => performance.now(),
      sleep: (ms) => pause(ms, undefined, { signal: interruption.signal }).catch(() => undefined),
      tell: (text) => {
        settings.progress.tell(text);
      },
      signal: interruption.signal,
    });
    const codes = {
      ready: OK,
      blind: FINDINGS,
      'timed-out': PENDING,
      interrupted: interruption.exitCode ?? PENDING,
    } as const;
    return resultOf(change, done, settings, {
      warnings: [...warnings, ...outcome.status.warnings],
      exitCode: codes[outcome.ended],
      status: outcome.item,
      closing: waitClosing(outcome.item, outcome.ended),
    });
  } finally {
    interruption.end();
    settings.progress.done();
  }
}

function resultOf(
  change: EntryChange,
  done: Change,
  { dryRun, diff }: ChangeSettings,
  more: {
    readonly warnings: readonly string[];
    readonly exitCode: ExitCode;
    readonly status?: ShimItem;
    readonly closing?: readonly string[];
  },
): CommandResult {
  const document: ShimResult = {
    apiVersion: 'ipamctl.io/v1',
    kind: 'ShimResult',
    type: change.type,
    name: change.name,
    result: done.result,
    by: done.by,
    before: done.before,
    after: done.after,
    diff: entryDiff(done.before, done.result === 'unchanged' ? done.before : done.after),
    patch: done.patch,
    dryRun: dryRun ?? null,
    status: more.status ?? null,
    warnings: more.warnings,
  };
  return {
    document,
    human: ({ screen, wide }) => ({ text: changeText(document, { screen, wide, diff }), hiddenColumns: [] }),
    names: () => (done.patch.length === 0 ? '' : `${OPERATOR_NETWORK_TITLE}\n`),
    closing: more.closing ?? changeClosing(document),
    warnings: more.warnings,
    exitCode: more.exitCode,
  };
}

const nothing = () => ({ text: '', hiddenColumns: [] });

/** @throws UsageFailure where flags of waiting have nothing to wait for */
export function checkWait(flags: { readonly wait: boolean; readonly 'dry-run'?: string | undefined }): void {
  if (flags.wait && flags['dry-run'] !== undefined) {
    throw new UsageFailure('--wait has nothing to wait for with --dry-run', { hints: ['leave one of the two out'] });
  }
}
