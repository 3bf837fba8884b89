/** `npm run deploy:rbac`: writes the rights of each part of deploy/ as `ipamctl rbac` prints them, bound to its account. */
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { stringify } from 'yaml';
import { clusterRole, type Role } from '../src/cluster/roles.js';

/** The part, what it may do, and the name of its account and namespace. */
const PARTS: readonly (readonly [part: string, role: Role, account: string])[] = [
  ['reconcile', 'operator', 'ipamctl'],
  ['plan', 'viewer', 'ipamctl'],
  ['exporter', 'viewer', 'ipamctl-exporter'],
];

/** The files below deploy/ and what is in them. */
export async function rbacFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [part, role, account] of PARTS)
    files[join(part, 'rbac.yaml')] = await format(rbacOf(role, account), { parser: 'yaml', singleQuote: true });
  return files;
}

function rbacOf(role: Role, account: string): string {
  const own = clusterRole(role);
  // Of its own name: the exporter's and another part's role are not to change each other.
  const name = `${account}-${role}`;
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: account }],
  };
  const documents = [{ ...own, metadata: { name } }, binding].map((document) => stringify(document));
  return `# Written by \`npm run deploy:rbac\`, as \`ipamctl rbac --role ${role}\` prints it.\n${documents.join('---\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'deploy');
  for (const [name, text] of Object.entries(await rbacFiles())) writeFileSync(join(folder, name), text);
}
