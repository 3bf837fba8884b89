import * as Args from '@oclif/core/args';
import { checkDocument, checkList } from '../../audit/check-documents.js';
import { findCheck } from '../../audit/chosen.js';
import { CHECKS } from '../../audit/registry.js';
import { BaseCommand } from '../../cli/base.js';
import { outputFlags } from '../../cli/flags.js';
import { type CommandResult, LIST_FORMATS } from '../../cli/result.js';
import { checkScreen, checkTable } from '../../render/checks.js';
import { nearest } from '../../render/nearest.js';

export default class AuditChecks extends BaseCommand {
  static override summary = 'list the checks of audit, or explain one';
  static override examples = [
    '<%= config.bin %> audit checks',
    '<%= config.bin %> audit checks orphan-pool',
    '<%= config.bin %> audit checks -o json',
  ];
  static override args = { id: Args.string({ description: 'name of a check, with or without audit/' }) };
  static override flags = { ...outputFlags(LIST_FORMATS) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuditChecks);
    const { id } = args;
    await this.present(flags, LIST_FORMATS, () => Promise.resolve(id === undefined ? listed() : explained(id)));
  }
}

const QUIET = { closing: [], warnings: [], exitCode: 0 } as const;

function listed(): CommandResult {
  const document = checkList(CHECKS);
  return {
    ...QUIET,
    document,
    human: (view) => checkTable(document.items, view),
    names: () => document.items.map(({ id }) => `${id}\n`).join(''),
  };
}

function explained(id: string): CommandResult {
  const document = checkDocument(findCheck(CHECKS, id, nearest));
  return {
    ...QUIET,
    document,
    human: ({ screen }) => ({ text: checkScreen(document, screen), hiddenColumns: [] }),
    names: () => `${document.id}\n`,
  };
}
