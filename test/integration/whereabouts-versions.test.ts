/**
 * Addresses of older versions of whereabouts, on the real API server with the definitions that each version ships. Of the
 * oldest its real plugin gives them; of the others it did when they were saved, since each takes minutes to build.
 * `npm run matrix` runs the real plugin of all.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { OLDER_WHEREABOUTS } from '../cluster/binaries.js';
import { attach } from '../cluster/attach.js';
import type { KubeObject } from '../cluster/client.js';
import { POOL_NAMESPACE } from '../cluster/cluster.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import {
  containerOf,
  knowsNetworks,
  knowsSlices,
  networksOf,
  openOlderScene,
  saveScene,
  writesInterface,
  type Given,
  type OlderScene,
} from './support/older.js';

const mode = process.env['IPAMCTL_MATRIX'] ?? '';
const [OLDEST] = OLDER_WHEREABOUTS;
const GROUP = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;

describe.each(OLDER_WHEREABOUTS)('whereabouts %s', (version) => {
  let scene: OlderScene;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ipamctl-older-'));
    scene = await openOlderScene(version, mode !== '' || version === OLDEST);
    if (mode === 'save') await saveScene(scene);
  }, 900_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await scene.cluster.stop();
  });

  const run = (...args: string[]): Promise<CliResult> =>
    runCli(args, { kubeconfig: scene.cluster.kubeconfig, env: { XDG_STATE_HOME: folder } });

  async function answer<T>(code: number, ...args: string[]): Promise<T> {
    const ran = await run(...args, '-o', 'json');
    const document = jsonOf(ran);
    expect([ran.code, ran.stderr, violations(document)]).toEqual([code, expect.anything(), []]);
    return document as T;
  }

  test('show', async () => {
    for (const args of [['pools', 'ls', '-o', 'wide'], ['ips', 'ls', '-o', 'wide'], ['audit'], ['doctor'], ['nad', 'lint', '--whereabouts-version', version], ['reconcile']]) {
      const ran = await run(...args);
      console.log(args.join(' '), ran.code, '\n' + ran.stdout + '\n--\n' + ran.stderr);
    }
    console.log(JSON.stringify(scene.given, null, 0));
    const { items } = await scene.cluster.ok<{ items: KubeObject[] }>('GET', `${GROUP}/overlappingrangeipreservations`);
    console.log(JSON.stringify(items.map((o) => [o.metadata?.name, o['spec']])));
  }, 200_000);
});
