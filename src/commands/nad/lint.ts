import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base.js';
import { connectionFlags, outputFlags, sourceFlags, variableOf } from '../../cli/flags.js';
import { linted, refuseClusterFlags } from '../../cli/linting.js';
import { PROFILES, SEVERITIES } from '../../lint/model.js';
import { FAIL_ON } from '../../lint/report.js';
import { SCOPES } from '../../lint/scope.js';

const FORMATS = ['table', 'json', 'yaml', 'sarif', 'junit', 'github'] as const;
const EXPLAIN_FORMATS = ['table', 'wide', 'json', 'yaml'] as const;

export default class NadLint extends BaseCommand {
  static override summary = 'check NetworkAttachmentDefinitions and CNI configurations before the cluster does';
  static override description =
    'Reads NADs, network annotations of pods, CNO Network objects, networks of operators, and bare CNI configurations, ' +
    'in files, or without a path in the cluster. ' +
    'Exit code 1 when something is found at or above --fail-on, 3 when something could not be read. ' +
    'A comment "# ipamctl-ignore: RULE reason" or the annotation ipamctl.io/ignore keeps a finding back.';
  static override examples = [
    '<%= config.bin %> nad lint nad.yaml',
    '<%= config.bin %> nad lint manifests/ -o sarif=out.sarif -o table',
    'kubectl kustomize . | <%= config.bin %> nad lint -',
    '<%= config.bin %> nad lint --fix --dry-run nad.yaml',
    '<%= config.bin %> nad lint -A',
    '<%= config.bin %> nad lint nad.yaml --with-cluster',
    '<%= config.bin %> nad lint --explain nad.yaml',
  ];
  static override strict = false;
  static override args = {
    path: Args.string({ description: 'files, folders, patterns; - for standard input' }),
  };
  static override flags = {
    ...connectionFlags,
    from: sourceFlags.from,
    'with-cluster': Flags.boolean({
      summary: 'check the cluster besides the files, and the files against it',
      env: variableOf('with-cluster'),
    }),
    namespace: Flags.string({
      char: 'n',
      summary: 'of a cluster: this namespace; without it that of the context',
      helpValue: 'NAME',
      env: variableOf('namespace'),
    }),
    'all-namespaces': Flags.boolean({ char: 'A', summary: 'of a cluster: all namespaces', exclusive: ['namespace'] }),
    selector: Flags.string({
      char: 'l',
      summary: 'of a cluster: only NADs with these labels, as kubectl has it',
      helpValue: 'SELECTOR',
      env: variableOf('selector'),
    }),
    ...outputFlags(FORMATS),
    'fail-on': Flags.option({
      options: FAIL_ON,
      summary: 'the least severity that makes the exit code 1; error when not given',
      env: variableOf('fail-on'),
    })(),
    show: Flags.option({
      options: SEVERITIES,
      summary: 'the least severity that is printed for people; the rest is counted',
      default: 'warning' as const,
      env: variableOf('show'),
    })(),
    scope: Flags.option({
      options: SCOPES,
      summary: 'what is compared with each other: the documents of a folder (when not given), or all',
      env: variableOf('scope'),
    })(),
    profile: Flags.option({
      options: PROFILES,
      summary: 'whose surroundings to judge by, openshift when not given; strict makes errors of warnings',
      env: variableOf('profile'),
    })(),
    'whereabouts-version': Flags.string({
      summary: 'judge by this version of whereabouts; without it, by any that may run',
      helpValue: 'X.Y.Z',
      env: variableOf('whereabouts-version'),
    }),
    extract: Flags.boolean({
      summary: 'in folders, check blocks of Markdown and AsciiDoc too',
      env: variableOf('extract'),
    }),
    'allow-empty': Flags.boolean({
      summary: 'exit code 0 when there is nothing to check',
      env: variableOf('allow-empty'),
    }),
    config: Flags.string({
      summary: 'configuration file; without it the nearest .ipamctl.yaml upwards',
      helpValue: 'FILE',
      env: variableOf('config'),
    }),
    baseline: Flags.string({
      summary: 'an earlier report (-o json=FILE): what it has fails nothing',
      helpValue: 'FILE',
      env: variableOf('baseline'),
    }),
    explain: Flags.boolean({
      summary: 'print what whereabouts will do with each range, and nothing else',
      exclusive: ['fix', 'baseline', 'fail-on'],
    }),
    fix: Flags.boolean({ summary: 'repair what can be repaired without guessing' }),
    'dry-run': Flags.boolean({
      summary: 'with --fix: print what would change, and change nothing',
      dependsOn: ['fix'],
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(NadLint);
    const paths = argv.map(String);
    refuseClusterFlags({ paths, flags });
    await this.present(flags, flags.explain ? EXPLAIN_FORMATS : FORMATS, () =>
      linted({ paths, flags, version: this.config.version, withSource: (work) => this.withSource(flags, work) }),
    );
  }
}
