/** How much of a snapshot is read. Snapshots come from strangers: each bound here keeps one file from ending the run. */

/**
 * Largest file, or entry of an archive, in bytes, where it has to be read whole; of a list that is read item by item, its
 * largest item. Node's strings end a little above this.
 */
export const MAX_DOCUMENT_BYTES = 500_000_000;

/** Up to this size a file is read whole; lists in larger files are read item by item. In bytes. */
const MAX_WHOLE_BYTES = 16_000_000;

/** Sum of all documents that are parsed, in bytes. */
export const MAX_TOTAL_BYTES = 2_000_000_000;

/** What one archive may expand to, in bytes; most of it is logs that are passed over, never kept. */
export const MAX_ARCHIVE_BYTES = 16 * 1024 ** 3;

/** Levels of nesting in an object. Kubernetes' own types stay below 40; JSON.stringify gives out at some thousands. */
export const MAX_DEPTH = 200;

/** Problems that are named one by one in the notes; the rest is counted. */
export const MAX_NOTES = 50;

/** The bounds of one run; tests make them small. */
export interface Limits {
  readonly wholeBytes: number;
  readonly documentBytes: number;
  readonly totalBytes: number;
  readonly archiveBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  wholeBytes: MAX_WHOLE_BYTES,
  documentBytes: MAX_DOCUMENT_BYTES,
  totalBytes: MAX_TOTAL_BYTES,
  archiveBytes: MAX_ARCHIVE_BYTES,
};

/** A size for people: `16 GiB`, `500 MB`. */
export function bytesInWords(bytes: number): string {
  if (bytes >= 1024 ** 3 && bytes % 1024 ** 3 === 0) return `${bytes / 1024 ** 3} GiB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${bytes} bytes`;
}
