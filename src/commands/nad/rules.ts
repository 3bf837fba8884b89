import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../cli/base.js';
import { outputFlags } from '../../cli/flags.js';
import { type CommandResult, LIST_FORMATS } from '../../cli/result.js';
import { upstreamOf } from '../../lint/examples.js';
import { RULES } from '../../lint/registry.js';
import { findRule, ruleDocument, ruleList } from '../../lint/rule-documents.js';
import { nearest } from '../../render/nearest.js';
import { ruleScreen, ruleTable } from '../../render/rules.js';

export default class NadRules extends BaseCommand {
  static override summary = 'list the rules of nad lint, or explain one';
  static override examples = [
    '<%= config.bin %> nad rules',
    '<%= config.bin %> nad rules json/trailing-comma',
    '<%= config.bin %> nad rules -o json',
  ];
  static override args = { id: Args.string({ description: 'FAMILY/NAME of a rule' }) };
  static override flags = { ...outputFlags(LIST_FORMATS) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(NadRules);
    const { id } = args;
    await this.present(flags, LIST_FORMATS, () => (id === undefined ? Promise.resolve(listed()) : explained(id)));
  }
}

const QUIET = { closing: [], warnings: [], exitCode: 0 } as const;

function listed(): CommandResult {
  const document = ruleList(RULES);
  return {
    ...QUIET,
    document,
    human: (view) => ruleTable(document.items, view),
    names: () => document.items.map(({ id }) => `${id}\n`).join(''),
    closing: document.notes.map((note) => `Note: ${note}.`),
  };
}

async function explained(id: string): Promise<CommandResult> {
  const rule = findRule(RULES, id, nearest);
  const document = ruleDocument(rule, await upstreamOf(rule));
  return {
    ...QUIET,
    document,
    human: ({ screen }) => ({ text: ruleScreen(document, screen), hiddenColumns: [] }),
    names: () => `${id}\n`,
  };
}
