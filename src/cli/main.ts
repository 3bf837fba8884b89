import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import type { LoadOptions, PJSON } from '@oclif/core/interfaces';
import { run } from '@oclif/core/run';
import { Failure, UsageFailure } from '../errors.js';
import { parseOutput } from '../render/output.js';
import { nearest } from '../render/nearest.js';
import { shellWord } from '../render/shell.js';
import { settleColor } from './color.js';
import { exitCodeOf } from './exit-codes.js';
import { asInvoked } from './invocation.js';
import { isClosedPipe, messageScreen, processIo, writeAll } from './io.js';
import { errorJson, errorText } from './report-failure.js';
import { stopOnSignals } from './signals.js';

/**
 * Runs one command line. The one place where whatever was thrown becomes text or JSON and an exit code.
 * @param root URL of a file of the package, from which oclif finds its `package.json`
 * @param bin what usage texts call the program
 */
export async function main(argv: readonly string[], root: string, bin?: string): Promise<void> {
  stopOnSignals();
  settleColor(argv, process.env);
  // Whatever reads us may go away; that is its right.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!isClosedPipe(error)) throw error;
    });
  }
  let config: Config | undefined;
  try {
    config = await Config.load(rootOf(root));
    if (bin !== undefined) {
      config.bin = bin;
      // Whoever loads the config again takes the name from there.
      config.pjson.oclif.bin = bin;
    }
    await run([...argv], config);
  } catch (thrown) {
    await report(await translate(thrown, argv, config), argv, config?.version ?? 'unknown', bin ?? 'ipamctl');
  }
}

/** Told where its package is, oclif need not search for it, nor for plugins, of which there are none. */
function rootOf(file: string): LoadOptions {
  const root = fileURLToPath(new URL('..', file));
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PJSON;
  return { root, pjson, devPlugins: false, userPlugins: false };
}

async function report(thrown: unknown, argv: readonly string[], version: string, bin: string): Promise<void> {
  process.exitCode = exitCodeOf(thrown);
  if (!(thrown instanceof Failure)) {
    const { nameSources } = await import('./source-lines.js');
    await nameSources(thrown);
  }
  if (wantsJson(argv)) await writeAll(process.stdout, [errorJson(thrown)]);
  const debug = (process.env['DEBUG'] ?? '') !== '';
  await writeAll(process.stderr, [asInvoked(errorText(thrown, messageScreen(processIo), debug, version), bin)]);
}

/** Whether stdout was promised to parse: the flag may not have been read when the failure came. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const outputs = words.flatMap((word, at) => {
    if (word === '--output') return [words[at + 1] ?? ''];
    if (word.startsWith('--output=')) return [word.slice('--output='.length)];
    // `-Ao json`, `-ojson`: flags without a value may stand before it.
    const [, joined] = /^-[Avh]*o(.*)$/s.exec(word) ?? [];
    if (joined === undefined) return [];
    return [joined === '' ? (words[at + 1] ?? '') : joined.replace(/^=/, '')];
  });
  if (outputs.length === 0) outputs.push(process.env['IPAMCTL_OUTPUT'] ?? '');
  return outputs.some((text) => {
    const spec = parseOutput(text, ['json', 'yaml', 'sarif']);
    return !('error' in spec) && spec.file === undefined;
  });
}

/** oclif's complaints about a command line, in our words; anything else as it was thrown. */
async function translate(thrown: unknown, argv: readonly string[], config: Config | undefined): Promise<unknown> {
  if (thrown instanceof Failure) {
    // oclif wraps what a flag's own parser says.
    thrown.message = thrown.message.replace(/^Parsing --\S+ \n\t([^]*)\nSee more help with --help$/, '$1');
    return thrown;
  }
  if (!(thrown instanceof Error) || !('oclif' in thrown)) return thrown;
  const bin = config?.bin ?? 'ipamctl';
  if (/^Command .* not found\.?$|command .* not found/i.test(thrown.message)) {
    const words = leadingWords(argv);
    const asked = words.join(' ');
    const given = commandOf(argv, config);
    if (given !== undefined && asked !== given) {
      const extra = asked.slice(given.length + 1);
      if (given === 'help') {
        const { HELP_TOPICS } = await import('./topics.js');
        const topics = [...HELP_TOPICS.keys()];
        const near = nearest(extra, topics) ?? nearestCommand(extra.split(' '), config)?.replace(/ --help$/, '');
        return new UsageFailure(`there is no command and no topic "${extra}"`, {
          hints: [...(near === undefined ? [] : [`${bin} help ${near}`]), `${bin} help`],
        });
      }
      return new UsageFailure(`${given} takes no argument "${extra}"`, { hints: [`${bin} ${given} --help`] });
    }
    if (asked === '') {
      return new UsageFailure(`${argv[0] ?? ''} needs a command before it`, {
        hints: [...commandFirst(argv, bin, config), `${bin} --help     lists all commands`],
      });
    }
    const close = nearestCommand(words, config);
    const isTopic = config?.topics.some(({ name }) => name === words[0]) === true;
    const listed = isTopic
      ? `${bin} ${words[0] ?? ''} --help     lists its commands`
      : `${bin} --help     lists all commands`;
    return new UsageFailure(`there is no command "${asked}"`, {
      hints: [...(close === undefined ? [] : [`${bin} ${close}`]), listed],
    });
  }
  const [first = '', ...rest] = thrown.message
    .replace(/\n?See more help with --help\s*$/, '')
    .split('\n')
    .map((line) => line.trim())
    // Our flags take one value each, so this advice of oclif's is no help.
    .filter((line) => line !== '' && !/^Note: .* allow multiple values\.|^Alternatively, you can use "--"/.test(line));
  const command = commandOf(argv, config);
  return new UsageFailure(uncapitalized(first), {
    facts: rest,
    hints: [
      ...didYouMean(first, argv, command, config),
      ...nearestValue(first),
      `${bin} ${command === undefined ? '' : `${command} `}--help`,
    ],
  });
}

/** The words before the first flag: after it a word may be a flag's value. */
function leadingWords(argv: readonly string[]): string[] {
  const flag = argv.findIndex((word) => word.startsWith('-'));
  return flag === -1 ? [...argv] : argv.slice(0, flag);
}

function commandOf(argv: readonly string[], config: Config | undefined): string | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  const ids = new Set(config?.commandIDs ?? []);
  for (let count = Math.min(3, words.length); count > 0; count--) {
    if (ids.has(words.slice(0, count).join(':'))) return words.slice(0, count).join(' ');
  }
  return undefined;
}

function didYouMean(
  message: string,
  argv: readonly string[],
  command: string | undefined,
  config: Config | undefined,
): string[] {
  const flag = /^Nonexistent flags?: --?([\w-]+)/.exec(message)?.[1];
  if (argv.some((word) => /^-v+=?\d+$/.test(word))) return ['-v shows requests, -vv headers too'];
  if (flag === undefined || command === undefined) return [];
  const flags = Object.keys(config?.findCommand(command.replaceAll(' ', ':'))?.flags ?? {});
  // `-context`: the parser stumbles over its first letter.
  const single = flag.length > 1 ? undefined : argv.find((word) => /^-\w[\w-]+/.test(word) && word.includes(flag));
  const meant = single === undefined ? flag : single.slice(1).replace(/=.*/s, '');
  const close = meant.length > 1 ? nearest(meant, flags) : undefined;
  return close === undefined ? [] : [`--${close}`];
}

/** `Expected --dry-run=sever to be one of: client, server`, and the same of an argument. */
function nearestValue(message: string): string[] {
  const [, what = '', allowed = ''] = /^Expected (.*) to be one of: (.*)$/s.exec(message) ?? [];
  const [, flag, given = what] = /^(--[\w-]+)=(.*)$/s.exec(what) ?? [];
  const close = nearest(given, allowed.split(', '));
  if (close === undefined || allowed === '') return [];
  return [flag === undefined ? close : `${flag} ${close}`];
}

/** What kubectl calls what we call otherwise. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['get', 'ls'],
  ['list', 'ls'],
  ['describe', 'show'],
  ['view', 'show'],
  ['delete', 'release'],
]);

/** The command or topic that was probably meant: mistyped, in kubectl's words, or the verb before the noun. */
function nearestCommand(words: readonly string[], config: Config | undefined): string | undefined {
  const ids = (config?.commandIDs ?? []).map((id) => id.replaceAll(':', ' '));
  const topics = (config?.topics ?? []).map(({ name }) => name.replaceAll(':', ' '));
  const [first = '', second] = words;
  const ours = (word: string): string => VERBS.get(word) ?? word;
  const tries =
    second === undefined ? [] : [`${first} ${second}`, `${first} ${ours(second)}`, `${second} ${ours(first)}`];
  const pair = tries.map((asked) => nearest(asked, ids)).find((found) => found !== undefined);
  if (pair !== undefined) return pair;
  const one = nearest(first, [...ids, ...topics]);
  return one === undefined || ids.includes(one) ? one : `${one} --help`;
}

/** `--context prod pools ls`, as kubectl takes it: the same with the command first. */
function commandFirst(argv: readonly string[], bin: string, config: Config | undefined): string[] {
  for (let at = 1; at < argv.length; at++) {
    const command = commandOf(argv.slice(at), config);
    if (command === undefined || !argv.slice(at).join(' ').startsWith(command)) continue;
    const count = command.split(' ').length;
    const rest = [...argv.slice(at + count), ...argv.slice(0, at)];
    return [`${bin} ${command} ${rest.map(shellWord).join(' ')}`];
  }
  return [];
}

function uncapitalized(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
