/** The built program at a real terminal (a pty) of several widths, in several locales, and the same on a pipe. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from '@lydell/node-pty';
import { cleanEnvironment, ipamctl, programOf } from '../support/program.js';
import { allocation, folderWith, ipPool, list, pod, removeFolders, SAMPLE } from '../support/world.js';

let sample: string;
beforeAll(() => {
  sample = folderWith(SAMPLE);
});
afterAll(removeFolders);

interface TerminalRun {
  /** What the terminal was sent: stdout, and stderr where it was not sent elsewhere. */
  readonly raw: string;
  /** Without colours. */
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly code: number;
}

/** After this nothing comes. */
const READ = '\u001e';
const SGR = /\u001b\[[\d;]*m/g;
const POOL = '192.0.2.192-27';

/** Runs at a terminal; `apart`: stderr goes to a file, so that the terminal shows the result alone. */
async function atTerminal(
  columns: number,
  args: readonly string[],
  options: { env?: Record<string, string>; apart?: boolean; from?: string | null; stdoutAway?: boolean } = {},
): Promise<TerminalRun> {
  const { env = {}, apart = true, from = sample, stdoutAway = false } = options;
  const file = join(folderWith({}), 'away');
  const redirect = stdoutAway ? '>"$AWAY"' : apart ? '2>"$AWAY"' : '';
  // node-pty lets go of the terminal soon after its process has ended, read or not: this one waits to be read.
  const script = `"$@" ${redirect}; code=$?; printf '\\036'; read -r _; exit $code`;
  const terminal = spawn(
    '/bin/sh',
    ['-c', script, 'sh', ...programOf(), ...args, ...(from === null ? [] : ['--from', from])],
    {
      cols: columns,
      rows: 40,
      env: { ...cleanEnvironment(), AWAY: file, ...env },
    },
  );
  let raw = '';
  terminal.onData((data) => {
    raw += data;
    if (data.includes(READ)) terminal.write('\n');
  });
  const code = await new Promise<number>((done) => {
    terminal.onExit(({ exitCode }) => done(exitCode));
  });
  raw = raw.slice(0, raw.indexOf(READ)).replaceAll('\r\n', '\n');
  const stderr = apart || stdoutAway ? readFileSync(file, 'utf8') : '';
  return { raw, lines: raw.replace(SGR, '').split('\n'), stderr, code };
}

const width = (line: string): number => Array.from(line).length;
/** Cells of a terminal, by what Unicode says of the characters of these tests. */
const cellsOf = (line: string): number =>
  Array.from(
    line.replace(/\p{RI}\p{RI}|\p{Emoji_Presentation}\p{Emoji_Modifier}?/gu, '東').replace(/\p{M}/gu, ''),
  ).reduce(
    (sum, character) => sum + (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u.test(character) ? 2 : 1),
    0,
  );
const BROKEN = {
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name: 'n', namespace: 'default' },
  spec: {
    config:
      '{"cniVersion":"0.3.1","name":"n","type":"macvlan","ipam":{"type":"whereabouts","range":"192.0.2.0/33","gateway":"192.0.2.1"}}',
  },
};
/** Cells are two spaces apart. */
const cells = (line: string | undefined): string[] => (line ?? '').split(/ {2,}/);

const TABLES: readonly string[][] = [
  ['pools', 'ls'],
  ['pools', 'ls', '--stale'],
  ['ips', 'ls'],
  ['ips', 'ls', '--stale'],
  ['reconcile'],
  ['reconcile', '--all'],
];

describe('tables', () => {
  test.each([40, 60, 80, 120, 200].flatMap((columns) => TABLES.map((args) => [columns, args] as const)))(
    'fit a terminal of %i columns: %j',
    async (columns, args) => {
      const piped = await ipamctl([...args, '--from', sample]);
      const run = await atTerminal(columns, args);
      expect(run.code).toBe(piped.code);
      for (const line of run.lines)
        expect([line, width(line) <= columns || cells(line).length === 1]).toEqual([line, true]);
      // Every row is there, and its first cell is never cut where it is an address.
      const rows = (text: string): string[] => text.split('\n').filter((line) => line !== '');
      expect(run.lines.filter((line) => line !== '')).toHaveLength(rows(piped.stdout).length);
      if (args[0] !== 'pools') {
        const first = (all: readonly string[]): string[] =>
          all.flatMap((line) => /^(?:[\da-f]+[.:][\da-f.:]+|key abc)(?= {2})/.exec(line)?.[0] ?? []);
        expect(first(run.lines).length).toBeGreaterThan(1);
        expect(first(run.lines)).toEqual(first(piped.stdout.split('\n')));
      }
    },
  );

  test.each([40, 60, 80, 120, 200])('at %i columns the columns that found no room are named', async (columns) => {
    for (const args of [
      ['pools', 'ls', '--stale'],
      ['ips', 'ls'],
    ]) {
      const piped = await ipamctl([...args, '--from', sample]);
      const run = await atTerminal(columns, args);
      const all = cells(piped.stdout.split('\n')[0]);
      const shown = cells(run.lines[0]);
      const hidden = all.filter((header) => !shown.includes(header));
      const told = run.stderr.replaceAll(/\r?\n/g, ' ');
      const note = /Not shown for lack of room: (.*?); -o wide shows all\./.exec(told)?.[1];
      expect([columns, args, note?.split(', ') ?? []]).toEqual([columns, args, hidden]);
      if (columns <= 80) expect(hidden).not.toEqual([]);
      if (columns === 200) expect(hidden).toEqual([]);
      expect(shown.filter((header) => !all.includes(header))).toEqual([]);
    }
  });

  test('hidden columns of the second table of a plan are named too', async () => {
    const pools = list(ipPool({ name: '10.20.0.0-16', range: '10.20.0.0/16' }));
    const from = folderWith({ ...SAMPLE, 'pools.json': pools });
    const run = await atTerminal(24, ['reconcile'], { from });
    expect(cells(run.lines[0])).not.toContain('ACTION');
    expect(run.stderr).toMatch(/^Not shown for lack of room: .*ACTION/m);
  });

  test('wide is whole, however narrow the terminal is', async () => {
    const run = await atTerminal(60, ['ips', 'ls', '-o', 'wide']);
    const piped = await ipamctl(['ips', 'ls', '-o', 'wide', '--from', sample]);
    expect(run.lines.join('\n')).toBe(piped.stdout);
    expect(run.stderr).not.toContain('Not shown');
  });

  test.each([...TABLES, ['nad', 'rules'], ['audit', 'checks'], ['audit']])(
    '--no-truncate is what a pipe gets, however narrow the terminal is: %s %s',
    async (...args) => {
      const from = args[1] === 'rules' || args[1] === 'checks' ? null : sample;
      const run = await atTerminal(60, [...args, '--no-truncate'], { from });
      const wide = await atTerminal(400, args, { from });
      expect(cells(run.lines[0])).toEqual(cells(wide.lines[0]));
      // Sentences may be wrapped, columns not.
      const headed = run.lines.filter((line) => cells(line).length > 2);
      expect(headed).toEqual(wide.lines.filter((line) => cells(line).length > 2));
      expect(run.stderr).not.toContain('Not shown');
    },
  );

  test.each([40, 60, 80, 120])('wide characters and marks keep their columns at %i columns', async (columns) => {
    const owners = [
      '日本語/名前がとても長いポッド',
      'plain/pod',
      'e\u0301te\u0301/cafe\u0301-creme',
      'flags/🇩🇪🇫🇷-👍🏽',
      'ไทย/ก็ดี',
    ];
    const from = folderWith({
      ...SAMPLE,
      'pools.json': list(
        ipPool({
          name: 'p',
          range: '192.0.2.0/24',
          allocations: Object.fromEntries(owners.map((owner, i) => [(i + 1).toString(), allocation(owner)])),
        }),
      ),
    });
    const { lines } = await atTerminal(columns, ['ips', 'ls'], { from });
    const rows = lines.filter((line) => line.startsWith('192.0.2.'));
    expect(rows).toHaveLength(owners.length);
    const starts = new Set(rows.map((line) => cellsOf(line.slice(0, line.lastIndexOf('  ') + 2))));
    expect([...starts]).toHaveLength(1);
    for (const line of rows) expect(cellsOf(line)).toBeLessThanOrEqual(columns);
    if (columns === 120) for (const owner of owners) expect(lines.join('\n')).toContain(owner);
  });

  test('names are cut in the middle, sentences at the end, and an ellipsis says so', async () => {
    const name = `a${'-long'.repeat(40)}-z9`;
    const from = folderWith({
      ...SAMPLE,
      'pools.json': list(
        ipPool({ name: 'p', range: '192.0.2.0/24', allocations: { '9': allocation(`default/${name}`) } }),
      ),
      'pods.json': list(pod({ name: 'x' }), pod({ namespace: 'storage', name: 'y' })),
    });
    const run = await atTerminal(60, ['ips', 'ls'], { from });
    expect(run.lines[1]).toMatch(/^192\.0\.2\.9 {2}default\/a-\S*…\S*-z9 {2}stale: the pod is gone$/);
    expect(width(run.lines[1] ?? '')).toBeLessThanOrEqual(60);
    const piped = await ipamctl(['ips', 'ls', '--from', from]);
    expect(piped.stdout).toContain(name);
  });
});

describe('screens', () => {
  const SHOWN = [POOL, 'storage-10.20.0.0-16', 'fd00-10---64', '10.9.0.0-24'];

  test.each([60, 80, 200].flatMap((columns) => SHOWN.map((name) => [columns, name] as const)))(
    'map and owners fit a terminal of %i columns: pools show %s',
    async (columns, name) => {
      const run = await atTerminal(columns, ['pools', 'show', name]);
      expect(run.code).toBe(0);
      // The head is text that wraps; the map and the table would be torn by it.
      const body = run.lines.slice(run.lines.indexOf(''));
      expect(body.length).toBeGreaterThan(4);
      expect(body.filter((line) => width(line) > columns)).toEqual([]);
    },
  );

  test('a wider terminal draws longer rows', async () => {
    const rows = async (columns: number): Promise<number> =>
      (await atTerminal(columns, ['pools', 'show', '10.9.0.0-24'])).lines.filter((line) => /^ {2}\.\d+ /.test(line))
        .length;
    const [narrow, wide] = [await rows(60), await rows(200)];
    expect(wide).toBeLessThan(narrow);
    expect(wide).toBeGreaterThan(0);
  });
});

describe('colours', () => {
  const COMMANDS = [
    ['pools', 'ls', '--stale'],
    ['pools', 'show', POOL],
    ['ips', 'ls'],
    ['ips', 'show', '192.0.2.204'],
    ['reconcile'],
  ];

  test.each(COMMANDS.map((args) => [args]))(
    'are on the terminal alone, and carry nothing of the text: %j',
    async (args) => {
      const run = await atTerminal(200, args);
      expect(run.raw).toContain('\u001b[31m');
      // Each is closed, before the line ends.
      for (const line of run.raw.split('\n')) {
        const count = (pattern: RegExp): number => line.match(pattern)?.length ?? 0;

        expect(count(/\u001b\[(31|32|33|1|2)m/g)).toBe(count(/\u001b\[(39|22)m/g));
      }
      // stderr went to a file.
      expect(run.stderr).not.toContain('\u001b');
      const piped = await ipamctl([...args, '--from', sample]);
      expect(piped.stdout + piped.stderr).not.toContain('\u001b');
      const none = await atTerminal(200, args, { env: { NO_COLOR: '1' } });
      expect(none.raw).not.toContain('\u001b');
      expect(none.lines).toEqual(run.lines);
      const dumb = await atTerminal(200, args, { env: { TERM: 'dumb' } });
      expect(dumb.raw).toBe(none.raw);
    },
  );

  test('FORCE_COLOR colours a pipe too', async () => {
    const forced = await ipamctl(['ips', 'ls', '--from', sample], { env: { FORCE_COLOR: '1' } });
    const plain = await ipamctl(['ips', 'ls', '--from', sample]);
    expect(forced.stdout).toContain('\u001b[31mstale');
    expect(forced.stdout.replace(SGR, '')).toBe(plain.stdout);
  });

  test.each([
    ['--color=always', '', true, true],
    ['--color=always', 'NO_COLOR', true, true],
    ['--color=never', '', false, false],
    ['--color=never', 'FORCE_COLOR', false, false],
    ['--color=auto', '', false, true],
    ['--color=auto', 'FORCE_COLOR', true, true],
    ['--color=auto', 'NO_COLOR', false, false],
  ])('%s with %s, of whatever is coloured', async (flag, variable, pipe, terminal) => {
    const env: Record<string, string> = variable === '' ? {} : { [variable]: '1' };
    const folder = folderWith({
      'nad.json': JSON.stringify(BROKEN),
      'comma.conf': '{"type": "macvlan", "name": "x",}',
    });
    const broken = join(folder, 'nad.json');
    const seen = [];
    for (const args of [
      ['ips', 'ls', '--from', sample],
      ['nad', 'lint', broken],
      ['nad', 'lint', '--fix', '--dry-run', join(folder, 'comma.conf')],
      ['pools', 'ls', '--help'],
      ['help', 'pools', 'ls'],
      ['nad', 'rules', 'whereabouts/gateway-in-pool'],
      ['pools', 'ls', '--bogus'],
      ['pools', 'show', 'nope', '--from', sample],
    ]) {
      const { stdout, stderr } = await ipamctl([...args, flag], { env });
      const run = await atTerminal(120, [...args, flag], { env, apart: false, from: null });
      seen.push([args, (stdout + stderr).includes('\u001b['), run.raw.includes('\u001b[')]);
    }
    expect(seen).toEqual(seen.map(([args]) => [args, pipe, terminal]));
  });

  test('by IPAMCTL_COLOR too, and what is none of the three is refused', async () => {
    const { stdout } = await ipamctl(['ips', 'ls', '--from', sample], { env: { IPAMCTL_COLOR: 'always' } });
    expect(stdout).toContain('\u001b[31mstale');
    const { code, stderr } = await ipamctl(['ips', 'ls', '--from', sample, '--color', 'alway']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--color always')]);
  });

  test('machine formats never have any', async () => {
    for (const format of ['json', 'yaml', 'name', 'jsonpath={.items[*].address}']) {
      const args = ['ips', 'ls', '--from', sample, '-o', format];
      expect((await ipamctl([...args, '--color=always'])).stdout).toBe((await ipamctl(args)).stdout);
    }
  });

  test('machine formats are the same bytes on a terminal and on a pipe', async () => {
    for (const format of ['json', 'yaml', 'name']) {
      const run = await atTerminal(60, ['ips', 'ls', '-o', format]);
      const piped = await ipamctl(['ips', 'ls', '-o', format, '--from', sample]);
      expect(run.raw).toBe(piped.stdout);
    }
  });

  test('stderr has its own: a result that goes to a file leaves the messages coloured', async () => {
    const run = await atTerminal(80, ['ips', 'ls'], { stdoutAway: true });
    expect(run.raw).toContain('\u001b[33mWarning:\u001b[39m');
    const piped = await ipamctl(['ips', 'ls', '--from', sample]);
    // The file is what a pipe would have got: whole, without colours.
    expect(run.stderr).toBe(piped.stdout);
    expect(run.raw).not.toContain('Not shown');
  });

  test('an error is red on a terminal', async () => {
    const run = await atTerminal(80, ['pools', 'show', 'nope'], { apart: false });
    expect(run.code).toBe(3);
    expect(run.raw).toMatch(/^\u001b\[31mError:\u001b\[39m there is no pool "nope"\n/);
  });
});

describe('locales', () => {
  test.each(['C', 'POSIX', 'en_US.ISO-8859-1'])(
    'in %s only ASCII is drawn, on a terminal and on a pipe',
    async (locale) => {
      const many = folderWith({
        ...SAMPLE,
        'pools.json': list(
          ipPool({
            name: '10.20.0.0-16',
            range: '10.20.0.0/16',
            allocations: Object.fromEntries(
              Array.from({ length: 40 }, (_, n) => [
                (n * 9 + 1).toString(),
                allocation(`default/live-${n.toString()}`),
              ]),
            ),
          }),
        ),
        'pods.json': list(
          ...Array.from({ length: 40 }, (_, n) =>
            pod({
              name: `live-${n.toString()}`,
              shows: [
                [
                  'storage/big',
                  'net1',
                  `10.20.${Math.floor((n * 9 + 1) / 256).toString()}.${((n * 9 + 1) % 256).toString()}`,
                ],
              ],
            }),
          ),
          pod({ namespace: 'storage', name: 'x' }),
        ),
      });
      for (const [from, args] of [
        [sample, ['pools', 'ls', '--stale']],
        [sample, ['pools', 'show', POOL]],
        [sample, ['pools', 'show', 'storage-10.20.0.0-16']],
        [sample, ['ips', 'ls']],
        [sample, ['ips', 'show', '192.0.2.205']],
        [sample, ['reconcile']],
        [many, ['pools', 'show', '10.20.0.0-16']],
      ] as const) {
        const run = await atTerminal(60, args, { env: { LC_ALL: locale }, from });
        const piped = await ipamctl([...args, '--from', from], { env: { LC_ALL: locale } });
        for (const text of [run.raw.replace(SGR, ''), run.stderr, piped.stdout, piped.stderr]) {
          expect([args, /[^\n -~]/.exec(text)?.[0]]).toEqual([args, undefined]);
        }
      }
    },
  );

  test('in UTF-8 the bar and the blocks are drawn', async () => {
    const bars = await atTerminal(140, ['pools', 'ls', '--stale']);
    expect(bars.raw).toMatch(/▓+░+/);
    const ascii = await atTerminal(140, ['pools', 'ls', '--stale'], { env: { LC_ALL: 'C' } });
    expect(ascii.lines.map(width)).toEqual(bars.lines.map(width));
  });
});
