import type { FixResult } from '../audit/fix-result.js';
import { fixClosing, fixQuestion, fixScreen } from '../render/fix.js';
import { safe } from '../render/safe.js';
import { wrap } from '../render/wrap.js';
import { writesClosing, writesText } from '../render/writes.js';
import { confirm } from './ask.js';
import { BaseCommand, exitCodeFor } from './base.js';
import { isForPeople, planOutput } from './emit.js';
import type { ExitCode } from './exit-codes.js';
import { Fixing, type FixOptions } from './fixing.js';
import { messageScreen, writeAll } from './io.js';
import type { WriteCommandFlags } from './release-command.js';
import { mustAsk } from './consent.js';
import type { RunFlagValues } from './releasing-run.js';
import type { CommandResult } from './result.js';

/** A command that mends: the plan first, consent, the writes, and what came of them. */
export abstract class FixCommand extends BaseCommand {
  protected async presentFix(
    flags: WriteCommandFlags & RunFlagValues,
    formats: readonly string[],
    options: Pick<FixOptions, 'checks' | 'settings' | 'isAsked'>,
  ): Promise<void> {
    const by = flags['dry-run'];
    const forPeople = isForPeople(await planOutput(flags.output, formats, flags['no-headers'] ?? false));
    const asks = by === undefined && mustAsk(this.io, flags.yes, forPeople, '--fix');
    await this.present(flags, formats, () =>
      this.withCluster(flags, async (cluster, progress) => {
        const toolVersion = this.config.version;
        const fixing = await Fixing.prepare({ ...options, cluster, progress, flags, command: 'audit', toolVersion });
        if (by !== undefined) {
          const { result, exitCode } = await fixing.rehearse(by);
          return rehearsed(result, by === 'server', exitCode);
        }
        const run = await fixing.ready();
        progress.done();
        if (asks && !fixing.isEmpty && !(await this.#agrees(fixing.plan(), await cluster.identity()))) {
          const plan = fixing.plan();
          return { ...fixed(plan, exitCodeFor(true)), human: nothing, closing: ['Nothing was changed.'] };
        }
        const { result, exitCode } = await run();
        progress.done();
        return fixed(result, exitCode);
      }),
    );
  }

  async #agrees(
    plan: FixResult,
    identity: { readonly name: string; readonly server: string | null },
  ): Promise<boolean> {
    const screen = messageScreen(this.io);
    const shown = fixScreen(plan, { screen, wide: false, noHeaders: false });
    const warnings = plan.warnings.map((warning) => `${wrap(safe(`Warning: ${warning}`), screen.width)}\n`);
    await writeAll(this.io.stderr, [shown.text, '\n', ...warnings]);
    return confirm(this.io, fixQuestion(plan, identity));
  }
}

const nothing = () => ({ text: '', hiddenColumns: [] });

function fixed(result: FixResult, exitCode: ExitCode): CommandResult {
  return {
    document: result,
    human: (view) => fixScreen(result, view),
    closing: fixClosing(result),
    warnings: result.warnings,
    exitCode,
  };
}

function rehearsed(result: FixResult, asked: boolean, exitCode: ExitCode): CommandResult {
  const writes = result.writes ?? [];
  return {
    ...fixed(result, exitCode),
    human: (view) => {
      const screen = fixScreen(result, view);
      return { ...screen, text: [screen.text, writesText(writes)].filter((text) => text !== '').join('\n') };
    },
    closing: writes.length === 0 ? ['Nothing to mend; nothing was changed.'] : writesClosing(writes, asked),
  };
}
