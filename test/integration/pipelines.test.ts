/** The example pipelines: held against what their runners take, and every shell of theirs run with the packed program. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { moduleFolder } from '../cluster/binaries.js';
import type { KubeObject } from '../cluster/client.js';
import { TestCluster } from '../cluster/cluster.js';
import { installCrds } from '../cluster/crds.js';
import { createPool } from '../cluster/objects.js';
import { buildProgram } from '../oracle/oracle.js';
import { shellLines } from '../support/documents.js';
import { cleanEnvironment, ROOT } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders } from '../support/world.js';
import { runGithubJob, runGitlabJob, runTektonTask, type Runner, type TektonTask } from './support/pipelines.js';

const run = promisify(execFile);
const EXAMPLES = join(ROOT, 'examples/pipelines');
const BAD = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: bad }
spec:
  config: '{"cniVersion": "0.3.1", "name": "bad", "type": "macvlan", "ipam": {"type": "whereabouts", "range": "10.0.0.0/33"}}'
`;

let cluster: TestCluster;
let kubeconfig: string;
let home: string;
let env: Record<string, string>;
/** A repository with good networks, and one with a bad one besides. */
let good: string;
let bad: string;

beforeAll(async () => {
  const starting = TestCluster.start();
  home = folderWith({});
  const packing = ['pack', '--silent', '--ignore-scripts', '--pack-destination', home];
  const { stdout } = await run('npm', packing, { cwd: ROOT });
  // Each job installs; npm takes seconds for it, so the second time it is left at that.
  const real = (await run('sh', ['-c', 'command -v npm'])).stdout.trim();
  const done = 'done="$HOME/$(printf %s "$*" | cksum | tr -d " ")"';
  const once = `#!/bin/sh\n${done}\n[ -e "$done" ] || { "${real}" "$@" && touch "$done"; }\n`;
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin/npm'), once, { mode: 0o755 });
  env = {
    HOME: home,
    IPAMCTL_PACKAGE: join(home, basename(stdout.trim())),
    NPM_CONFIG_PREFIX: join(home, 'npm'),
    NPM_CONFIG_CACHE: (await run('npm', ['config', 'get', 'cache'])).stdout.trim(),
    NPM_CONFIG_PREFER_OFFLINE: 'true',
    PATH: [join(home, 'bin'), join(home, 'npm/bin'), process.env['PATH'] ?? ''].join(delimiter),
  };
  cluster = await starting;
  kubeconfig = readFileSync(cluster.kubeconfig, 'utf8');
});
afterAll(async () => {
  await cluster.stop();
  removeFolders();
});

beforeEach(() => {
  [good, bad] = [folderWith({}), folderWith({})];
  for (const folder of [good, bad]) cpSync(join(ROOT, 'examples/nads'), join(folder, 'manifests'), { recursive: true });
  cpSync(join(folderWith({ 'bad.yaml': BAD }), 'bad.yaml'), join(bad, 'manifests/bad.yaml'));
});

let pools = 0;
/** A pool with addresses that nobody needs any more. */
async function leak(addresses: number): Promise<string> {
  const net = 10 + pools++;
  const entries = Array.from({ length: addresses }, (_, at) => [
    at + 1,
    { id: 'c', podref: `default/gone-${net}-${at}`, ifname: 'net1' },
  ]);
  await createPool(cluster, `10.${net}.0.0-24`, `10.${net}.0.0/24`, Object.fromEntries(entries) as never);
  return `10.${net}.0.0-24`;
}

/** Frees everything, so that the next test begins with a cluster in order. */
async function clean(): Promise<void> {
  await run(process.execPath, [join(ROOT, 'bin/run.js'), 'reconcile', '--now'], {
    env: cleanEnvironment({ KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: home }),
  });
}

const jsonIn = (folder: string, name: string): { kind: string; summary: Record<string, number> } =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as ReturnType<typeof jsonIn>;
const inRepository = (cwd: string, more: Record<string, string> = {}): Runner => ({ cwd, env: { ...env, ...more } });

describe('GitHub Actions', () => {
  const file = (name: string): string => join(EXAMPLES, 'github', `${name}.yaml`);
  const secrets = (): Record<string, string> => ({ IPAMCTL_KUBECONFIG: kubeconfig });

  test('actionlint takes the workflows', async () => {
    const source = join(ROOT, 'test/pipelines/actionlint');
    const actionlint = buildProgram('actionlint', source, '(some 20 s)', 'github.com/rhysd/actionlint/cmd/actionlint');
    const files = readdirSync(join(EXAMPLES, 'github')).map((name) => join(EXAMPLES, 'github', name));
    expect(files).toHaveLength(3);
    const options = ['-shellcheck=', '-pyflakes=', '-no-color'];
    expect(await run(actionlint, [...options, ...files])).toEqual({ stdout: '', stderr: '' });
    const broken = folderWith({ 'w.yaml': readFileSync(file('audit'), 'utf8').replace('runs-on:', 'run-on:') });
    await expect(run(actionlint, [...options, join(broken, 'w.yaml')])).rejects.toMatchObject({ code: 1 });
  });

  test('nad-lint: good networks pass, a bad one fails, and its SARIF is there to be uploaded', async () => {
    expect(await runGithubJob(file('nad-lint'), 'nad-lint', inRepository(good))).toMatchObject({ code: 0 });
    const failed = await runGithubJob(file('nad-lint'), 'nad-lint', inRepository(bad));
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/^::error file=manifests\/bad\.yaml,line=5,/m);
    const { runs } = JSON.parse(readFileSync(join(bad, 'nad-lint.sarif'), 'utf8')) as {
      runs: { results: { ruleId: string; level: string }[] }[];
    };
    const errors = runs.flatMap(({ results }) => results).filter(({ level }) => level === 'error');
    expect(errors.map(({ ruleId }) => ruleId)).toContain('whereabouts/range-invalid');
  });

  test('audit: a cluster in order passes with a summary, a leak fails', async () => {
    const { code, summary } = await runGithubJob(file('audit'), 'audit', { ...inRepository(good), secrets: secrets() });
    expect([code, summary]).toEqual([0, expect.stringMatching(/^# /)]);
    await leak(1);
    const failed = await runGithubJob(file('audit'), 'audit', { ...inRepository(bad), secrets: secrets() });
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/^::warning .*stale-allocation/m);
    expect(failed.summary).toContain('stale');
    expect(violations(jsonIn(bad, 'audit.json'))).toEqual([]);
    await clean();
  });

  test('reconcile: releases, and refuses more than MAX_RELEASE', async () => {
    await leak(2);
    const few = { ...inRepository(bad, { MAX_RELEASE: '1' }), secrets: secrets() };
    expect((await runGithubJob(file('reconcile'), 'reconcile', few)).code).toBe(5);
    const { code } = await runGithubJob(file('reconcile'), 'reconcile', { ...inRepository(good), secrets: secrets() });
    expect([code, jsonIn(good, 'reconcile.json').summary]).toEqual([0, expect.objectContaining({ released: 2 })]);
    expect(readdirSync(join(good, 'journal'))).toHaveLength(1);
  });
});

describe('GitLab CI', () => {
  const FILE = join(EXAMPLES, 'gitlab/.gitlab-ci.yml');
  const withCluster = (cwd: string, more: Record<string, string> = {}): Runner =>
    inRepository(cwd, { KUBECONFIG: cluster.kubeconfig, ...more });

  test('every job is run here, and has rules of its own', () => {
    const jobs = parse(readFileSync(FILE, 'utf8')) as Record<string, { extends?: string; rules?: { if: string }[] }>;
    const names = Object.keys(jobs).filter((name) => name !== 'variables' && !name.startsWith('.'));
    expect(names).toEqual(['nad-lint', 'audit', 'reconcile']);
    for (const name of names) {
      expect([jobs[name]?.extends, jobs[name]?.rules?.every(({ if: rule }) => rule.startsWith('$'))]).toEqual([
        '.ipamctl',
        true,
      ]);
    }
  });

  test('nad-lint: with JUnit for the merge request', async () => {
    expect((await runGitlabJob(FILE, 'nad-lint', inRepository(good))).code).toBe(0);
    expect((await runGitlabJob(FILE, 'nad-lint', inRepository(bad))).code).toBe(1);
    expect(readFileSync(join(bad, 'nad-lint.xml'), 'utf8')).toMatch(/<testsuites[^]*range-invalid[^]*<failure/);
  });

  test('audit', async () => {
    expect(await runGitlabJob(FILE, 'audit', withCluster(good))).toMatchObject({ code: 0 });
    await leak(1);
    expect((await runGitlabJob(FILE, 'audit', withCluster(bad))).code).toBe(1);
    expect(readFileSync(join(bad, 'audit.xml'), 'utf8')).toMatch(/<failure[^]*gone-/);
    await clean();
  });

  test('reconcile', async () => {
    await leak(2);
    expect((await runGitlabJob(FILE, 'reconcile', withCluster(bad, { MAX_RELEASE: '1' }))).code).toBe(5);
    expect((await runGitlabJob(FILE, 'reconcile', withCluster(good))).code).toBe(0);
    expect(jsonIn(good, 'reconcile.json').summary).toMatchObject({ released: 2 });
  });
});

describe('Tekton', () => {
  const objects = ['tasks', 'pipeline'].flatMap((name) =>
    parseAllDocuments(readFileSync(join(EXAMPLES, 'tekton', `${name}.yaml`), 'utf8')).map(
      (document) => document.toJS() as KubeObject,
    ),
  );
  const task = (name: string): TektonTask => {
    const found = objects.find(({ kind, metadata }) => kind === 'Task' && metadata?.name === name);
    if (found === undefined) throw new Error(`no Task ${name}`);
    return found as unknown as TektonTask;
  };
  const image = 'example/ipamctl:0.1.0';

  test("the API server takes them by Tekton's own definitions, and every Task of the Pipeline is there", async () => {
    const folder = await moduleFolder('github.com/tektoncd/pipeline', join(ROOT, 'test/pipelines/tekton'));
    const crds = ['task', 'pipeline'].map((name) => {
      const text = readFileSync(join(folder, `config/300-crds/300-${name}.yaml`), 'utf8');
      const crd = parse(text) as KubeObject & { spec: object };
      // Nobody is there that would convert.
      return { ...crd, spec: { ...crd.spec, conversion: { strategy: 'None' } } };
    });
    await installCrds(cluster.client, crds);
    const create = (object: KubeObject): Promise<{ status: number; text: string }> =>
      cluster.request(
        'POST',
        `/apis/tekton.dev/v1/namespaces/default/${object.kind?.toLowerCase() ?? ''}s?fieldValidation=Strict`,
        object,
      );
    for (const object of objects) {
      const { status, text } = await create(object);
      expect([status, status === 201 ? '' : text]).toEqual([201, '']);
    }
    const misspelt = JSON.parse(JSON.stringify(task('ipamctl-audit')).replace('"script"', '"scirpt"')) as KubeObject;
    expect((await create({ ...misspelt, metadata: { name: 'misspelt' } })).text).toContain('scirpt');
    const pipeline = objects.find(({ kind }) => kind === 'Pipeline')?.['spec'] as {
      tasks: { taskRef: { name: string }; params: { name: string }[]; workspaces: { name: string }[] }[];
    };
    for (const { taskRef, params, workspaces } of pipeline.tasks) {
      const { spec } = task(taskRef.name);
      const needed = (spec.params ?? []).filter((param) => param.default === undefined).map(({ name }) => name);
      expect(params.map(({ name }) => name)).toEqual(needed);
      expect(workspaces.map(({ name }) => name)).toEqual((spec.workspaces ?? []).map(({ name }) => name));
    }
  });

  test('ipamctl-nad-lint', async () => {
    const lint = (source: string) =>
      runTektonTask(task('ipamctl-nad-lint'), { params: { image }, workspaces: { source } }, inRepository(source));
    expect(await lint(good)).toMatchObject({ code: 0, results: { errors: '0' } });
    expect(await lint(bad)).toMatchObject({ code: 1, results: { errors: '1' } });
    expect(existsSync(join(bad, 'nad-lint.sarif'))).toBe(true);
  });

  test('ipamctl-audit and ipamctl-reconcile', async () => {
    const secret = folderWith({ kubeconfig });
    const journal = folderWith({});
    const audit = (params: Record<string, string> = {}) =>
      runTektonTask(
        task('ipamctl-audit'),
        { params: { image, ...params }, workspaces: { kubeconfig: secret } },
        inRepository(good),
      );
    const reconcile = (params: Record<string, string> = {}) =>
      runTektonTask(
        task('ipamctl-reconcile'),
        { params: { image, ...params }, workspaces: { kubeconfig: secret, journal } },
        inRepository(good),
      );
    await leak(2);
    expect((await audit()).code).toBe(1);
    expect((await audit({ 'fail-on': 'error' })).code).toBe(0);
    expect((await reconcile({ 'max-release': '1' })).code).toBe(5);
    expect((await reconcile()).code).toBe(0);
    expect(readdirSync(journal)).toHaveLength(1);
    expect((await audit()).code).toBe(0);
  });
});

describe('pre-commit', () => {
  interface Hook {
    id: string;
    language: string;
    entry: string;
    require_serial: boolean;
    types_or: string[];
  }
  const [shipped] = parse(readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8')) as [Hook];
  const example = (name: string): { repos: { repo: string; hooks: [Partial<Hook> & { id: string }] }[] } =>
    parse(readFileSync(join(EXAMPLES, 'pre-commit', name), 'utf8')) as ReturnType<typeof example>;

  test('the hook that a repository names is the shipped one, and the one of this machine does the same', () => {
    expect(shipped).toMatchObject({ id: 'ipamctl-nad-lint', language: 'node', types_or: ['yaml', 'json'] });
    expect(example('.pre-commit-config.yaml').repos[0]?.hooks[0].id).toBe(shipped.id);
    const { id, entry, require_serial, types_or } = shipped;
    expect(example('installed.yaml').repos[0]?.hooks[0]).toMatchObject({ id, entry, require_serial, types_or });
  });

  test('its entry, with the files of a commit', async () => {
    await run('npm', ['install', '--global', env['IPAMCTL_PACKAGE'] ?? ''], { env: cleanEnvironment(env) });
    const commit = (cwd: string, ...files: string[]): Promise<number> =>
      run('sh', ['-c', `${shipped.entry} "$@"`, 'sh', ...files], { cwd, env: cleanEnvironment(env) }).then(
        () => 0,
        (error: unknown) => (error as { code: number }).code,
      );
    const files = (folder: string): string[] =>
      readdirSync(join(folder, 'manifests')).map((name) => `manifests/${name}`);
    expect(await commit(good, ...files(good))).toBe(0);
    expect(await commit(bad, ...files(bad))).toBe(1);
    // A commit that touches other files only.
    expect(await commit(folderWith({ 'a.yaml': 'a: 1\n' }), 'a.yaml')).toBe(0);
  });
});

describe('docs/pipelines.md', () => {
  let folder: string;
  let shell: Record<string, string>;
  beforeAll(async () => {
    await run('npm', ['install', '--global', env['IPAMCTL_PACKAGE'] ?? ''], { env: cleanEnvironment(env) });
    folder = folderWith({});
    cpSync(join(ROOT, 'examples/nads'), join(folder, 'manifests'), { recursive: true });
    shell = cleanEnvironment({ ...env, KUBECONFIG: cluster.kubeconfig });
    shell['PATH'] = [shell['PATH'], dirname(cluster.binaries.kubectl)].join(delimiter);
  });

  test.each(shellLines('docs/pipelines.md'))('%s', async (line) => {
    const { stdout, stderr } = await run('bash', ['-eo', 'pipefail', '-c', line], { cwd: folder, env: shell });
    const [, written] = /> (\S+)$/.exec(line) ?? [];
    const told = written === undefined ? stdout + stderr : readFileSync(join(folder, written), 'utf8');
    expect(told.trim()).not.toBe('');
  });

  test('names what is there', () => {
    const page = readFileSync(join(ROOT, 'docs/pipelines.md'), 'utf8');
    const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
    const named = [...page.matchAll(/`((?:github|gitlab|tekton|pre-commit)\/[^`]+)`/g)].map(([, name]) => name);
    expect(named.filter((name) => !files.includes(name ?? ''))).toEqual([]);
    expect(files.filter((name) => !named.includes(name) && !name.startsWith('tekton/'))).toEqual([]);
  });
});
