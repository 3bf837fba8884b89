import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'test-results-parser';
import { refusedByJenkins } from '../support/junit.js';
import { ipamctl } from '../support/program.js';
import { folderWith, removeFolders } from '../support/world.js';

const NAD = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: a
spec:
  config: '{"cniVersion": "0.3.1", "name": "a", "type": "macvlan", "master": "eth1", "mode": "<&>",}'
`;
const SAMPLE = resolve('examples/sample-cluster');

const folder = folderWith({ 'a<&>.yaml': NAD, 'latin.yaml': 'x' });
afterAll(removeFolders);

async function written(...args: string[]): Promise<{ file: string; xml: string; report: Report }> {
  const file = join(folder, 'out.xml');
  const { stdout } = await ipamctl([...args, '-o', `junit=${file}`, '-o', 'json'], { cwd: folder });
  return { file, xml: readFileSync(file, 'utf8'), report: JSON.parse(stdout) as Report };
}

interface Report {
  readonly findings: readonly { readonly severity: string; readonly message: string }[];
  readonly skipped: readonly unknown[];
}

describe.each<[string, string[], number]>([
  ['nad lint', ['nad', 'lint', '.', 'gone.yaml'], 1],
  ['nad lint with nothing to find', ['nad', 'lint', resolve('examples/nads/printer.yaml')], 0],
  ['audit', ['audit', '--from', SAMPLE], 0],
])('the JUnit of %s', (_, args, unreadable) => {
  test('has nothing that the xUnit plugin of Jenkins refuses', async () => {
    const { xml } = await written(...args);
    expect(xml).toContain('<testcase ');
    expect(refusedByJenkins(xml)).toEqual([]);
  });

  test('says to another reader what the report says', async () => {
    const { file, report } = await written(...args);
    const { suites } = parse({ type: 'junit', files: [file] });
    const cases = suites.flatMap((suite) => suite.cases);
    const failing = report.findings.filter(({ severity }) => severity !== 'info');
    // Of the cases that fail, a finding has its message as the failure.
    const messages = cases.filter(({ status }) => status === 'FAIL').map(({ failure }) => failure);
    expect(messages).toEqual(expect.arrayContaining(failing.map(({ message }) => message)));
    expect(messages).toHaveLength(failing.length + unreadable);
    expect(cases.filter(({ status }) => status === 'SKIP')).toHaveLength(
      args[0] === 'audit' ? report.skipped.length : 0,
    );
  });
});

test('what Jenkins would refuse is seen', () => {
  const suite = '<testsuite name="a" tests="1" failures="0" errors="0">';
  expect(refusedByJenkins(`${suite}<testcase name="b" line="1"/></testsuite>`)).toEqual(['testcase with line']);
  expect(refusedByJenkins('<testsuites skipped="1"><testsuite name="a"/></testsuites>')).toEqual([
    'testsuites with skipped',
    ...['tests', 'failures', 'errors'].map((attribute) => `testsuite without ${attribute}`),
  ]);
  expect(refusedByJenkins(`${suite}text<testcase name="b"></testsuite>`)).toHaveLength(3);
});
