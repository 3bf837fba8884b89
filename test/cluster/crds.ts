import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { waitFor } from './wait.js';
import type { ApiClient, KubeObject } from './client.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Creates the custom resource definitions of YAML files (those that are there stay) and waits until they are served. */
export async function installCrdFiles(client: ApiClient, files: readonly string[]): Promise<void> {
  const objects = files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).map((doc) => doc.toJS() as KubeObject | null),
  );
  await installCrds(
    client,
    objects.filter((object) => object !== null),
  );
}

/** Creates custom resource definitions and waits until they are served. */
export async function installCrds(client: ApiClient, crds: readonly KubeObject[]): Promise<void> {
  await Promise.all(
    crds.map(async (crd) => {
      const created = await client.request('POST', CRDS, crd);
      if (created.status >= 400 && created.status !== 409)
        throw new Error(`CRD ${crd.metadata?.name}: ${created.text}`);
    }),
  );
  await Promise.all(crds.map((crd) => waitFor(`CRD ${crd.metadata?.name}`, () => isServed(client, crd), 30_000)));
}

/** Waits until every custom resource definition is served, as it takes a moment after a start of the API server. */
export async function waitForCrds(client: ApiClient): Promise<void> {
  const list = await client.ok<{ items: KubeObject[] }>('GET', CRDS);
  await Promise.all(list.items.map((crd) => waitFor(`CRD ${crd.metadata?.name}`, () => isServed(client, crd), 30_000)));
}

async function isServed(client: ApiClient, crd: KubeObject): Promise<boolean> {
  const answer = await client.request('GET', `${CRDS}/${crd.metadata?.name}`);
  const status = (answer.json['status'] ?? {}) as { conditions?: { type: string; status: string }[] };
  if (!(status.conditions ?? []).some((condition) => condition.type === 'Established' && condition.status === 'True'))
    return false;
  const spec = crd['spec'] as { group: string; names: { plural: string }; versions: { name: string }[] };
  const list = await client.request(
    'GET',
    `/apis/${spec.group}/${spec.versions[0]?.name}/${spec.names.plural}?limit=1`,
  );
  return list.status === 200;
}
