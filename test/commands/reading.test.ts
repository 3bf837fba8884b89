/** The reading commands on the built program: every output format, every filter, streams and exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { cleanEnvironment, ipamctl, programOf } from '../support/program.js';
import { tarGz } from '../cluster-snapshot/support.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';

let sample: string;
beforeAll(() => {
  sample = folderWith(SAMPLE);
});
afterAll(removeFolders);

const from = (...args: string[]): string[] => [...args, '--from', sample];
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
/** Cells are two spaces apart. */
const cells = (line: string | undefined): string[] => (line ?? '').split(/ {2,}/);

const POOL = '192.0.2.192-27';
const POOL_NAMES = [POOL, 'fd00-10---64', 'storage-10.20.0.0-16', '10.9.0.0-24'];
const NODE_WARNING =
  'Warning: node node-c is not Ready: a pod that was deleted by force may still run there and use an address that looks stale\n';

/** Each command once, with its exit code on the sample. */
const COMMANDS: readonly (readonly [kind: string, args: string[], code: number])[] = [
  ['PoolList', ['pools', 'ls'], 0],
  ['Pool', ['pools', 'show', POOL], 0],
  ['IPList', ['ips', 'ls'], 0],
  ['IPReport', ['ips', 'show', '192.0.2.204'], 0],
  ['IPReport', ['ips', 'show', '--pod', 'default/api-5c'], 0],
  ['ReconcilePlan', ['reconcile'], 1],
];

describe('every format of every command', () => {
  test.each(COMMANDS)('%s (%j): json, yaml and jsonpath say the same', async (kind, args, code) => {
    const json = await ipamctl(from(...args, '-o', 'json'));
    const yaml = await ipamctl(from(...args, '-o', 'yaml'));
    const path = await ipamctl(from(...args, '-o', 'jsonpath={.kind} {.apiVersion}'));
    expect([json.code, yaml.code, path.code]).toEqual([code, code, code]);
    const document = JSON.parse(json.stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ apiVersion: 'ipamctl.io/v1', kind });
    expect(load(yaml.stdout)).toEqual(document);
    expect(path.stdout).toBe(`${kind} ipamctl.io/v1`);
    // What people read beside it is about nothing but the result.
    expect([NODE_WARNING, '']).toContain(json.stderr);
    expect(json.stdout.endsWith('}\n')).toBe(true);
  });

  test.each(COMMANDS)(
    '%s (%j): table, wide and name are text, and the file is what stdout would be',
    async (...row) => {
      const [, args, code] = row;
      const folder = folderWith({});
      for (const format of ['table', 'wide', 'name']) {
        const plain = await ipamctl(from(...args, '-o', format));
        const file = join(folder, format);
        const written = await ipamctl(from(...args, '-o', 'json', '-o', `${format}=${file}`));
        expect([plain.code, written.code]).toEqual([code, code]);
        expect(plain.stdout).not.toContain('\u001b');
        expect(plain.stdout).not.toMatch(/[^\S\n]\n/);
        expect(readFileSync(file, 'utf8')).toBe(plain.stdout);
        expect(written.stderr).toContain(`wrote ${file}\n`);
        expect(JSON.parse(written.stdout)).toHaveProperty('kind');
      }
    },
  );

  test('table is what is printed when nothing else is asked for, and wide has more columns', async () => {
    const asked = await ipamctl(from('ips', 'ls', '-o', 'table'));
    const usual = await ipamctl(from('ips', 'ls'));
    const wide = await ipamctl(from('ips', 'ls', '-o', 'wide'));
    expect(usual.stdout).toBe(asked.stdout);
    const [head] = lines(usual.stdout);
    const [wideHead] = lines(wide.stdout);
    expect(cells(head)).toEqual(['ADDRESS', 'POOL', 'NETWORK', 'OWNER', 'IFACE', 'VERDICT']);
    expect(cells(wideHead)).toEqual(expect.arrayContaining([...cells(head), 'KEY', 'CONTAINER', 'RESERVATION']));
    // Nodes of live owners are read only for `wide`.
    expect(wide.stdout).toMatch(/^192\.0\.2\.197 .* node-a /m);
  });

  test('several -o: one to stdout, the others to files', async () => {
    const folder = folderWith({});
    const run = await ipamctl(
      from('pools', 'ls', '-o', `json=${join(folder, 'a.json')}`, '-o', `yaml=${join(folder, 'b')}`, '-o', 'name'),
    );
    expect(run.code).toBe(0);
    expect(lines(run.stdout)).toEqual(POOL_NAMES.map((name) => `ippool.whereabouts.cni.cncf.io/${name}`));
    const json: unknown = JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'));
    expect(load(readFileSync(join(folder, 'b'), 'utf8'))).toEqual(json);
    expect(run.stderr).toBe(`wrote ${join(folder, 'a.json')}\nwrote ${join(folder, 'b')}\n`);
  });

  test('a file alone leaves the table on stdout', async () => {
    const file = join(folderWith({}), 'pools.json');
    const run = await ipamctl(from('pools', 'ls', '-o', `json=${file}`));
    expect(lines(run.stdout)[0]).toMatch(/^NAMESPACE/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('kind', 'PoolList');
  });

  test('a file that cannot be written is exit 3, and stdout still parses', async () => {
    const run = await ipamctl(from('pools', 'ls', '-o', 'json=/nonexistent/pools.json'));
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/^Error: cannot write \/nonexistent\/pools\.json: /);
  });

  test('jsonpath loops, filters and escapes as kubectl has it', async () => {
    const run = await ipamctl(
      from('ips', 'ls', '-o', 'jsonpath={range .items[?(@.verdict=="stale")]}{.address}{"\\t"}{.podref}{"\\n"}{end}'),
    );
    expect(run.stdout).toBe('192.0.2.204\tdefault/job-77\n192.0.2.205\tdefault/api-5c\n');
    expect(run.code).toBe(0);
  });

  test('--no-headers leaves the header and nothing else away', async () => {
    for (const args of [['pools', 'ls'], ['ips', 'ls'], ['ips', 'ls', '-o', 'wide'], ['reconcile']]) {
      const headed = await ipamctl(from(...args));
      const bare = await ipamctl(from(...args, '--no-headers'));
      expect(headed.stdout).toMatch(/^(NAMESPACE|ADDRESS) /);
      expect(bare.stdout).not.toMatch(/^(NAMESPACE|ADDRESS|RESERVATION) /m);
      const headers = args[0] === 'reconcile' ? 2 : 1;
      expect(lines(bare.stdout)).toHaveLength(lines(headed.stdout).length - headers);
      expect(bare.code).toBe(headed.code);
    }
  });
});

describe('pools ls', () => {
  test('the table, its closing sentence and the next command', async () => {
    const run = await ipamctl(from('pools', 'ls'));
    expect(run.code).toBe(0);
    expect(run.stdout).toBe(
      [
        'NAMESPACE         NAME                  RANGE           NETWORK  CAPACITY  USED    FREE  USED%  PROBLEMS',
        'kube-system       192.0.2.192-27        192.0.2.192/27  -              27    10      17  37.0%  key-unreadable,podref-unreadable',
        'kube-system       fd00-10---64          fd00:10::/64    -          1.8e19     1  1.8e19   0.0%  -',
        'kube-system       storage-10.20.0.0-16  10.20.0.0/16    storage     65534     2   65532   0.0%  -',
        'openshift-multus  10.9.0.0-24           10.9.0.0/24     -             254     0     254   0.0%  -',
        '',
      ].join('\n'),
    );
    expect(run.stderr).toBe(
      `\n4 pools in kube-system, openshift-multus; 1 with problems.\nOwners and a map: ipamctl pools show ${POOL}\n`,
    );
  });

  test('counts beyond 2^53 are exact in machine formats and in wide', async () => {
    const json = await ipamctl(from('pools', 'ls', '-o', 'json'));
    const { items } = JSON.parse(json.stdout) as { items: { name: string; capacity: string; free: string }[] };
    expect(items.find(({ name }) => name === 'fd00-10---64')).toMatchObject({
      capacity: '18446744073709551614',
      free: '18446744073709551613',
    });
    const wide = await ipamctl(from('pools', 'ls', '-o', 'wide'));
    expect(wide.stdout).toContain(' 18446744073709551614 ');
  });

  test.each([
    ['name', POOL_NAMES],
    ['range', ['10.9.0.0-24', 'storage-10.20.0.0-16', POOL, 'fd00-10---64']],
    ['used', [POOL, 'storage-10.20.0.0-16', 'fd00-10---64', '10.9.0.0-24']],
    ['free', [POOL, '10.9.0.0-24', 'storage-10.20.0.0-16', 'fd00-10---64']],
  ])('--sort-by %s', async (key, names) => {
    const run = await ipamctl(from('pools', 'ls', '--sort-by', key, '-o', 'jsonpath={.items[*].name}'));
    expect(run.stdout.split(' ')).toEqual(names);
  });

  test.each([
    [['-n', 'openshift-multus'], ['10.9.0.0-24']],
    [['--namespace=openshift-multus'], ['10.9.0.0-24']],
    [['-l', 'tier=gold'], [POOL]],
    [['-l', 'tier in (gold,silver),!other'], [POOL]],
    [['-l', '!tier'], POOL_NAMES.slice(1)],
    [['--network', 'storage'], ['storage-10.20.0.0-16']],
    [['--network', 'storage', '--network', ''], POOL_NAMES],
    [
      ['--network', ''],
      [POOL, 'fd00-10---64', '10.9.0.0-24'],
    ],
    [['--ipam-namespace', 'openshift-multus'], ['10.9.0.0-24']],
    [['-A'], POOL_NAMES],
    [['-A', '-n', 'kube-system'], POOL_NAMES.slice(0, 3)],
  ])('%j', async (flags, names) => {
    const run = await ipamctl(from('pools', 'ls', ...flags, '-o', 'json'));
    expect(run.code).toBe(0);
    const { items } = JSON.parse(run.stdout) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual(names);
  });

  test('--stale adds the column, and without it the number is null', async () => {
    const without = await ipamctl(from('pools', 'ls', '-o', 'jsonpath={.items[*].stale}'));
    expect(without.stdout.trim()).not.toMatch(/\d/);
    const counted = await ipamctl(from('pools', 'ls', '--stale', '-o', 'jsonpath={.items[*].stale}'));
    expect(counted.stdout).toBe('2 0 0 0');
    const table = await ipamctl(from('pools', 'ls', '--stale'));
    expect(lines(table.stdout)[0]).toContain('  STALE');
    expect(table.stderr).toContain('2 stale');
  });

  test('nothing found is an answer: what was looked for, and no claim about the rest', async () => {
    for (const flags of [
      ['-n', 'nowhere'],
      ['-l', 'no=such'],
    ]) {
      const run = await ipamctl(from('pools', 'ls', ...flags));
      expect(run).toEqual({ code: 0, stdout: '', stderr: '\nNo pool matches.\n' });
    }
    const none = await ipamctl(from('pools', 'ls', '--network', 'none'));
    const stderr = '\nWarning: no pool is of network "none"\nNo pool matches.\n';
    expect(none).toEqual({ code: 0, stdout: '', stderr });
    const elsewhere = await ipamctl(from('pools', 'ls', '--ipam-namespace', 'nowhere'));
    expect(elsewhere.code).toBe(0);
    expect(elsewhere.stderr).toContain('No pools in nowhere.');
  });
});

describe('pools show', () => {
  test('head, map, problems and owners, what needs a person first', async () => {
    const run = await ipamctl(from('pools', 'show', POOL));
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(
      [
        'Pool      192.0.2.192-27 in kube-system',
        'Range     192.0.2.192/27, no network name',
        'Windows   default/tenant-a  192.0.2.193 to 192.0.2.222, without 192.0.2.192/30  27 addresses',
        '          default/tenant-b  192.0.2.200 to 192.0.2.215  16 addresses',
        'Used      10 of 27 (37.0%), 17 free, 2 stale',
        '',
        '  .192   - x x x . L . .   . . . . S S L .',
        '  .208   F K P ? N ! . .   . . . . . . . -',
        '',
      ].join('\n'),
    );
    const owners = lines(run.stdout.slice(run.stdout.indexOf('ADDRESS')));
    expect(owners.map((line) => cells(line).at(-1)?.split(':')[0])).toEqual([
      'VERDICT',
      ...['malformed', 'malformed', 'stale', 'stale', 'lost', 'finished', 'unknown', 'pending', 'kept', 'live', 'live'],
    ]);
    expect(run.stderr).toContain(`ipamctl reconcile --pool ${POOL}\n`);
    expect(run.stdout).not.toContain('\n\n\n');
  });

  test('NAMESPACE/NAME, and another namespace is another pool', async () => {
    const run = await ipamctl(from('pools', 'show', `kube-system/${POOL}`, '-o', 'name'));
    expect(run).toMatchObject({ code: 0, stdout: `ippool.whereabouts.cni.cncf.io/${POOL}\n` });
    const wrong = await ipamctl(from('pools', 'show', `default/${POOL}`));
    expect(wrong.code).toBe(3);
    expect(wrong.stdout).toBe('');
  });

  test('what is not there: exit 3, the nearest name', async () => {
    const run = await ipamctl(from('pools', 'show', '192.0.2.192-28'));
    expect(run).toEqual({
      code: 3,
      stdout: '',
      stderr: `Error: there is no pool "192.0.2.192-28"\nTry: ipamctl pools show ${POOL}\n     ipamctl pools ls     lists them all\n`,
    });
  });
});

describe('ips ls', () => {
  test.each([
    [['--stale'], ['192.0.2.204', '192.0.2.205']],
    [
      ['--pod', 'default/api-5c'],
      ['192.0.2.205', '192.0.2.206'],
    ],
    [
      ['-n', 'storage'],
      ['10.20.0.1', '10.20.0.2'],
    ],
    [
      ['--network', 'storage'],
      ['10.20.0.1', '10.20.0.2'],
    ],
    [['--pool', 'fd00-10---64'], ['fd00:10::1']],
    [
      ['--pool', 'kube-system/fd00-10---64', '--pool', 'storage-10.20.0.0-16'],
      ['fd00:10::1', '10.20.0.1', '10.20.0.2'],
    ],
    [['--node', 'node-c'], ['192.0.2.212']],
    [
      ['--node', 'node-a', '--network', 'storage'],
      ['10.20.0.1', '10.20.0.2'],
    ],
    [
      ['-l', 'tier=gold', '--stale'],
      ['192.0.2.204', '192.0.2.205'],
    ],
    [['-l', 'tier!=gold', '--stale'], []],
    [['--pod', 'default/nobody'], []],
    [['--ipam-namespace', 'openshift-multus'], []],
  ])('%j', async (flags, addresses) => {
    const run = await ipamctl(from('ips', 'ls', ...flags, '-o', 'name'));
    expect(run.code).toBe(0);
    expect(lines(run.stdout)).toEqual(addresses.map((address) => `ip/${address}`));
  });

  test('an empty answer says so', async () => {
    const run = await ipamctl(from('ips', 'ls', '--pod', 'default/nobody'));
    expect(run).toEqual({ code: 0, stdout: '', stderr: '\nNo held address matches.\n' });
  });

  test('the closing sentence counts, and names what explains the first stale one', async () => {
    const run = await ipamctl(from('ips', 'ls'));
    expect(run.stderr).toBe(
      `\n${NODE_WARNING}14 addresses: 2 malformed, 2 stale, 1 lost, 1 finished, 1 unknown, 1 pending, 1 kept, 5 live.\nWhy: ipamctl ips show 192.0.2.204\n`,
    );
  });
});

describe('ips show', () => {
  test.each([
    ['192.0.2.204', /^192\.0\.2\.204 is held for default\/job-77, and that pod is gone: stale\.\n/],
    ['192.0.2.205', /, and that pod has 192\.0\.2\.206 now: stale\.\n/],
    ['192.0.2.206', /, and the pod shows it: live\.\n/],
    ['192.0.2.208', /, and that pod Succeeded 3h ago: finished\.\n/],
    ['192.0.2.209', /, and StatefulSet db wants the pod back: kept\.\n/],
    ['192.0.2.210', /, and the pod has not started: pending\.\n/],
    ['192.0.2.211', /, and the pod has no readable network-status: unknown\.\n/],
    ['192.0.2.212', /, and node node-c does not report: lost\.\n/],
    ['192.0.2.213', /^192\.0\.2\.213 is held for nonsense, and the owner cannot be read: malformed\.\n/],
    [
      '192.0.2.193',
      /^Nobody holds 192\.0\.2\.193\.\n\nIt would fall into:\n {2}kube-system\/192\.0\.2\.192-27: excluded there\n/,
    ],
    ['192.0.2.215', /free there, in the window of default\/tenant-a, default\/tenant-b\n/],
    ['10.20.9.9', /^10\.20\.9\.9 is reserved for storage\/long-gone, without a key in any pool/],
    ['198.51.100.1', /^Nobody holds 198\.51\.100\.1\.\n$/],
    ['FD00:10:0::0:1', /^fd00:10::1 is held for telco\/upf, and the pod shows it: live\.\n/],
  ])('%s', async (address, text) => {
    const run = await ipamctl(from('ips', 'show', address));
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(text);
  });

  test('an owner that nobody looked for is not said to be missing', async () => {
    const odd = await ipamctl(from('ips', 'show', '192.0.2.213'));
    expect(odd.stdout).not.toMatch(/not among all|StatefulSet/);
    // Pods of one namespace alone: nothing is known of the others.
    const { 'pods.json': pods, ...rest } = SAMPLE;
    const { items } = JSON.parse(pods ?? '') as { items: { metadata: { namespace: string } }[] };
    const some = folderWith({
      ...rest,
      'pods.json': JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: items.filter(({ metadata }) => metadata.namespace === 'storage'),
      }),
    });
    const run = await ipamctl(['ips', 'show', '192.0.2.204', '--from', some]);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/the pods of its namespace were not collected: unknown\.\n/);
    expect(run.stdout).not.toMatch(/not among all|StatefulSet/);
  });

  test('--pod lists what it holds and shows; a pod that is gone may hold still', async () => {
    const run = await ipamctl(from('ips', 'show', '--pod', 'default/api-5c', '-o', 'name'));
    expect(lines(run.stdout)).toEqual(['ip/192.0.2.205', 'ip/192.0.2.206']);
    const gone = await ipamctl(from('ips', 'show', '--pod', 'default/job-77', '-o', 'jsonpath={.pod.exists}'));
    expect(gone).toMatchObject({ code: 0, stdout: 'false' });
  });
});

describe('reconcile', () => {
  test('the plan, what needs a flag and what is kept; exit 1', async () => {
    const run = await ipamctl(from('reconcile'));
    expect(run.code).toBe(1);
    const rows = lines(run.stdout).map((line) => [cells(line)[0], ...cells(line).slice(-2)]);
    expect(rows.slice(0, 10)).toEqual([
      ['ADDRESS', 'ACTION', 'NEEDS'],
      ['192.0.2.204', 'release', '-'],
      ['192.0.2.205', 'release', '-'],
      ['192.0.2.208', 'keep', '--include-completed'],
      ['192.0.2.209', 'keep', '-'],
      ['192.0.2.210', 'keep', '-'],
      ['192.0.2.211', 'keep', '-'],
      ['192.0.2.212', 'keep', '--include-lost'],
      ['192.0.2.213', 'keep', '-'],
      ['key abc', 'keep', '-'],
    ]);
    expect(rows.slice(10).map(([first, , last]) => [first, last])).toEqual([
      ['ADDRESS', 'ACTION'],
      ['10.20.9.9', 'release'],
    ]);
    expect(run.stderr).toContain('Nothing was changed.');
  });

  test.each([
    [[], ['192.0.2.204', '192.0.2.205']],
    [['--include-completed'], ['192.0.2.204', '192.0.2.205', '192.0.2.208']],
    [
      ['--include-completed', '--min-age', '2h'],
      ['192.0.2.204', '192.0.2.205', '192.0.2.208'],
    ],
    [
      ['--include-completed', '--min-age', '4h'],
      ['192.0.2.204', '192.0.2.205'],
    ],
    [['--include-lost'], ['192.0.2.204', '192.0.2.205', '192.0.2.212']],
    [
      ['--pool', POOL],
      ['192.0.2.204', '192.0.2.205'],
    ],
    [
      ['-n', 'default'],
      ['192.0.2.204', '192.0.2.205'],
    ],
    [
      ['-l', 'tier=gold'],
      ['192.0.2.204', '192.0.2.205'],
    ],
  ])('%j releases', async (flags, addresses) => {
    const run = await ipamctl(from('reconcile', ...flags, '-o', 'json'));
    expect(run.code).toBe(1);
    const plan = JSON.parse(run.stdout) as { items: { action: string; address: string; result: unknown }[] };
    const released = plan.items.filter(({ action }) => action === 'release');
    expect(released.map(({ address }) => address)).toEqual(addresses);
    expect(plan.items.every(({ result }) => result === null)).toBe(true);
  });

  test('nothing to release is exit 0, and says among how many', async () => {
    const run = await ipamctl(from('reconcile', '--pool', 'fd00-10---64'));
    expect(run).toEqual({ code: 0, stdout: '', stderr: '\nNothing to release among 1 allocation in 1 pool.\n' });
    const all = await ipamctl(from('reconcile', '--pool', 'fd00-10---64', '--all', '-o', 'name'));
    expect(all).toMatchObject({ code: 0, stdout: 'ip/fd00:10::1\n' });
  });

  test('--now is exit 2 before anything is read', async () => {
    const run = await ipamctl(['reconcile', '--now', '--from', '/nonexistent']);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('--from reads files, and nothing can be written to those');
  });

  test('the plan is reproducible: twice the same bytes', async () => {
    const [one, other] = [
      await ipamctl(from('reconcile', '-o', 'json')),
      await ipamctl(from('reconcile', '-o', 'json')),
    ];
    expect(one.stdout).toBe(other.stdout);
    expect(JSON.parse(one.stdout)).toMatchObject({
      createdAt: '2026-03-01T12:00:00.000Z',
      cluster: { uid: 'uid-namespace-kube-system', server: null },
      summary: { pools: 4, allocations: 14, reservations: 4, stale: 2, live: 5 },
    });
  });
});

describe('where it reads from', () => {
  test('an archive, single files, several paths and stdin give the same answer', async () => {
    const expected = await ipamctl(from('ips', 'ls', '-o', 'json'));
    const archive = folderWith({
      'snapshot.tar.gz': await tarGz(Object.entries(SAMPLE).map(([name, content]) => ({ name, content }))),
    });
    const packed = await ipamctl(['ips', 'ls', '-o', 'json', '--from', join(archive, 'snapshot.tar.gz')]);
    expect(packed).toEqual(expected);
    const files = Object.keys(SAMPLE).flatMap((name) => ['--from', join(sample, name)]);
    expect(await ipamctl(['ips', 'ls', '-o', 'json', ...files])).toEqual(expected);
    const { 'pools.json': pools, ...rest } = SAMPLE;
    const others = folderWith(rest);
    const piped = await ipamctl(['ips', 'ls', '-o', 'json', '--from', others, '--from', '-'], { stdin: pools ?? '' });
    expect(piped).toEqual(expected);
  });

  test('YAML is read too', async () => {
    const yaml = await ipamctl(from('pools', 'ls', '-o', 'json'));
    const { dump } = await import('js-yaml');
    const folder = folderWith(
      Object.fromEntries(
        Object.entries(SAMPLE).map(([name, text]) => [name.replace('json', 'yaml'), dump(JSON.parse(text))]),
      ),
    );
    expect(await ipamctl(['pools', 'ls', '-o', 'json', '--from', folder])).toEqual(yaml);
  });

  test.each([
    ['a path that is not there', '/nonexistent', /^Error: \/nonexistent: no such file or directory\n/],
    ['a folder with nothing in it', 'EMPTY', /holds nothing that ipamctl reads/],
  ])('%s is exit 3', async (_, path, message) => {
    const run = await ipamctl(['pools', 'ls', '--from', path === 'EMPTY' ? folderWith({}) : path]);
    expect(run.code).toBe(3);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(message);
  });

  test('files without pools, and without pods, are exit 3 that says what to collect', async () => {
    const pods = folderWith({ 'pods.json': SAMPLE['pods.json'] ?? '' });
    const noPools = await ipamctl(['pools', 'ls', '--from', pods, '-o', 'json']);
    expect(noPools.code).toBe(3);
    expect(JSON.parse(noPools.stdout)).toMatchObject({ kind: 'Error', code: 3, reason: 'not-collected' });
    expect(noPools.stderr).toContain('kubectl get ippools');
    const pools = folderWith({ 'pools.json': SAMPLE['pools.json'] ?? '' });
    const noPods = await ipamctl(['ips', 'ls', '--from', pools]);
    expect(noPods.code).toBe(3);
    expect(noPods.stderr).toContain('kubectl get pods');
  });

  test('a list that is missing makes the answer incomplete: exit 1, said in every format', async () => {
    const { 'nads.json': _, ...rest } = SAMPLE;
    const folder = folderWith(rest);
    const run = await ipamctl(['pools', 'ls', '--from', folder, '-o', 'json']);
    expect(run.code).toBe(1);
    const list = JSON.parse(run.stdout) as { incomplete: boolean; warnings: string[] };
    expect(list.incomplete).toBe(true);
    expect(list.warnings[0]).toMatch(/network-attachment-definitions/);
    expect(run.stderr).toBe(`Warning: ${list.warnings[0] ?? ''}\n`);
  });
});

describe('pipes and variables', () => {
  test.each(['table', 'json', 'yaml', 'name'])('a reader that goes away is no failure (-o %s)', async (format) => {
    const allocations = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, n) => [(n + 1).toString(), { id: 'c', podref: `default/p${n.toString()}` }]),
    );
    const { items } = JSON.parse(SAMPLE['pools.json'] ?? '') as { items: Record<string, unknown>[] };
    const big = { ...items[1], spec: { range: '10.20.0.0/16', allocations } };
    const folder = folderWith({
      ...SAMPLE,
      'pools.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [big] }),
    });
    const [file, ...before] = programOf();
    const child = spawn(file, [...before, 'ips', 'ls', '-o', format, '--from', folder], { env: cleanEnvironment() });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|bug|at .*\.js/);
  });

  test('IPAMCTL_ stands for a flag, also for one that may be given several times', async () => {
    const env = { IPAMCTL_FROM: sample, IPAMCTL_OUTPUT: 'name', IPAMCTL_NETWORK: 'storage' };
    const pools = await ipamctl(['pools', 'ls'], { env });
    expect(pools).toMatchObject({ code: 0, stdout: 'ippool.whereabouts.cni.cncf.io/storage-10.20.0.0-16\n' });
    const ips = await ipamctl(['ips', 'ls'], {
      env: { IPAMCTL_FROM: sample, IPAMCTL_OUTPUT: 'name', IPAMCTL_POOL: POOL, IPAMCTL_STALE: 'true' },
    });
    expect(lines(ips.stdout)).toEqual(['ip/192.0.2.204', 'ip/192.0.2.205']);
  });

  test.each([
    [{ IPAMCTL_SORT_BY: 'range' }, ['pools', 'ls', '-o', 'jsonpath={.items[0].name}'], '10.9.0.0-24'],
    [{ IPAMCTL_NAMESPACE: 'storage' }, ['ips', 'ls', '-o', 'name'], 'ip/10.20.0.1\nip/10.20.0.2\n'],
    [{ IPAMCTL_IPAM_NAMESPACE: 'openshift-multus' }, ['pools', 'ls', '-o', 'jsonpath={.items[*].name}'], '10.9.0.0-24'],
    [{ IPAMCTL_SELECTOR: 'tier=gold' }, ['pools', 'ls', '-o', 'jsonpath={.items[*].name}'], POOL],
    [{ IPAMCTL_NODE: 'node-c' }, ['ips', 'ls', '-o', 'name'], 'ip/192.0.2.212\n'],
    [{ IPAMCTL_POD: 'telco/upf' }, ['ips', 'ls', '-o', 'name'], 'ip/fd00:10::1\n'],
    [{ IPAMCTL_STALE: 'false' }, ['ips', 'ls', '--network', 'storage', '-o', 'name'], 'ip/10.20.0.1\nip/10.20.0.2\n'],
    [{ IPAMCTL_CONTEXT: 'prod' }, ['ips', 'ls', '-n', 'telco', '-o', 'name'], 'ip/fd00:10::1\n'],
  ])('%j %j', async (env, args, stdout) => {
    const run = await ipamctl(from(...args), { env });
    expect(run).toMatchObject({ code: 0, stdout });
  });

  test('a flag wins over its variable', async () => {
    const env = { IPAMCTL_NETWORK: 'storage', IPAMCTL_OUTPUT: 'yaml' };
    const run = await ipamctl(from('pools', 'ls', '--network', '', '-n', 'openshift-multus', '-o', 'name'), { env });
    expect(run).toMatchObject({ code: 0, stdout: 'ippool.whereabouts.cni.cncf.io/10.9.0.0-24\n' });
  });

  test('nobody consents by a variable', async () => {
    const env = { IPAMCTL_NOW: 'true', IPAMCTL_INCLUDE_COMPLETED: 'true', IPAMCTL_INCLUDE_LOST: 'true' };
    const plain = await ipamctl(from('reconcile', '-o', 'json'));
    expect(await ipamctl(from('reconcile', '-o', 'json'), { env })).toEqual(plain);
  });
});
