/**
 * Writes the manifest of krew, kubectl's plugin manager, for the archives of a release:
 * `npx tsx scripts/krew.ts --base-url URL --homepage URL ipamctl-0.1.0-linux-x64.tar.gz …`, as `npm run package` does.
 * An archive is named NAME-OS-ARCH.tar.gz, as Node names both, and has a folder of that name in it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';

/** Go's names for Node's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

const { values, positionals: archives } = parseArgs({
  allowPositionals: true,
  options: {
    'base-url': { type: 'string' },
    homepage: { type: 'string' },
  },
});
const { 'base-url': baseUrl, homepage } = values;
if (baseUrl === undefined || homepage === undefined || archives.length === 0) {
  console.error('usage: krew.ts --base-url URL --homepage URL ARCHIVE…');
  process.exit(2);
}
const pkg = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const platforms = archives.map((archive) => {
  const [, os, arch = ''] = /-(linux|darwin)-(\w+)\.tar\.gz$/.exec(archive) ?? [];
  const goArch = ARCHITECTURES[arch];
  if (os === undefined || goArch === undefined) throw new Error(`${archive} is not named NAME-OS-ARCH.tar.gz`);
  return {
    selector: { matchLabels: { os, arch: goArch } },
    uri: `${baseUrl.replace(/\/+$/, '')}/${basename(archive)}`,
    sha256: createHash('sha256').update(readFileSync(archive)).digest('hex'),
    bin: `${basename(archive, '.tar.gz')}/bin/kubectl-ipamctl`,
  };
});

process.stdout.write(
  stringify({
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'ipamctl' },
    spec: {
      version: `v${pkg.version}`,
      homepage,
      shortDescription: 'See, judge and free IPs of secondary networks',
      description:
        "Shows how full whereabouts' pools are and who holds which address, tells which addresses nobody needs any more\nand why, and releases them while whereabouts goes on working. Checks NetworkAttachmentDefinitions, too.\n",
      caveats:
        'For completion, put kubectl_complete-ipamctl of the archive on your PATH as well: krew links the plugin alone.\n',
      platforms,
    },
  }),
);
