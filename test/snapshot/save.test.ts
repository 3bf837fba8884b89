import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LOG_GAP, type ClusterReader } from '../../src/cluster/port.js';
import {
  CONFIG_MAPS,
  PODS,
  type Resource,
  resourceName,
  VIRTUAL_MACHINE_INSTANCES,
} from '../../src/cluster/resources.js';
import { openSnapshot } from '../../src/cluster/snapshot/index.js';
import { yamlOf, yamlParser } from '../../src/cluster/snapshot/yaml.js';
import { ClusterFailure, type ClusterFailureReason } from '../../src/errors.js';
import { saveSnapshot } from '../../src/snapshot/save.js';
import type { SnapshotResult } from '../../src/snapshot/document.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';

const out = mkdtempSync(join(tmpdir(), 'ipamctl-save-'));
afterAll(() => {
  removeFolders();
  rmSync(out, { recursive: true, force: true });
});

const DAEMON = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'whereabouts-reconciler', namespace: 'kube-system' },
  spec: {
    selector: { matchLabels: { app: 'r' } },
    template: { spec: { containers: [{ name: 'main', args: ['/ip-control-loop'] }] } },
  },
};
const RUNNING = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'r-1', namespace: 'kube-system', labels: { app: 'r' } },
  status: { phase: 'Running' },
};

/** The sample cluster with a reconciler, as a cluster that stands still. */
async function frozen(): Promise<ClusterReader> {
  return openSnapshot(
    [
      folderWith({
        ...SAMPLE,
        'workloads.json': JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [DAEMON] }),
        'more.json': JSON.stringify(RUNNING),
        'namespaces/kube-system/pods/r-1/main/main/logs/current.log': 'one\ntwo\n',
      }),
    ],
    {},
  );
}

interface Asked {
  readonly verb: string;
  readonly resource: string;
}

/** A reader that refuses some requests. */
function refusing(reader: ClusterReader, reasonFor: (asked: Asked) => ClusterFailureReason | undefined): ClusterReader {
  const check = (asked: Asked): void => {
    const reason = reasonFor(asked);
    if (reason !== undefined) throw new ClusterFailure(reason, `no ${asked.verb} of ${asked.resource}`, asked);
  };
  return {
    source: 'cluster',
    contextNamespace: 'default',
    notes: [],
    identity: async () => ({ ...(await reader.identity()), name: 'frozen' }),
    now: () => reader.now(),
    isComplete: () => true,
    close: () => Promise.resolve(),
    collect: async (resource, options, project) => {
      check({ verb: 'list', resource: resourceName(resource) });
      return reader.collect(resource, options, project);
    },
    get: async (resource, namespace, name) => {
      check({ verb: 'get', resource: resourceName(resource) });
      return reader.get(resource, namespace, name);
    },
    log: async (namespace, pod, container, options) => {
      check({ verb: 'get', resource: 'pods/log' });
      return reader.log(namespace, pod, container, options);
    },
  };
}

/** What the sample lacks is not defined there. */
function sample(
  reader: ClusterReader,
  also: (asked: Asked) => ClusterFailureReason | undefined = () => undefined,
): ClusterReader {
  const inner = refusing(reader, also);
  const orNotDefined = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      if (!(error instanceof ClusterFailure) || error.reason !== 'not-collected') throw error;
      throw new ClusterFailure('not-defined', 'not here', error.request);
    });
  return {
    ...inner,
    collect: (resource, options, project) => orNotDefined(inner.collect(resource, options, project)),
    get: (resource, namespace, name) => orNotDefined(inner.get(resource, namespace, name)),
  };
}

let saved = 0;

async function save(
  reader: ClusterReader,
  ending: '' | '.tar.gz' = '',
  redactKey: Buffer | null = null,
): Promise<SnapshotResult> {
  const path = join(out, `${(saved++).toString()}${ending}`);
  return saveSnapshot(reader, { path, force: false, redactKey, toolVersion: '1.2.3' });
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

test.each([null, Buffer.alloc(32, 1)])('the same objects give the same bytes, redacted or not', async (key) => {
  const one = await save(sample(await frozen()), '.tar.gz', key);
  const two = await save(sample(await frozen()), '.tar.gz', key);
  expect(violations(one)).toEqual([]);
  expect(digest(one.path)).toBe(digest(two.path));
  expect(one.bytes).toBe(readFileSync(one.path).length);
  // The header of gzip says when, and by what.
  expect([...readFileSync(one.path).subarray(4, 8)]).toEqual([0, 0, 0, 0]);
});

test('a snapshot of a snapshot holds the same objects', async () => {
  const first = await frozen();
  const again = await openSnapshot([(await save(sample(first))).path], {});
  const all = (reader: ClusterReader, resource: Resource): Promise<unknown[]> =>
    reader.collect(resource, {}, (object) => object);
  expect(await all(again, PODS)).toEqual(await all(first, PODS));
  expect(again.isComplete(PODS)).toBe(true);
  expect(again.now()).toEqual(first.now());
  expect(await again.log('kube-system', 'r-1', null, { tailLines: 1 })).toBe('two\n');
  expect(await again.get(CONFIG_MAPS, 'openshift-multus', 'whereabouts-config').catch(String)).toMatch(
    /no such resource/,
  );
});

describe('what could not be read', () => {
  const entry = { namespace: null, name: null, container: null };

  test('is written down, and the kind is incomplete; the reading side says why', async () => {
    const result = await save(
      sample(await frozen(), ({ resource }) => (resource === 'nodes' ? 'forbidden' : undefined)),
    );
    expect(result.incomplete).toBe(true);
    expect(result.missing).toContainEqual({
      ...entry,
      resource: 'nodes',
      verb: 'list',
      reason: 'forbidden',
      message: 'no list of nodes',
    });
    expect(result.warnings.join('\n')).toContain('no list of nodes');
    const reader = await openSnapshot([result.path], {});
    await expect(
      reader.collect({ ...PODS, plural: 'nodes', kind: 'Node', namespaced: false }, {}, () => 1),
    ).rejects.toMatchObject({ reason: 'forbidden' });
  });

  test('a log is no kind: said, and the snapshot is whole', async () => {
    const result = await save(
      sample(await frozen(), ({ resource }) => (resource === 'pods/log' ? 'forbidden' : undefined)),
    );
    expect(result.incomplete).toBe(false);
    expect(result.warnings).toEqual(['no get of pods/log: that log is not in the snapshot']);
    const reader = await openSnapshot([result.path], {});
    await expect(reader.log('kube-system', 'r-1', 'main', { tailLines: 5 })).rejects.toMatchObject({
      reason: 'forbidden',
    });
  });

  test('pools that may only be read where they are kept', async () => {
    const reader = await frozen();
    const inner = sample(reader);
    const limited: ClusterReader = {
      ...inner,
      collect: (resource, options, project) =>
        resource.plural === 'ippools' && options.namespace === undefined
          ? Promise.reject(new ClusterFailure('forbidden', 'not everywhere', {}))
          : inner.collect(resource, options, project),
    };
    const result = await save(limited);
    expect(result.incomplete).toBe(true);
    const pools = result.collected.filter(({ resource }) => resource.startsWith('ippools'));
    expect(pools.map(({ namespace }) => namespace)).toEqual(['openshift-multus', 'kube-system', 'default']);
    expect(pools.some(({ count }) => count > 0)).toBe(true);
  });

  test.each(['unreachable', 'unauthorized'] as const)('%s ends it, and nothing is left', async (reason) => {
    const before = readdirSync(out);
    await expect(
      save(sample(await frozen(), ({ resource }) => (resource === 'events' ? reason : undefined))),
    ).rejects.toMatchObject({ reason });
    expect(readdirSync(out)).toEqual(before);
  });

  test('nothing at all is the first failure', async () => {
    await expect(save(refusing(await frozen(), () => 'forbidden'))).rejects.toMatchObject({ reason: 'forbidden' });
  });
});

test('a list that began again leaves nothing of its first pages', async () => {
  const inner = sample(await frozen());
  const restarting: ClusterReader = {
    ...inner,
    collect: async (resource, options, project) => {
      if (resource === PODS) project({ metadata: { name: 'ghost', namespace: 'gone' } });
      return inner.collect(resource, options, project);
    },
  };
  const result = await save(restarting);
  const files = readdirSync(result.path, { recursive: true }) as string[];
  expect(files.filter((file) => file.includes('gone'))).toEqual([]);
  expect(digestOf(result.path)).toBe(digestOf((await save(inner)).path));
});

function digestOf(root: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex');
}

test('of a long log the beginning and the end are kept, and the gap is told', async () => {
  const inner = sample(await frozen());
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at.toString().padStart(6, '0')}\n`);
  const logOf = (of: readonly string[]): ClusterReader => ({
    ...inner,
    log: (_namespace, _pod, _container, options) =>
      Promise.resolve(
        'headBytes' in options ? of.join('').slice(0, options.headBytes) : of.slice(-options.tailLines).join(''),
      ),
  });
  const readBack = async (of: readonly string[]): Promise<string> => {
    const reader = await openSnapshot([(await save(logOf(of))).path], {});
    return reader.log('kube-system', 'r-1', 'main', { tailLines: 1_000_000 });
  };
  for (const count of [0, 1, 4999, 5000, 5001, 6000]) {
    const of = lines.slice(0, count);
    expect([count, await readBack(of)]).toEqual([count, of.join('')]);
  }
  const long = await readBack(lines);
  const [head = '', tail = ''] = long.split(LOG_GAP);
  expect(head.startsWith(lines.slice(0, 5000).join(''))).toBe(true);
  expect(tail.slice(tail.indexOf('\n') + 1)).toBe(lines.slice(-5000).join(''));
}, 30_000);

test('virtual machines whose migrations have not ended are asked for by name', async () => {
  const migration = (name: string, phase: string): object => ({
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: { name, namespace: 'vms' },
    spec: { vmiName: `${name}-vm` },
    status: { phase },
  });
  const reader = await openSnapshot(
    [folderWith({ ...SAMPLE, 'm.json': JSON.stringify([migration('a', 'Running'), migration('b', 'Succeeded')]) })],
    {},
  );
  const { collected, missing } = await save(sample(reader));
  const asked = [...collected, ...missing].filter(
    ({ resource }) => resource === resourceName(VIRTUAL_MACHINE_INSTANCES),
  );
  expect(asked.map(({ namespace, name }) => [namespace, name])).toEqual([['vms', 'a-vm']]);
});

test('what is written as YAML is read as it was', async () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'yes',
      'on',
      '1e3',
      '+.5',
      '5.',
      '0x1f',
      '0644',
      '0o7',
      '1:30',
      '2024-01-01',
      '~',
      '',
      ' a',
      'a\n',
      '- a',
      '<<',
      '=',
      '---',
      '\r',
      '\ufeff',
      '{"a": 1}\n',
      '\n\n x',
      '# a',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(texts, fc.oneof(texts, fc.integer(), fc.boolean(), fc.constant(null), fc.array(texts))),
      async (value) => {
        const own = JSON.parse(JSON.stringify(value)) as unknown;
        expect((await yamlParser())(await yamlOf([own]), () => 1)).toEqual([[own]]);
      },
    ),
    { numRuns: 500 },
  );
}, 30_000);
