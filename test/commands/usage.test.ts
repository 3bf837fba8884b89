/** Help, versions, and command lines that cannot be what was meant, on the built program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import { VERDICTS } from '../../src/reconcile/verdict.js';
import { ipamctl, programOf, ROOT } from '../support/program.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';

let sample: string;
beforeAll(() => {
  sample = folderWith(SAMPLE);
});
afterAll(removeFolders);

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']], [[]]])('%j lists topics and commands', async (args) => {
    const run = await ipamctl(args);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    for (const word of ['pools', 'ips', 'reconcile', 'help', version]) expect(run.stdout).toContain(word);
    expect(run.stdout).toContain('$ ipamctl [COMMAND]');
  });

  test.each([
    ['pools ls', '--sort-by'],
    ['pools show', 'POOL'],
    ['ips ls', '--stale'],
    ['ips show', '--pod'],
    ['reconcile', '--include-completed'],
    ['shim status', '--output'],
    ['shim apply', '--wait'],
    ['shim remove', '--force'],
    ['shim generate', '--empty-list'],
  ])('of %s: usage, every flag with what it does, examples', async (command, word) => {
    const words = command.split(' ');
    const run = await ipamctl([...words, '--help']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    for (const part of ['USAGE', 'EXAMPLES', `$ ipamctl ${command}`, '--from', '--kubeconfig', word]) {
      expect(run.stdout).toContain(part);
    }
    // 80 columns where there is no terminal; what is to be copied is never wrapped.
    const [, ...rest] = run.stdout.split('\n').filter((line) => !line.startsWith('  $ '));
    expect(rest.filter((line) => line.length > 80)).toEqual([]);
    expect(await ipamctl(['help', ...words])).toEqual(run);
    expect(await ipamctl([...words, '-h'])).toEqual(run);
  });

  test('exit-codes is the table of the code', async () => {
    const run = await ipamctl(['help', 'exit-codes']);
    expect(run).toEqual({
      code: 0,
      stderr: '',
      stdout: EXIT_CODES.map(({ code, meaning }) => `${code.toString().padStart(3)}  ${meaning}\n`).join(''),
    });
  });

  test('verdicts explains each of them', async () => {
    const run = await ipamctl(['help', 'verdicts']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const explained = run.stdout.split('\n').flatMap((line) => /^ {2}([a-z]+) +\S/.exec(line)?.[1] ?? []);
    expect(explained.sort()).toEqual([...VERDICTS].sort());
  });

  test('environment', async () => {
    const run = await ipamctl(['help', 'environment']);
    expect(run.code).toBe(0);
    for (const word of ['KUBECONFIG', 'NO_COLOR', 'FORCE_COLOR', 'IPAMCTL_']) expect(run.stdout).toContain(word);
  });

  test('of what there is not: exit 2', async () => {
    const run = await ipamctl(['help', 'nonsense']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^Error: there is no command and no topic "nonsense"\nTry: ipamctl help\n$/);
  });

  test('as a plugin of kubectl the usage shows that prefix, and everything else is the same', async () => {
    const command = programOf('kubectl-ipamctl.js');
    for (const args of [
      ['--help'],
      ['pools'],
      ['pools', 'ls', '--help'],
      ['help', 'ips', 'show'],
      ['pools', 'ls', '--no'],
    ]) {
      const plugin = await ipamctl(args, { command });
      const own = await ipamctl(args);
      expect(plugin.code).toBe(own.code);
      expect(`${plugin.stdout}${plugin.stderr}`).toContain('kubectl ipamctl ');
      expect(`${plugin.stdout}${plugin.stderr}`).not.toMatch(/\$ ipamctl /);
    }
    const args = ['ips', 'ls', '-o', 'json', '--from', sample];
    expect(await ipamctl(args, { command })).toEqual(await ipamctl(args));
    const told = await ipamctl(['--version'], { command });
    expect(told.stdout).toMatch(new RegExp(`^ipamctl/${version.replaceAll('.', '\\.')} `));
  });

  test('--version', async () => {
    const run = await ipamctl(['--version']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toBe(`ipamctl/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
  });
});

describe('what cannot be meant is exit 2: one line, what to try, nothing on stdout', () => {
  test.each([
    [['slcies'], /^Error: there is no command "slcies"\nTry: ipamctl slices --help\n/],
    [
      ['pools', 'foo'],
      /^Error: there is no command "pools foo"\nTry: .*\n {5}ipamctl pools --help {5}lists its commands\n/,
    ],
    [['get', 'pools'], /^Error: .*\nTry: ipamctl pools ls\n/],
    [['describe', 'pool', 'x'], /^Error: .*\nTry: ipamctl pools show\n/],
    [['help', 'exit-code'], /^Error: .*\nTry: ipamctl help exit-codes\n/],
    [['help', 'pool', 'ls'], /^Error: .*\nTry: ipamctl help pools ls\n/],
    [['help', 'poools'], /^Error: .*\nTry: ipamctl help pools\n/],
    [
      ['--context', 'a b', 'pools', 'ls', '-A'],
      /^Error: --context needs a command before it\nTry: ipamctl pools ls -A --context 'a b'\n/,
    ],
    [['pools', 'ls', '-context', 'x'], /^Error: nonexistent flag: -context\nTry: --context\n/],
    [['pools', 'ls', '-v=6'], /^Error: .*\nTry: -v shows requests, -vv headers too\n/],
    [['pools', 'ls', '--color', 'alway'], /^Error: .*\nTry: --color always\n/],
    [['pools', 'ls', '--sort-by', 'uesd'], /^Error: .*\nTry: --sort-by used\n/],
    [['nad', 'lint', '--show', 'warn'], /^Error: .*\nTry: --show warning\n/],
    [['nad', 'generate', 'whereabots'], /^Error: .*\nTry: whereabouts\n/],
    [['reconcile', '--dry-run=sever'], /^Error: .*\nTry: --dry-run server\n/],
    [['nad', 'rules', 'gateway-in-pol'], /^Error: .*\nTry: ipamctl nad rules whereabouts\/gateway-in-pool\n/],
    [['audit', '--check', 'duplicate-live-ips'], /^Error: .*\nTry: did you mean audit\/duplicate-live-ip\?\n/],
    [['pools', 'ls', '--fail-when', 'usdPercent>3'], /^Error: .*\nTry: did you mean usedPercent\?\n/],
    [['bogus'], /^Error: there is no command "bogus"\nTry: ipamctl --help/],
    [['pool', 'ls'], /^Error: there is no command "pool ls"\nTry: ipamctl pools ls\n/],
    [['pools', 'lss', '--from', 'x'], /^Error: there is no command "pools lss"\nTry: ipamctl pools ls\n/],
    [['bogus', '-n', 'x'], /^Error: there is no command "bogus"\n/],
    [['--verson'], /^Error: --verson needs a command before it\nTry: ipamctl --help/],
    [['pools', 'ls', 'extra'], /^Error: pools ls takes no argument "extra"\nTry: ipamctl pools ls --help\n$/],
    [['reconcile', 'now', '--from', 'x'], /^Error: reconcile takes no argument "now"\n/],
    [['pools', 'ls', '-n', 'a', 'extra'], /^Error: unexpected argument: extra\nTry: ipamctl pools ls --help\n$/],
    [['pools', 'ls', '--bogus'], /^Error: nonexistent flag: --bogus\nTry: ipamctl pools ls --help\n$/],
    [['pools', 'ls', '--sort', 'used'], /^Error: nonexistent flag: --sort\n/],
    [['pools', 'ls', '--stael'], /^Error: nonexistent flag: --stael\nTry: --stale\n/],
    [['pools', 'ls', '-z'], /^Error: nonexistent flag: -z\n/],
    [['pools', 'ls', '--sort-by', 'size'], /^Error: expected --sort-by=size to be one of: used, free, name, range\n/],
    [['pools', 'ls', '--sort-by'], /^Error: flag --sort-by expects /],
    [
      ['pools', 'ls', '-o', 'jsn'],
      /^Error: unknown output format "jsn"\. Did you mean json\? Allowed here: table, wide/,
    ],
    [
      ['pools', 'ls', '-o', 'custom-columns=A:.b'],
      /^Error: unknown output format "custom-columns"\. Did you mean jsonpath\?/,
    ],
    [['pools', 'ls', '-o', ''], /^Error: -o names no format\./],
    [['pools', 'ls', '-o', 'json='], /^Error: -o json= names no file/],
    [['pools', 'ls', '-o', 'table', '-o', 'wide'], /^Error: only one -o can go to stdout\n/],
    [['pools', 'ls', '-o', 'jsonpath={.items['], /^Error: -o jsonpath: .*\n {2}\{\.items\[\n {2} +\^\n$/],
    [['pools', 'ls', '-o', 'jsonpath'], /^Error: -o jsonpath needs an expression/],
    [['pools', 'ls', '--context', 'x'], /^Error: --from reads files, so --context has nothing to say\n/],
    [
      ['pools', 'ls', '--request-timeout', 'soon'],
      /^Error: --request-timeout "soon" is no duration\nTry: write it as 30s/,
    ],
    [['pools', 'ls', '-l', 'a in ('], /^Error: label selector "a in \(" cannot be read\n/],
    [['reconcile', '--min-age', 'old'], /^Error: --min-age "old" is no duration\nTry: write it as 30s/],
    [['reconcile', '--min-age', ''], /^Error: --min-age is empty\n/],
    [
      ['pools', 'show'],
      /^Error: missing 1 required arg:\n {2}pool {2}NAME or NAMESPACE\/NAME of an IPPool\nTry: ipamctl pools show --help\n$/,
    ],
    [['pools', 'show', 'a', 'b'], /^Error: unexpected argument: b\n/],
    [['ips', 'show'], /^Error: name an address, or a pod with --pod\n/],
    [['ips', 'show', '192.0.2.1', '--pod', 'a/b'], /^Error: name an address, or a pod with --pod\n/],
    [
      ['ips', 'show', '192.0.2.0/24'],
      /^Error: "192\.0\.2\.0\/24" is no IP address\nTry: ipamctl ips show 192\.0\.2\.0\n/,
    ],
    [['ips', 'show', '192.0.2.300'], /^Error: "192\.0\.2\.300" is no IP address\n/],
    [['ips', 'show', '192.0.02.1'], /^Error: "192\.0\.02\.1" is no IP address\n/],
    [['ips', 'ls', '--pod', 'web-0', '--from', 'x'], /^Error: --pod "web-0" is not NAMESPACE\/NAME\n/],
    [['ips', 'show', '--pod', 'web-0'], /^Error: --pod "web-0" is not NAMESPACE\/NAME\n/],
  ])('%j', async (args, message) => {
    const readsNothing = args.includes('--from') || args.length < 2 || args.includes('extra') || args[0] === 'help';
    const from = readsNothing || args[0] === '--context' || args[1] === 'rules' ? [] : ['--from', sample];
    const run = await ipamctl([...args, ...from]);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(message);
    // No state of the parser, no stack, no escape of the lines that oclif puts together.
    expect(run.stderr.length).toBeLessThan(600);
    expect(run.stderr).not.toMatch(/\n\s+at |\[object|\\n|undefined|See more help/);
  });
});

describe('a name that is not there', () => {
  const POOL = '192.0.2.192-27';
  test.each([
    [['ips', 'ls', '--pool', '192.0.2.192-72'], 0, `there is no pool "192.0.2.192-72"; did you mean ${POOL}?`],
    [['reconcile', '--pool', '192.0.2.192-72'], 0, `there is no pool "192.0.2.192-72"; did you mean ${POOL}?`],
    [
      ['reconcile', '--pool', `kube-system/${POOL}x`],
      0,
      `there is no pool "kube-system/${POOL}x"; did you mean kube-system/${POOL}?`,
    ],
    [['pools', 'ls', '-n', 'kube-sytem'], 0, 'no pool is in namespace "kube-sytem"; did you mean kube-system?'],
    [['ips', 'ls', '-n', 'storag'], 0, 'no address is held for a pod in namespace "storag"; did you mean storage?'],
    [['pools', 'ls', '--network', 'storagee'], 0, 'no pool is of network "storagee"; did you mean storage?'],
  ])('%j: it says so in every format, and what is near', async (args, code, said) => {
    for (const format of ['table', 'json']) {
      const run = await ipamctl([...args, '-o', format, '--from', sample]);
      expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(`Warning: ${said}`)]);
      if (format === 'json') expect((JSON.parse(run.stdout) as { warnings: string[] }).warnings).toContain(said);
    }
  });

  test('what is there, or is near nothing, is no word worth', async () => {
    for (const args of [
      ['ips', 'ls', '--pool', POOL],
      ['ips', 'ls', '--pool', `kube-system/${POOL}`],
      ['pools', 'ls', '-n', 'kube-system'],
      ['pools', 'ls', '--network', ''],
      ['ips', 'ls', '-n', 'somewhere-else'],
    ]) {
      expect([args, (await ipamctl([...args, '--from', sample])).stderr]).toEqual([
        args,
        expect.not.stringMatching(/there is no pool|no pool is|no address is held for/),
      ]);
    }
  });

  test.each([
    [['pools', 'show', '192.0.2.192-72'], `ipamctl pools show ${POOL}`],
    [['pools', 'show', 'kube-system/192.0.2.192-72'], `ipamctl pools show kube-system/${POOL}`],
  ])('%j', async (args, hint) => {
    const run = await ipamctl([...args, '--from', sample]);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining(`Try: ${hint}\n`)]);
  });

  test('a context: which files have which, and the near one', async () => {
    const kubeconfig = {
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      contexts: ['production-east', 'default/api:6443/admin', 'a b'].map((name) => ({
        name,
        context: { cluster: 'c' },
      })),
    };
    const folder = folderWith({ config: JSON.stringify(kubeconfig) });
    for (const [asked, meant] of [
      ['production-est', '--context production-east'],
      ['default/api:6443/admim', '--context default/api:6443/admin'],
      ['a  b', "--context 'a b'"],
    ] as const) {
      for (const more of [[], ['--context', 'production-east']]) {
        const run = await ipamctl(['pools', 'ls', '--context', asked, ...more], {
          env: { KUBECONFIG: join(folder, 'config') },
        });
        expect([run.code, run.stderr]).toEqual([4, expect.stringContaining(`Try: ${meant}\n`)]);
        expect(run.stderr).toContain(`${folder}/config has contexts`);
      }
    }
  });
});

describe('stdout parses also when the command fails', () => {
  test.each([
    [['pools', 'ls', '-o', 'json', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '-ojson', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '-o=json', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '--output=json', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '--output', 'yaml', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '-Ao', 'json', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '-Aojson', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '-vAo', 'yaml', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '-o', 'json', '-o', 'wide=/dev/null', '--from', '/nonexistent'], 3],
    [['pools', 'ls', '--bogus', '-o', 'json'], 2],
    [['pools', 'ls', '-o', 'json', '-o', 'yaml'], 2],
    [['bogus', '-o', 'json'], 2],
    [['pools', 'show', '-o', 'json'], 2],
    [['reconcile', '--min-age', 'x', '-o', 'json'], 2],
    [['pools', 'ls', '-o', 'json'], 4],
    [['ips', 'show', '192.0.2.1', '-o', 'json'], 4],
  ])('%j', async (args, code) => {
    const run = await ipamctl(args);
    expect(run.code).toBe(code);
    const document = JSON.parse(run.stdout) as { message: string };
    expect(document).toMatchObject({ apiVersion: 'ipamctl.io/v1', kind: 'Error', code });
    expect(run.stderr).toMatch(/^Error: /);
    expect(run.stderr).toContain(document.message);
  });

  test('by a variable as well', async () => {
    const env = { IPAMCTL_OUTPUT: 'json' };
    const run = await ipamctl(['pools', 'ls', '--from', '/nonexistent'], { env });
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'Error', code: 3 });
    const table = await ipamctl(['pools', 'ls', '-o', 'table', '--from', '/nonexistent'], { env });
    expect(table).toMatchObject({ code: 3, stdout: '' });
  });

  test.each([[['-o', 'table']], [['-o', 'name']], [['-o', 'json=/dev/null']], [['--', '-o', 'json']]])(
    'nothing is on stdout where no machine format was asked for it: %j',
    async (args) => {
      const run = await ipamctl(['pools', 'show', 'nope', '--from', '/nonexistent', ...args]);
      expect(run.stdout).toBe('');
      expect(run.code).toBeGreaterThan(1);
    },
  );
});

describe('every exit code that reading can have', () => {
  test.each([
    [0, ['ips', 'ls']],
    [1, ['reconcile']],
    [2, ['reconcile', '--now']],
    [3, ['pools', 'show', 'nope']],
  ])('%i: %j, the same in every format', async (code, args) => {
    for (const format of ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath={.kind}']) {
      const run = await ipamctl([...args, '--from', sample, '-o', format]);
      expect([format, run.code]).toEqual([format, code]);
    }
  });

  test('4: nowhere to read from names both ways on', async () => {
    const run = await ipamctl(['pools', 'ls']);
    expect(run).toMatchObject({ code: 4, stdout: '' });
    expect(run.stderr).toContain('--kubeconfig');
    expect(run.stderr).toContain('--from');
  });
});
