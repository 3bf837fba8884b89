/** The package as npm makes it, installed into an empty folder: what is inside, and that every command runs there. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attach } from '../cluster/attach.js';
import { TestCluster } from '../cluster/cluster.js';
import { createNad, deletePod } from '../cluster/objects.js';
import { cleanEnvironment, ipamctl, ROOT } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';
import { openTerminal } from './support/pty.js';

const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

let sample: string;
/** Where it is installed. */
let home: string;
/** The installed package. */
let installed: string;
let files: string[];

beforeAll(async () => {
  sample = folderWith(SAMPLE);
  const packed = folderWith({});
  // Without the scripts: they would build anew, under the feet of the tests that run beside this one.
  const options = ['pack', '--ignore-scripts', '--json', '--pack-destination', packed];
  const { stdout } = await run('npm', options, { cwd: ROOT, maxBuffer: 1 << 26 });
  const [tarball] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  files = tarball.files.map(({ path }) => path).sort();
  home = folderWith({});
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', join(packed, basename(tarball.filename))],
    { cwd: home },
  );
  installed = join(home, 'node_modules', 'ipamctl');
});
afterAll(removeFolders);

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const bin = (name: string): [string, ...string[]] => [join(home, 'node_modules', '.bin', name)];

describe('what is inside', () => {
  test('the program, its schemas, examples and papers, and nothing else', () => {
    const allowed =
      /^(?:bin\/(?:run|kubectl-ipamctl|kubectl_complete-ipamctl|user)\.js|completions\/ipamctl\.\w+|dist\/(?:cli|commands|chunks)\/[^.]+\.js(?:\.map)?|dist\/THIRD-PARTY-NOTICES\.txt|schemas\/\w+\.schema\.json|examples\/.+|docs\/performance\/\w+\.svg|docs\/(?:(?:checks|commands|reference(?:\/kinds)?|tasks|troubleshooting)\/|rules\/(?:[\w-]+\/)?)?[^/]+\.md|oclif\.manifest\.json|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
    expect(files.filter((file) => !allowed.test(file))).toEqual([]);
    for (const file of [
      'bin/run.js',
      'bin/kubectl-ipamctl.js',
      'bin/kubectl_complete-ipamctl.js',
      'bin/user.js',
      'completions/ipamctl.bash',
      'dist/cli/main.js',
      'dist/commands/pools/ls.js',
      'dist/THIRD-PARTY-NOTICES.txt',
      'schemas/PoolList.schema.json',
      'schemas/common.schema.json',
      'oclif.manifest.json',
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
    ]) {
      expect(files).toContain(file);
    }
    expect(files.filter((file) => file.startsWith('examples/'))).not.toEqual([]);
  });

  test('every command of the manifest is there, and every command that is there is in the manifest', () => {
    const { commands } = JSON.parse(readFileSync(join(installed, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, { relativePath: string[] }>;
    };
    const named = Object.values(commands).map(({ relativePath }) => relativePath.join('/'));
    const there = files.filter((file) => /^dist\/commands\/.*\.js$/.test(file));
    expect(named.sort()).toEqual(there);
    expect(there.length).toBeGreaterThan(5);
  });

  test('no path of the machine that built it, and no sources in the maps', () => {
    const withPath: string[] = [];
    const withSources: string[] = [];
    for (const file of files) {
      const text = readFileSync(join(installed, file), 'latin1');
      if (text.includes(ROOT) || text.includes(`${homedir()}/`)) withPath.push(file);
      if (!file.endsWith('.map')) continue;
      const { sources, sourcesContent } = JSON.parse(text) as { sources: string[]; sourcesContent?: unknown };
      if (sourcesContent !== undefined || sources.some((source) => /^(?:\/|\w:|file:)/.test(source))) {
        withSources.push(file);
      }
    }
    expect(withPath).toEqual([]);
    expect(withSources).toEqual([]);
  });

  test('what it needs from elsewhere is what package.json says, and little', () => {
    const { dependencies } = manifestOf(installed);
    expect(dependencies).toEqual(manifestOf(ROOT).dependencies);
    const direct = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(direct).toEqual(expect.arrayContaining(['ipamctl', ...Object.keys(dependencies)]));
    expect(direct.filter((name) => name.startsWith('@kubernetes') || name === '@oclif')).toEqual([]);
  });

  test('both bins may be executed', () => {
    for (const name of ['run.js', 'kubectl-ipamctl.js']) {
      const file = join(installed, 'bin', name);
      expect(statSync(file).mode & 0o111).toBe(0o111);
      expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });
});

describe('every command runs where it was installed', () => {
  test.each(['ipamctl', 'kubectl-ipamctl'])('%s: --version and --help', async (name) => {
    const { version } = manifestOf(installed);
    const told = await ipamctl(['--version'], { command: bin(name), cwd: home });
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toContain(`ipamctl/${version} `);
    const help = await ipamctl(['--help'], { command: bin(name), cwd: home });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(name === 'ipamctl' ? '$ ipamctl [COMMAND]' : '$ kubectl ipamctl [COMMAND]');
  });

  test.each([
    [['pools', 'ls', '--stale'], 'PoolList', 0],
    [['pools', 'show', '192.0.2.192-27'], 'Pool', 0],
    [['ips', 'ls'], 'IPList', 0],
    [['ips', 'show', '192.0.2.204'], 'IPReport', 0],
    [['ips', 'show', '--pod', 'default/web-0'], 'IPReport', 0],
    [['reconcile'], 'ReconcilePlan', 1],
  ])('%j', async (args, kind, code) => {
    const table = await ipamctl([...args, '--from', sample], { command: bin('ipamctl'), cwd: home });
    expect(table.code).toBe(code);
    expect(table.stdout).not.toBe('');
    const json = await ipamctl([...args, '-o', 'json', '--from', sample], { command: bin('ipamctl'), cwd: home });
    const document = JSON.parse(json.stdout) as { kind: string };
    expect(document.kind).toBe(kind);
    expect(violations(document)).toEqual([]);
    const yaml = await ipamctl([...args, '-o', 'yaml', '--from', sample], {
      command: bin('kubectl-ipamctl'),
      cwd: home,
    });
    expect(yaml.stdout).toContain(`kind: ${kind}\n`);
    expect(yaml.code).toBe(code);
  });

  test('the examples that come with it can be read', async () => {
    const examples = join(installed, 'examples');
    const from = ['--from', join(examples, 'sample-cluster')];
    const pools = await ipamctl(['pools', 'ls', '-o', 'name', ...from], { command: bin('ipamctl'), cwd: home });
    expect(pools.code).toBe(0);
    expect(pools.stdout).toContain('ippool.whereabouts.cni.cncf.io/');
    const nads = await ipamctl(['nad', 'lint', join(examples, 'nads')], { command: bin('ipamctl'), cwd: home });
    expect(nads).toMatchObject({ code: 0, stdout: '' });
    expect(nads.stderr).toContain('in 2 NADs of 2 files');
  });

  test('archives and YAML, whose readers are loaded late', async () => {
    const folder = folderWith({});
    await run('tar', ['-czf', join(folder, 's.tar.gz'), '-C', sample, '.']);
    const archive = await ipamctl(['ips', 'ls', '-o', 'name', '--from', join(folder, 's.tar.gz')], {
      command: bin('ipamctl'),
    });
    const plain = await ipamctl(['ips', 'ls', '-o', 'name', '--from', sample], { command: bin('ipamctl') });
    expect(archive).toEqual(plain);
    const yaml = await ipamctl(['ips', 'ls', '-o', 'yaml', '--from', sample], { command: bin('ipamctl') });
    const yamlFolder = folderWith({ 'list.yaml': yaml.stdout, ...SAMPLE });
    const again = await ipamctl(['ips', 'ls', '-o', 'name', '--from', yamlFolder], { command: bin('ipamctl') });
    expect(again).toEqual(plain);
  });

  test('without a cluster: exit 4, by the client that is loaded late', async () => {
    const kubeconfig = join(
      folderWith({
        config: JSON.stringify({
          apiVersion: 'v1',
          kind: 'Config',
          'current-context': 'x',
          contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
          // Port 1 of this machine: nobody listens there.
          clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:1' } }],
          users: [{ name: 'x', user: { token: 'x' } }],
        }),
      }),
      'config',
    );
    const none = await ipamctl(['pools', 'ls'], { command: bin('ipamctl') });
    expect(none.code).toBe(4);
    const away = await ipamctl(['pools', 'ls', '-o', 'json', '--request-timeout', '1s', '--kubeconfig', kubeconfig], {
      command: bin('ipamctl'),
    });
    expect(away.code).toBe(4);
    expect(JSON.parse(away.stdout)).toMatchObject({ kind: 'Error', code: 4, reason: 'unreachable' });
  });
});

describe('on a real cluster', () => {
  let cluster: TestCluster;
  let env: Record<string, string>;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    env = { KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: folderWith({}) };
    const config = { cniVersion: '0.3.1', name: 'a', type: 'macvlan', master: 'eth1' };
    const ipam = { type: 'whereabouts', range: '10.77.0.0/29' };
    await createNad(cluster, 'default', 'a', { ...config, ipam });
    for (const name of ['one', 'two']) {
      await attach(cluster, { name, nets: ['default/a'] });
      await deletePod(cluster, 'default', name);
    }
  });
  afterAll(async () => {
    await cluster.stop();
  });

  test('frees one address when told, and the other when asked', async () => {
    const now = ['reconcile', '--now', '-o', 'json', '--max-release', '5'];
    const dry = await ipamctl([...now, '--dry-run=server'], { command: bin('ipamctl'), cwd: home, env });
    expect({ code: dry.code, violations: violations(JSON.parse(dry.stdout)) }).toEqual({ code: 1, violations: [] });
    const one = await ipamctl(['ips', 'release', '10.77.0.1', '--yes', '-o', 'json'], {
      command: bin('ipamctl'),
      cwd: home,
      env,
    });
    expect({ code: one.code, stderr: one.stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(one.stdout) as { summary: { released: number } }).summary.released).toBe(1);

    const terminal = openTerminal(['reconcile', '--now'], { env, command: bin('kubectl-ipamctl') });
    await terminal.sees(/Release 1 address in 1 pool of cluster/);
    terminal.type('y\r');
    expect(await terminal.code).toBe(0);
    expect(terminal.shown).toContain('Released 1 address and 1 reservation; 0 failed.');
    // Its own name is in what it says to type next.
    expect(terminal.shown).toContain('Undo: kubectl ipamctl restore ');
    const after = await ipamctl(now, { command: bin('ipamctl'), cwd: home, env });
    expect(after.code).toBe(0);

    const { networks } = await attach(cluster, { name: 'three', nets: ['default/a'] });
    expect(networks[0]?.ips).toEqual(['10.77.0.1']);
  });
});

describe('a user that /etc/passwd does not know, as OpenShift gives its containers', () => {
  const unknown = ['--user', '--map-user=65532', '--map-group=65532', 'env', '-i', `PATH=${process.env['PATH'] ?? ''}`];

  test.each([
    ['ipamctl', ['pools', 'ls', '--from', join(ROOT, 'examples', 'sample-cluster')], 0],
    ['ipamctl', ['--help'], 0],
    ['ipamctl', ['pools', 'ls'], 4],
    ['kubectl-ipamctl', ['nad', 'rules'], 0],
    ['kubectl_complete-ipamctl', ['pools', ''], 0],
  ])('%s %j', async (name, args, expected) => {
    const program = join(home, 'node_modules', '.bin', name);
    const { code, stderr } = await ipamctl(args, { command: ['unshare', ...unknown, program] });
    expect([code, stderr]).toEqual([expected, expect.not.stringMatching(/ENOENT|uv_os/)]);
    const who = await run('unshare', [...unknown, process.execPath, '-e', 'require("os").userInfo()']).catch(
      (error: unknown) => error as { stderr: string },
    );
    expect(who.stderr).toContain('ERR_SYSTEM_ERROR');
  });
});

describe('a bug', () => {
  test('is exit 70, says that it is one, and its stack names lines of TypeScript', async () => {
    // A copy with one word spelled wrong, where nothing else moves.
    const broken = join(folderWith({}), 'ipamctl');
    mkdirSync(broken);
    cpSync(installed, broken, { recursive: true });
    cpSync(join(home, 'node_modules', 'cli-table3'), join(broken, 'node_modules', 'cli-table3'), { recursive: true });
    const file = join(broken, 'dist/commands/pools/ls.js');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('selectPools(reader,');
    writeFileSync(file, text.replace('await selectPools(reader,', 'await selectPoolz(reader,'));

    const command: [string, ...string[]] = [process.execPath, join(broken, 'bin/run.js')];
    const failed = await ipamctl(['pools', 'ls', '-o', 'json', '--from', sample], { command });
    expect(failed.code).toBe(70);
    const { version } = manifestOf(installed);
    expect(failed.stderr).toContain(`Error: this is a bug in ipamctl ${version}: selectPoolz is not defined\n`);
    expect(failed.stderr).toContain('Please report it');
    const document: unknown = JSON.parse(failed.stdout);
    expect(document).toMatchObject({ kind: 'Error', code: 70, reason: 'bug', message: 'selectPoolz is not defined' });
    expect(violations(document)).toEqual([]);

    const [, source = '', line = ''] = /^ +at (?:.* \()?(src\/[^:]+):(\d+):\d+\)?$/m.exec(failed.stderr) ?? [];
    expect(source).toBe('src/commands/pools/ls.ts');
    const sources = readFileSync(join(ROOT, source), 'utf8').split('\n');
    expect(sources[Number(line) - 1]).toContain('selectPools(reader,');
    expect(failed.stderr).toMatch(/src\/cli\/base\.ts:\d+:\d+/);
    expect(failed.stderr).not.toMatch(/dist\/.*\.js:\d/);
  });

  test('with source maps gone the stack still is there', async () => {
    const broken = join(folderWith({}), 'ipamctl');
    cpSync(installed, broken, { recursive: true, filter: (path) => !path.endsWith('.map') });
    const file = join(broken, 'dist/commands/pools/ls.js');
    writeFileSync(file, readFileSync(file, 'utf8').replace('await selectPools(reader,', 'await selectPoolz(reader,'));
    const { stdout, stderr } = await run(
      process.execPath,
      [join(broken, 'bin/run.js'), 'pools', 'ls', '--from', sample],
      { env: cleanEnvironment() },
    ).catch((error: unknown) => error as { stdout: string; stderr: string });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/selectPoolz is not defined[^]*dist\/commands\/pools\/ls\.js:\d+:\d+/);
  });
});
