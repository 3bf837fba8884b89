import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { pack } from 'tar-stream';

import type { KubeObject, ListOptions } from '../../src/cluster/port.js';
import type { Resource } from '../../src/cluster/resources.js';
import { openSnapshot, type SnapshotOptions, type SnapshotReader } from '../../src/cluster/snapshot/index.js';

/** A folder of this test's own, with these files in it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'ipamctl-snapshot-'));

  constructor(files: Readonly<Record<string, string | Buffer>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string | Buffer): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  at(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const folders: Folder[] = [];

export function folder(files: Readonly<Record<string, string | Buffer>> = {}): Folder {
  const made = new Folder(files);
  folders.push(made);
  return made;
}

export function removeFolders(): void {
  for (const made of folders.splice(0)) made.remove();
}

/** Opens a folder that holds these files. */
export async function openFiles(
  files: Readonly<Record<string, string | Buffer>>,
  options?: SnapshotOptions,
): Promise<SnapshotReader> {
  return openSnapshot([folder(files).path], {}, options);
}

export async function names(reader: SnapshotReader, resource: Resource, options: ListOptions = {}): Promise<string[]> {
  return reader.collect(resource, options, ({ metadata }) =>
    metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
  );
}

export async function all(
  reader: SnapshotReader,
  resource: Resource,
  options: ListOptions = {},
): Promise<KubeObject[]> {
  return reader.collect(resource, options, (object) => object);
}

/** A pod as JSON has it. */
export function pod(namespace: string, name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { metadata, ...rest } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: `uid-${namespace}-${name}`, resourceVersion: '10', ...(metadata as object) },
    ...rest,
  };
}

/** What `kubectl get … -o json` writes. */
export function list(...items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }, null, 4);
}

/** What the API itself, and `oc adm inspect`, writes. */
export function typedList(kind: string, apiVersion: string, ...items: readonly unknown[]): string {
  return JSON.stringify({ kind, apiVersion, metadata: { resourceVersion: '99' }, items });
}

/** A tar archive of these entries; `type` makes others than files. */
export async function tar(
  entries: readonly {
    name: string;
    content?: string | Buffer;
    type?: 'symlink' | 'directory' | 'fifo';
    linkname?: string;
  }[],
): Promise<Buffer> {
  const archive = pack();
  for (const { name, content = '', type, linkname } of entries) {
    if (type === undefined) archive.entry({ name, mtime: new Date('2024-01-01T00:00:00Z') }, content);
    else archive.entry({ name, type, ...(linkname === undefined ? {} : { linkname }) });
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function tarGz(entries: Parameters<typeof tar>[0]): Promise<Buffer> {
  return gzipSync(await tar(entries));
}

export const POOL = `apiVersion: whereabouts.cni.cncf.io/v1alpha1
kind: IPPool
metadata:
  creationTimestamp: "2024-03-01T10:00:00Z"
  name: 192.168.2.0-24
  namespace: kube-system
  resourceVersion: "100"
  uid: pool-uid
spec:
  allocations:
    "1":
      id: abc
      ifname: net1
      podref: demo/a
  range: 192.168.2.0/24
`;
