import { type Documents, type EngineOptions, lint, lintAll, type LocatedFinding, type Outcome } from './engine.js';
import { extractBlocks, isExtractable } from './extract.js';
import { fileText, repair } from './fix.js';
import { groupBy } from './group-by.js';
import { type InputOptions, readInput, type Unreadable } from './input.js';
import type { Finding } from './model.js';
import { documentsIn } from './read-document.js';
import type { ReadDocument, SourceFile } from './source/document.js';

/** What a run over files and standard input is to do. */
export interface LintOptions extends InputOptions, EngineOptions {
  /** Texts of a cluster's objects, checked besides. */
  readonly further?: readonly SourceFile[];
  /** Whether findings are repaired; only texts of files are. */
  readonly fix: boolean;
}

/** A file whose text was repaired. */
export interface ChangedFile {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What a run found, and with `fix` what it changed; nothing is written here. */
export interface LintRun {
  /** With `fix` that of the repaired texts. */
  readonly outcome: Outcome;
  readonly unreadable: readonly Unreadable[];
  readonly fixed: readonly Finding[];
  readonly changed: readonly ChangedFile[];
  /** Where the outcome is about the texts as they were. */
  readonly before: Outcome;
}

/** A repair may uncover another finding; what takes more rounds than this is going in circles. */
const MAX_ROUNDS = 10;

/** Reads everything that was named, judges it, and repairs it if asked. */
export async function lintInput(options: LintOptions): Promise<LintRun> {
  const { sources: given, unreadable } = readInput(options);
  const sources = joined(given, options.further ?? []);
  if (!options.fix) {
    const outcome = await lintAll(batchesOf(sources), options);
    return { outcome, unreadable, fixed: [], changed: [], before: outcome };
  }
  const read: SourceFile[] = [];
  for await (const batch of sources) for (const source of batch) read.push(source);
  return { ...(await repairAll(read, options)), unreadable };
}

async function* joined(
  first: AsyncIterable<Iterable<SourceFile>>,
  second: readonly SourceFile[],
): AsyncGenerator<Iterable<SourceFile>> {
  yield* first;
  yield second;
}

async function* batchesOf(sources: AsyncIterable<Iterable<SourceFile>>): AsyncGenerator<Documents> {
  for await (const batch of sources) yield documentsOf(batch);
}

function* documentsOf(sources: Iterable<SourceFile>): Generator<ReadDocument | Promise<ReadDocument>> {
  for (const source of sources) {
    if (isExtractable(source.name)) yield* extracted(source);
    else yield* documentsIn(source);
  }
}

/** The documents of all blocks of a file, numbered through. */
function* extracted(source: SourceFile): Generator<Promise<ReadDocument>> {
  let index = 1;
  for (const block of extractBlocks(source)) {
    for (const each of documentsIn(block)) yield numbered(each, index++);
  }
}

async function numbered(each: ReadDocument | Promise<ReadDocument>, index: number): Promise<ReadDocument> {
  const { document, value } = await each;
  return { document: { ...document, index }, value };
}

async function repairAll(read: readonly SourceFile[], options: EngineOptions): Promise<Omit<LintRun, 'unreadable'>> {
  const before = await lint(documentsOf(read), options);
  const fixed: Finding[] = [];
  const current = [...read];
  let outcome = before;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const repaired = repairRound(current, outcome.findings);
    if (repaired.length === 0) break;
    for (const finding of repaired) fixed.push(finding);
    outcome = await lint(documentsOf(current), options);
  }
  const changed = read.flatMap((source, i): ChangedFile[] => {
    const now = current[i] ?? source;
    return now === source ? [] : [{ name: source.name, before: fileText(source), after: fileText(now) }];
  });
  return { outcome, before, fixed, changed };
}

/** Repairs each file once, in place of the one before; what was repaired. */
function repairRound(sources: SourceFile[], findings: readonly LocatedFinding[]): Finding[] {
  const bySource = groupBy(findings, ({ document }) => document.source);
  return sources.flatMap((source, i) => {
    const repaired = source.writable ? repair(source, bySource.get(source) ?? []) : undefined;
    if (repaired === undefined) return [];
    sources[i] = repaired.source;
    return repaired.fixed;
  });
}
