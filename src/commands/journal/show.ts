import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base.js';
import { outputFlags } from '../../cli/flags.js';
import { journalFlag } from '../../cli/journal-flag.js';
import { OBJECT_FORMATS } from '../../cli/result.js';
import { stateDirectory } from '../../journal/directory.js';
import { journalDocument } from '../../journal/document.js';
import { journalPath, loadJournal } from '../../journal/load.js';
import { journalScreen, shownClosing } from '../../render/journals.js';

export default class JournalShow extends BaseCommand {
  static override summary = 'tell what one run did, and what became of each write';
  static override description =
    'What later runs found out about a write whose fate was not known counts, where their journals lie beside it or in --journal. Reads files only; no cluster is asked.';
  static override examples = [
    '<%= config.bin %> journal show 2026-11-24T14-02-11Z-reconcile.jsonl',
    '<%= config.bin %> journal show 2026-11-24T14-02-11Z-reconcile.jsonl -o wide',
    '<%= config.bin %> journal show 2026-11-24T14-02-11Z-reconcile.jsonl -o json',
  ];
  static override args = {
    file: Args.string({ description: 'path, or name of a file of the directory of the journals', required: true }),
  };
  static override flags = { ...outputFlags(OBJECT_FORMATS), ...journalFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JournalShow);
    const directory = flags.journal ?? stateDirectory(process.env);
    await this.present(flags, OBJECT_FORMATS, async () => {
      const path = journalPath(args.file, directory);
      const document = journalDocument(path, await loadJournal(path, directory));
      return {
        document,
        human: (view) => journalScreen(document, view),
        names: () => `${path}\n`,
        closing: shownClosing(document),
        warnings: document.warnings,
        exitCode: 0,
      };
    });
  }
}
