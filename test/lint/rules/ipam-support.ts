import type { AnyRule, Profile } from '../../../src/lint/model.js';
import { RULES } from '../../../src/lint/registry.js';
import { findingsOf, nadText } from '../support.js';

/** The rules of a family. */
export function rulesOf(family: string): AnyRule[] {
  return RULES.filter(({ id }) => id.startsWith(`${family}/`));
}

/** What rules of a family find in a text: `severity rule: what is underlined`, by place. */
export async function found(
  text: string,
  family: string,
  { file = 'nad.yaml', profile = 'openshift' }: { file?: string; profile?: Profile } = {},
): Promise<string[]> {
  const rules = rulesOf(family);
  const lines = text.split('\n');
  return (await findingsOf(text, { rules, file, profile })).map(({ severity, rule, line, column, endColumn }) => {
    const token = lines[line - 1]?.slice(column - 1, endColumn - 1) ?? '';
    return `${severity} ${rule.slice(family.length + 1)}: ${token}`;
  });
}

/** A network with this `ipam`, and these members of its plugin. */
export function ipamText(ipam: string, plugin = '"type":"macvlan","master":"eth1"'): string {
  return nadText(`'{"cniVersion":"0.3.1","name":"tenant-a",${plugin},"ipam":{${ipam}}}'`);
}
