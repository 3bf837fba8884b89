import * as Args from '@oclif/core/args';
import { connectionFlags, outputFlags, repeated } from '../cli/flags.js';
import { ReleaseCommand } from '../cli/release-command.js';
import { preparedRestore } from '../cli/releasing-restore.js';
import { writeFlags } from '../cli/releasing.js';
import { LIST_FORMATS } from '../cli/result.js';

export default class Restore extends ReleaseCommand {
  static override summary = 'put back what a run released, where it is still free';
  static override description =
    'Reads the journal of a run of this cluster, and puts back the entries and the reservations that it took: each only where nobody has the address by now, in no pool and no pod, and where its owner got no other one. What cannot be put back is named, with why (exit code 6, or 5 where nothing could be). Keeps a journal of its own.';
  static override examples = [
    '<%= config.bin %> journal ls',
    '<%= config.bin %> restore ~/.local/state/ipamctl/2026-11-24T14-02-11Z-reconcile.jsonl',
    '<%= config.bin %> restore 2026-11-24T14-02-11Z-reconcile.jsonl --dry-run=client',
    '<%= config.bin %> restore 2026-11-24T14-02-11Z-reconcile.jsonl --item 192.168.2.10 --item fd00:60::5 --yes',
    '<%= config.bin %> restore 2026-11-24T14-02-11Z-reconcile.jsonl --item bignet-10.20.0.0-16/22 --yes -o json',
  ];
  static override args = { journal: Args.string({ description: 'the file of a journal', required: true }) };
  static override flags = {
    ...connectionFlags,
    ...outputFlags(LIST_FORMATS),
    ...writeFlags,
    item: repeated('item', 'only this one; may be given several times', 'ADDRESS|POOL/KEY'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Restore);
    await this.presentWrite(flags, {
      needsYes: 'restore',
      prepare: (cluster, progress) =>
        preparedRestore({
          cluster,
          progress,
          flags,
          command: 'restore',
          toolVersion: this.config.version,
          path: args.journal,
          items: flags.item ?? [],
        }),
    });
  }
}
