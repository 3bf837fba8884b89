/** Large inputs of `--from`: a must-gather archive of 1 GB, and all pods of a large cluster in one list. */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Subject } from './measure.js';
import type { Installed } from './packed.js';
import { measureSection, type Section } from './section.js';

const NAMESPACES = 60;
const PODS = 2000;
/** So that a pod has about 8 kB. */
const ENVIRONMENT = 130;
const POOL = JSON.stringify({
  apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
  kind: 'IPPool',
  metadata: { name: '192.0.2.0-24', namespace: 'openshift-multus' },
  spec: { range: '192.0.2.0/24', allocations: { 1: { id: 'c', podref: 'ns-0/pod-0', ifname: 'net1' } } },
});

/** `ips ls --from` of both, beside bare node; they are read once each, and nothing is cached but by the system. */
export async function measureOffline(ipamctl: Installed, node: Subject): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-bench-offline-'));
  try {
    const archive = join(folder, 'must-gather.tar.gz');
    const list = join(folder, 'pods.json');
    console.error('writing a must-gather of 1 GB and a list of 480 MB');
    await writeArchive(archive);
    await writeList(list);
    return await measureSection(
      'large inputs, from files',
      [
        { subject: node },
        {
          subject: {
            ...ipamctl.subject(['ips', 'ls', '--from', archive], { ok: [1] }),
            name: 'ips ls --from must-gather.tar.gz (1 GB)',
          },
          aimMb: 450,
        },
        {
          subject: {
            ...ipamctl.subject(['ips', 'ls', '--from', list], { ok: [1] }),
            name: 'ips ls --from pods.json (480 MB)',
          },
          aimMb: 450,
        },
      ],
      { rounds: 3 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeArchive(file: string): Promise<void> {
  const tar = pack();
  const written = finished(tar.pipe(createGzip({ level: 1 })).pipe(createWriteStream(file)));
  tar.entry({ name: 'must-gather/ippools.json' }, POOL);
  for (let namespace = 0; namespace < NAMESPACES; namespace++) {
    const name = `must-gather/namespaces/ns-${namespace.toString()}/core/pods.yaml`;
    const items = Array.from({ length: PODS }, (_, index) => podYaml(`ns-${namespace.toString()}`, index)).join('');
    await new Promise<void>((resolve, reject) => {
      tar.entry({ name }, `---\napiVersion: v1\nkind: PodList\nitems:\n${items}`, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
  tar.finalize();
  await written;
}

async function writeList(file: string): Promise<void> {
  const out: Writable = createWriteStream(file);
  out.write(`{"apiVersion":"v1","kind":"List","items":[\n${POOL}`);
  for (let index = 0; index < (NAMESPACES * PODS) / 2; index++) {
    const text = JSON.stringify(podObject(`ns-${(index % NAMESPACES).toString()}`, index));
    if (!out.write(`,\n${text}`)) await once(out, 'drain');
  }
  out.end(']}\n');
  await finished(out);
}

const variables = (): { name: string; value: string }[] =>
  Array.from({ length: ENVIRONMENT }, (_, index) => ({
    name: `VARIABLE_${index.toString()}`,
    value: `a value of usual size`,
  }));

function podObject(namespace: string, index: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${index.toString()}`, namespace, uid: `uid-${namespace}-${index.toString()}` },
    spec: { nodeName: 'node-a', containers: [{ name: 'app', image: 'app', env: variables() }] },
    status: { phase: 'Running' },
  };
}

const ENV_YAML = variables()
  .map(({ name, value }) => `      - name: ${name}\n        value: ${value}\n`)
  .join('');

function podYaml(namespace: string, index: number): string {
  return `- apiVersion: v1
  kind: Pod
  metadata:
    name: pod-${index.toString()}
    namespace: ${namespace}
    uid: uid-${namespace}-${index.toString()}
  spec:
    nodeName: node-a
    containers:
    - name: app
      image: app
      env:
${ENV_YAML}  status:
    phase: Running
`;
}
