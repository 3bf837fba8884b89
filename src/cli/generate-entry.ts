import type { Target } from '../cluster/open.js';
import type { Profile } from '../lint/model.js';
import type { Generated } from '../nad/generate/generate.js';
import { planAdd } from '../openshift/change.js';
import { effectOf, nadOf } from '../openshift/entry.js';
import { existingNetworks } from './generate-apply.js';
import { judge, warningsOf } from './generate-run.js';
import type { CommandResult } from './result.js';
import { type ChangeSettings, runChange } from './shimming.js';

/** Puts a network among the entries of the Cluster Network Operator, as `shim apply` does; it must be this very entry. */
export async function applyEntry(
  cluster: Target,
  generated: Generated,
  flags: { readonly profile: Profile; readonly force: boolean },
  settings: ChangeSettings,
): Promise<CommandResult> {
  const [entry = {}] = generated.documents;
  const existing = await existingNetworks(cluster, nadOf(entry));
  const found = warningsOf(generated, await judge(generated, flags.profile, existing.sources));
  const change = {
    name: generated.name,
    type: effectOf(entry),
    decide: (network: Parameters<typeof planAdd>[0]) =>
      planAdd(network, entry, {
        type: null,
        force: flags.force,
        hints: ['--force     replaces it', '--name NAME     leaves it, and adds another'],
      }),
    needsYes: undefined,
    warnings: [...existing.warnings, ...found],
  };
  return runChange(cluster, change, settings);
}
