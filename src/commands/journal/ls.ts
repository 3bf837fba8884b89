import { BaseCommand } from '../../cli/base.js';
import { outputFlags } from '../../cli/flags.js';
import { journalFlag } from '../../cli/journal-flag.js';
import { LIST_FORMATS } from '../../cli/result.js';
import { stateDirectory } from '../../journal/directory.js';
import { listJournals } from '../../journal/list.js';
import { journalClosing, journalTable } from '../../render/journals.js';

export default class JournalLs extends BaseCommand {
  static override summary = 'list the journals of earlier runs, newest first';
  static override description = 'Reads files only; no cluster is asked.';
  static override hiddenAliases = ['journal:list'];
  static override examples = [
    '<%= config.bin %> journal ls',
    '<%= config.bin %> journal ls -o wide',
    "<%= config.bin %> journal ls -o jsonpath='{.items[?(@.uncertain>0)].path}'",
  ];
  static override flags = { ...outputFlags(LIST_FORMATS), ...journalFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(JournalLs);
    const directory = flags.journal ?? stateDirectory(process.env);
    await this.present(flags, LIST_FORMATS, async () => {
      const items = await listJournals(directory);
      return {
        document: { apiVersion: 'ipamctl.io/v1', kind: 'JournalList', items, warnings: [] },
        human: (view) => journalTable(items, view),
        names: () => items.map(({ path }) => `${path}\n`).join(''),
        closing: journalClosing(items, directory),
        warnings: [],
        exitCode: 0,
      };
    });
  }
}
