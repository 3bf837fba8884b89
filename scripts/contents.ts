/** Whose code is in what we give out: packages in the bundle and beside it, with their licences and where they are from. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package of npm of which something is in the program. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** Package URL; what tells parts apart. */
  readonly purl: string;
  /** SPDX expression. */
  readonly licence: string;
  /** Licence and notice files, whole. */
  readonly licenceText: string;
  /** As the lock file has it: `sha512-…`, base64. */
  readonly integrity: string;
  /** Where it lies, relative to the project; more than one where npm could not share it. */
  readonly folders: readonly string[];
  /** purls of the parts that it calls. */
  readonly needs: readonly string[];
}

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What the build put into the program: packages of which at least one byte is there. */
export function bundledParts(meta: Metafile): Part[] {
  const folders = new Map<string, Set<string>>();
  for (const { inputs } of Object.values(meta.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = folderOf(file);
      if (folder !== undefined && bytesInOutput > 0) folders.set(folder, new Set());
    }
  }
  for (const [file, { imports }] of Object.entries(meta.inputs)) {
    const folder = folderOf(file) ?? '';
    for (const { path } of imports) {
      const other = folderOf(path) ?? folder;
      if (other !== folder) folders.get(folder)?.add(other);
    }
  }
  return merged([...folders].map(([folder, needs]) => partOf(folder, needs)));
}

/** What npm installs beside the program, and the archives have in them: the lock file's packages that are not for work on it. */
export function installedParts(): Part[] {
  const packages = lock();
  const folders = Object.entries(packages).flatMap(([folder, { dev }]) =>
    folder === '' || dev === true ? [] : [folder],
  );
  return merged(
    folders.map((folder) => {
      const { dependencies = {}, optionalDependencies = {} } = packages[folder] ?? { version: '' };
      const needs = Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => resolved(folder, name));
      return partOf(folder, needs);
    }),
  );
}

/** The file that goes with the program. */
export function notices(parts: readonly Part[]): string {
  return parts
    .map(({ name, version, licence, licenceText }) => `${name} ${version} (${licence})\n\n${licenceText}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function folderOf(file: string): string | undefined {
  const at = file.lastIndexOf('node_modules/');
  if (at === -1 || file.includes(':')) return undefined;
  const end = at + 'node_modules/'.length;
  const [scope = '', name = ''] = file.slice(end).split('/');
  return file.slice(0, end) + (scope.startsWith('@') ? `${scope}/${name}` : scope);
}

/** As Node looks a package up: in the nearest node_modules that has it. */
function resolved(from: string, name: string): string {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = [at, 'node_modules', name].filter((each) => each !== '').join('/');
    if (lock()[folder] !== undefined) return folder;
    if (!at.includes('/node_modules/')) return `node_modules/${name}`;
  }
}

function partOf(folder: string, needs: Iterable<string>): Part {
  const { name, version, license } = manifestOf(folder);
  const { integrity, version: locked } = lock()[folder] ?? {};
  if (integrity === undefined || locked !== version) throw new Error(`${folder} is not what package-lock.json says`);
  if (license === undefined) throw new Error(`${folder} names no licence`);
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice)\b/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0) throw new Error(`${folder} comes without the text of its licence`);
  return {
    name,
    version,
    purl: purlOf(folder),
    licence: license,
    licenceText: texts.join('\n\n'),
    integrity,
    folders: [folder],
    needs: [...new Set([...needs].filter((other) => existsSync(other)).map(purlOf))].sort(),
  };
}

/** By name; one version that lies in several folders is one part. */
function merged(parts: readonly Part[]): Part[] {
  const byPurl = new Map<string, Part>();
  for (const part of parts) {
    const known = byPurl.get(part.purl);
    const needs = [...new Set([...(known?.needs ?? []), ...part.needs])].sort();
    byPurl.set(part.purl, { ...part, needs, folders: [...(known?.folders ?? []), ...part.folders] });
  }
  return [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

export function purlFor(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function purlOf(folder: string): string {
  const { name, version } = manifestOf(folder);
  return purlFor(name, version);
}

function manifestOf(folder: string): { name: string; version: string; license?: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ReturnType<typeof manifestOf>;
}

let known: Readonly<Record<string, Locked>> | undefined;

function lock(): Readonly<Record<string, Locked>> {
  known ??= (JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }).packages;
  return known;
}
