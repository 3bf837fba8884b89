import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../src/lint/registry.js';
import { ipamctl, type Ran } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders } from '../support/world.js';

const GOOD = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: tenant-a
  namespace: default
spec:
  config: |-
    {
      "cniVersion": "0.3.1",
      "name": "tenant-a",
      "type": "macvlan",
      "master": "eth1",
      "ipam": {
        "type": "whereabouts",
        "range": "192.0.2.0/24",
        "exclude": ["192.0.2.0/29"]
      }
    }
`;
const BAD = GOOD.replace('"192.0.2.0/29"]', '"192.0.2.0/29"],').replace('"eth1"', "'eth1'");
const INFO = GOOD.replace('"macvlan"', '"${TYPE}"');

const folder = folderWith({});
for (const [name, text] of Object.entries({
  'good.yaml': GOOD,
  'bad.yaml': BAD,
  'info.yaml': INFO,
  'other.yaml': 'kind: ConfigMap\n',
  'broken.yaml': 'kind: NetworkAttachmentDefinition\na: [\n',
  'doc.md': `# x\n\n\`\`\`yaml\n${BAD}\`\`\`\n`,
  'many.yaml': GOOD.replace('"eth1"', "'eth1', 'a': 'b', 'c': 'd'"),
})) {
  writeFileSync(join(folder, name), text);
}
afterAll(removeFolders);

const lint = (...args: string[]): Promise<Ran> => ipamctl(['nad', 'lint', ...args], { cwd: folder });

describe('exit codes', () => {
  test.each<[number, string[]]>([
    [0, ['good.yaml']],
    [1, ['bad.yaml']],
    [0, ['bad.yaml', '--fail-on', 'never']],
    [0, ['info.yaml']],
    [1, ['info.yaml', '--fail-on', 'info']],
    [4, []],
    [2, ['bad.yaml', '--fail-on', 'fatal']],
    [2, ['bad.yaml', '--dry-run']],
    [2, ['bad.yaml', '--whereabouts-version', 'new']],
    [0, ['good.yaml', '--whereabouts-version', 'v0.9.4']],
    [3, ['other.yaml']],
    [0, ['other.yaml', '--allow-empty']],
    [3, ['none.yaml']],
    [3, ['broken.yaml', 'good.yaml']],
    [3, ['none.yaml', 'good.yaml', '--fail-on', 'never']],
  ])('%d: nad lint %j', async (code, args) => {
    const run = await lint(...args);
    expect([run.code, run.stderr.includes('bug')]).toEqual([code, false]);
  });

  test('are the same in every format', async () => {
    for (const format of ['table', 'json', 'yaml', 'sarif', 'junit', 'github']) {
      expect([format, (await lint('bad.yaml', '-o', format)).code]).toEqual([format, 1]);
      expect([format, (await lint('good.yaml', '-o', format)).code]).toEqual([format, 0]);
    }
  });
});

describe('text for people', () => {
  test('the lines, the token underlined, what the cluster says, the repair', async () => {
    const run = await lint('bad.yaml');
    expect(run.stdout).toContain(
      [
        'bad.yaml:12:17  error  json/single-quote  default/tenant-a',
        '   11 |       "type": "macvlan",',
        `   12 |       "master": 'eth1',`,
        '      |                 ^^^^^^ JSON strings stand in double quotes',
        "  pods will fail with   invalid character '\\'' looking for beginning of value",
        '  fix                   write double quotes (--fix)',
        '',
      ].join('\n'),
    );
    expect(run.stderr).toContain('2 errors in 1 NAD of 1 file; 2 can be fixed: ipamctl nad lint --fix bad.yaml\n');
  });

  test('a clean run says in one line what was checked', async () => {
    const run = await lint('good.yaml');
    expect([run.stdout, run.stderr.trim()]).toEqual(['', '1 NAD in 1 file: no findings']);
  });

  test('infos are counted, and printed when they are asked for', async () => {
    const run = await lint('info.yaml');
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('1 info in 1 NAD of 1 file\n1 finding not shown: --show info\n');
    expect((await lint('info.yaml', '--show', 'info')).stdout).toContain('yaml/template-placeholder');
  });

  test('many of one kind are folded after the third', async () => {
    const run = await lint('many.yaml');
    expect(run.stdout.match(/ {2}json\/single-quote/g)).toHaveLength(3);
    expect(run.stdout).toContain('and 2 more of json/single-quote in many.yaml\n');
  });

  test('several formats at once', async () => {
    const run = await lint('bad.yaml', '-o', 'sarif=out.sarif', '-o', 'table');
    expect(run.stdout).toContain('json/single-quote');
    expect(run.stderr).toContain('wrote out.sarif');
    expect(JSON.parse(readFileSync(join(folder, 'out.sarif'), 'utf8'))).toHaveProperty('version', '2.1.0');
  });

  test('what could not be read, and suppressions of nothing, are warned of', async () => {
    const stdin = `# ipamctl-ignore: json/other no reason\n${GOOD}`;
    const run = await ipamctl(['nad', 'lint', '-', 'none.yaml'], { cwd: folder, stdin });
    expect(run.stderr).toContain('Warning: none.yaml does not exist\n');
    expect(run.stderr).toContain('Warning: -:1: nothing of json/other is there to be ignored; take that out\n');
  });
});

describe('machine formats', () => {
  test('JSON keeps to its schema', async () => {
    for (const args of [['bad.yaml'], ['good.yaml'], ['info.yaml', 'none.yaml'], ['bad.yaml', '--fix', '--dry-run']]) {
      const document = JSON.parse((await lint(...args, '-o', 'json')).stdout) as { kind: string };
      expect(document.kind).toBe('LintReport');
      expect(violations(document)).toEqual([]);
    }
    const empty = JSON.parse((await lint('other.yaml', '-o', 'json')).stdout) as object;
    expect(empty).toMatchObject({ kind: 'Error', code: 3 });
    expect(violations(empty)).toEqual([]);
  });

  test('a finding has everything', async () => {
    const { findings } = JSON.parse((await lint('bad.yaml', '-o', 'json')).stdout) as { findings: unknown[] };
    expect(findings[1]).toEqual({
      rule: 'json/trailing-comma',
      severity: 'error',
      message: 'a comma before the closing brace',
      upstream: null,
      file: 'bad.yaml',
      document: 1,
      line: 16,
      column: 36,
      endLine: 16,
      endColumn: 37,
      path: 'spec.config',
      namespace: 'default',
      name: 'tenant-a',
      fixable: true,
      known: false,
    });
  });

  test('SARIF, JUnit and GitHub', async () => {
    const sarif = JSON.parse((await lint('bad.yaml', '-o', 'sarif')).stdout) as {
      runs: { results: { ruleId: string; ruleIndex: number }[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    const [run] = sarif.runs;
    expect(run?.results.map(({ ruleIndex }) => run.tool.driver.rules[ruleIndex]?.id)).toEqual(
      run?.results.map(({ ruleId }) => ruleId),
    );
    const junit = (await lint('bad.yaml', '-o', 'junit')).stdout;
    expect(junit).toContain('<testsuites name="ipamctl nad lint" tests="2" failures="2" errors="0">');
    expect(junit).toContain('<failure message="a comma before the closing brace" type="error">');
    const github = (await lint('bad.yaml', '-o', 'github')).stdout;
    expect(github).toContain(
      '::error file=bad.yaml,line=16,endLine=16,col=36,endColumn=37,title=json/trailing-comma::a comma before the closing brace\n',
    );
  });
});

describe('--fix', () => {
  test('shows a diff and writes nothing with --dry-run, then writes, then has nothing to do', async () => {
    const file = join(folder, 'fixme.yaml');
    writeFileSync(file, BAD);
    const rehearsal = await lint('--fix', '--dry-run', 'fixme.yaml');
    expect(rehearsal.code).toBe(1);
    expect(rehearsal.stdout).toContain(`--- fixme.yaml\n+++ fixme.yaml\n@@ -9,10 +9,10 @@\n`);
    expect(rehearsal.stdout).toContain(`-      "master": 'eth1',\n+      "master": "eth1",\n`);
    expect(readFileSync(file, 'utf8')).toBe(BAD);
    const run = await lint('--fix', 'fixme.yaml');
    expect([run.code, readFileSync(file, 'utf8')]).toEqual([0, GOOD]);
    expect(run.stderr).toContain('fixed 2 in 1 file');
    expect((await lint('--fix', 'fixme.yaml')).stderr).not.toContain('fixed');
  });

  test('leaves documents and standard input as they are', async () => {
    expect((await lint('--fix', 'doc.md')).code).toBe(1);
    expect(readFileSync(join(folder, 'doc.md'), 'utf8')).toContain(BAD);
    const run = await ipamctl(['nad', 'lint', '--fix', '-'], { cwd: folder, stdin: BAD });
    expect(run.code).toBe(1);
  });

  test('blocks of documents have the lines of the document', async () => {
    const run = await lint('doc.md', '-o', 'github');
    expect(run.stdout).toContain('file=doc.md,line=15,');
  });
});

describe('nad rules', () => {
  test('lists all of them, and keeps to its schema', async () => {
    const list = JSON.parse((await ipamctl(['nad', 'rules', '-o', 'json'])).stdout) as { items: { id: string }[] };
    expect(list.items.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id));
    expect(violations(list)).toEqual([]);
    const names = await ipamctl(['nad', 'rules', '-o', 'name']);
    expect(names.stdout.split('\n')).toContain('json/trailing-comma');
  });

  test('explains each', async () => {
    const run = await ipamctl(['nad', 'rules', 'json/trailing-comma', '-o', 'json']);
    const document = JSON.parse(run.stdout) as { upstream: string[] };
    expect(violations(document)).toEqual([]);
    expect(document.upstream).toEqual(["invalid character '}' looking for beginning of object key string"]);
    const page = await ipamctl(['nad', 'rules', 'json/trailing-comma']);
    for (const title of ['Why', 'The cluster says', 'Bad (nad.yaml)', 'Good (nad.yaml)', 'Fix (--fix)', 'Source']) {
      expect(page.stdout).toContain(`${title}\n`);
    }
  });

  test('names the one that was meant', async () => {
    const run = await ipamctl(['nad', 'rules', 'json/traling-comma']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('Try: ipamctl nad rules json/trailing-comma');
  });
});
