import { afterAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractBlocks } from '../../src/lint/extract.js';
import { readInput } from '../../src/lint/input.js';
import { readText } from '../../src/lint/read-document.js';
import { sourceFile } from '../../src/lint/source/document.js';
import { findingsOf as findingsBy, nadText, outcomeOf as outcomeBy, READING_RULES } from './support.js';

const findingsOf: typeof findingsBy = (text, options) => findingsBy(text, { rules: READING_RULES, ...options });
const outcomeOf: typeof outcomeBy = (text, options) => outcomeBy(text, { rules: READING_RULES, ...options });

const GOOD = nadText('\'{"cniVersion": "1.0.0", "name": "a", "type": "macvlan"}\'');

async function rulesOf(text: string, file?: string): Promise<string[]> {
  return (await findingsOf(text, file === undefined ? {} : { file })).map(({ rule }) => rule);
}

describe('documents', () => {
  test('are split where kubectl splits them, and numbered', async () => {
    const documents = await readText('x.yaml', `# head\n---\n${GOOD}--- # next\n${GOOD}---\n---\n${GOOD}...\n`);
    expect(documents.map(({ document }) => document.index)).toEqual([1, 2, 4]);
    expect(documents.every(({ value }) => value !== undefined)).toBe(true);
  });

  test('of which one is broken leave the others as they are', async () => {
    const outcome = await outcomeOf(`${GOOD}---\nkind: NetworkAttachmentDefinition\nspec: {config: 'x}\n---\n${GOOD}`);
    expect(outcome.findings.map(({ finding }) => [finding.rule, finding.document])).toEqual([['yaml/parse-error', 2]]);
    expect(outcome.subjects.filter(({ kind }) => kind === 'nad')).toHaveLength(2);
  });

  test('that have nothing to do with networks are left out, broken or not', async () => {
    expect(await readText('x.yaml', 'kind: ConfigMap\ndata: {a: b}\n---\na: [1\n')).toEqual([]);
  });

  test.each([
    [
      'a NAD in JSON',
      JSON.stringify({ kind: 'NetworkAttachmentDefinition', spec: { config: '{"type":"a"}' } }),
      'x.json',
      ['object', 'json', 'network', 'nad'],
    ],
    ['a bare configuration', '{"cniVersion": "1.0.0", "type": "macvlan"}', '10.conf', ['json', 'network']],
    [
      'a list',
      '{"name": "a", "plugins": [{"type": "macvlan", "ipam": {"type": "dhcp"}}]}',
      '10.conflist',
      ['json', 'network'],
    ],
    ['a fragment', '{"ipam": {"type": "static"}}', 'x.json', ['json', 'network']],
    ['a bare configuration in YAML', 'cniVersion: 1.0.0\ntype: macvlan\n', 'x.yaml', ['network']],
    [
      'a List',
      `apiVersion: v1\nkind: List\nitems:\n- ${GOOD.trimEnd().replaceAll('\n', '\n  ')}\n`,
      'x.yaml',
      ['object', 'json', 'network', 'nad'],
    ],
    [
      'a pod',
      'kind: Pod\nmetadata: {annotations: {k8s.v1.cni.cncf.io/networks: a@net1}}\n',
      'x.yaml',
      ['object', 'attachment'],
    ],
    [
      'a template of pods',
      'kind: CronJob\nspec: {jobTemplate: {spec: {template: {metadata: {annotations: {k8s.v1.cni.cncf.io/networks: a}}}}}}\n',
      'x.yaml',
      ['object', 'attachment'],
    ],
    [
      'a virtual machine',
      'kind: VirtualMachine\nspec: {template: {spec: {networks: [{name: n, multus: {networkName: a/b}}]}}}\n',
      'x.yaml',
      ['object', 'attachment'],
    ],
    [
      'the Network of the operator',
      `apiVersion: operator.openshift.io/v1\nkind: Network\nspec: {additionalNetworks: [{name: a, type: Raw, rawCNIConfig: '{"type":"a"}'}, 5]}\n`,
      'x.yaml',
      ['object', 'json', 'network', 'cno'],
    ],
    [
      'a network of an operator',
      `apiVersion: sriovnetwork.openshift.io/v1\nkind: SriovNetwork\nspec: {ipam: '{"type":"static"}'}\n`,
      'x.yaml',
      ['object', 'json', 'network'],
    ],
  ])('%s', async (_, text, file, kinds) => {
    const seen: string[] = [];
    const { findings, subjects } = await outcomeOf(text, {
      file,
      rules: (['object', 'json', 'network', 'nad', 'attachment', 'cno'] as const).map((over) => ({
        ...TRACE,
        over,
        *check() {
          seen.push(over);
        },
      })),
    });
    expect(findings).toEqual([]);
    expect(seen).toEqual(kinds);
    expect(subjects.map(({ kind }) => kind)).toEqual(kinds.filter((kind) => kind !== 'json' && kind !== 'object'));
  });
});

const TRACE = {
  id: 'test/trace',
  severity: 'info',
  title: '',
  why: '',
  needs: [],
  fix: null,
  bad: { text: '' },
  good: { text: '' },
  source: '',
} as const;

describe('the YAML that kubectl takes', () => {
  const config = (body: string): string => nadText(body);
  test.each([
    [
      'quoted text in the first column',
      config(`'{\n"cniVersion": "1.0.0",\n"type": "macvlan"\n}'`),
      ['yaml/under-indented-scalar'],
    ],
    [
      'tabs in quoted text',
      config(`'{\n\t\t"cniVersion": "1.0.0",\n\t\t"type": "macvlan"\n      }'`),
      ['yaml/tab-indent'],
    ],
    ['CRLF', GOOD.replaceAll('\n', '\r\n'), []],
    ['a byte order mark', `\ufeff${GOOD}`, []],
    ['anchors and merges', GOOD.replace('metadata:', 'metadata: &m').replace('spec:', 'x: {<<: *m}\nspec:'), []],
    ['a key twice', GOOD.replace('  name:', '  name: b\n  name:'), ['yaml/duplicate-key']],
    ['a missing separator', GOOD + GOOD, ['yaml/doc-separator-missing']],
  ])('%s', async (_, text, rules) => {
    expect(await rulesOf(text)).toEqual(rules);
  });

  test('of two equal keys the last one counts', async () => {
    const [document] = await readText('x.yaml', GOOD.replace('  name:', '  name: b\n  name:'));
    expect(document?.value).toMatchObject({ metadata: { name: 'tenant-a' } });
  });

  test('tabs are no error there, and one where kubectl refuses them', async () => {
    const [quoted] = await findingsOf(config(`'{\n\t"type": "macvlan"}'`));
    expect(quoted).toMatchObject({ rule: 'yaml/tab-indent', severity: 'info', line: 8, column: 1, endColumn: 2 });
    const [block] = await findingsOf(GOOD.replace('  config', '\tconfig'));
    expect(block).toMatchObject({ rule: 'yaml/tab-indent', severity: 'error', line: 7, column: 1 });
  });
});

describe('hostile documents', () => {
  const bomb = `kind: NetworkAttachmentDefinition\na: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghij'
    .split('')
    .map((key, i) => `${key}: &${key} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)
    .join('\n')}\n`;
  test.each([
    ['an alias bomb', bomb],
    ['deep nesting', `kind: NetworkAttachmentDefinition\na: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
    [
      'deep indentation',
      `kind: NetworkAttachmentDefinition\n${Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}\n`,
    ],
  ])('%s is refused in no time', async (_, text) => {
    const started = Date.now();
    expect(await rulesOf(text)).toEqual(['yaml/parse-error']);
    expect(Date.now() - started).toBeLessThan(3000);
  });

  test('prototype keys are keys', async () => {
    const text = GOOD.replace('spec:', '__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\nspec:');
    expect(await rulesOf(text)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('templates', () => {
  const helm = `{{- if .Values.on }}\n${GOOD.replace('tenant-a', '{{ .Values.name }}').replace('"macvlan"', '"macvlan", "mtu": {{ .Values.mtu }}')}{{- end }}\n`;

  test('are read as far as they can be, and the rules about values are skipped', async () => {
    const { findings, skipped, subjects } = await outcomeOf(helm, { file: 'templates/nad.yaml' });
    expect(findings.map(({ finding }) => [finding.rule, finding.severity])).toEqual([
      ['yaml/template-placeholder', 'info'],
    ]);
    expect(subjects.map(({ kind }) => kind)).toEqual(['network', 'nad']);
    expect(skipped).toContainEqual({
      rule: 'json/wrong-type',
      why: 'templates/nad.yaml is a template for Helm or another template',
    });
  });

  test.each(['${MASTER}', '$master', '<your-interface>', '{{ .x }}'])('%s', async (placeholder) => {
    expect(await rulesOf(nadText(`'{"cniVersion": "1.0.0", "type": "macvlan", "master": "${placeholder}"}'`))).toEqual([
      'yaml/template-placeholder',
    ]);
  });

  test('what does not parse even so is skipped, not blamed', async () => {
    expect(await rulesOf(`${GOOD}{{ .Values.more | nindent 2 }} x: [\n`)).toEqual(['yaml/template-placeholder']);
  });
});

describe('blocks of documents', () => {
  test('of Markdown and AsciiDoc, with the lines of the document', async () => {
    const text = `# Title\n\n\`\`\`yaml\n${GOOD}\`\`\`\n\n\`\`\`go\nx\n\`\`\`\n[source,yaml]\n----\n${GOOD}----\n[source,terminal]\n----\nspec\n----\n~~~\n{"ipam": {},}\n~~~\n`;
    const blocks = extractBlocks(sourceFile('doc.adoc', text));
    expect(blocks.map((block) => block.text.trim().slice(0, 10))).toEqual(['apiVersion', 'apiVersion', '{"ipam": {']);
    const last = blocks.at(-1);
    expect(last?.lines.position(last.text.indexOf('{'))).toEqual({ line: 31, column: 1 });
  });
});

describe('paths', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-lint-'));
  mkdirSync(join(folder, 'sub/node_modules'), { recursive: true });
  for (const name of [
    'b.yaml',
    'a.yml',
    'sub/c.json',
    'sub/10.conf',
    'sub/x.txt',
    'sub/node_modules/d.yaml',
    'doc.md',
  ]) {
    writeFileSync(join(folder, name), 'a: 1\n');
  }
  symlinkSync(folder, join(folder, 'sub/loop'));
  symlinkSync('nowhere', join(folder, 'dangling.yaml'));
  symlinkSync('b.yaml', join(folder, 'same.yaml'));
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
  afterAllRemove(folder);

  async function read(paths: string[], extract = false): Promise<{ files: string[]; unreadable: string[] }> {
    const { sources, unreadable } = readInput({ paths, extract, stdin: chunks('a: 1') });
    const files: string[] = [];
    for await (const batch of sources) {
      for (const { name } of batch) files.push(name.replace(`${folder}/`, ''));
    }
    return { files, unreadable: unreadable.map(({ file, why }) => `${file.replace(`${folder}/`, '')} ${why}`) };
  }

  test('a folder: its files by name, each once, no circle, no pipe', async () => {
    expect(await read([folder])).toEqual({ files: ['a.yml', 'b.yaml', 'sub/10.conf', 'sub/c.json'], unreadable: [] });
    expect((await read([folder], true)).files).toContain('doc.md');
  });

  test('a file whatever its name, a pattern, standard input', async () => {
    const { files } = await read([join(folder, 'sub/x.txt'), join(folder, '*.y*ml'), '-', join(folder, '**/*.json')]);
    expect(files).toEqual(['sub/x.txt', 'a.yml', 'b.yaml', '-', 'sub/c.json']);
  });

  test('what cannot be read is said, and the rest goes on', async () => {
    writeFileSync(join(folder, 'big.yaml'), '');
    truncateSync(join(folder, 'big.yaml'), 50_000_000);
    writeFileSync(join(folder, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00]));
    const { files, unreadable } = await read([
      join(folder, 'none.yaml'),
      join(folder, 'pipe.yaml'),
      join(folder, 'big.yaml'),
      join(folder, 'binary.yaml'),
      join(folder, 'none*'),
      join(folder, 'b.yaml'),
    ]);
    expect(files).toEqual(['b.yaml']);
    expect(unreadable).toEqual([
      'none.yaml does not exist',
      'pipe.yaml is neither a file nor a folder',
      'big.yaml is larger than 20 MB',
      'binary.yaml is no UTF-8 text',
      'none* does not exist',
    ]);
  });
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function afterAllRemove(folder: string): void {
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}

test.each([
  ['yes', true],
  ['On', true],
  ['y', true],
  ['off', false],
  ['NO', false],
  ["'yes'", 'yes'],
  ['yEs', 'yEs'],
])('booleans are those of YAML 1.1, as kubectl reads them: %s', async (word, expected) => {
  const [document] = await readText('nad.yaml', `apiVersion: k8s.cni.cncf.io/v1\nkind: ${word}\n`);
  expect((document?.value as { kind: unknown }).kind).toBe(expected);
});
