import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../support/program.js';
import { folderWith, removeFolders } from '../support/world.js';

afterAll(removeFolders);

function krew(...args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'scripts/krew.ts', ...args], { cwd: ROOT, encoding: 'utf8' });
}

const URLS = ['--base-url', 'https://example.org/v1/', '--homepage', 'https://example.org'];

test('the manifest of krew names each archive with its sum', () => {
  const folder = folderWith({});
  const archives = ['x64', 'arm64'].map((arch) => join(folder, `ipamctl-linux-${arch}.tar.gz`));
  for (const archive of archives) writeFileSync(archive, archive);
  const { status, stdout } = krew(...URLS, ...archives);
  expect(status).toBe(0);
  const manifest = parse(stdout) as {
    metadata: object;
    spec: { version: string; shortDescription: string; platforms: object[] };
  };
  expect(manifest).toMatchObject({ kind: 'Plugin', metadata: { name: 'ipamctl' } });
  // What krew-index asks of them.
  expect(manifest.spec.version).toMatch(/^v\d+\.\d+\.\d+/);
  expect(manifest.spec.shortDescription.length).toBeLessThanOrEqual(50);
  expect(manifest.spec.platforms).toEqual(
    ['amd64', 'arm64'].map((arch, at) => ({
      selector: { matchLabels: { os: 'linux', arch } },
      uri: `https://example.org/v1/ipamctl-linux-${at === 0 ? 'x64' : 'arm64'}.tar.gz`,
      sha256: createHash('sha256')
        .update(archives[at] ?? '')
        .digest('hex'),
      bin: `ipamctl-linux-${at === 0 ? 'x64' : 'arm64'}/bin/kubectl-ipamctl`,
    })),
  );
});

test('an archive of no known platform is refused', () => {
  expect(krew(...URLS, 'ipamctl.tgz')).toMatchObject({ status: 1, stdout: '' });
  expect(krew('ipamctl-linux-x64.tar.gz')).toMatchObject({ status: 2, stdout: '' });
});
