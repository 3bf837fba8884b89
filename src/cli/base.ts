import { Command } from '@oclif/core/command';
import type { Interfaces } from '@oclif/core';
import type { ReadingObserver } from '../cluster/options.js';
import { openSource, openTarget, type Target } from '../cluster/open.js';
import type { ClusterReader } from '../cluster/port.js';
import { UsageFailure } from '../errors.js';
import type { InventoryOptions } from '../pools/inventory.js';
import { safe } from '../render/safe.js';
import { parsePodref, type ObjectRef } from '../whereabouts/objects.js';
import { connectionOf, meansSeveral, type SourceFlagValues } from './connection.js';
import { emit, planOutput } from './emit.js';
import { FINDINGS, type ExitCode } from './exit-codes.js';
import { colorFlag, variableOf } from './flags.js';
import { processIo, type Io } from './io.js';
import { located } from './located.js';
import { Progress } from './progress.js';
import type { Fleet } from './fleet.js';
import type { CommandResult } from './result.js';
import { verbosityOf, type Verbosity } from './verbosity.js';
import type { Look, WatchedView, WatchFlags } from './watch.js';

export type { SourceFlagValues };

/** What every command has: streams, output formats, and a place to read from that is always closed again. */
export abstract class BaseCommand extends Command {
  static override baseFlags = colorFlag;

  protected readonly io: Io = processIo;
  #verbosity: Verbosity = 0;

  /** oclif hands on the text of a variable as it is, also for a flag that may be given several times. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(input?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(input, argv);
    const values: Record<string, unknown> = parsed.flags;
    const flags: Interfaces.FlagInput = input?.flags ?? {};
    for (const [name, flag] of Object.entries(flags)) {
      const value = values[name];
      if (flag.type === 'option' && flag.multiple === true && typeof value === 'string') values[name] = [value];
    }
    processIo.whole = values['no-truncate'] === true;
    this.#verbosity = verbosityOf(values['verbose'] === true, parsed.raw, process.env['DEBUG'] ?? '');
    return parsed;
  }

  /** Runs the work, prints its outcome in every asked format, and leaves the exit code. */
  protected async present(
    output: { readonly output?: string[] | undefined; readonly 'no-headers'?: boolean | undefined },
    formats: readonly string[],
    work: () => Promise<CommandResult>,
  ): Promise<void> {
    const plan = await planOutput(output.output, formats, output['no-headers'] ?? false);
    const result = await work();
    await emit(result, plan, this.io, this.config.bin);
    process.exitCode = result.exitCode;
  }

  /** `present` for commands that read a cluster or a snapshot. */
  protected async presentFrom(
    flags: SourceFlagValues & Parameters<BaseCommand['present']>[0],
    formats: readonly string[],
    work: (reader: ClusterReader, progress: Progress) => Promise<CommandResult>,
  ): Promise<void> {
    await this.present(flags, formats, () => this.withSource(flags, work));
  }

  /** `presentFrom`, of several clusters where the flags mean several. */
  protected async presentFleet<T>(
    flags: SourceFlagValues & Parameters<BaseCommand['present']>[0],
    formats: readonly string[],
    reading: FleetCommand<T>,
  ): Promise<void> {
    const { look, show, join } = reading;
    if (!meansSeveral(flags)) {
      await this.presentFrom(flags, formats, async (reader, progress) => show(await look(reader, progress)));
      return;
    }
    if (flags.from !== undefined) refuseBoth(flags);
    if (flags['all-contexts'] === true && isGiven(flags, 'context')) {
      throw new UsageFailure('--all-contexts and --context do not go together', {
        hints: ['leave one of the two out'],
      });
    }
    await this.present(flags, formats, async () => {
      const { readFleet, withClusters } = await import('./fleet.js');
      const progress = new Progress(this.io);
      const observerOf = (name: string): ReadingObserver => {
        const { debug, trace, progress: counted } = this.#observer(progress);
        const named = (tell: (message: string) => void) => (message: string) => {
          tell(`${name}: ${message}`);
        };
        return {
          ...(debug === undefined ? {} : { debug: named(debug) }),
          ...(trace === undefined ? {} : { trace: named(trace) }),
          ...(counted === undefined
            ? {}
            : {
                progress: (plural, count) => {
                  counted(`${plural} of ${name}`, count);
                },
              }),
        };
      };
      try {
        const { version } = this.config;
        const fleet = await readFleet(flags, { version, observerOf, look: (reader) => look(reader, progress) });
        return withClusters(join(fleet), fleet);
      } finally {
        progress.done();
      }
    });
  }

  /** `presentFrom`, again and again: shows what `look` finds whenever the cluster changes. */
  protected async watchFrom<Row>(
    flags: SourceFlagValues & WatchFlags,
    view: WatchedView<Row>,
    look: Look,
  ): Promise<void> {
    if (meansSeveral(flags)) {
      throw new UsageFailure('-w follows one cluster', { hints: ['name one: --context NAME'] });
    }
    const { watch } = await import('./watch.js');
    process.exitCode = await this.withSource(flags, (reader) =>
      watch(reader, view, flags, { io: this.io, bin: this.config.bin }, look),
    );
  }

  /** Opens the cluster or snapshot that the flags name, works on it, and closes it. */
  protected async withSource<T>(
    flags: SourceFlagValues,
    work: (reader: ClusterReader, progress: Progress) => Promise<T>,
  ): Promise<T> {
    const { from } = flags;
    if (from !== undefined) refuseBoth(flags);
    const source = {
      connection: connectionOf(flags),
      version: this.config.version,
      ...(from === undefined ? {} : { from }),
    };
    const progress = new Progress(this.io);
    const reader = await openSource(source, this.#observer(progress));
    try {
      return await located(reader, () => work(reader, progress));
    } finally {
      progress.done();
      await reader.close();
    }
  }

  /** `withSource` for commands that write: there must be a cluster. */
  protected async withCluster<T>(
    flags: SourceFlagValues,
    work: (cluster: Target, progress: Progress) => Promise<T>,
  ): Promise<T> {
    if (flags.from !== undefined) {
      throw new UsageFailure('--from reads files, and nothing can be written to those', {
        hints: ['leave --from out to write to the cluster'],
      });
    }
    const progress = new Progress(this.io);
    const target = { connection: connectionOf(flags), version: this.config.version };
    const cluster = await openTarget(target, this.#observer(progress));
    try {
      return await located(cluster, () => work(cluster, progress));
    } finally {
      progress.done();
      await cluster.close();
    }
  }

  /** Whoever is told of each request needs no line that says how far the reading is. */
  #observer(progress: Progress): ReadingObserver {
    if (this.#verbosity === 0) return progress.observer;
    const tell = (message: string): void => {
      this.io.stderr.write(`${safe(message)}\n`);
    };
    return this.#verbosity === 1 ? { debug: tell } : { debug: tell, trace: tell };
  }
}

/** How a command reads one cluster, and makes a result of it or of several. */
export interface FleetCommand<T> {
  readonly look: (reader: ClusterReader, progress: Progress) => Promise<T>;
  readonly show: (found: T) => CommandResult;
  readonly join: (fleet: Fleet<T>) => CommandResult;
}

/** Where pools are looked for. */
export function inventoryOptions(flags: { readonly 'ipam-namespace'?: string | undefined }): InventoryOptions {
  const ipamNamespace = flags['ipam-namespace'];
  return ipamNamespace === undefined ? {} : { ipamNamespace };
}

/**
 * The pod that `--pod NAMESPACE/NAME` means.
 * @throws UsageFailure for anything else
 */
export function podOf(text: string): ObjectRef {
  const pod = parsePodref(text);
  if (pod === undefined) throw new UsageFailure(`--pod "${text}" is not NAMESPACE/NAME`);
  return pod;
}

/** 1 where something was lacking: a blind gate is never green. */
export function exitCodeFor(incomplete: boolean, findings = false): ExitCode {
  return incomplete || findings ? FINDINGS : 0;
}

/** Whoever names a cluster and a snapshot means one of them; guessing which would answer about the wrong one. */
function refuseBoth(flags: SourceFlagValues): void {
  const names = ['kubeconfig', 'context', 'all-contexts', 'cluster', 'user', 'as', 'as-group'] as const;
  const given = names.filter((name) => isGiven(flags, name));
  if (given.length > 0) {
    throw new UsageFailure(`--from reads files, so --${given[0] ?? ''} has nothing to say`, {
      hints: ['leave one of the two out'],
    });
  }
}

/** Whether a flag stands on the command line itself: a variable holds for many commands. */
function isGiven(flags: SourceFlagValues, name: keyof SourceFlagValues): boolean {
  const value = flags[name];
  return value !== undefined && value !== false && process.env[variableOf(name)] === undefined;
}
