import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base.js';
import { SCRIPTS, SHELLS } from '../cli/completion/scripts.js';
import { writeAll } from '../cli/io.js';

export default class Completion extends BaseCommand {
  static override summary = 'print the completion script of a shell';
  static override description = [
    'Completes commands, flags, and values of the cluster at hand: pools, addresses, namespaces, pods, nodes.',
    'bash: source <(ipamctl completion bash), in ~/.bashrc to keep it.',
    'zsh: source <(ipamctl completion zsh), in ~/.zshrc after compinit.',
    'fish: ipamctl completion fish > ~/.config/fish/completions/ipamctl.fish',
    'powershell: ipamctl completion powershell | Out-String | Invoke-Expression, in $PROFILE to keep it.',
    'As a plugin of kubectl and oc (1.26 and newer) nothing is to be done: their own completion asks ipamctl.',
  ].join('\n');
  static override args = {
    shell: Args.string({ options: SHELLS, required: true, description: 'the shell' }),
  };
  static override examples = ['<%= config.bin %> completion bash', '<%= config.bin %> completion zsh'];

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const shell = SHELLS.find((each) => each === args.shell) ?? 'bash';
    await writeAll(this.io.stdout, [await readFile(join(this.config.root, 'completions', SCRIPTS[shell]), 'utf8')]);
  }
}
