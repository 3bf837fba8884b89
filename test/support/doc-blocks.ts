/** The shell blocks of what users read: README.md and every page below docs/. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.js';

/** A line of a shell block, and the exit code that it is documented to have. */
export interface DocCommand {
  /** Of the page, from 1. */
  readonly line: number;
  /** What a reader pastes; lines that end in a backslash are joined. */
  readonly text: string;
  readonly code: number;
  /** What the page shows that it prints: a ```` ```text ```` block right behind a block of one command. */
  readonly shown: string | null;
}

export interface DocPage {
  /** Relative to the project. */
  readonly file: string;
  readonly commands: readonly DocCommand[];
  /** `<!-- test: WORD -->` at the top of a page: what its commands stand on, or the test that runs them; `sandbox` where it says nothing. */
  readonly stage: string;
  /** Lines of its indented blocks, which nothing runs. */
  readonly indented: readonly string[];
}

/** Fences of a language that a shell understands; only the first may be used, so that no block goes unseen. */
const SHELL = 'sh';
const OTHER_SHELLS = new Set(['bash', 'zsh', 'fish', 'shell', 'console', 'shellsession', 'terminal']);

/** README.md and all pages below docs/, sorted. */
export function docPages(): DocPage[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules') && !name.startsWith('.vitepress'))
    .sort();
  return ['README.md', ...below.map((name) => join('docs', name))].map((file) =>
    docPage(file, readFileSync(join(ROOT, file), 'utf8')),
  );
}

/**
 * What of a page a test runs. A block of commands that end otherwise than with 0 says so behind its language, where no
 * reader sees it: ```` ```sh exit=1 ````, or a code for each command: `exit=0,1,0`.
 * @throws Error for a shell block in a form that would not be run
 */
export function docPage(file: string, text: string): DocPage {
  const commands: DocCommand[] = [];
  const indented: string[] = [];
  const lines = text.split('\n');
  let fence: { readonly mark: string; readonly info: string; readonly from: number } | null = null;
  /** The only command of the block before, as long as nothing but empty lines came after. */
  let asked: DocCommand | null = null;
  for (const [at, line] of lines.entries()) {
    const [, mark, info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === null) {
      if (mark !== undefined) fence = { mark, info: info.trim(), from: at + 1 };
      else if (/^ {4}\S/.test(line) && /^\s*$|^ {4}/.test(lines[at - 1] ?? '')) indented.push(line.trim());
      else if (line.trim() !== '') asked = null;
    } else if (mark?.startsWith(fence.mark) === true && info.trim() === '') {
      const body = lines.slice(fence.from, at);
      const found = commandsOf(`${file}:${fence.from}`, fence.info, body, fence.from + 1);
      if (asked !== null && fence.info === 'text') commands.splice(-1, 1, { ...asked, shown: body.join('\n') });
      commands.push(...found);
      asked = found.length === 1 ? (found[0] ?? null) : null;
      fence = null;
    }
  }
  if (fence !== null) throw new Error(`${file}:${fence.from}: a block that does not end`);
  return { file, commands, stage: /^<!-- test: (\S+) -->$/m.exec(text)?.[1] ?? 'sandbox', indented };
}

function commandsOf(place: string, info: string, lines: readonly string[], first: number): DocCommand[] {
  const [language = '', ...more] = info.split(/\s+/);
  if (OTHER_SHELLS.has(language)) throw new Error(`${place}: shell blocks are \`\`\`sh, so that they run in a test`);
  if (language !== SHELL) return [];
  const texts = joined(lines, first);
  const codes = /^exit=(\d+(?:,\d+)*)$/.exec(more.join(' '))?.[1]?.split(',').map(Number) ?? [0];
  if (more.length > 0 && !/^exit=[\d,]+$/.test(more.join(' ')))
    throw new Error(`${place}: what is "${more.join(' ')}"?`);
  if (codes.length > 1 && codes.length !== texts.length)
    throw new Error(`${place}: ${codes.length} exit codes for ${texts.length} commands`);
  return texts.map((each, index) => ({
    ...each,
    shown: null,
    code: codes.length === 1 ? (codes[0] ?? 0) : (codes[index] ?? 0),
  }));
}

/** A command may go on behind a backslash. Lines that are empty or only a comment are none. */
function joined(lines: readonly string[], first: number): { line: number; text: string }[] {
  const found: { line: number; text: string }[] = [];
  let open = false;
  for (const [at, line] of lines.entries()) {
    const last = found.at(-1);
    if (open && last !== undefined) last.text += `\n${line}`;
    else if (/^\s*(#|$)/.test(line)) continue;
    else found.push({ line: first + at, text: line });
    open = line.endsWith('\\');
  }
  return found;
}
