import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { programOf, ROOT, startIpamctl } from '../support/program.js';
import { folderWith, removeFolders, SAMPLE as FILES } from '../support/world.js';

const RECORDER = pathToFileURL(join(ROOT, 'test/support/loaded-scripts.mjs')).href;
/** A snapshot of JSON, and one of YAML. */
const SAMPLE = folderWith(FILES);
const SAMPLE_CLUSTER = join(ROOT, 'examples', 'sample-cluster');
afterAll(removeFolders);
/** Rooms that every command loads. */
const OF_ALL = ['cli', 'commands', 'render'];
const NADS = join(ROOT, 'examples', 'nads');

/** What a run loaded of the built program. */
interface Loaded {
  /** Rooms of the sources: `src/net`. */
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  readonly kilobytes: number;
}

let folder: string;
let base: Loaded;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-loading-'));
  base = await loadedBy(['--help']);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs it, and tells what it loaded by the source maps of the scripts. */
async function loadedBy(args: readonly string[]): Promise<Loaded> {
  const file = join(folder, 'scripts.json');
  const [node, ...program] = programOf();
  const run = startIpamctl(args, {
    command: [node, '--import', RECORDER, ...program],
    env: { LOADED_SCRIPTS: file },
  });
  const { code, stderr } = await run.ended;
  if (code !== 0 && code !== 1) throw new Error(`exit code ${String(code)}\n${stderr}`);
  const urls = JSON.parse(readFileSync(file, 'utf8')) as string[];
  const scripts = urls.filter((url) => url.startsWith('file:') && url !== RECORDER).map((url) => fileURLToPath(url));
  const sources = scripts.filter((script) => existsSync(`${script}.map`)).flatMap(sourcesOf);
  const outside = scripts.map((script) => relative(ROOT, script)).map(packageOf);
  return {
    rooms: [...new Set(sources.map(roomOf).filter((room) => room !== undefined))].sort(),
    packages: [...new Set([...sources.map(packageOf), ...outside].filter((name) => name !== undefined))].sort(),
    kilobytes: Math.round(scripts.reduce((sum, script) => sum + statSync(script).size, 0) / 1024),
  };
}

function sourcesOf(script: string): string[] {
  return (JSON.parse(readFileSync(`${script}.map`, 'utf8')) as { sources: string[] }).sources;
}

function roomOf(source: string): string | undefined {
  return /^(?:\.\.\/)+src\/(cluster\/(?:live|snapshot)|[^/]+)\//.exec(source)?.[1];
}

function packageOf(source: string): string | undefined {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source.split(sep).join('/'))?.[1];
}

/**
 * What each class of commands may load: its rooms, its packages besides those of oclif, and how many kilobytes in all. A
 * careless import that draws in a parser, the client or another room fails here, whatever the machine.
 */
const CLASSES: readonly [string, readonly string[], readonly string[], readonly string[], number][] = [
  ['an answer from the package', ['help', 'exit-codes'], ['cluster', 'cni', 'net', 'whereabouts'], [], 340],
  ['a role', ['rbac'], ['cluster', 'cni', 'net', 'whereabouts'], ['yaml'], 510],
  [
    'offline arithmetic',
    ['slices', 'plan', '10.0.0.0/16', '--slice-size', '24'],
    ['cluster', 'cni', 'net', 'whereabouts'],
    [],
    370,
  ],
  [
    'a schedule',
    ['reconciler', 'schedule', '--check', '@daily'],
    ['cluster', 'cni', 'nad', 'net', 'openshift', 'pools', 'whereabouts'],
    ['cron-validator'],
    450,
  ],
  [
    'pools of a snapshot',
    ['pools', 'ls', '--from', SAMPLE],
    ['cluster', 'cluster/snapshot', 'cni', 'nad', 'net', 'pools', 'reconcile', 'whereabouts'],
    [],
    500,
  ],
  [
    'a plan of a snapshot',
    ['reconcile', '--from', SAMPLE],
    ['cluster', 'cluster/snapshot', 'cni', 'journal', 'nad', 'net', 'openshift', 'pools', 'reconcile', 'whereabouts'],
    [],
    630,
  ],
  [
    'an audit of a snapshot',
    ['audit', '--from', SAMPLE_CLUSTER],
    [
      'audit',
      'cluster',
      'cluster/snapshot',
      'cni',
      'journal',
      'lint',
      'nad',
      'net',
      'openshift',
      'pools',
      'reconcile',
      'whereabouts',
    ],
    ['cron-validator', 'js-yaml'],
    900,
  ],
  ['linted files', ['nad', 'lint', NADS], ['cluster', 'cni', 'lint', 'nad', 'net', 'whereabouts'], ['yaml'], 1130],
  [
    'a generated NAD',
    ['nad', 'generate', 'dhcp', '--name', 'x', '--main', 'macvlan', '--master', 'eth1'],
    ['cluster', 'cni', 'lint', 'nad', 'net', 'openshift', 'pools', 'whereabouts'],
    ['yaml'],
    1200,
  ],
  ['a shim', ['shim', 'generate', 'dhcp'], ['cluster', 'cni', 'nad', 'net', 'openshift', 'whereabouts'], ['yaml'], 540],
];

test.each(CLASSES)('%s', async (_, args, rooms, packages, mostKilobytes) => {
  const loaded = await loadedBy(args);
  expect({
    rooms: loaded.rooms.filter((room) => !OF_ALL.includes(room)),
    packages: loaded.packages.filter((name) => !base.packages.includes(name) && name !== 'wordwrap'),
  }).toEqual({ rooms, packages });
  expect(loaded.kilobytes).toBeLessThanOrEqual(mostKilobytes);
  expect(loaded.kilobytes).toBeGreaterThan(base.kilobytes);
});

test('the version is told without anything of the program', async () => {
  expect(await loadedBy(['--version'])).toEqual({ rooms: [], packages: [], kilobytes: expect.any(Number) });
});
