/**
 * Makes examples/sample-cluster anew: seeds a real cluster with the real whereabouts plugin and saves of it what
 * `ipamctl snapshot save` saves. Run by hand when the seed changes: `npx tsx scripts/make-example.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCluster } from '../src/cluster/live/index.js';
import { MANIFEST_FILE } from '../src/cluster/snapshot/index.js';
import { saveSnapshot } from '../src/snapshot/save.js';
import { TestCluster } from '../test/cluster/cluster.js';
import { seed } from '../test/cluster/seed.js';
import { deploy, UPSTREAMS } from '../test/integration/support/reconcilers.js';

const path = join('examples', 'sample-cluster');
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const cluster = await TestCluster.start({ log: console.error });
try {
  await seed(cluster, { log: console.error });
  await deploy(cluster, UPSTREAMS, 1);
  const reader = await openCluster({ kubeconfig: cluster.kubeconfig }, {}, { version });
  try {
    const { objects, warnings } = await saveSnapshot(reader, {
      path,
      force: true,
      redactKey: null,
      toolVersion: version,
    });
    console.error([`${path}: ${objects.toString()} objects`, ...warnings].join('\n'));
  } finally {
    await reader.close();
  }
  // Of this machine nothing is told.
  const file = join(path, MANIFEST_FILE);
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { cluster: object };
  const told = {
    ...manifest,
    cluster: { ...manifest.cluster, server: 'https://api.sample.example:6443' },
    context: 'sample',
  };
  writeFileSync(file, `${JSON.stringify(told, null, 2)}\n`);
} finally {
  await cluster.stop();
}
