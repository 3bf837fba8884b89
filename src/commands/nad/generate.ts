import * as Args from '@oclif/core/args';
import { canAsk } from '../../cli/ask.js';
import { BaseCommand, type SourceFlagValues } from '../../cli/base.js';
import { isForPeople, planOutput } from '../../cli/emit.js';
import { connectionFlags, outputFlags } from '../../cli/flags.js';
import { allNetworks, APPLIED_FORMATS, type ApplyFlags, applyTo, checkForm } from '../../cli/generate-apply.js';
import { applyEntry } from '../../cli/generate-entry.js';
import { interview, onceIfThere } from '../../cli/generate-dialogue.js';
import { givenOf, questionFlags, resultFlags } from '../../cli/generate-flags.js';
import { FORMATS, generateFrom, judge, printed, warningsOf } from '../../cli/generate-run.js';
import { mustAsk } from '../../cli/consent.js';
import { CHANGE_FORMATS } from '../../cli/shimming.js';
import type { Profile } from '../../lint/model.js';
import { missing } from '../../nad/generate/answers.js';
import type { Generated } from '../../nad/generate/generate.js';
import { type Given, IPAM_TYPES } from '../../nad/generate/questions.js';

export default class NadGenerate extends BaseCommand {
  static override summary = 'write a NetworkAttachmentDefinition that works, or an additionalNetworks entry';
  static override description =
    'What is missing is asked for at a terminal; elsewhere it is exit code 2, naming the flag. The result is checked ' +
    'by the rules of nad lint before it is printed: an error is exit code 2, a warning goes to stderr. ' +
    'The same flags give the same bytes.';
  static override examples = [
    '<%= config.bin %> nad generate',
    '<%= config.bin %> nad generate whereabouts --name tenant-a --main macvlan --master eth1 --range 192.0.2.0/24 --gateway 192.0.2.1',
    '<%= config.bin %> nad generate none --name vlan-7 --main ovn-k8s-cni-overlay --topology localnet --physical-network-name physnet -n default --vlan-id 7',
    '<%= config.bin %> nad generate dhcp --name dhcp-shim --main bridge --bridge br-shim --form additional-network',
  ];
  static override usage = '<%= command.id %> [whereabouts|static|dhcp|none] --main PLUGIN --name NAME [FLAGS]';
  static override args = {
    ipam: Args.string({ description: 'how addresses come to the pods', options: [...IPAM_TYPES] }),
  };
  static override flags = {
    output: outputFlags(FORMATS).output,
    ...(questionFlags as object),
    ...connectionFlags,
    ...resultFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(NadGenerate);
    const given = givenOf(args.ipam, flags);
    // Where the output is for machines nothing is asked.
    const asks = missing(given) !== undefined && flags.output === undefined && canAsk(this.io);
    const generated = generateFrom(asks ? await this.#interview(given, flags) : given);
    if (flags.apply) checkForm(generated, flags.force);
    if (flags.apply && generated.form === 'additional-network') await this.#applyEntry(generated, flags);
    else if (flags.apply && flags['dry-run'] !== 'client') await this.#apply(generated, flags);
    else await this.#print(generated, flags);
  }

  async #interview(given: Given, flags: SourceFlagValues & { readonly profile: Profile }): Promise<Given> {
    const { io } = this;
    // Nobody waits for a cluster that only might have something to say.
    const hasty = { ...flags, 'request-timeout': flags['request-timeout'] ?? '3000' };
    const existing = onceIfThere(() => this.withSource(hasty, allNetworks));
    return interview({ io, profile: flags.profile, bin: this.config.bin, existing }, given);
  }

  async #print(
    generated: Generated,
    flags: Parameters<typeof printed>[1] & { readonly profile: Profile },
  ): Promise<void> {
    const warnings = warningsOf(generated, await judge(generated, flags.profile));
    const { output, formats, result } = await printed(generated, flags, warnings);
    await this.present({ output, 'no-headers': true }, formats, () => Promise.resolve(result));
  }

  async #apply(generated: Generated, flags: ApplyFlags & SourceFlagValues & Applying): Promise<void> {
    const plan = await planOutput(flags.output, APPLIED_FORMATS, false);
    const asks = flags['dry-run'] === undefined && mustAsk(this.io, flags.yes, isForPeople(plan), undefined);
    await this.present(flags, APPLIED_FORMATS, () =>
      this.withCluster(flags, (cluster) => applyTo(cluster, generated, flags, this.io, asks)),
    );
  }

  async #applyEntry(generated: Generated, flags: ApplyFlags & SourceFlagValues & Applying): Promise<void> {
    const forPeople = isForPeople(await planOutput(flags.output, CHANGE_FORMATS, false));
    await this.present(flags, CHANGE_FORMATS, () =>
      this.withCluster(flags, (cluster, progress) =>
        applyEntry(cluster, generated, flags, {
          io: this.io,
          yes: flags.yes,
          dryRun: flags['dry-run'],
          diff: false,
          forPeople,
          waitMs: null,
          progress,
        }),
      ),
    );
  }
}

interface Applying {
  readonly output?: string[] | undefined;
  readonly yes: boolean;
  readonly force: boolean;
}
