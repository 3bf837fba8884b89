import { afterAll, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ipamctl, type Ran } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders } from '../support/world.js';

const folder = folderWith({});
afterAll(removeFolders);

const WORDS = ['none', '--name', 'tenant-a', '--main', 'macvlan', '--master', 'eth1'];
const TEXT = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: tenant-a
spec:
  config: |-
    {
      "cniVersion": "0.3.1",
      "name": "tenant-a",
      "type": "macvlan",
      "master": "eth1"
    }
`;

const generate = (...args: string[]): Promise<Ran> => ipamctl(['nad', 'generate', ...args], { cwd: folder });

describe('what is printed', () => {
  test('YAML on stdout, and nothing else', async () => {
    expect(await generate(...WORDS)).toEqual({ stdout: TEXT, stderr: '', code: 0 });
  });

  test('JSON, and of several documents a List', async () => {
    const { stdout } = await generate(...WORDS, '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'NetworkAttachmentDefinition' });
    const list = await generate(...WORDS, '--with-pod', '-o', 'json');
    expect(JSON.parse(list.stdout)).toMatchObject({ kind: 'List', items: [{}, { kind: 'Pod' }] });
  });

  test('the entry of the operator, and the CNI configuration alone', async () => {
    const entry = await generate(...WORDS, '--form', 'additional-network', '-o', 'json');
    expect(JSON.parse(entry.stdout)).toMatchObject({ name: 'tenant-a', namespace: 'default', type: 'Raw' });
    const conf = await generate(...WORDS, '--form', 'cni');
    expect(JSON.parse(conf.stdout)).toEqual({
      cniVersion: '0.3.1',
      name: 'tenant-a',
      type: 'macvlan',
      master: 'eth1',
    });
  });

  test('nad lint agrees', async () => {
    const { stdout } = await generate(...WORDS, '--with-pod');
    const run = await ipamctl(['nad', 'lint', '-'], { stdin: stdout });
    expect([run.code, run.stdout]).toEqual([0, '']);
  });
});

describe('--output-file', () => {
  test('writes whole, says so, and says what it did with what was there', async () => {
    const args = [...WORDS, '--output-file', 'nad.yaml'];
    const file = join(folder, 'nad.yaml');
    expect(await generate(...args)).toEqual({ stdout: '', stderr: 'wrote nad.yaml\n', code: 0 });
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
    expect((await generate(...args)).stderr).toBe('nad.yaml says that already\n');
    writeFileSync(file, 'mine\n');
    expect((await generate(...args)).stderr).toBe('wrote nad.yaml in place of what was there\n');
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
    expect(readdirSync(folder).filter((name) => name.includes('.ipamctl-'))).toEqual([]);
  });

  test('a link stays a link', async () => {
    writeFileSync(join(folder, 'real.yaml'), 'x');
    symlinkSync('real.yaml', join(folder, 'link.yaml'));
    await generate(...WORDS, '--output-file', 'link.yaml');
    expect(readFileSync(join(folder, 'real.yaml'), 'utf8')).toBe(TEXT);
    expect(statSync(join(folder, 'link.yaml')).isFile()).toBe(true);
  });

  test('what cannot be generated writes nothing; what cannot be written is exit code 3', async () => {
    expect((await generate('none', '--main', 'macvlan', '--output-file', 'none.yaml')).code).toBe(2);
    expect(existsSync(join(folder, 'none.yaml'))).toBe(false);
    const run = await generate(...WORDS, '--output-file', 'nowhere/nad.yaml');
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('cannot write nowhere/nad.yaml')]);
  });
});

describe('exit codes', () => {
  test.each<[number, string[], RegExp]>([
    [2, [], /--main is missing/],
    [2, ['dynamic'], /dynamic/],
    [2, ['none', '--main', 'ptp', '--name', 'n'], /--main/],
    [2, [...WORDS, '--apply', '--form', 'cni'], /no object of a cluster/],
    [4, [...WORDS, '--apply', '--form', 'additional-network'], /kubeconfig/],
    [2, [...WORDS, '--apply', '--force'], /--force is for/],
    [2, [...WORDS, '--force'], /--apply/],
    [2, [...WORDS, '--dry-run', 'client'], /--apply/],
    [2, [...WORDS, '--apply', '--output-file', 'x'], /--output-file/],
    [2, [...WORDS, '-o', 'table'], /unknown output format/],
    [4, [...WORDS, '--apply'], /kubeconfig/],
    [0, [...WORDS, '--apply', '--dry-run', 'client'], /^$/],
  ])('%i: %j', async (code, args, message) => {
    const run = await generate(...args);
    expect([run.code, run.stderr]).toEqual([code, expect.stringMatching(message)]);
  });

  test('for machines, an error parses too', async () => {
    const run = await generate('none', '--main', 'macvlan', '-o', 'json');
    const document = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ kind: 'Error', code: 2 });
    expect(violations(document)).toEqual([]);
  });
});
