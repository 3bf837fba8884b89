/**
 * Data that nobody should write and somebody will: podrefs, names and ranges are free text for whoever may write an
 * IPPool. Nothing of it may steer a terminal, break a machine format or be taken for a bug of ipamctl (70).
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { load } from 'js-yaml';
import { ipamctl, type Ran } from '../support/program.js';
import { violations } from '../support/schemas.js';
import {
  allocation,
  folderWith,
  ipPool,
  list,
  macvlan,
  nad,
  pod,
  removeFolders,
  reservation,
  SAMPLE,
  type Kube,
} from '../support/world.js';

// Some of these run the program a hundred times.
jest.setTimeout(180_000);
afterAll(removeFolders);

/** Sequences and characters that act on a terminal, or hide and turn text. */
const NASTY = [
  '\u001b[2J\u001b[31m',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\',
  '\u009b31m',
  '\u0085',
  '\r\n',
  '\b\b\b',
  '\u0000',
  '\u007f',
  '\u202e\u2066gnp\u2069',
  '\u200b\ufeff\u00ad',
  '\u2028\u2029',
  '\u{e0041}',
  '\ud800',
].join('');
/** What of it may never be on a stream; layout is line feeds alone. */
const RAW = /[^\P{Cc}\n]|[\p{Default_Ignorable_Code_Point}\u2028\u2029\p{Cs}]/u;

/** Every command and every format over one folder. */
async function everything(
  folder: string,
  extra: readonly string[][] = [],
  formats: readonly string[] = ['table', 'wide', 'json', 'yaml', 'name'],
): Promise<(Ran & { args: string[]; format: string })[]> {
  const commands = [
    ['pools', 'ls', '--stale'],
    ['ips', 'ls'],
    ['reconcile', '--all', '--include-completed', '--include-lost'],
    ...extra,
  ];
  const runs: (Ran & { args: string[]; format: string })[] = [];
  for (const args of commands) {
    for (const format of formats) {
      runs.push({ ...(await ipamctl([...args, '-o', format, '--from', folder])), args, format });
    }
  }
  return runs;
}

function expectHarmless(runs: readonly (Ran & { args: string[]; format: string })[]): void {
  for (const { args, format, code, stdout, stderr } of runs) {
    const what = `ipamctl ${args.join(' ')} -o ${format}`;
    expect([what, [0, 1, 2, 3].includes(code ?? -1) ? 'ended as it should' : `${code ?? 'killed'}: ${stderr}`]).toEqual(
      [what, 'ended as it should'],
    );
    expect([what, RAW.exec(stdout)?.[0], RAW.exec(stderr)?.[0]]).toEqual([what, undefined, undefined]);
    if (format === 'json') expect([what, violations(JSON.parse(stdout))]).toEqual([what, []]);
    if (format === 'yaml') expect(load(stdout)).toHaveProperty('kind');
  }
}

function world(files: Readonly<Record<string, string>>): string {
  return folderWith({ ...SAMPLE, ...files });
}

describe('text that acts on terminals', () => {
  let folder: string;
  beforeAll(() => {
    folder = world({
      'pools.json': list(
        ipPool({
          namespace: `kube-system${NASTY}`,
          name: `pool${NASTY}`,
          range: '192.0.2.0/24',
          allocations: {
            '1': allocation(`default/web${NASTY}`, `net${NASTY}`, `id${NASTY}`),
            '2': allocation(NASTY, NASTY, NASTY),
            [`3${NASTY}`]: allocation('default/web-0'),
            '4': allocation('default/odd'),
          },
        }),
        ipPool({ name: 'range', range: `10.0.0.0/24${NASTY}`, allocations: { '1': allocation('a/b') } }),
        ipPool({ name: `net${NASTY}-10.7.0.0-24`, range: '10.7.0.0/24', allocations: { '9': allocation('a/b') } }),
      ),
      'reservations.json': list(
        reservation('192.0.2.1', `other${NASTY}`, NASTY, `kube-system${NASTY}`),
        reservation(`net${NASTY}-10.7.0.77`, `a/${NASTY}`),
      ),
      'nads.json': list(
        nad(
          `ns${NASTY}`,
          `nad${NASTY}`,
          macvlan(`x${NASTY}`, { range: '192.0.2.0/24', exclude: [`192.0.2.0/30${NASTY}`] }),
        ),
        nad('default', 'net', macvlan('net', { range: '10.7.0.0/24', network_name: `net${NASTY}` })),
      ),
      'pods.json': list(
        pod({ name: 'odd', shows: [[`default/nad${NASTY}`, `net${NASTY}`, `192.0.2.9${NASTY}`, '192.0.2.9']] }),
        pod({ name: `other${NASTY}`, namespace: `ns${NASTY}`, shows: [[NASTY, NASTY, '192.0.2.1']] }),
        pod({ namespace: 'storage', name: 'any' }),
      ),
    });
  });

  test('never raw on stdout or stderr, and machine formats stay valid', async () => {
    const runs = await everything(folder, [
      ['pools', 'show', `pool${NASTY.replaceAll('\u0000', '').replace('\ud800', '\ufffd')}`],
      ['pools', 'show', 'range'],
      ['ips', 'show', '192.0.2.1'],
      ['ips', 'show', '192.0.2.4'],
      ['ips', 'show', '--pod', 'default/odd'],
    ]);
    expectHarmless(runs);
    // It is shown, not swallowed.
    const table = runs.find(({ args, format }) => args[0] === 'ips' && format === 'table');
    expect(table?.stdout).toContain('\\x1b[2J');
    const json = runs.find(({ args, format }) => args[1] === 'ls' && args[0] === 'ips' && format === 'json');
    const { items } = JSON.parse(json?.stdout ?? '') as { items: { podref: string; key: string }[] };
    expect(items.map(({ podref }) => podref)).toContain(`default/web${NASTY}`);
    expect(items.map(({ key }) => key)).toContain(`3${NASTY}`);
  });

  test('nor in what a command line holds', async () => {
    const text = NASTY.replaceAll('\u0000', '').replace('\ud800', '');
    for (const args of [
      [text],
      ['pools', text],
      ['pools', 'ls', text],
      ['pools', 'ls', `--${text}`],
      ['pools', 'ls', '-o', text],
      ['pools', 'ls', '-o', `jsonpath={.${text}`],
      ['pools', 'ls', '--sort-by', text],
      ['pools', 'ls', '-l', `a in ${text}`],
      ['pools', 'ls', '-n', text],
      ['pools', 'ls', '--from', `/nonexistent/${text}`],
      ['pools', 'ls', '-o', `json=/nonexistent/${text}`],
      ['pools', 'ls', '--kubeconfig', `/nonexistent/${text}`],
      ['pools', 'show', text],
      ['ips', 'show', text],
      ['ips', 'show', '--pod', `a/${text}`],
      ['ips', 'ls', '--pod', text, '--node', text, '--pool', text, '--network', text],
      ['reconcile', '--min-age', text],
      ['help', text],
    ]) {
      const from = args.some((word) => word === '--from' || word === '--kubeconfig') ? [] : ['--from', folder];
      const run = await ipamctl([...args, ...(args[0] === 'help' ? [] : from)]);
      const what = JSON.stringify(args);
      expect([what, RAW.exec(run.stdout)?.[0], RAW.exec(run.stderr)?.[0]]).toEqual([what, undefined, undefined]);
      expect([what, [0, 1, 2, 3, 4].includes(run.code ?? -1)]).toEqual([what, true]);
    }
  });
});

describe('keys of allocations', () => {
  const KEYS: readonly (readonly [key: string, address: string | null])[] = [
    ['9223372036854775807', 'fd00::7fff:ffff:ffff:ffff'],
    ['9223372036854775808', null],
    ['18446744073709551616', null],
    [`1${'0'.repeat(40)}`, null],
    ['9'.repeat(10_000), null],
    ['-1', null],
    ['+5', null],
    ['1.5', null],
    ['1e3', null],
    ['0x10', null],
    [' 7', null],
    ['', null],
    ['NaN', null],
    ['007', 'fd00::7'],
    ['0', 'fd00::'],
    ['__proto__', null],
    ['constructor', null],
    ['toString', null],
    ['hasOwnProperty', null],
  ];

  test('each is an entry of its own, read as whereabouts reads it or called malformed', async () => {
    // Written as text: an object literal would make `__proto__` its prototype.
    const entries = KEYS.map(([key]) => `${JSON.stringify(key)}: ${JSON.stringify(allocation('default/gone'))}`);
    const pools = list(ipPool({ name: 'v6', range: 'fd00::/64', allocations: 'HERE' })).replace(
      '"HERE"',
      `{${entries.join(',')}}`,
    );
    const folder = world({ 'pools.json': pools });
    const runs = await everything(folder, [['pools', 'show', 'v6']]);
    expectHarmless(runs);
    const json = runs.find(({ args, format }) => args[0] === 'ips' && format === 'json');
    const { items } = JSON.parse(json?.stdout ?? '') as {
      items: { key: string; address: string | null; verdict: string; reason: string }[];
    };
    expect(new Map(items.map(({ key, address }) => [key, address]))).toEqual(new Map(KEYS));
    for (const { address, verdict, reason } of items) {
      expect([verdict, reason]).toEqual(address === null ? ['malformed', 'key-unreadable'] : ['stale', 'pod-gone']);
    }
    const shown = await ipamctl(['pools', 'ls', '--from', folder, '-o', 'json']);
    const [pool] = (JSON.parse(shown.stdout) as { items: { used: number; free: string }[] }).items;
    expect(pool).toMatchObject({ used: 3, capacity: '18446744073709551614', free: '18446744073709551612' });
  });

  test('in a pool of IPv4, offsets beyond its addresses are no addresses', async () => {
    const keys = ['255', '256', '4294967295', '4294967296', '9223372036854775807'];
    const folder = world({
      'pools.json': list(
        ipPool({
          name: 'v4',
          range: '255.255.255.0/24',
          allocations: Object.fromEntries(keys.map((key) => [key, allocation('default/gone')])),
        }),
      ),
    });
    const run = await ipamctl([
      'ips',
      'ls',
      '-o',
      'jsonpath={range .items[*]}{.key}={.address} {end}',
      '--from',
      folder,
    ]);
    expect(run.code).toBe(0);
    expect(run.stdout.trim().split(' ')[0]).toBe('255=255.255.255.255');
    expect(run.stdout).not.toMatch(/256=\d/);
    expectHarmless(await everything(folder, [['pools', 'show', 'v4']]));
  });
});

describe('owners', () => {
  const LONG = `default/${'x'.repeat(10_000)}`;
  const PODREFS: readonly unknown[] = [
    '',
    '/',
    'a/',
    '/b',
    'a/b/c',
    ' a/b',
    'a b/c',
    LONG,
    7,
    null,
    true,
    ['a/b'],
    { a: 1 },
  ];

  test('that name no pod are malformed, and never stale', async () => {
    const folder = world({
      'pools.json': list(
        ipPool({
          name: 'p',
          range: '192.0.2.0/24',
          allocations: Object.fromEntries(PODREFS.map((podref, at) => [(at + 1).toString(), allocation(podref)])),
        }),
        ipPool({
          name: 'q',
          range: '198.51.100.0/24',
          allocations: { '1': null, '2': 'text', '3': 7, '4': [], '5': {}, '6': { podref: 'a/b', id: 3, ifname: 4 } },
        }),
      ),
    });
    const runs = await everything(folder, [
      ['pools', 'show', 'p'],
      ['pools', 'show', 'q'],
      ['ips', 'show', '192.0.2.1'],
    ]);
    expectHarmless(runs);
    const json = runs.find(({ args, format }) => args[0] === 'ips' && format === 'json');
    const { items } = JSON.parse(json?.stdout ?? '') as {
      items: { pool: { name: string }; podref: string; verdict: string; reason: string }[];
    };
    const readable = items.filter(({ reason }) => reason !== 'podref-unreadable');
    expect(readable.map(({ podref }) => podref)).toEqual([LONG, 'a/b']);
    expect(items).toHaveLength(PODREFS.length + 6);
  });
});

describe('ranges', () => {
  const RANGES: readonly unknown[] = [
    '',
    ' ',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/24/24',
    '010.0.0.0/24',
    '10.0.0/24',
    'fe80::1%eth0/64',
    'fd00::/129',
    'fd00:::/64',
    '::ffff:10.0.0.0/120',
    '::ffff:10.0.0.0/104',
    '10.0.0.1-10.0.0.9/24',
    '10.0.0.77/24',
    '10.0.0.0/0',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/31',
    '10.0.0.0/32',
    'fd00::/128',
    'x'.repeat(10_000),
    7,
    null,
    ['10.0.0.0/24'],
  ];

  test('that whereabouts cannot read leave the rest standing, and are named', async () => {
    const pools: Kube[] = RANGES.map((range, at) =>
      ipPool({ name: `p${at.toString().padStart(2, '0')}`, range, allocations: { '1': allocation('default/web-0') } }),
    );
    const folder = world({ 'pools.json': list(...pools) });
    expectHarmless(await everything(folder));
    expectHarmless(
      await everything(
        folder,
        pools.map((_, at) => ['pools', 'show', `p${at.toString().padStart(2, '0')}`]),
        ['table', 'json'],
      ),
    );
    const run = await ipamctl(['pools', 'ls', '-o', 'json', '--from', folder]);
    const { items } = JSON.parse(run.stdout) as {
      items: { capacity: string | null; problems: { code: string }[] }[];
    };
    expect(items).toHaveLength(RANGES.length);
    const unread = items.filter(({ problems }) => problems.some(({ code }) => code === 'range-unreadable'));
    expect(unread.length).toBeGreaterThan(12);
    for (const { capacity } of unread) expect(capacity).toBeNull();
    for (const { capacity, problems } of items) {
      expect(capacity === null).toBe(problems.some(({ code }) => code === 'range-unreadable'));
    }
  });
});

describe('objects of other shapes', () => {
  test('NADs, annotations, lists and spec', async () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    const configs: unknown[] = [
      7,
      null,
      { type: 'macvlan' },
      [],
      '',
      'no json',
      '[]',
      'null',
      '{"plugins":7}',
      '{"plugins":[null]}',
      '{"type":"macvlan","ipam":7}',
      '{"type":"macvlan","ipam":{"type":"whereabouts"}}',
      '{"type":"macvlan","ipam":{"type":"whereabouts","range":7}}',
      '{"type":"macvlan","ipam":{"type":"whereabouts","range":"192.0.2.192/27","exclude":["x"]}}',
      '{"type":"macvlan","ipam":{"type":"whereabouts","range":"192.0.2.192/27","range_start":"::1"}}',
      '{"type":"macvlan","ipam":{"type":"whereabouts","ipRanges":[null,7,{"range":"192.0.2.192/27"}]}}',
      '{"__proto__":{"type":"macvlan"},"type":"x","ipam":{"__proto__":{"type":"whereabouts"}}}',
      deep,
      `{"type":"macvlan","ipam":${deep}}`,
    ];
    const statuses: unknown[] = [
      7,
      null,
      {},
      'no json',
      '{}',
      '[null]',
      '[7]',
      '[{"name":7}]',
      '[{"ips":["x"]}]',
      deep,
    ];
    const folder = world({
      'nads.json': list(...configs.map((config, at) => nad('default', `n${at.toString()}`, config)), {
        apiVersion: 'k8s.cni.cncf.io/v1',
        kind: 'NetworkAttachmentDefinition',
        metadata: { name: 'no-spec' },
        spec: 7,
      }),
      'pods.json': list(
        ...statuses.map((status, at) =>
          pod({
            name: `p${at.toString()}`,
            annotations: { 'k8s.v1.cni.cncf.io/network-status': status, 'k8s.v1.cni.cncf.io/networks': status },
          }),
        ),
        pod({ name: 'annotations-no-map', metadata: { annotations: ['x'] } }),
        pod({ name: 'status-no-map', status: { conditions: 'x', containerStatuses: { a: 1 }, phase: 9 } }),
        pod({ namespace: 'storage', name: 'other' }),
      ),
      'pools.json': list(
        ipPool({
          name: 'p',
          range: '192.0.2.192/27',
          allocations: Object.fromEntries(
            [...statuses.map((_, at) => `p${at.toString()}`), 'annotations-no-map', 'status-no-map'].map((name, at) => [
              (at + 1).toString(),
              allocation(`default/${name}`),
            ]),
          ),
        }),
        ipPool({ name: 'allocations-list', range: '10.1.0.0/24', allocations: [allocation('a/b')] }),
        ipPool({ name: 'allocations-text', range: '10.1.1.0/24', allocations: 'x' }),
        { ...ipPool({ name: 'no-spec', range: '' }), spec: null },
        { ...ipPool({ name: 'spec-list', range: '' }), spec: [] },
        null,
        7,
        'text',
        { kind: 'IPPool', apiVersion: 'whereabouts.cni.cncf.io/v1alpha1' },
        { kind: 'IPPool', apiVersion: 'whereabouts.cni.cncf.io/v1alpha1', metadata: { name: { a: 1 } } },
      ),
      'statefulsets.json': list(
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'p', namespace: 'default' },
          spec: { replicas: 'x' },
        },
        { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'q', namespace: 'storage' }, spec: null },
      ),
      'events.json': list(
        {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: 'a', namespace: 'default' },
          lastTimestamp: 7,
          involvedObject: 7,
        },
        {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: 'b', namespace: 'storage' },
          reason: { a: 1 },
          series: 'x',
        },
      ),
    });
    const runs = await everything(folder, [
      ['pools', 'show', 'p'],
      ['pools', 'show', 'no-spec'],
      ['ips', 'show', '192.0.2.193'],
      ['ips', 'show', '--pod', 'default/p0'],
    ]);
    expectHarmless(runs);
    const json = runs.find(({ args, format }) => args[0] === 'ips' && format === 'json');
    const { items } = JSON.parse(json?.stdout ?? '') as { items: { verdict: string }[] };
    // Pods that exist and say nothing readable are never stale.
    expect(items.length).toBe(statuses.length + 2);
    expect(items.filter(({ verdict }) => verdict === 'stale')).toEqual([]);
  });

  test('files that are no objects are named, and the rest counts', async () => {
    const folder = world({
      'broken.json': '{"kind": "IPPool", ',
      'broken.yaml': 'kind: IPPool\n\t- x',
      [`esc${NASTY.slice(0, 8)}.yaml`]: 'kind: IPPool\n\tx',
      'deep.json': `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    });
    const run = await ipamctl(['pools', 'ls', '--from', folder, '-o', 'json']);
    expectHarmless([{ ...run, args: ['pools', 'ls'], format: 'json' }]);
    const { items, warnings } = JSON.parse(run.stdout) as { items: unknown[]; warnings: string[] };
    expect(items).toHaveLength(4);
    expect(warnings.join('\n')).toMatch(/broken\.json.*\n.*broken\.yaml/);
    expect(run.stderr).toContain('broken.yaml');
  });
});

describe('size', () => {
  test('a pool of 65,534 allocations', async () => {
    const allocations = Object.fromEntries(
      Array.from({ length: 65_534 }, (_, at) => [(at + 1).toString(), allocation(`default/p${at.toString()}`)]),
    );
    const folder = world({
      'pools.json': list(ipPool({ name: 'storage-10.20.0.0-16', range: '10.20.0.0/16', allocations })),
    });
    const pools = await ipamctl(['pools', 'ls', '-o', 'json', '--from', folder]);
    expect(JSON.parse(pools.stdout)).toMatchObject({
      items: [{ used: 65_534, capacity: '65534', free: '0', usedPercent: 100 }],
    });
    const plan = await ipamctl(['reconcile', '-o', 'json', '--from', folder]);
    expect(plan.code).toBe(1);
    const { summary, items } = JSON.parse(plan.stdout) as { summary: object; items: unknown[] };
    expect(summary).toMatchObject({ pools: 1, allocations: 65_534, stale: 65_532, unknown: 2 });
    expect(items).toHaveLength(65_534);
    const table = await ipamctl(['ips', 'ls', '--from', folder]);
    expect(table.stdout.split('\n')).toHaveLength(65_536);
    const shown = await ipamctl(['pools', 'show', 'storage-10.20.0.0-16', '--from', folder]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('65,532 stale');
  });
});
