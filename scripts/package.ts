/**
 * `npm run package`: everything that a release gives out, in release/: the package for npm, archives with Node inside for
 * Linux, their bills of materials, krew's manifest, and the sums of all. The same sources give the same bytes.
 * With `--base-url URL --homepage URL`, where the archives will be, krew's manifest is written too; `--arch` makes one archive.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { extract, pack } from 'tar-stream';
import { bundledParts, installedParts, notices, type Part } from './contents.js';
import { nodeRuntime, SHIPPED, type Arch } from './node-runtime.js';
import { billOfMaterials } from './sbom.js';

/** npm gives the files of a package this time too. */
const TIME = new Date('1985-10-26T08:15:00Z');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly bin: Readonly<Record<string, string>>;
}

/** What lies where in an archive. */
interface Entry {
  readonly name: string;
  readonly content: Buffer;
  readonly mode?: number;
}

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'release' },
    arch: { type: 'string', multiple: true, default: ['x64', 'arm64'] },
    // What is in dist/ is packed as it is.
    'no-build': { type: 'boolean', default: false },
    'base-url': { type: 'string' },
    homepage: { type: 'string' },
  },
});
const { 'base-url': baseUrl, homepage } = values;
if ((baseUrl === undefined) !== (homepage === undefined)) {
  console.error('krew wants to know both: --base-url, where the archives will be, and --homepage');
  process.exit(2);
}

const arches = values.arch.map((arch): Arch => {
  if (arch !== 'x64' && arch !== 'arm64')
    throw new Error(`there is no archive for --arch ${arch}, only for x64 and arm64`);
  return arch;
});

const out = resolve(values.out);
process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
// npm packs the modes that it finds.
process.umask(0o022);
if (!values['no-build']) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const product = {
  name: manifest.name,
  version: manifest.version,
  description: manifest.description,
  licence: manifest.license,
  bundled: bundledParts(JSON.parse(readFileSync('dist/metafile.json', 'utf8')) as Metafile),
  installed: installedParts(),
};

const tarball = packForNpm();
writeBill(tarball, billOfMaterials(product));
const program = await unpacked(tarball);
const beside = product.installed.flatMap(({ folders }) => folders.flatMap(filesOf));
const archives = await Promise.all(arches.map((arch) => writeArchive(arch)));
if (baseUrl !== undefined && homepage !== undefined)
  writeKrewManifest(archives, ['--base-url', baseUrl, '--homepage', homepage]);
else console.error('no manifest for krew: --base-url and --homepage say where the archives will be');
writeSums();

function packForNpm(): string {
  // Its scripts would build a second time.
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', out];
  return join(out, execFileSync('npm', args, { encoding: 'utf8' }).trim());
}

/** The npm package, the packages that it needs, and Node, under one folder that is named as the archive is. */
async function writeArchive(arch: Arch): Promise<string> {
  const folder = `${manifest.name}-${manifest.version}-linux-${arch}`;
  const node = await nodeRuntime(SHIPPED, arch);
  const bill = billOfMaterials({ ...product, node: { version: node.version, arch, integrity: node.integrity } });
  const nodeLicence = `Node.js ${node.version}, lib/node\n\n${readFileSync(node.licenceFile, 'utf8').trim()}\n`;
  const entries: Entry[] = [
    ...Object.entries(manifest.bin).map(([name, script]) => ({
      name: `bin/${name}`,
      content: Buffer.from(launcher(script)),
      mode: 0o755,
    })),
    ...program.map(({ name, ...rest }) => ({ name: `lib/${manifest.name}/${name}`, ...rest })),
    ...beside.map(({ name, ...rest }) => ({ name: `lib/${manifest.name}/${name}`, ...rest })),
    { name: 'lib/node', content: readFileSync(node.program), mode: 0o755 },
    ...['LICENSE', 'README.md', 'CHANGELOG.md'].map((name) => ({ name, content: readFileSync(name) })),
    {
      name: 'THIRD-PARTY-NOTICES.txt',
      content: Buffer.from([nodeLicence, notices(everyPart())].join(`\n${'-'.repeat(80)}\n\n`)),
    },
    { name: 'sbom.cdx.json', content: jsonOf(bill) },
  ];
  const file = join(out, `${folder}.tar.gz`);
  await pipeline(tarOf(folder, entries), createGzip({ level: 6 }), createWriteStream(file));
  writeBill(file, bill);
  return file;
}

function tarOf(folder: string, entries: readonly Entry[]): ReturnType<typeof pack> {
  const tar = pack();
  for (const { name, content, mode = 0o644 } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)))
    tar.entry({ name: `${folder}/${name}`, mode, mtime: TIME, uid: 0, gid: 0 }, content);
  tar.finalize();
  return tar;
}

/** Starts a script with the Node beside it: needs no PATH, and readlink only where it was called by a link. */
function launcher(script: string): string {
  return `#!/bin/sh
self=$0
case $self in */*) ;; *) self=./$self ;; esac
if [ -h "$self" ]; then self=$(PATH=/usr/bin:/bin readlink -f -- "$self"); fi
lib=\${self%/*}/../lib
exec "$lib/node" "$lib/${manifest.name}/${script}" "$@"
`;
}

async function unpacked(archive: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of createReadStream(archive).pipe(createGunzip()).pipe(extract())) {
    const { name, mode } = entry.header;
    entries.push({ name: name.replace(/^package\//, ''), content: await buffer(entry), mode });
  }
  return entries;
}

function filesOf(folder: string): Entry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((file) => {
    const name = join(file.parentPath, file.name);
    // What lies in a node_modules of its own is a part of its own.
    if (!file.isFile() || name.slice(folder.length).includes('node_modules')) return [];
    return [{ name, content: readFileSync(name) }];
  });
}

function everyPart(): Part[] {
  const byPurl = new Map([...product.bundled, ...product.installed].map((part) => [part.purl, part]));
  return [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

function writeKrewManifest(files: readonly string[], urls: readonly string[]): void {
  const args = ['--import', 'tsx', 'scripts/krew.ts', ...urls, ...files];
  writeFileSync(join(out, `${manifest.name}.yaml`), execFileSync(process.execPath, args));
}

function writeBill(artefact: string, bill: object): void {
  writeFileSync(`${artefact}.cdx.json`, jsonOf(bill));
}

function jsonOf(document: object): Buffer {
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
}

/** For `sha256sum -c`. */
function writeSums(): void {
  const lines = readdirSync(out)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex')}  ${basename(name)}\n`,
    );
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
  process.stdout.write(lines.join(''));
}
