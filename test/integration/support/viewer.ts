import type { PolicyRule } from '../../cluster/cluster.js';
import { jsonOf, runCli } from './cli.js';

/** What somebody who only looks may do, as the program itself says it. */
export async function viewerRules(): Promise<PolicyRule[]> {
  const role = jsonOf(await runCli(['rbac', '--role', 'viewer', '-o', 'json'])) as { rules: PolicyRule[] };
  return role.rules;
}

/** The rules less one resource, or one verb on it. */
export function without(
  rules: readonly PolicyRule[],
  { resource, verb }: { resource: string; verb?: string },
): PolicyRule[] {
  return rules.flatMap((rule) => {
    if (!rule.resources.includes(resource)) return [rule];
    const others = rule.resources.filter((other) => other !== resource);
    const verbs = verb === undefined ? [] : rule.verbs.filter((other) => other !== verb);
    return [
      ...(others.length === 0 ? [] : [{ ...rule, resources: others }]),
      ...(verbs.length === 0 ? [] : [{ ...rule, resources: [resource], verbs }]),
    ];
  });
}
