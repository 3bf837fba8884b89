/**
 * Makes examples/sample-cluster anew: seeds a real cluster with the real whereabouts plugin and saves what ipamctl reads
 * of it. Run by hand when the seed changes: `npx tsx scripts/make-example.ts`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_RESOURCES, resourceName, type Resource } from '../src/cluster/resources.js';
import { TestCluster } from '../test/cluster/cluster.js';
import { seed } from '../test/cluster/seed.js';

interface Item {
  metadata: { name: string; managedFields?: unknown };
}

const folder = join('examples', 'sample-cluster');
const cluster = await TestCluster.start({ log: console.error });
try {
  await seed(cluster, { log: console.error });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const collected: { resource: string; namespace: null; count: number }[] = [];
  const missing: { resource: string; verb: 'list'; reason: 'not-defined' }[] = [];
  for (const resource of ALL_RESOURCES) {
    const answer = await cluster.request<{ items: Item[] | null }>('GET', listPath(resource));
    if (answer.status === 404) {
      missing.push({ resource: resourceName(resource), verb: 'list', reason: 'not-defined' });
      continue;
    }
    const items = (answer.json.items ?? []).map(plain);
    const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
    const list = { apiVersion, kind: `${resource.kind}List`, metadata: {}, items };
    writeFileSync(join(folder, `${resource.plural}.json`), `${JSON.stringify(list, null, 1)}\n`);
    collected.push({ resource: resourceName(resource), namespace: null, count: items.length });
  }
  const kubeSystem = await cluster.ok<{ metadata: { uid: string } }>('GET', '/api/v1/namespaces/kube-system');
  const manifest = {
    apiVersion: 'ipamctl.io/v1',
    kind: 'Snapshot',
    createdAt: new Date().toISOString(),
    cluster: { uid: kubeSystem.metadata.uid, server: 'https://api.sample.example:6443' },
    context: 'sample',
    collected,
    missing,
  };
  writeFileSync(join(folder, 'ipamctl-snapshot.json'), `${JSON.stringify(manifest, null, 2)}\n`);
} finally {
  await cluster.stop();
}

function listPath({ group, version, plural }: Resource): string {
  return group === '' ? `/api/${version}/${plural}` : `/apis/${group}/${version}/${plural}`;
}

/** Without what only the API server needs. */
function plain(item: Item): Item {
  const { managedFields, ...metadata } = item.metadata;
  return { ...item, metadata };
}
