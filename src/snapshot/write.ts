import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../cluster/port.js';
import type { Resource } from '../cluster/resources.js';
import { logFile } from '../cluster/snapshot/logs.js';
import { MANIFEST_FILE } from '../cluster/snapshot/manifest.js';
import { yamlOf } from '../cluster/snapshot/yaml.js';
import type { SnapshotManifest } from './document.js';
import type { Gathered, GatheredLog } from './gather.js';
import type { Spool } from './spool.js';

/** A file of a snapshot, by its place in it. */
export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
}

/** What becomes of names before they are written. */
export interface Redaction {
  name(text: string): string;
  object(resource: Resource, object: KubeObject): unknown;
  log(text: string): string;
}

/** Names stay. */
const PLAIN: Redaction = { name: (text) => text, object: (_, object) => object, log: (text) => text };

const BATCH_CHARACTERS = 1_000_000;

/** Files with one writer at a time. */
class Folder {
  readonly files: WrittenFile[] = [];

  constructor(private readonly root: string) {}

  /** @param chunks the file's text, piece by piece */
  async write(name: string, chunks: AsyncIterable<string>): Promise<void> {
    const path = join(this.root, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'wx', 0o600);
    let bytes = 0;
    try {
      let waiting = '';
      for await (const chunk of chunks) {
        waiting += chunk;
        if (waiting.length < BATCH_CHARACTERS) continue;
        bytes += await writeAll(handle, waiting);
        waiting = '';
      }
      bytes += await writeAll(handle, waiting);
    } finally {
      await handle.close();
    }
    this.files.push({ name, bytes });
  }
}

async function writeAll(handle: FileHandle, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten;
  return bytes.length;
}

/**
 * Writes a snapshot into a folder that is empty, laid out as `oc adm inspect` does it (openshift/oc
 * pkg/cli/admin/inspect/util.go), so that other tools find their way: a list of a kind and namespace each file, sorted
 * by name. The same objects give the same bytes.
 * @returns the files, sorted; the manifest first, so that whoever reads in passing knows what follows
 */
export async function writeFiles(
  root: string,
  manifest: SnapshotManifest,
  content: { readonly objects: readonly Gathered[]; readonly logs: readonly GatheredLog[]; readonly spool: Spool },
  redaction: Redaction | null,
): Promise<WrittenFile[]> {
  const { spool } = content;
  const redact = redaction ?? PLAIN;
  const folder = new Folder(root);
  await folder.write(MANIFEST_FILE, once(`${JSON.stringify(manifest, null, 2)}\n`));
  const byFile = new Map<string, Gathered[]>();
  for (const object of content.objects) {
    const name = fileOf(object, redact);
    const others = byFile.get(name);
    if (others === undefined) byFile.set(name, [object]);
    else others.push(object);
  }
  for (const [name, objects] of [...byFile].sort(([a], [b]) => compare(a, b))) {
    await folder.write(name, listOf(objects.sort(byName), spool, redact));
  }
  const logs = content.logs.flatMap(({ namespace, pod, container, piece }) => {
    const names = { namespace: redact.name(namespace), pod: redact.name(pod), container: redact.name(container) };
    const name = logFile(names);
    return name === undefined ? [] : [{ name, piece }];
  });
  for (const { name, piece } of logs.sort((a, b) => compare(a.name, b.name))) {
    await folder.write(name, once(redact.log(await spool.read(piece))));
  }
  return folder.files;
}

/** Two of one name: the same list, read in more than one place. */
function byName(a: Gathered, b: Gathered): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name) || a.piece.at - b.piece.at;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fileOf({ resource, namespace }: Gathered, redact: Redaction): string {
  const file = `${resource.group === '' ? 'core' : resource.group}/${resource.plural}.yaml`;
  return resource.namespaced ? `namespaces/${redact.name(namespace)}/${file}` : `cluster-scoped-resources/${file}`;
}

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

async function* listOf(objects: readonly Gathered[], spool: Spool, redact: Redaction): AsyncGenerator<string> {
  const [first] = objects;
  if (first === undefined) return;
  const { group, version, kind } = first.resource;
  yield `apiVersion: ${group === '' ? version : `${group}/${version}`}\nkind: ${kind}List\nmetadata: {}\nitems:\n`;
  for (const { resource, piece } of objects) {
    yield await yamlOf([redact.object(resource, JSON.parse(await spool.read(piece)) as KubeObject)]);
  }
}

/** The folder that an archive unpacks to. */
const ROOT = 'ipamctl-snapshot';

/**
 * Packs the files of a folder into a compressed archive. Owners, modes and times are the same whoever packs them, so
 * that the same files give the same bytes.
 * @returns its size
 */
export async function packFiles(root: string, files: readonly WrittenFile[], archive: string): Promise<number> {
  const [{ default: tar }, { createGzip }] = await Promise.all([import('tar-stream'), import('node:zlib')]);
  const pack = tar.pack();
  const gzip = createGzip();
  const output = createWriteStream(archive, { flags: 'wx', mode: 0o600 });
  const packing = pipeline(pack, gzip, output);
  const feeding = (async (): Promise<void> => {
    for (const { name, bytes } of files) {
      const entry = pack.entry({
        name: `${ROOT}/${name}`,
        size: bytes,
        mode: 0o600,
        mtime: new Date(0),
        uid: 0,
        gid: 0,
      });
      await pipeline(createReadStream(join(root, name)), entry);
    }
    pack.finalize();
  })();
  await Promise.all([packing, feeding]);
  return output.bytesWritten;
}
