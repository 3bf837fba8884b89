import type { SourceFile } from './source/document.js';
import { sourceFile } from './source/document.js';

/** Names of documents whose fenced blocks can be checked. */
const EXTRACTABLE = /\.(?:md|markdown|adoc|asciidoc)$/i;
/** Languages of blocks that may hold a configuration; none at all may too. */
const LANGUAGES = /^(?:ya?ml|json|jsonc|none|text)?$/i;

/** Whether the file is a document whose blocks can be taken out. */
export function isExtractable(name: string): boolean {
  return EXTRACTABLE.test(name);
}

/** A block that was opened and not closed yet. */
interface Fence {
  readonly mark: string;
  readonly indent: number;
  readonly wanted: boolean;
  readonly first: number;
}

/**
 * The fenced blocks of a Markdown or AsciiDoc document, each as a file of its own with as many blank lines before it as
 * the document has lines: lines and columns are those of the document.
 */
export function extractBlocks(document: SourceFile): SourceFile[] {
  const lines = document.text.split('\n');
  const blocks: SourceFile[] = [];
  let fence: Fence | undefined;
  let language = '';
  lines.forEach((line, number) => {
    if (fence === undefined) {
      fence = opening(line, number, language);
      // AsciiDoc names the language on the line before the block.
      language = /^\s*\[(?:source)?[,%]?\s*([\w-]*)/.exec(line)?.[1] ?? '';
      return;
    }
    if (!closes(line, fence)) return;
    if (fence.wanted && number > fence.first) blocks.push(block(document, lines, fence, number));
    fence = undefined;
  });
  return blocks;
}

function opening(line: string, number: number, language: string): Fence | undefined {
  const [, indent = '', mark = '', info = ''] =
    /^([ \t]*)(`{3,}|~{3,}|-{4,}|\.{4,})[ \t]*([\w-]*)[^`]*$/.exec(line) ?? [];
  if (mark === '') return undefined;
  const named = mark.startsWith('-') || mark.startsWith('.') ? language : info;
  return { mark, indent: indent.length, wanted: LANGUAGES.test(named), first: number + 1 };
}

function closes(line: string, { mark }: Fence): boolean {
  const text = line.trim();
  const [character = ''] = mark;
  // Markdown's may be longer than what they close; AsciiDoc's are equal.
  if (character === '-' || character === '.') return text === mark;
  return text.length >= mark.length && text === character.repeat(text.length);
}

function block(document: SourceFile, lines: readonly string[], { first }: Fence, end: number): SourceFile {
  const text = '\n'.repeat(first) + lines.slice(first, end).join('\n') + '\n';
  return sourceFile(document.name, text, { folder: document.folder });
}
