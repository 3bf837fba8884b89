import * as Args from '@oclif/core/args';
import { loadHelpClass } from '@oclif/core/help';
import { BaseCommand } from '../cli/base.js';
import { HELP_TOPICS, topicText } from '../cli/topics.js';
import { writeAll } from '../cli/io.js';

export default class Help extends BaseCommand {
  static override summary = 'show help for a command, or a topic: exit-codes, verdicts, environment, output, safety';
  static override strict = false;
  static override args = { command: Args.string({ description: 'a command, or a topic' }) };
  static override examples = ['<%= config.bin %> help pools ls', '<%= config.bin %> help exit-codes'];

  async run(): Promise<void> {
    const { argv } = await this.parse(Help);
    const words = argv.map(String);
    const topic = words.length === 1 ? HELP_TOPICS.get(words[0] ?? '') : undefined;
    if (topic !== undefined) {
      await writeAll(this.io.stdout, [topicText(topic)]);
      return;
    }
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, this.config.pjson.oclif.helpOptions).showHelp(words);
  }
}
