import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Supervisor } from './supervisor.js';

/** Where the programs and custom resource definitions of a test cluster are. */
export interface Binaries {
  etcd: string;
  kubeApiserver: string;
  kubectl: string;
  /** The whereabouts CNI plugin. */
  whereabouts: string;
  nodeSliceController: string;
  controlLoop: string;
  reconciler: string;
  /** YAML files of custom resource definitions. */
  crds: string[];
  /** For messages: `v1.34.4` and so on. */
  versions: { kubernetes: string; etcd: string; whereabouts: string };
}

/** Options of {@link ensureBinaries}. */
export interface EnsureOptions {
  /** Gets progress lines; standard error by default. */
  log?: (line: string) => void;
}

/** There are no binaries and they cannot be built here: integration tests are skipped on this (and fail with CI=true). */
export class BinariesUnavailable extends Error {
  override name = 'BinariesUnavailable';
}

interface Tool {
  name: string;
  package: string;
  /** How long a first build takes, measured on two cores. */
  usually: string;
}

interface Upstream {
  /** The folder with its go.mod. */
  folder: string;
  /** The start of its name in the cache. */
  name: 'etcd' | 'kubernetes' | 'whereabouts';
  module: string;
  ldflags: (version: string) => string;
  tools: Tool[];
}

/**
 * Older versions of whereabouts whose objects ipamctl is tried with: of each minor version the newest before 0.9, and the
 * first of 0.9, as far as the Go module proxy has them (it has no 0.6.0, 0.6.2, 0.6.3 and 0.9.1).
 */
export const OLDER_WHEREABOUTS = ['0.6.1', '0.7.0', '0.8.0', '0.9.0'] as const;
export type OlderWhereabouts = (typeof OLDER_WHEREABOUTS)[number];
/** Node slices came with 0.9. */
const WITH_NODE_SLICES: ReadonlySet<string> = new Set(['0.9.0']);

const UPSTREAMS: Record<Upstream['name'], Upstream> = {
  etcd: {
    folder: 'etcd',
    name: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    ldflags: () => '-s -w',
    tools: [{ name: 'etcd', package: 'go.etcd.io/etcd/server/v3', usually: 'half a minute' }],
  },
  whereabouts: {
    folder: 'whereabouts',
    name: 'whereabouts',
    module: 'github.com/k8snetworkplumbingwg/whereabouts',
    ldflags: () => '-s -w',
    tools: [
      {
        name: 'whereabouts',
        package: 'github.com/k8snetworkplumbingwg/whereabouts/cmd',
        usually: 'one to two minutes',
      },
      ...['nodeslicecontroller', 'controlloop', 'reconciler'].map((name) => ({
        name,
        package: `github.com/k8snetworkplumbingwg/whereabouts/cmd/${name}`,
        usually: 'a few seconds',
      })),
    ],
  },
  kubernetes: {
    folder: 'kubernetes',
    name: 'kubernetes',
    module: 'k8s.io/kubernetes',
    ldflags: (version) => {
      const [major = '', minor = ''] = version.slice(1).split('.');
      const variable = 'k8s.io/component-base/version.git';
      return `-s -w -X ${variable}Version=${version} -X ${variable}Major=${major} -X ${variable}Minor=${minor}`;
    },
    tools: [
      { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver', usually: 'four to five minutes' },
      { name: 'kubectl', package: 'k8s.io/kubernetes/cmd/kubectl', usually: 'one to two minutes' },
    ],
  },
};

/** The files with custom resource definitions: go.mod folder, module, file. */
const CRDS: readonly (readonly [folder: string, module: string, file: string])[] = [
  ...['ippools', 'overlappingrangeipreservations', 'nodeslicepools'].map(
    (plural) =>
      ['whereabouts', UPSTREAMS.whereabouts.module, `doc/crds/whereabouts.cni.cncf.io_${plural}.yaml`] as const,
  ),
  ['crds', 'github.com/k8snetworkplumbingwg/network-attachment-definition-client', 'artifacts/networks-crd.yaml'],
  [
    'crds',
    'github.com/openshift/api',
    'operator/v1/zz_generated.crd-manifests/0000_70_network_01_networks-Default.crd.yaml',
  ],
];

/** Raised when the way of building changes while go.mod and go.sum do not. */
const RECIPE = '1';
const HEARTBEAT_MS = 15_000;
const LOCK_STALE_MS = 60_000;

const here = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

/** The cache folder, outside of the checkout so that a fresh clone finds it. */
export function cacheRoot(): string {
  const own = process.env['IPAMCTL_TEST_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'ipamctl-test');
}

/**
 * The programs of a test cluster: from the cache, else built with Go from the modules that the go.mod files here pin. The
 * first build takes about eight minutes on two cores; later calls return at once. Several processes may call it together.
 */
export async function ensureBinaries(options: EnsureOptions = {}): Promise<Binaries> {
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  const etcd = await ensureUpstream(UPSTREAMS.etcd, log);
  const whereabouts = await ensureUpstream(UPSTREAMS.whereabouts, log);
  const crds = await ensureCrds(log);
  const kubernetes = await ensureUpstream(UPSTREAMS.kubernetes, log);
  return {
    etcd: join(etcd, 'etcd'),
    kubeApiserver: join(kubernetes, 'kube-apiserver'),
    kubectl: join(kubernetes, 'kubectl'),
    whereabouts: join(whereabouts, 'whereabouts'),
    nodeSliceController: join(whereabouts, 'nodeslicecontroller'),
    controlLoop: join(whereabouts, 'controlloop'),
    reconciler: join(whereabouts, 'reconciler'),
    crds: CRDS.map(([, , file]) => join(crds, baseName(file))),
    versions: {
      kubernetes: pinnedVersion(UPSTREAMS.kubernetes),
      etcd: pinnedVersion(UPSTREAMS.etcd),
      whereabouts: pinnedVersion(UPSTREAMS.whereabouts),
    },
  };
}

/** The programs of an older whereabouts, in place of those of {@link ensureBinaries}. It takes a minute or two to build. */
export async function ensureOlderWhereabouts(
  version: OlderWhereabouts,
  options: EnsureOptions = {},
): Promise<Pick<Binaries, 'whereabouts' | 'controlLoop' | 'nodeSliceController'>> {
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  const { tools, ...rest } = UPSTREAMS.whereabouts;
  const wanted = tools.filter(
    ({ name }) =>
      name === 'whereabouts' ||
      name === 'controlloop' ||
      (name === 'nodeslicecontroller' && WITH_NODE_SLICES.has(version)),
  );
  const folder = await ensureUpstream({ ...rest, folder: `whereabouts-${version}`, tools: wanted }, log);
  return {
    whereabouts: join(folder, 'whereabouts'),
    controlLoop: join(folder, 'controlloop'),
    nodeSliceController: join(folder, 'nodeslicecontroller'),
  };
}

/**
 * The files of doc/crds of an older whereabouts: its definitions, and the DaemonSet that installs it. Needs no build, and
 * of the network the module only.
 */
export async function ensureOlderManifests(
  version: OlderWhereabouts,
  options: EnsureOptions = {},
): Promise<{ crds: string[]; daemonSet: string }> {
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  const goMod = `whereabouts-${version}`;
  const kinds = ['ippools', 'overlappingrangeipreservations'];
  if (WITH_NODE_SLICES.has(version)) kinds.push('nodeslicepools');
  const crds = kinds.map((plural) => `whereabouts.cni.cncf.io_${plural}.yaml`);
  const daemonSet = 'daemonset-install.yaml';
  const folder = await ensureFolder(`manifests-whereabouts-${version}-${hashOf([goMod])}`, log, (target) =>
    copyFromModule(
      [...crds, daemonSet].map((file) => [goMod, UPSTREAMS.whereabouts.module, `doc/crds/${file}`]),
      target,
    ),
  );
  return { crds: crds.map((file) => join(folder, file)), daemonSet: join(folder, daemonSet) };
}

function ensureUpstream(upstream: Upstream, log: (line: string) => void): Promise<string> {
  const version = pinnedVersion(upstream);
  const key = `${upstream.name}-${version}-${hashOf([upstream.folder])}-${process.platform}-${process.arch}`;
  return ensureFolder(key, log, async (folder) => {
    const total = upstream.tools.length;
    for (const [index, tool] of upstream.tools.entries()) {
      const what = `${upstream.name} ${version}: ${tool.name} (${index + 1} of ${total})`;
      await goBuild(upstream, version, tool, folder, what, log);
    }
  });
}

function ensureCrds(log: (line: string) => void): Promise<string> {
  return ensureFolder(`crds-${hashOf(['crds', 'whereabouts'])}`, log, async (folder) => {
    log('test cluster: fetching custom resource definitions (some seconds)');
    await copyFromModule(CRDS, folder);
  });
}

/** Where the sources of a Go module are, at the version that the go.mod of a folder pins; they are fetched first. */
export async function moduleFolder(module: string, pinnedIn: string): Promise<string> {
  await go(['mod', 'download', module], pinnedIn);
  return (await go(['list', '-m', '-f', '{{.Dir}}', module], pinnedIn)).trim();
}

async function copyFromModule(files: typeof CRDS, folder: string): Promise<void> {
  for (const [goMod, module, file] of files) {
    const source = await moduleFolder(module, join(here, goMod));
    // The module cache is read-only and so would be a plain copy of its file; the content is all that is wanted.
    writeFileSync(join(folder, baseName(file)), readFileSync(join(source, file)));
  }
}

/**
 * A folder of the cache, made by `fill` if it is not there. It is filled under another name and renamed when complete, so
 * that a killed build leaves nothing that looks whole; a lock keeps two processes from doing the same work.
 */
export async function ensureFolder(
  key: string,
  log: (line: string) => void,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const root = cacheRoot();
  const folder = join(root, key);
  if (existsSync(folder)) return folder;
  mkdirSync(root, { recursive: true });
  const unlock = await lock(join(root, `${key}.lock`), folder, log);
  const partial = join(root, `${key}.partial-${process.pid}`);
  try {
    if (existsSync(folder)) return folder;
    removeLeftovers(root, `${key}.partial-`);
    mkdirSync(partial);
    await fill(partial);
    renameSync(partial, folder);
    return folder;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Two processes that took over a dead one's lock at once both build; the second finds the work done.
    if (existsSync(folder)) return folder;
    throw error;
  } finally {
    unlock();
  }
}

/** Removes what builds left that were killed. */
function removeLeftovers(root: string, prefix: string): void {
  for (const entry of readdirSync(root)) {
    if (!entry.startsWith(prefix) || isRunning(Number(entry.slice(prefix.length)))) continue;
    rmSync(join(root, entry), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Takes a lock file that its owner touches while alive; a lock of a dead process is taken over. */
async function lock(file: string, wanted: string, log: (line: string) => void): Promise<() => void> {
  let lastWord = 0;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (existsSync(wanted)) return () => undefined;
    if (isStale(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (Date.now() - lastWord > HEARTBEAT_MS) {
      lastWord = Date.now();
      log(`test cluster: another process is building ${baseName(wanted)}; waiting for it`);
    }
    await sleep(500);
  }
  const touch = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // Taken over after a long pause of this process: the rename at the end is atomic, so nothing breaks.
    }
  }, HEARTBEAT_MS);
  touch.unref();
  return () => {
    clearInterval(touch);
    rmSync(file, { force: true });
  };
}

function isStale(file: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > LOCK_STALE_MS) return true;
    const pid = Number(readFileSync(file, 'utf8'));
    return pid !== 0 && !isRunning(pid);
  } catch {
    // Gone meanwhile.
    return false;
  }
}

async function goBuild(
  upstream: Upstream,
  version: string,
  tool: Tool,
  folder: string,
  what: string,
  log: (line: string) => void,
): Promise<void> {
  await goVersion();
  log(
    `test cluster: building ${what}; the first time this usually takes ${tool.usually} on ${availableParallelism() > 2 ? 'two cores' : 'a machine like this'}`,
  );
  const started = Date.now();
  const elapsed = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
  const logFile = join(folder, `${tool.name}.log`);
  // Under a supervisor, so that a killed test run leaves no compiler behind.
  const supervisor = new Supervisor();
  const timer = setInterval(() => {
    log(`test cluster: still building ${what}, ${elapsed()}, ${compiled(logFile)} packages compiled`);
  }, HEARTBEAT_MS);
  try {
    const flags = ['-v', '-trimpath', '-mod=readonly', '-buildvcs=false', '-ldflags', upstream.ldflags(version)];
    const goRun = await supervisor.start({
      name: tool.name,
      file: 'go',
      args: ['build', ...flags, '-o', join(folder, tool.name), tool.package],
      cwd: join(here, upstream.folder),
      env: goEnv(),
      log: logFile,
    });
    const exit = await goRun.ended;
    if (exit.code !== 0) {
      const tail = readFileSync(logFile, 'utf8').trim().split('\n').slice(-15).join('\n');
      throw new BinariesUnavailable(
        `go build of ${tool.package} failed (${exit.code ?? exit.signal ?? exit.message}):\n${tail}`,
      );
    }
    log(`test cluster: built ${what} in ${elapsed()}`);
    rmSync(logFile, { force: true });
  } finally {
    clearInterval(timer);
    await supervisor.close();
  }
}

/** `go build -v` prints a line a package that it had to compile. */
function compiled(logFile: string): number {
  try {
    return readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('go: ')).length;
  } catch {
    return 0;
  }
}

async function goVersion(): Promise<void> {
  try {
    await run('go', ['version']);
  } catch {
    throw new BinariesUnavailable(
      `no Go found in PATH. The test cluster (kube-apiserver, etcd, whereabouts) is built from source once, with Go 1.26 or ` +
        `newer, into ${cacheRoot()}. Install Go, or set IPAMCTL_TEST_KUBECONFIG to the kubeconfig of a disposable cluster.`,
    );
  }
}

async function go(args: string[], cwd: string): Promise<string> {
  await goVersion();
  try {
    return (await run('go', args, { cwd, env: goEnv(), maxBuffer: 1 << 24 })).stdout;
  } catch (error) {
    throw new BinariesUnavailable(`go ${args.join(' ')} failed: ${(error as Error).message}`);
  }
}

function goEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(process.env)) if (value !== undefined) env[key] = value;
  // Static programs: no C compiler is needed, and the reconciler can run in a chroot.
  return { ...env, CGO_ENABLED: '0', GOWORK: 'off' };
}

function pinnedVersion(upstream: Upstream): string {
  const text = readFileSync(join(here, upstream.folder, 'go.mod'), 'utf8');
  const escaped = upstream.module.replaceAll(/[.]/g, '\\.');
  const version = new RegExp(`^(?:require )?\\s*${escaped} (v\\S+)`, 'm').exec(text)?.[1];
  if (version === undefined) throw new Error(`${upstream.folder}/go.mod does not name ${upstream.module}`);
  return version;
}

function hashOf(folders: string[]): string {
  const hash = createHash('sha256').update(RECIPE);
  for (const folder of folders) {
    for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(here, folder, file)));
  }
  return hash.digest('hex').slice(0, 10);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
