import { dirname } from 'node:path';

import { InputFailure } from '../../errors.js';
import type { ReadingObserver } from '../options.js';
import type { SourceFile, Visitor } from './archive.js';
import { Clock } from './clock.js';
import { readAll, TooLarge } from './content.js';
import { parseDocuments } from './documents.js';
import { ObjectIndex } from './index-of-objects.js';
import { Intake } from './intake.js';
import { knownKinds } from './kinds.js';
import { KeptLogs } from './logs.js';
import { bytesInWords, DEFAULT_LIMITS, type Limits } from './limits.js';
import { MANIFEST_FILE, parseManifest } from './manifest.js';
import { placeOf } from './place.js';
import { printable, Problems, reasonOf, Unreadable } from './problems.js';
import { SnapshotReader } from './reader.js';
import { baseName, isDocumentName, readPath, readStream, TIMESTAMP_FILE } from './walk.js';

export type { SnapshotReader } from './reader.js';
export { MANIFEST_FILE } from './manifest.js';

/** What a test, or a caller with streams of its own, may set. */
export interface SnapshotOptions {
  /** Read for the path `-`; the process's own otherwise. */
  readonly stdin?: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  /** This machine's time; now, otherwise. */
  readonly wallClock?: Date;
  readonly limits?: Partial<Limits>;
}

const EXPECTED =
  'name a must-gather, a folder or an archive of one, output of `oc adm inspect`, or of `kubectl get … -o yaml|json`';

/**
 * Reads a snapshot of a cluster: what `--from` names, all paths together. Folders, archives, single files and standard
 * input (`-`) are taken alike, and every document of a kind that ipamctl reads counts, wherever it lies. A file that
 * cannot be read is named in `notes` and the rest goes on.
 * @throws InputFailure where a path is not there, or holds no object or list of a known kind.
 */
export async function openSnapshot(
  paths: readonly string[],
  observer: ReadingObserver,
  options: SnapshotOptions = {},
): Promise<SnapshotReader> {
  const reading = new Reading(observer, options);
  const distinct = [...new Set(paths)];
  if (distinct.length === 0) throw new InputFailure('no snapshot was named', { hints: [EXPECTED] });
  for (const path of distinct) await reading.path(path);
  return reading.finish(distinct);
}

/** One run over all paths. */
class Reading implements Visitor {
  readonly limits: Limits;
  readonly #observer: ReadingObserver;
  readonly #options: SnapshotOptions;
  readonly #index = new ObjectIndex();
  readonly #problems = new Problems();
  readonly #logs = new KeptLogs();
  readonly #clock: Clock;
  readonly #intake: Intake;
  #manifests = 0;
  #bytes = 0;
  #files = 0;

  constructor(observer: ReadingObserver, options: SnapshotOptions) {
    this.#observer = observer;
    this.#options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#clock = new Clock(options.wallClock ?? new Date());
    this.#intake = new Intake(this.#index, this.#clock);
  }

  async path(path: string): Promise<void> {
    const takenBefore = this.#intake.taken + this.#manifests;
    const notesBefore = this.#problems.notes.length;
    const shown = path === '-' ? 'standard input' : printable(path);
    try {
      if (path === '-') await readStream(this.#stdin(), this);
      // A manifest alone says what was collected, and holds none of it: its folder is meant.
      else await readPath(baseName(path) === MANIFEST_FILE ? dirname(path) : path, this);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // An archive that is cut short still gave what came before the cut.
      if (this.#intake.taken + this.#manifests === takenBefore) {
        throw new InputFailure(`${shown}: ${printable(error.message)}`, { hints: [EXPECTED], cause: error.cause });
      }
      this.#problems.unreadable(shown, error.message);
    }
    if (this.#intake.taken + this.#manifests > takenBefore) return;
    throw new InputFailure(`${shown}: holds nothing that ipamctl reads`, {
      facts: this.#problems.notes.slice(notesBefore, notesBefore + 5),
      hints: [EXPECTED, `kinds that are read: ${knownKinds()}`],
    });
  }

  #stdin(): AsyncIterable<Uint8Array> {
    const stdin = this.#options.stdin ?? process.stdin;
    if (stdin.isTTY === true)
      throw new InputFailure('standard input is a terminal, not a snapshot', { hints: [EXPECTED] });
    return stdin as AsyncIterable<Uint8Array>;
  }

  wants(path: string): boolean {
    return isDocumentName(path);
  }

  wantsLog(path: string): boolean {
    return this.#logs.wants(path, (place) => this.#index.namesLog(place));
  }

  log(path: string, stream: AsyncIterable<Buffer>): Promise<void> {
    return this.#logs.take(path, stream);
  }

  unreadable(label: string, reason: string): void {
    this.#problems.unreadable(label, reason);
  }

  async file(file: SourceFile): Promise<void> {
    const { label, path } = file;
    const name = baseName(path);
    try {
      if (name === TIMESTAMP_FILE) {
        const bytes = await readAll(file, this.limits.documentBytes);
        this.#clock.gathered(bytes.toString('latin1', 0, 4096));
        return;
      }
      const counted = { ...file, chunks: this.#counted(file.chunks) };
      if (name === MANIFEST_FILE) {
        const bytes = await readAll(counted, this.limits.documentBytes);
        const manifest = parseManifest(bytes.toString('utf8'));
        this.#index.addManifest(manifest);
        this.#clock.created(manifest.createdAt);
        this.#manifests++;
        return;
      }
      await this.#documents(counted);
      if (++this.#files % 1000 === 0) this.#observer.debug?.(`snapshot: ${this.#files} files read`);
    } catch (error) {
      if (error instanceof TooLarge) throw error;
      if (!(error instanceof Unreadable) && !(error instanceof RangeError)) throw error;
      this.#problems.unreadable(label, reasonOf(error));
    }
  }

  async #documents(file: SourceFile): Promise<void> {
    const { label, path, modifiedMs } = file;
    const problem = (reason: string): void => this.#problems.unreadable(label, reason);
    const found = { label, place: placeOf(path) };
    const takenBefore = this.#intake.taken;
    await parseDocuments(file, this.limits, problem, {
      document: (document) => {
        try {
          this.#intake.document(document, found, problem);
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
          problem(error.message);
        }
      },
      list: (head) => this.#intake.list(head, found, problem),
    });
    if (this.#intake.taken > takenBefore) this.#clock.file(modifiedMs);
  }

  async *#counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#bytes += chunk.length;
      if (this.#bytes > this.limits.totalBytes) {
        throw new Unreadable(
          `is passed over: more than ${bytesInWords(this.limits.totalBytes)} of documents are not read`,
        );
      }
      yield chunk;
    }
  }

  finish(paths: readonly string[]): SnapshotReader {
    if (this.#index.clusterUids.size > 1) {
      this.#problems.note(
        'the snapshot holds objects of more than one cluster (namespace kube-system has several uids)',
      );
    }
    const now = this.#clock.now();
    this.#observer.debug?.(`snapshot: ${this.#files} files read, taken ${now.toISOString()}`);
    return new SnapshotReader({
      paths: paths.map((path) => (path === '-' ? 'standard input' : path)),
      index: this.#index,
      logs: this.#logs,
      now,
      notes: this.#problems.notes,
      trustManifest: this.#problems.lost === 0,
      observer: this.#observer,
    });
  }
}
