import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
import { emit, isForPeople, planOutput } from '../../src/cli/emit.js';
import type { Io } from '../../src/cli/io.js';
import { LIST_FORMATS, type CommandResult } from '../../src/cli/result.js';
import { InputFailure, UsageFailure } from '../../src/errors.js';

const dir = mkdtempSync(join(tmpdir(), 'ipamctl-emit-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** Streams that keep what is written to them, and are no terminals. */
function streams(): { io: Io; out: () => string; err: () => string } {
  const keep = (): { stream: NodeJS.WriteStream; text: () => string } => {
    const chunks: Buffer[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    return { stream: stream as unknown as NodeJS.WriteStream, text: () => Buffer.concat(chunks).toString() };
  };
  const [stdout, stderr] = [keep(), keep()];
  return {
    io: { stdin: process.stdin, stdout: stdout.stream, stderr: stderr.stream, env: {} },
    out: stdout.text,
    err: stderr.text,
  };
}

const RESULT: CommandResult = {
  document: { kind: 'ThingList', items: [{ name: 'a' }, { name: 'b' }] },
  human: ({ wide, noHeaders }) => ({
    text: `${noHeaders ? '' : 'NAME\n'}a\n${wide ? 'wide\n' : ''}`,
    hiddenColumns: wide ? [] : ['NODE', 'RANGE'],
  }),
  names: () => 'thing/a\nthing/b\n',
  closing: ['2 things.', 'ipamctl things'],
  warnings: ['look \u001b[31mout'],
  exitCode: 1,
};

async function run(outputs: readonly string[] | undefined, noHeaders = false): Promise<{ out: string; err: string }> {
  const { io, out, err } = streams();
  await emit(RESULT, await planOutput(outputs, LIST_FORMATS, noHeaders), io, 'ipamctl');
  return { out: out(), err: err() };
}

describe('which outputs', () => {
  test.each<[readonly string[] | undefined, unknown[], boolean]>([
    [undefined, [{ format: 'table' }], true],
    [[], [{ format: 'table' }], true],
    [['wide'], [{ format: 'wide' }], true],
    [['json'], [{ format: 'json' }], false],
    [['name'], [{ format: 'name' }], false],
    [['json=x.json'], [{ format: 'json', file: 'x.json' }, { format: 'table' }], true],
    [['json=x.json', 'yaml'], [{ format: 'json', file: 'x.json' }, { format: 'yaml' }], false],
    [['jsonpath={.kind}'], [{ format: 'jsonpath', argument: '{.kind}' }], false],
  ])('%j', async (outputs, specs, people) => {
    const plan = await planOutput(outputs, LIST_FORMATS, true);
    expect(plan).toEqual({ specs, noHeaders: true });
    expect(isForPeople(plan)).toBe(people);
  });

  test.each<[string[], RegExp]>([
    [['nonsense'], /unknown output format "nonsense"/],
    [['jason'], /Did you mean json\?/],
    [['sarif'], /Allowed here: table, wide, json, yaml, name, jsonpath=EXPR/],
    [['json', 'yaml'], /only one -o can go to stdout/],
    [['table', 'wide'], /only one -o can go to stdout/],
    [['jsonpath'], /needs an expression/],
    [['jsonpath={.kind'], /^-o jsonpath: /],
    [['json='], /names no file/],
    [[''], /-o names no format/],
  ])('%j is refused', async (outputs, message) => {
    const planned = planOutput(outputs, LIST_FORMATS, false);
    await expect(planned).rejects.toThrow(UsageFailure);
    await expect(planned).rejects.toThrow(message);
  });

  test('one file cannot be written twice', async () => {
    await expect(planOutput(['json=out', 'yaml=out'], LIST_FORMATS, false)).rejects.toThrow(/same file out/);
  });

  test('a broken expression is shown with its place', async () => {
    await expect(planOutput(['jsonpath={.a}{.b'], LIST_FORMATS, false)).rejects.toMatchObject({
      facts: ['{.a}{.b', expect.stringMatching(/^ *\^$/)],
    });
  });
});

describe('what goes where', () => {
  const warning = 'Warning: look ';

  test('for people: the table; warnings, what found no room, and closing words on stderr', async () => {
    const { out, err } = await run(undefined);
    expect(out).toBe('NAME\na\n');
    const lines = err.split('\n');
    expect(lines[0]).toBe('');
    expect(lines[1]?.startsWith(warning)).toBe(true);
    expect(err).not.toContain('\u001b');
    expect(lines.slice(2)).toEqual([
      'Not shown for lack of room: NODE, RANGE; -o wide shows all.',
      '2 things.',
      'ipamctl things',
      '',
    ]);
  });

  test('wide hides nothing; without headers no empty line either', async () => {
    const { out, err } = await run(['wide'], true);
    expect(out).toBe('a\nwide\n');
    expect(err.split('\n').slice(1)).toEqual(['2 things.', 'ipamctl things', '']);
  });

  test.each<[string, string]>([
    ['json', `${JSON.stringify(RESULT.document, null, 2)}\n`],
    ['yaml', 'kind: ThingList\nitems:\n- name: a\n- name: b\n'],
    ['name', 'thing/a\nthing/b\n'],
    ['jsonpath={.items[*].name}', 'a b'],
  ])('%s: the result alone on stdout, warnings on stderr, no words for people', async (format, expected) => {
    const { out, err } = await run([format]);
    expect(out).toBe(expected);
    expect(err.split('\n')).toHaveLength(2);
    expect(err.startsWith(warning)).toBe(true);
  });

  test('files are written besides, and named on stderr', async () => {
    const [json, table] = [join(dir, 'x.json'), join(dir, 'x.txt')];
    const { out, err } = await run([`json=${json}`, `table=${table}`, 'name']);
    expect(out).toBe('thing/a\nthing/b\n');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(RESULT.document);
    expect(readFileSync(table, 'utf8')).toBe('NAME\na\n');
    expect(err).toContain(`wrote ${json}\nwrote ${table}\n`);
  });

  test('a file that cannot be written is an input failure that names it', async () => {
    const path = join(dir, 'missing', 'x.json');
    await expect(run([`json=${path}`])).rejects.toThrow(InputFailure);
    await expect(run([`json=${path}`])).rejects.toThrow(path);
  });
});

describe('files', () => {
  test('who reads the old one reads all of it: the new one takes its place, with its mode, behind its links', async () => {
    const folder = mkdtempSync(join(dir, 'replaced-'));
    const [file, link] = [join(folder, 'metrics.prom'), join(folder, 'link')];
    writeFileSync(file, 'before, and longer than what comes after it: it would be cut off in the middle\n');
    chmodSync(file, 0o640);
    symlinkSync(file, link);
    const reader = openSync(file, 'r');
    await run([`name=${link}`]);
    const buffer = Buffer.alloc(200);
    expect(buffer.toString('utf8', 0, readSync(reader, buffer))).toMatch(/^before.*middle\n$/);
    expect(readFileSync(file, 'utf8')).toBe('thing/a\nthing/b\n');
    expect([statSync(file).mode & 0o777, lstatSync(link).isSymbolicLink()]).toEqual([0o640, true]);
    expect(readdirSync(folder).sort()).toEqual(['link', 'metrics.prom']);
  });

  test('what is no file is written to and stays', async () => {
    await run(['name=/dev/null']);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});
