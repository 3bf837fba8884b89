/** deploy/ on a real API server: what kustomize makes of it is taken, its pods too, and its rights are enough. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { openClusterManagement } from '../../scripts/deploy-fleet.js';
import { rbacFiles } from '../../scripts/deploy-rbac.js';
import { moduleFolder } from '../cluster/binaries.js';
import type { KubeObject } from '../cluster/client.js';
import { TestCluster } from '../cluster/cluster.js';
import { installCrds } from '../cluster/crds.js';
import { deriveKubeconfig } from '../cluster/kubeconfig.js';
import { seed } from '../cluster/seed.js';
import { ROOT } from '../support/program.js';
import { jsonOf, runCli } from './support/cli.js';

interface CronJob extends KubeObject {
  readonly spec: {
    readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
  };
}

interface Container {
  readonly args: readonly string[];
}

interface PodSpec {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

const DEPLOY = join(ROOT, 'deploy');

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await seed(cluster);
}, 300_000);

afterAll(() => cluster.stop());

function kubectl(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync(cluster.binaries.kubectl, args, {
    encoding: 'utf8',
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
    ...(input === undefined ? {} : { input }),
  });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout + stderr;
}

/** The CronJob of a part, as kustomize makes it, applied with all beside it. */
function applied(part: string): CronJob {
  const text = kubectl(['kustomize', join(DEPLOY, part)]);
  expect(kubectl(['apply', '--validate=strict', '-f', '-'], text)).not.toContain('Warning');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  const job = objects.find(({ kind }) => kind === 'CronJob');
  if (job === undefined) throw new Error(`${part}: no CronJob`);
  return job as CronJob;
}

/** A pod as the job would make it, judged by admission. */
function admitted(job: CronJob): string {
  const { spec } = job.spec.jobTemplate.spec.template;
  const metadata = { name: 'probe', namespace: job.metadata?.namespace };
  const pod = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
  return kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], pod);
}

/** A kubeconfig with the token of a service account and nothing else. */
function kubeconfigOf(account: string): string {
  const token = kubectl(['create', 'token', account, '-n', account]).trim();
  const file = join(cluster.dir, `${account}.kubeconfig`);
  deriveKubeconfig(cluster.kubeconfig, file, { user: { name: account, token } });
  return file;
}

test('the rights are those that npm run deploy:rbac writes', async () => {
  for (const [name, text] of Object.entries(await rbacFiles()))
    expect([name, readFileSync(join(DEPLOY, name), 'utf8') === text]).toEqual([name, true]);
});

describe('the nightly run', () => {
  test('of plan is taken, and its rights are enough to look, not to release', async () => {
    const job = applied('plan');
    expect(admitted(job)).toContain('pod/probe created');
    const [container] = job.spec.jobTemplate.spec.template.spec.containers;
    const env = { IPAMCTL_JOURNAL: join(cluster.dir, 'plan-journal') };
    const kubeconfig = kubeconfigOf('ipamctl');
    const plan = await runCli([...(container?.args ?? []), '-o', 'json'], { kubeconfig, env });
    expect([plan.code, (jsonOf(plan) as { incomplete: boolean }).incomplete]).toEqual([1, false]);
    const now = await runCli(['reconcile', '--now', '--yes'], { kubeconfig, env });
    expect(now.code).toBe(4);
    // No controller of namespaces runs here that would ever finish deleting one.
    kubectl(['delete', 'clusterrolebinding', 'ipamctl-viewer']);
  });

  test('of reconcile is taken in a restricted namespace, and its rights are enough to release', async () => {
    const job = applied('reconcile');
    expect(admitted(job)).toContain('pod/probe created');
    const [container] = job.spec.jobTemplate.spec.template.spec.containers;
    expect(container?.args).toEqual(['reconcile', '--now', '--max-release', '50']);
    const env = { IPAMCTL_JOURNAL: join(cluster.dir, 'journal') };
    const kubeconfig = kubeconfigOf('ipamctl');
    const result = await runCli([...(container?.args ?? []), '-o', 'json'], { kubeconfig, env });
    const { summary } = jsonOf(result) as { summary: { released: number } };
    expect([result.code, summary.released > 0]).toEqual([0, true]);
    expect((await runCli(['reconcile'], { kubeconfig, env })).code).toBe(0);
  }, 120_000);
});

test("the exporter's files are written by the commands of its containers, with its rights", async () => {
  const job = applied('exporter');
  expect(admitted(job)).toContain('pod/probe created');
  const { initContainers = [], containers } = job.spec.jobTemplate.spec.template.spec;
  const kubeconfig = kubeconfigOf('ipamctl-exporter');
  for (const { args } of [...initContainers, ...containers]) {
    const here = args.map((arg) => arg.replace('/textfile', cluster.dir));
    const run = await runCli(here, { kubeconfig });
    const file = here.find((arg) => arg.startsWith('prometheus='))?.slice('prometheus='.length) ?? '';
    expect([args.join(' '), run.code, readFileSync(file, 'utf8').includes('# TYPE ipamctl_')]).toEqual([
      args.join(' '),
      0,
      true,
    ]);
  }
});

test('a pod with no security context is refused there: admission is really asked', () => {
  const job = applied('reconcile');
  const { spec } = job.spec.jobTemplate.spec.template;
  const loose = structuredClone(spec) as unknown as { containers: Record<string, unknown>[] };
  for (const container of loose.containers) delete container['securityContext'];
  const copy = structuredClone(job) as unknown as { spec: { jobTemplate: { spec: { template: { spec: unknown } } } } };
  copy.spec.jobTemplate.spec.template.spec = loose;
  expect(() => admitted(copy as unknown as CronJob)).toThrow(/violates PodSecurity "restricted/);
});

describe('many clusters', () => {
  /** Custom resource definitions as a module of Go ships them. */
  async function definitions(module: string, files: readonly string[]): Promise<KubeObject[]> {
    const folder = await moduleFolder(module, join(ROOT, 'test/fleet'));
    return files.map((file) => parse(readFileSync(join(folder, file), 'utf8')) as KubeObject);
  }

  const create = (file: string): string =>
    kubectl(['create', '--dry-run=server', '--validate=strict', '-f', join(DEPLOY, 'fleet', file)]);

  beforeAll(async () => {
    await installCrds(cluster.client, [
      ...(await definitions('github.com/argoproj/argo-cd/v2', ['manifests/crds/applicationset-crd.yaml'])),
      ...(await definitions('open-cluster-management.io/api', [
        'cluster/v1beta1/0000_02_clusters.open-cluster-management.io_placements.crd.yaml',
        'work/v1alpha1/0000_00_work.open-cluster-management.io_manifestworkreplicasets.crd.yaml',
      ])),
    ]);
    for (const name of ['openshift-gitops', 'open-cluster-management']) kubectl(['create', 'namespace', name]);
  }, 300_000);

  test("Argo CD's own definition takes the ApplicationSet, and what it points to is there", () => {
    expect(create('argo-cd.yaml')).toContain('applicationset.argoproj.io/ipamctl created');
    const set = parse(readFileSync(join(DEPLOY, 'fleet/argo-cd.yaml'), 'utf8')) as {
      spec: { template: { spec: { source: { path: string }; destination: { namespace: string } } } };
    };
    const { source, destination } = set.spec.template.spec;
    const rendered = kubectl(['kustomize', join(ROOT, source.path)]);
    const namespaces = parseAllDocuments(rendered)
      .map((document) => document.toJS() as KubeObject)
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => metadata?.name);
    expect(namespaces).toEqual([destination.namespace]);
  });

  test("Open Cluster Management's own definitions take its objects, which are all that kustomize makes", async () => {
    const printed = create('open-cluster-management.yaml');
    expect(printed).toContain('placement.cluster.open-cluster-management.io/ipamctl created');
    expect(printed).toContain('manifestworkreplicaset.work.open-cluster-management.io/ipamctl created');
    const rendered = kubectl(['kustomize', join(DEPLOY, 'reconcile')]);
    const file = readFileSync(join(DEPLOY, 'fleet/open-cluster-management.yaml'), 'utf8');
    expect(file).toBe(await openClusterManagement(rendered));
  });

  test('a misspelt field is refused: the definitions are really asked', () => {
    const file = readFileSync(join(DEPLOY, 'fleet/open-cluster-management.yaml'), 'utf8');
    const misspelt = file.replace('placementRefs:', 'placementRef:');
    expect(() => kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], misspelt)).toThrow(
      /unknown field "spec\.placementRef"/,
    );
  });
});
