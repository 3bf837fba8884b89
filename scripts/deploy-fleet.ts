/** `npm run deploy:fleet`: writes what Open Cluster Management is to put on its clusters, which is what kustomize makes. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { parseAllDocuments, stringify } from 'yaml';
import { ensureBinaries } from '../test/cluster/binaries.js';

const NAMESPACE = 'open-cluster-management';
const LABEL = { ipamctl: 'enabled' };
const HEAD = `# Written by \`npm run deploy:fleet\`: \`kubectl kustomize deploy/reconcile\` for each cluster with the label ipamctl=enabled.
# Put your image in the place of "image: ipamctl". The work agent of a cluster hands out rights here, so it needs them itself.
`;

/** The Placement and the ManifestWorkReplicaSet with the objects that kustomize printed, as YAML. */
export async function openClusterManagement(rendered: string): Promise<string> {
  const metadata = { name: 'ipamctl', namespace: NAMESPACE };
  const placement = {
    apiVersion: 'cluster.open-cluster-management.io/v1beta1',
    kind: 'Placement',
    metadata,
    spec: { predicates: [{ requiredClusterSelector: { labelSelector: { matchLabels: LABEL } } }] },
  };
  const manifests = parseAllDocuments(rendered).map((document) => document.toJS() as unknown);
  const work = {
    apiVersion: 'work.open-cluster-management.io/v1alpha1',
    kind: 'ManifestWorkReplicaSet',
    metadata,
    spec: { placementRefs: [{ name: 'ipamctl' }], manifestWorkTemplate: { workload: { manifests } } },
  };
  const documents = [placement, work].map((document) => stringify(document, { aliasDuplicateObjects: false }));
  return format(HEAD + documents.join('---\n'), { parser: 'yaml', singleQuote: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const deploy = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'deploy');
  const { kubectl } = await ensureBinaries();
  const rendered = execFileSync(kubectl, ['kustomize', join(deploy, 'reconcile')], { encoding: 'utf8' });
  writeFileSync(join(deploy, 'fleet', 'open-cluster-management.yaml'), await openClusterManagement(rendered));
}
