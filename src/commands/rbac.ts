import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../cli/base.js';
import { outputFlags, variableOf } from '../cli/flags.js';
import { clusterRole, ROLES } from '../cluster/roles.js';
import { names, yaml } from '../render/output.js';

const FORMATS = ['yaml', 'json', 'name', 'jsonpath'] as const;

export default class Rbac extends BaseCommand {
  static override summary = 'print the least ClusterRole for what ipamctl does';
  static override description =
    'viewer: all that reads. operator: what releases addresses, too. admin: what changes networks, too. Bind it to a person or a pipeline.';
  static override examples = [
    '<%= config.bin %> rbac | kubectl apply -f -',
    '<%= config.bin %> rbac --role operator | kubectl apply -f -',
  ];
  static override flags = {
    ...outputFlags(FORMATS),
    role: Flags.option({ options: ROLES, summary: 'for whom', default: 'viewer' as const, env: variableOf('role') })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Rbac);
    const role = clusterRole(flags.role);
    const text = await yaml(role);
    await this.present({ ...flags, output: flags.output ?? ['yaml'] }, FORMATS, () =>
      Promise.resolve({
        document: role,
        human: () => ({ text, hiddenColumns: [] }),
        names: () => names('clusterrole.rbac.authorization.k8s.io', [role.metadata]),
        closing: [],
        warnings: [],
        exitCode: 0,
      }),
    );
  }
}
