import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputFailure } from '../errors.js';
import type { JournalRecord, TornLine } from '../reconcile/journal.js';
import { systemReason } from './failures.js';
import { BadRecord, parseRecord, RecordOrder } from './shape.js';

/** An entry is some hundred bytes; what is longer than this is no line of ours. */
const LONGEST_LINE = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const HEADER_STARTS = '{"type":"header"';

interface Line {
  readonly number: number;
  readonly bytes: Buffer;
  /** Whether a newline ends it: only the last line may have none. */
  readonly whole: boolean;
}

/**
 * Reads a journal line by line, holding one at a time. A last line that was cut off (its run was killed in the
 * middle of writing it) is told as `torn` and is no error; any other damage is an `InputFailure` that names file and
 * line, as are a newer format version and a file that is no journal.
 */
export async function* readJournal(file: string): AsyncGenerator<JournalRecord | TornLine, void> {
  const path = resolve(file);
  const order = new RecordOrder();
  let count = 0;
  for await (const line of linesOf(path)) {
    count++;
    const record = recordOf(line, path);
    if (record.type !== 'torn') {
      inFile(path, line.number, () => order.check(record));
    } else if (line.number === 1 && !startsAsHeader(line.bytes)) {
      throw new InputFailure(`${path} is no journal of ipamctl`);
    }
    yield record;
  }
  if (count === 0) yield { type: 'torn', line: 1, bytes: 0 };
}

function recordOf(line: Line, path: string): JournalRecord | TornLine {
  const text = textOf(line.bytes);
  if (!line.whole) {
    // JSON of an object is whole or no JSON at all, so one that only lacks its newline is taken.
    const isWhole = text !== undefined && isJson(text);
    if (!isWhole) return { type: 'torn', line: line.number, bytes: line.bytes.length };
  }
  return inFile(path, line.number, () => {
    if (text === undefined) throw new BadRecord('is not UTF-8');
    return parseRecord(text);
  });
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(path)) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, at));
      yield { number, bytes: parts.length === 1 ? chunk.subarray(start, at) : Buffer.concat(parts), whole: true };
      number++;
      parts = [];
      length = 0;
      start = at + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > LONGEST_LINE) throw new InputFailure(`${path}, line ${number}: is longer than any line of a journal`);
  }
  if (length > 0) yield { number, bytes: Buffer.concat(parts), whole: false };
}

/** The file in pieces; what the operating system says against it is an `InputFailure`. */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    // Opening a pipe would wait for whoever writes to it.
    if (!(await stat(path)).isFile()) throw new InputFailure(`${path} is no file`);
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof InputFailure) throw error;
    throw new InputFailure(`${path} cannot be read: ${systemReason(error)}`, { cause: error });
  }
}

function inFile<T>(path: string, line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    throw new InputFailure(`${path}, line ${line}: ${error.message}`, { cause: error });
  }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a first line that was cut off was to become a header. */
function startsAsHeader(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  return text.startsWith(HEADER_STARTS) || HEADER_STARTS.startsWith(text);
}
