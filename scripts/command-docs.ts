/**
 * `npm run docs:commands`: writes docs/commands/ of oclif.manifest.json, a page for each topic. With --check it writes
 * nothing and fails on a difference.
 */
import { readFileSync } from 'node:fs';
import { cell, writeOrCheck } from './pages.js';

interface Flag {
  readonly name: string;
  readonly type: 'option' | 'boolean';
  readonly char?: string;
  readonly summary?: string;
  readonly helpGroup?: string;
  readonly helpValue?: string;
  readonly multiple?: boolean;
  readonly options?: readonly string[];
  readonly default?: unknown;
  readonly env?: string;
  readonly hidden?: boolean;
}

interface Arg {
  readonly name: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly options?: readonly string[];
}

interface Command {
  readonly id: string;
  readonly summary?: string;
  readonly description?: string;
  readonly usage?: string | readonly string[];
  readonly examples?: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly args: Readonly<Record<string, Arg>>;
  readonly strict: boolean;
  readonly hidden?: boolean;
}

/** The exit code of each example on the sandbox, in a pipe; a command that is not here has only examples that end with 0. */
const CODES: Readonly<Record<string, readonly number[]>> = {
  audit: [1, 1, 0, 1, 1, 1],
  'ips:release': [2, 0, 2, 0, 0, 0],
  'nad:generate': [2, 0, 0, 0],
  'nad:lint': [0, 0, 0, 0, 1, 1, 0],
  'pools:ls': [0, 0, 1, 0, 0, 0, 0, 0],
  reconcile: [1, 1, 0, 0, 0, 1, 0, 1],
  'reconciler:schedule': [0, 0, 2, 0, 0],
  'reconciler:status': [0, 0, 3],
  report: [0, 1, 0, 0],
  restore: [0, 2, 1, 0, 0],
  'shim:apply': [2, 0, 0],
  'shim:remove': [0, 5],
  'shim:status': [0, 0, 1],
};

/** What the examples of a page stand on, where the sandbox alone is not enough; the test of the pages knows the words. */
const STAGES: Readonly<Record<string, string>> = {
  journal: 'released',
  restore: 'released',
  reconciler: 'deployed',
  shim: 'operator',
};

const GLOBAL = 'GLOBAL';
const BIN = 'ipamctl';

const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as {
  commands: Readonly<Record<string, Command>>;
};
const { oclif } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  oclif: { topics: Readonly<Record<string, { description: string }>> };
};
const shown = Object.values(commands).filter(({ hidden }) => hidden !== true);
const words = [...new Set(shown.map(({ id }) => id.split(':')[0] ?? ''))];
const global = globalFlags(shown);

writeOrCheck(
  'docs/commands',
  new Map([['README.md', indexPage()], ...words.map((word) => [`${word}.md`, topicPage(word)] as const)]),
  'docs:commands',
);

/** Flags that mean the same wherever they are. */
function globalFlags(all: readonly Command[]): ReadonlyMap<string, Flag> {
  const found = new Map<string, Flag>();
  for (const flag of all.flatMap(({ flags }) => Object.values(flags)))
    if (flag.helpGroup === GLOBAL && !found.has(flag.name)) found.set(flag.name, flag);
  return found;
}

/** Told once for all commands; one that means it otherwise tells it itself. */
function isCommon(flag: Flag): boolean {
  return flag.helpGroup === GLOBAL && JSON.stringify(global.get(flag.name)) === JSON.stringify(flag);
}

function indexPage(): string {
  const rows = words.flatMap((word) =>
    ofWord(word).map(({ id, summary = '' }) => `| [${spoken(id)}](${word}.md${anchor(id)}) | ${cell(summary)} |`),
  );
  return `# Commands

Every command also works as \`kubectl ipamctl …\` and \`oc ipamctl …\`. \`ipamctl COMMAND --help\` prints what a page here
says. Written by \`npm run docs:commands\`; do not edit.

| command | what it does |
| --- | --- |
${rows.join('\n')}

## Common flags

${flagTable([...global.values()])}
\`--color\` is of every command, the others of those that ask a cluster. Names and meanings are those of kubectl. A flag that is not given is taken from its variable.
`;
}

function topicPage(word: string): string {
  const own = ofWord(word);
  const stage = STAGES[word];
  const about = oclif.topics[word]?.description;
  const isTopic = own.length > 1 || own[0]?.id !== word;
  return [
    ...(stage === undefined ? [] : [`<!-- test: ${stage} -->\n`]),
    `# ${BIN} ${word}\n`,
    ...(about === undefined ? [] : [`${capital(about)}.\n`]),
    ...own.map((command) => section(command, isTopic)),
    `Exit codes are [the same for all commands](../reference/exit-codes.md).\n`,
  ].join('\n');
}

function section(command: Command, isTopic: boolean): string {
  const { id, summary = '', description, flags } = command;
  const told = Object.values(flags).filter((flag) => flag.hidden !== true);
  const groups = [...new Set(told.filter((flag) => !isCommon(flag)).map(({ helpGroup }) => helpGroup))];
  const common = told.filter(isCommon).map(({ name }) => `\`--${name}\``);
  return [
    ...(isTopic ? [`## ${spoken(id)}\n`] : []),
    `${capital(summary)}.\n`,
    ...(description === undefined ? [] : [`${description}\n`]),
    `\`\`\`text\n${usageOf(command)}\n\`\`\`\n`,
    ...argTable(Object.values(command.args)),
    ...groups.map((group) => {
      const heading = group === undefined || group === GLOBAL ? '' : `**${capital(group.toLowerCase())}**\n\n`;
      return heading + flagTable(told.filter((flag) => !isCommon(flag) && flag.helpGroup === group));
    }),
    ...(common.length === 0 ? [] : [`Besides, [as everywhere](README.md#common-flags): ${common.join(', ')}.\n`]),
    ...examples(command),
  ].join('\n');
}

function usageOf({ id, usage, args, strict }: Command): string {
  if (usage !== undefined)
    return [usage]
      .flat()
      .map((line) => `${BIN} ${line.replace('<%= command.id %>', spoken(id))}`)
      .join('\n');
  const names = Object.values(args).map(({ name, required }) => {
    const word = name.toUpperCase() + (strict ? '' : '…');
    return required === true ? word : `[${word}]`;
  });
  return [BIN, spoken(id), ...names, '[FLAGS]'].join(' ');
}

function argTable(args: readonly Arg[]): string[] {
  if (args.length === 0) return [];
  const rows = args.map(
    ({ name, description = '', options }) =>
      `| \`${name.toUpperCase()}\` | ${prose(description)}${options === undefined ? '' : `: ${listed(options)}`} |`,
  );
  return [`| argument | |\n| --- | --- |\n${rows.join('\n')}\n`];
}

function flagTable(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => {
    const { char, name, summary = '', options, env } = flag;
    const value = flag.type === 'option' ? ` ${flag.helpValue ?? (options === undefined ? 'VALUE' : 'WORD')}` : '';
    const names = `${char === undefined ? '' : `-${char}, `}--${name}${value}`;
    const more = [
      ...(options === undefined ? [] : [`one of ${listed(options)}`]),
      ...(flag.default === undefined || flag.default === false
        ? []
        : [`default \`${typeof flag.default === 'string' ? flag.default : JSON.stringify(flag.default)}\``]),
      ...(flag.multiple === true && !summary.includes('several times') ? ['may be given several times'] : []),
    ];
    const text = [prose(summary), ...more].join('; ');
    return `| \`${cell(names)}\` | ${text} | ${env === undefined ? '' : `\`${env}\``} |`;
  });
  return `| flag | | variable |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function examples({ id, examples: lines = [] }: Command): string[] {
  const codes = CODES[id];
  if (codes !== undefined && codes.length !== lines.length)
    throw new Error(`${id} has ${lines.length} examples, and exit codes of ${codes.length} in scripts/command-docs.ts`);
  if (lines.length === 0) throw new Error(`${id} has no example`);
  const info = codes === undefined || codes.every((code) => code === 0) ? 'sh' : `sh exit=${codes.join(',')}`;
  return [
    `Examples:\n\n\`\`\`${info}\n${lines.map((line) => line.replaceAll('<%= config.bin %>', BIN)).join('\n')}\n\`\`\`\n`,
  ];
}

function ofWord(word: string): Command[] {
  return shown.filter(({ id }) => id === word || id.startsWith(`${word}:`));
}

function spoken(id: string): string {
  return id.replaceAll(':', ' ');
}

function anchor(id: string): string {
  return id.includes(':') ? `#${id.replaceAll(':', '-')}` : '';
}

function listed(options: readonly string[]): string {
  return options.map((option) => `\`${option}\``).join(', ');
}

/** A text of the code, which is no markup. */
function prose(text: string): string {
  return cell(text)
    .replaceAll('<', '&lt;')
    .replaceAll('*', String.raw`\*`)
    .replaceAll('{{', '&#123;&#123;');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
