import { afterAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeChanges } from '../../src/lint/write.js';
import { ipamctl, type Ran } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders, SAMPLE } from '../support/world.js';

afterAll(removeFolders);

function nad(name: string, ipam: string): string {
  return `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: ${name}
  namespace: default
spec:
  config: |-
    {"cniVersion": "0.3.1", "name": "${name}", "type": "macvlan", "master": "eth1", "ipam": {"type": "whereabouts", ${ipam}}}
`;
}

const GOOD = nad('good', '"range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"]');
const GATEWAY = nad('gw', '"range": "192.0.2.0/24", "gateway": "192.0.2.1", "routes": [{"dst": "10.9.0.0/16"}]');

function project(files: Readonly<Record<string, string>>): {
  folder: string;
  lint: (...args: string[]) => Promise<Ran>;
} {
  const folder = folderWith({});
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { folder, lint: (...args) => ipamctl(['nad', 'lint', ...args], { cwd: folder }) };
}

const rulesOf = ({ stdout }: Ran): string[] =>
  (JSON.parse(stdout) as { findings: { rule: string }[] }).findings.map(({ rule }) => rule);

describe('a configuration file', () => {
  test('takes rules out, changes severities and leaves files out; flags win', async () => {
    const { lint } = project({
      '.ipamctl.yaml':
        'rules:\n  whereabouts/gateway-in-pool: error\n  cni/*: off\nexclude:\n  - charts/\n  - "*.tmp.yaml"\nfailOn: warning\n',
      'a/gw.yaml': GATEWAY,
      'charts/x/gw.yaml': GATEWAY,
      'a/b.tmp.yaml': GATEWAY,
    });
    const run = await lint('.', '-o', 'json');
    expect(run.code).toBe(1);
    const { files, findings } = JSON.parse(run.stdout) as {
      files: number;
      findings: { rule: string; severity: string }[];
    };
    expect(files).toBe(1);
    expect(findings.find(({ rule }) => rule === 'whereabouts/gateway-in-pool')?.severity).toBe('error');
    expect(findings.filter(({ rule }) => rule.startsWith('cni/'))).toEqual([]);
    expect((await lint('.', '--fail-on', 'never')).code).toBe(0);
  });

  test('is found upwards, or named', async () => {
    const { folder, lint } = project({
      '.ipamctl.yaml': 'rules: {whereabouts/gateway-in-pool: off}\n',
      'other.yaml': 'profile: strict\n',
      'deep/er/gw.yaml': GATEWAY,
    });
    const run = await ipamctl(['nad', 'lint', 'gw.yaml', '-o', 'json'], { cwd: join(folder, 'deep/er') });
    expect(rulesOf(run)).not.toContain('whereabouts/gateway-in-pool');
    expect((await lint('deep', '--config', 'other.yaml')).code).toBe(1);
  });

  test.each([
    ['rule: {}\n', 'has an unknown key "rule"', 'did you mean rules?'],
    ['rules: {whereabouts/gateway-in-pol: off}\n', 'there is no rule "whereabouts/gateway-in-pol"', 'gateway-in-pool'],
    ['rules: {cni/no-ipam: fatal}\n', 'cni/no-ipam is "fatal"', 'one of error, warning, info, off'],
    ['profile: rancher\n', 'profile is "rancher"', 'one of openshift, upstream, strict'],
    ['- a\n', 'is no mapping', ''],
    ['a: [\n', 'cannot be read', ''],
  ])('with a mistake is refused: %j', async (text, what, hint) => {
    const { lint } = project({ '.ipamctl.yaml': text, 'good.yaml': GOOD });
    const run = await lint('good.yaml');
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(what);
    expect(run.stderr).toContain(hint);
  });

  test('keeps to its schema', () => {
    expect(violations({ kind: 'LintConfig', rules: { 'cni/*': 'off' }, exclude: ['x'], profile: 'strict' })).toEqual(
      [],
    );
    expect(violations({ kind: 'LintConfig', rule: {} })).not.toEqual([]);
  });
});

describe('a baseline', () => {
  test('what it has fails nothing, wherever it moved to; what is new does', async () => {
    const { folder, lint } = project({ 'gw.yaml': GATEWAY });
    expect((await lint('gw.yaml', '--fail-on', 'warning', '-o', 'json=base.json')).code).toBe(1);
    const args = ['--baseline', 'base.json', '--fail-on', 'warning'];
    writeFileSync(join(folder, 'moved.yaml'), `# a comment\n\n${GATEWAY}`);
    const same = await lint('moved.yaml', ...args);
    expect(same.code).toBe(0);
    expect(same.stderr).toContain('no new findings');
    writeFileSync(join(folder, 'new.yaml'), `${GATEWAY}---\n${GATEWAY.replaceAll('gw', 'gw2')}`);
    const more = await lint('new.yaml', ...args, '-o', 'json');
    expect(more.code).toBe(1);
    const { findings } = JSON.parse(more.stdout) as { findings: { name: string; rule: string; known: boolean }[] };
    const inPool = findings.filter(({ rule }) => rule === 'whereabouts/gateway-in-pool');
    expect(inPool.map(({ name, known }) => [name, known])).toEqual([
      ['gw', true],
      ['gw2', false],
    ]);
    const sarif = JSON.parse((await lint('new.yaml', ...args, '-o', 'sarif')).stdout) as {
      runs: { results: { baselineState: string }[] }[];
    };
    expect(new Set(sarif.runs[0]?.results.map(({ baselineState }) => baselineState))).toEqual(
      new Set(['unchanged', 'new']),
    );
  });

  test.each([
    ['{', 'cannot be read'],
    ['{}', 'is no LintReport'],
  ])('that is none is refused: %s', async (text, what) => {
    const { lint } = project({ 'good.yaml': GOOD, 'base.json': text });
    const run = await lint('good.yaml', '--baseline', 'base.json');
    expect([run.code, run.stderr.includes(what)]).toEqual([3, true]);
  });
});

describe('--explain', () => {
  test('prints what each range does, and nothing else', async () => {
    const { lint } = project({ 'gw.yaml': GATEWAY });
    const run = await lint('gw.yaml', '--explain', '-o', 'json');
    expect(run.code).toBe(0);
    const report = JSON.parse(run.stdout) as { kind: string; items: object[] };
    expect(violations(report)).toEqual([]);
    expect(report.kind).toBe('RangeReport');
    expect(report.items).toMatchObject([
      { range: '192.0.2.0/24', first: '192.0.2.1', last: '192.0.2.254', capacity: '254', poolName: '192.0.2.0-24' },
    ]);
    expect((await lint('gw.yaml', '--explain')).stdout).toContain('192.0.2.0-24');
  });

  test('what does not load is told, with exit code 3', async () => {
    const { lint } = project({
      'bad.yaml': nad('bad', '"range": "192.0.2.0/33"'),
      'broken.yaml': GOOD.replace('}}', ''),
    });
    for (const file of ['bad.yaml', 'broken.yaml', 'none.yaml']) {
      const run = await lint(file, '--explain');
      expect([file, run.code, run.stderr.includes(file)]).toEqual([file, 3, true]);
    }
  });
});

describe('a cluster', () => {
  const sample = folderWith(SAMPLE);

  test('from a snapshot: the NADs of a namespace, or of all', async () => {
    const all = await ipamctl(['nad', 'lint', '--from', sample, '-A', '-o', 'json']);
    const report = JSON.parse(all.stdout) as { files: number; checked: { nads: number } };
    expect(violations(report)).toEqual([]);
    expect(report.files).toBe(0);
    const one = await ipamctl(['nad', 'lint', '--from', sample, '-n', 'default', '-o', 'json']);
    expect((JSON.parse(one.stdout) as typeof report).checked.nads).toBeLessThan(report.checked.nads);
    const none = await ipamctl(['nad', 'lint', '--from', sample, '-n', 'nowhere']);
    expect(none.code).toBe(3);
    expect(none.stderr).toContain('nothing to check in namespace nowhere');
    expect(none.stderr).toContain('-A');
  });

  test('a file takes the place of what the cluster has under its name', async () => {
    const { folder } = project({ 'nad.yaml': GATEWAY.replaceAll('gw', 'tenant-a') });
    const run = await ipamctl(['nad', 'lint', 'nad.yaml', '--from', sample, '-o', 'json'], { cwd: folder });
    expect(rulesOf(run)).not.toContain('cross/duplicate-nad');
  });

  test('its flags are refused where only files are checked', async () => {
    const { lint } = project({ 'good.yaml': GOOD });
    const run = await lint('good.yaml', '-n', 'default');
    expect([run.code, run.stderr.includes('--with-cluster')]).toEqual([2, true]);
  });
});

describe('writing repairs', () => {
  test('keeps mode and links, and leaves nothing beside', async () => {
    const { folder, lint } = project({ 'gw.yaml': GATEWAY });
    chmodSync(join(folder, 'gw.yaml'), 0o640);
    symlinkSync('gw.yaml', join(folder, 'link.yaml'));
    expect((await lint('link.yaml', '--fix')).stderr).toContain('fixed 1 in 1 file');
    expect(statSync(join(folder, 'gw.yaml')).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(folder, 'gw.yaml'), 'utf8')).toContain('192.0.2.1/32');
    expect(readdirSync(folder).sort()).toEqual(['gw.yaml', 'link.yaml']);
  });

  test('what was changed meanwhile is left alone', async () => {
    const { folder } = project({ 'gw.yaml': 'theirs\n' });
    const name = join(folder, 'gw.yaml');
    expect(await writeChanges([{ name, before: 'mine\n', after: 'fixed\n' }])).toEqual([
      { name, why: 'was changed by somebody else meanwhile' },
    ]);
    expect(readFileSync(name, 'utf8')).toBe('theirs\n');
    expect(readdirSync(folder)).toEqual(['gw.yaml']);
  });
});
