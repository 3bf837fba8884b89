import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { TestCluster } from '../../cluster/cluster.js';
import { deriveKubeconfig } from '../../cluster/kubeconfig.js';
import { cleanEnvironment, ROOT, type Ran } from '../../support/program.js';

/** A journal that pages about journals speak of. */
const JOURNAL = '2026-11-24T14-02-11Z-reconcile.jsonl';

/** Files that a reader of a page may be expected to have, by the names that pages call them. */
const NAD = readFileSync(join(ROOT, 'examples/nads/tenant-a.yaml'), 'utf8');
const NETWORK = stringify({
  apiVersion: 'operator.openshift.io/v1',
  kind: 'Network',
  metadata: { name: 'cluster' },
  spec: { managementState: 'Managed', additionalNetworks: [] },
});

/**
 * Somebody who reads the documentation: `ipamctl`, `kubectl` and `oc` on the path, a kubeconfig, a home, and for each page
 * a new folder with the files that it speaks of.
 */
export class Reader {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ipamctl-reader-'));
  readonly #model = join(this.#folder, 'model');
  #page = this.#model;

  /** Prepares what is the same for each page; the cluster has to be as pages find it. */
  static async on(cluster: TestCluster): Promise<Reader> {
    const reader = new Reader();
    const { kubectl } = cluster.binaries;
    const programs = join(reader.#folder, 'bin');
    mkdirSync(programs);
    const start = `exec "${process.execPath}" "${join(ROOT, 'bin')}`;
    for (const [name, line] of [
      ['ipamctl', `${start}/run.js" "$@"`],
      ['kubectl-ipamctl', `${start}/kubectl-ipamctl.js" "$@"`],
      ['kubectl', `exec "${kubectl}" "$@"`],
      ['oc', `exec "${kubectl}" "$@"`],
    ] as const) {
      writeFileSync(join(programs, name), `#!/bin/sh\n${line}\n`);
      chmodSync(join(programs, name), 0o755);
    }
    reader.#writeKubeconfig(cluster);
    await reader.#writeModel();
    return reader;
  }

  /** Everything as at the beginning of a page. */
  turnTo(name: string): void {
    this.#page = join(this.#folder, 'pages', name.replaceAll('/', '_'));
    cpSync(this.#model, this.#page, { recursive: true, verbatimSymlinks: true });
  }

  /** A release before, whose journal has the name that pages use for one. */
  async releaseSomething(): Promise<void> {
    await this.#must(`ipamctl reconcile --now && cd ~/.local/state/ipamctl && mv *-reconcile.jsonl ${JOURNAL}`);
  }

  /** What whereabouts needs, deployed. */
  async applyShim(): Promise<void> {
    await this.#must('ipamctl shim apply whereabouts --yes --wait');
  }

  /** Not by spawnSync: a kubelet may answer in this process. */
  run(command: string): Promise<Ran> {
    const child = spawn('sh', ['-c', command], {
      cwd: this.#page,
      env: cleanEnvironment({
        KUBECONFIG: join(this.#folder, 'kubeconfig'),
        HOME: this.#page,
        TZ: 'UTC',
        PATH: `${join(this.#folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    return new Promise((done, failed) => {
      child.on('error', failed);
      child.on('close', (code) => {
        done({ code, stdout, stderr });
      });
    });
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #must(command: string): Promise<void> {
    const { code, stderr } = await this.run(command);
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
  }

  /** Contexts that examples name are there besides the sandbox's own. */
  #writeKubeconfig(cluster: TestCluster): void {
    const file = join(this.#folder, 'kubeconfig');
    deriveKubeconfig(cluster.kubeconfig, file, {});
    const config = parse(readFileSync(file, 'utf8')) as { contexts: { name: string; context: unknown }[] };
    const context = config.contexts[0]?.context;
    config.contexts.push(...['prod', 'lab-admin'].map((name) => ({ name, context })));
    writeFileSync(file, stringify(config), { mode: 0o600 });
  }

  async #writeModel(): Promise<void> {
    mkdirSync(join(this.#model, 'manifests'), { recursive: true });
    symlinkSync(join(ROOT, 'examples'), join(this.#model, 'examples'));
    for (const [file, text] of [
      ['nad.yaml', NAD],
      ['manifests/nad.yaml', NAD],
      ['kustomization.yaml', stringify({ resources: ['manifests/nad.yaml'] })],
      ['network.yaml', NETWORK],
    ] as const)
      writeFileSync(join(this.#model, file), text);
    // Laid out as a must-gather is; without the manifest nothing tells that it is a snapshot of ours.
    await this.#must(
      [
        'ipamctl snapshot save must-gather',
        'rm must-gather/ipamctl-snapshot.json',
        'tar czf must-gather.tar.gz must-gather',
        'ipamctl audit --fail-on never -o json=monday.json',
        'cp monday.json tuesday.json',
        'ipamctl reconcile -o json=plan.json; test $? = 1',
      ].join(' && '),
    );
  }
}
