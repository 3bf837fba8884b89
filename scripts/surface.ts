/**
 * `npm run surface`: writes test/stability/surface.json, which is all that scripts of others hold on to: commands, arguments,
 * flags, exit codes, and the fields of the JSON kinds. A test compares; whoever changes it means to.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT_CODES } from '../src/cli/exit-codes.js';
import { kindOf, SCHEMA_KINDS } from './schema-fields.js';

/** Everything by its name; what it is in a word. */
export type Surface = Readonly<Record<string, string>>;

interface Word {
  readonly char?: string;
  readonly type?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly required?: boolean;
  readonly default?: unknown;
}

interface Manifest {
  readonly commands: Readonly<
    Record<
      string,
      {
        readonly aliases: readonly string[];
        readonly args: Readonly<Record<string, Word>>;
        readonly flags: Readonly<Record<string, Word>>;
      }
    >
  >;
}

const ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)));
/** Where what was accepted is kept. */
export const ACCEPTED = join(ROOT, 'test', 'stability', 'surface.json');

/** The surface of what was built. */
export function surface(): Surface {
  const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest;
  const lines: [string, string][] = [];
  for (const [id, { aliases, args, flags }] of Object.entries(commands)) {
    const name = id.replaceAll(':', ' ');
    lines.push([`command ${name}`, aliases.map((alias) => `also ${alias.replaceAll(':', ' ')}`).join(', ')]);
    for (const [arg, word] of Object.entries(args)) lines.push([`argument ${name} ${arg}`, wordOf(word)]);
    for (const [flag, word] of Object.entries(flags)) lines.push([`flag ${name} --${flag}`, wordOf(word)]);
  }
  for (const { code, meaning } of EXIT_CODES) lines.push([`exit code ${code.toString()}`, meaning]);
  for (const kind of SCHEMA_KINDS)
    for (const { path, type } of kindOf(kind).fields) lines.push([`field ${kind} ${path}`, type]);
  return Object.fromEntries(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function wordOf({ char, type, options, multiple, required, default: given }: Word): string {
  return [
    ...(char === undefined ? [] : [`-${char}`]),
    ...(type === undefined ? [] : [type]),
    ...(options === undefined ? [] : [`one of ${options.join(' ')}`]),
    ...(multiple === true ? ['multiple'] : []),
    ...(required === true ? ['required'] : []),
    ...(given === undefined ? [] : [`default ${JSON.stringify(given)}`]),
  ].join(', ');
}

/** What differs: what is gone or other than before breaks what others wrote, what is new does not. */
export function differences(
  before: Surface,
  after: Surface,
): { readonly breaking: string[]; readonly added: string[] } {
  const breaking = Object.entries(before).flatMap(([name, was]) => {
    const is = after[name];
    if (is === undefined) return [`gone: ${name}`];
    return is === was ? [] : [`changed: ${name}: ${was} -> ${is}`];
  });
  return { breaking, added: Object.keys(after).filter((name) => !(name in before)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(ACCEPTED, `${JSON.stringify(surface(), null, 2)}\n`);
