/** Completion as a person has it: real shells, at a terminal, with the key pressed. And what they ask, word by word. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from '@lydell/node-pty';
import { waitFor } from '../cluster/wait.js';
import { cleanEnvironment, ipamctl, ROOT } from '../support/program.js';
import { testedShell } from '../support/shells.js';
import { folderWith, removeFolders } from '../support/world.js';

const SAMPLE = join(ROOT, 'examples/sample-cluster');
const POOLS = join(SAMPLE, 'namespaces/openshift-multus/whereabouts.cni.cncf.io/ippools.yaml');
/** Which slice a node has is up to the controller. */
const SLICE_POOL = /slices-node-a-[\d.]+-24/.exec(readFileSync(POOLS, 'utf8'))?.[0] ?? 'none';
const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: dev
contexts:
- {name: dev, context: {cluster: one, user: me}}
- {name: 'admin/api-prod:6443/kube', context: {cluster: one, user: me}}
clusters: [{name: one, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: me, user: {token: secret}}]
`;

let home: string;
beforeAll(() => {
  home = folderWith({});
  writeFileSync(join(home, 'kubeconfig'), KUBECONFIG);
  writeFileSync(join(home, 'example.yaml'), '');
  mkdirSync(join(home, 'bin'));
  // Runs nothing: it shows the words that the shell made of what was typed and completed.
  writeFileSync(
    join(home, 'bin/ipamctl'),
    `#!/bin/sh
case $1 in __complete|completion) exec '${process.execPath}' '${join(ROOT, 'bin/run.js')}' "$@";; esac
printf 'RAN'; printf ' <%s>' "$@"; echo
`,
  );
  chmodSync(join(home, 'bin/ipamctl'), 0o755);
});
afterAll(removeFolders);

async function asked(words: readonly string[], env: Record<string, string> = {}) {
  const run = await ipamctl(['__complete', ...words], { env: { KUBECONFIG: join(home, 'kubeconfig'), ...env } });
  expect([run.code, run.stderr]).toEqual([0, '']);
  const lines = run.stdout.trimEnd().split('\n');
  const directive = lines.pop() ?? '';
  return { values: lines.map((line) => line.split('\t')[0]), lines, directive };
}

describe('what a shell asks', () => {
  test.each<[string[], string[], string]>([
    [['po'], ['pools'], ':4'],
    [['pools', ''], ['ls', 'show'], ':4'],
    [['pools', 'nothing', ''], [], ':4'],
    [['pools', 'ls', '--sort-by', ''], ['used', 'free', 'name', 'range'], ':4'],
    [['pools', 'ls', '--sort-by=f'], ['free'], ':4'],
    [['pools', 'ls', '-o', 'j'], ['json', 'jsonpath='], ':4'],
    [['pools', 'ls', '-o', 'jsonp'], ['jsonpath='], ':6'],
    [['pools', 'ls', '-Aojs'], ['-Aojson', '-Aojsonpath='], ':4'],
    [['pools', 'ls', '-o', 'json=x'], [], ':0'],
    [['pools', 'ls', '--as', ''], [], ':4'],
    [['pools', 'ls', '--kubeconfig', ''], [], ':0'],
    [['pools', 'ls', '--sta'], ['--stale'], ':4'],
    [['pools', 'ls', '--stale', '--sta'], [], ':4'],
    [['pools', 'ls', '--network', 'a', '--netw'], ['--network'], ':4'],
    [['pools', 'ls', '--context', ''], ['dev', 'admin/api-prod:6443/kube'], ':4'],
    [['pools', 'ls', '--user', ''], ['me'], ':4'],
    [['pools', 'list', '--sort-by', 'u'], ['used'], ':4'],
    [['journal', 'ls', '--journal', ''], [], ':16'],
    [['nad', 'lint', 'x'], [], ':0'],
    [['nad', 'rules', 'whereabouts/gateway-in'], ['whereabouts/gateway-in-pool', 'whereabouts/gateway-invalid'], ':4'],
    [['nad', 'generate', 'wh'], ['whereabouts'], ':4'],
    [['completion', 'z'], ['zsh'], ':4'],
    [['help', 'exit'], ['exit-codes'], ':4'],
    [['help', 'pools', 's'], ['show'], ':4'],
    [['--v'], ['--version'], ':4'],
    [['--current=po'], ['pools'], ':4'],
    [['--current=', 'pools'], ['ls', 'show'], ':4'],
    [['pools', 'show', '--from', SAMPLE, 'storage'], [], ':4'],
    [['pools', 'show', '--from', SAMPLE, 'slices-node-a'], [SLICE_POOL], ':4'],
    [['reconcile', '--from', SAMPLE, '--pool', 'slices-node-a'], [SLICE_POOL], ':4'],
    [['ips', 'show', '--from', SAMPLE, '10.40.0.1'], ['10.40.0.1'], ':4'],
    [['ips', 'ls', '--from', SAMPLE, '--pod', 'tel'], ['telco/'], ':6'],
    [['ips', 'ls', '--from', SAMPLE, '--pod', 'telco/upf'], ['telco/upf-0', 'telco/upf-1', 'telco/upf-2'], ':4'],
    [['ips', 'ls', '--from', SAMPLE, '--node', 'node-a'], ['node-a'], ':4'],
    [['ips', 'ls', '--from', SAMPLE, '-n', 'tel'], ['telco'], ':4'],
    [['ips', 'ls', '--from', SAMPLE, '--network', 'sl'], ['slices'], ':4'],
  ])('%j', async (words, values, directive) => {
    expect(await asked(words)).toMatchObject({ values, directive });
  });

  test('commands and flags come with their summaries', async () => {
    const { lines } = await asked(['pools', '']);
    expect(lines[0]).toMatch(/^ls\tlist the pools/);
    expect((await asked(['pools', 'ls', '--stale'])).lines[0]).toMatch(/^--stale\tcount stale/);
  });

  test('a variable stands for the flag', async () => {
    const { values } = await asked(['pools', 'show', 'slices-node-a'], { IPAMCTL_FROM: SAMPLE });
    expect(values).toEqual([SLICE_POOL]);
  });

  test.each<[string, Record<string, string>]>([
    ['no kubeconfig', { KUBECONFIG: '/nonexistent' }],
    ['a kubeconfig that is none', { KUBECONFIG: join(ROOT, 'package.json') }],
    ['a server that is not there', {}],
  ])('%s: silence', async (_, env) => {
    expect(await asked(['pools', 'show', ''], env)).toEqual({ values: [], lines: [], directive: ':4' });
  });

  test('a server that does not answer is not waited for', async () => {
    const started = Date.now();
    const { createServer } = await import('node:net');
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.on('listening', resolve));
      const { port } = server.address() as { port: number };
      const file = join(home, 'silent');
      writeFileSync(file, KUBECONFIG.replace('127.0.0.1:1', `127.0.0.1:${port.toString()}`));
      expect((await asked(['pools', 'show', ''], { KUBECONFIG: file })).directive).toBe(':4');
    } finally {
      server.close();
    }
    expect(Date.now() - started).toBeLessThan(8000);
  });

  test('each command that prints in formats has all of them to offer', async () => {
    const { values } = await asked(['nad', 'lint', '-o', '']);
    expect(values).toEqual(expect.arrayContaining(['json', 'sarif', 'junit', 'github']));
  });
});

const TYPED: readonly (readonly [typed: string, words: readonly string[]])[] = [
  ['ipamctl poo\tl\t', ['pools', 'ls']],
  ['ipamctl pools ls --sort\tus\t', ['pools', 'ls', '--sort-by', 'used']],
  ['ipamctl pools ls --sort-by=us\t', ['pools', 'ls', '--sort-by=used']],
  ['ipamctl pools ls --context adm\t', ['pools', 'ls', '--context', 'admin/api-prod:6443/kube']],
  ['ipamctl pools ls --context admin/api-prod:64\t', ['pools', 'ls', '--context', 'admin/api-prod:6443/kube']],
  ['ipamctl pools ls --context=admin/api-prod:64\t', ['pools', 'ls', '--context=admin/api-prod:6443/kube']],
  ['ipamctl nad rules whereabouts/gateway-in-\t', ['nad', 'rules', 'whereabouts/gateway-in-pool']],
  ['ipamctl audit che\torp\t', ['audit', 'checks', 'orphan-pool']],
  ['ipamctl audit --fix untr\t', ['audit', '--fix', 'untracked-live-ip']],
  ['ipamctl nad lint exam\t', ['nad', 'lint', 'example.yaml']],
  ['ipamctl pools ls --from=exam\t', ['pools', 'ls', '--from=example.yaml']],
  ['ipamctl pools show slices-node-a\t', ['pools', 'show', SLICE_POOL]],
  // What several have in common, a colon in the middle of it.
  ['ipamctl ips show fd00:60:\t1', ['ips', 'show', 'fd00:60::1']],
  // What ends in a slash goes on without a space.
  ['ipamctl ips ls --pod tel\tsq\t', ['ips', 'ls', '--pod', 'telco/squatter']],
  ['ipamctl pools ls -o jsonp\tx', ['pools', 'ls', '-o', 'jsonpath=x']],
];

describe.each(['bash', 'zsh', 'fish'] as const)('in %s', (name) => {
  /** Everything that the shell shows when this is typed into it. */
  async function typing(lines: readonly string[], isThere: (shown: string) => boolean): Promise<string> {
    const { command, env, setup } = testedShell(name);
    const [file, ...args] = command;
    const terminal = spawn(file, args, {
      cols: 200,
      rows: 60,
      cwd: home,
      env: {
        ...cleanEnvironment({
          KUBECONFIG: join(home, 'kubeconfig'),
          HOME: home,
          IPAMCTL_FROM: SAMPLE,
          TERM: name === 'fish' ? 'xterm' : 'dumb',
        }),
        ...env,
        PATH: [join(home, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
        PS1: '$ ',
      },
    });
    let shown = '';
    terminal.onData((data) => (shown += data));
    const load = name === 'fish' ? 'ipamctl completion fish | source' : `source <(ipamctl completion ${name})`;
    try {
      for (const line of [...setup, load, "echo READ''Y"]) terminal.write(`${line}\r`);
      await waitFor('the shell', () => /^READY\r?$/m.test(shown), 30_000);
      for (const line of lines) terminal.write(line);
      await waitFor(`${name} at ${JSON.stringify(lines)}`, () => isThere(shown), 30_000).catch((error: unknown) => {
        throw new Error(`${String(error)}; it shows:\n${shown}`);
      });
    } finally {
      terminal.kill('SIGKILL');
    }
    return shown;
  }

  test('a key completes what was typed', async () => {
    const ran = (shown: string): string[] => [...shown.matchAll(/^RAN .*?(?=\r?$)/gm)].map(([text]) => text.trimEnd());
    const shown = await typing(
      TYPED.map(([typed]) => `${typed}\r`),
      (text) => ran(text).length >= TYPED.length,
    );
    expect(ran(shown)).toEqual(TYPED.map(([, words]) => `RAN ${words.map((word) => `<${word}>`).join(' ')}`));
  }, 120_000);

  test('a key shows what there is', async () => {
    const shown = await typing([name === 'fish' ? 'ipamctl journal \t' : 'ipamctl journal \t\t\t'], (text) =>
      /\bls\b[^]*\bshow\b/.test(text.split('READY\r').at(-1) ?? ''),
    );
    expect(shown).not.toContain('command not found');
  }, 60_000);
});
