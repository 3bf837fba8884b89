import { describe, expect, test } from '@jest/globals';
import { parse } from 'junit2json';
import { fingerprintOf } from '../../src/lint/baseline.js';
import { RULES } from '../../src/lint/registry.js';
import { reportOf } from '../../src/lint/report.js';
import { githubText } from '../../src/render/lint-github.js';
import { junitText } from '../../src/render/lint-junit.js';
import { sarifDocument } from '../../src/render/lint-sarif.js';
import { lintClosing, lintScreen } from '../../src/render/lint.js';
import { nadText, outcomeOf, READING_RULES } from '../lint/support.js';

const LONG = nadText(
  `'{"cniVersion": "1.0.0", "type": "macvlan", "master": "eth1", "mode": "bridge", "mode2": "x", "mtu": "1500"}'`,
);
const HOSTILE = nadText(`|\n    {\n      "type":\t"macvlan", "日本": '\u202e'\n    }`);

const READING = { rules: READING_RULES };
const NOTHING = { unreadable: [], fixed: [], clusterGaps: [] };
const SARIF = { rules: RULES, version: '1.2.3', fingerprintOf, hasBaseline: false };

async function screenOf(text: string, width: number | undefined): Promise<string[]> {
  const { findings } = await outcomeOf(text, { rules: READING_RULES });
  const screen = { width, color: false, unicode: true };
  return lintScreen({ findings, fixOf: () => 'mend it', show: 'info' }, screen).split('\n');
}

describe('the excerpt', () => {
  test('of a long line on a narrow terminal is the part around the token, which stays underlined', async () => {
    const lines = await screenOf(LONG, 60);
    const [source = '', underline = ''] = lines.slice(1, 3);
    expect(source.startsWith('    7 |')).toBe(false);
    expect(source).toMatch(/^ +7 \| /);
    expect(source.slice(underline.indexOf('^'), underline.indexOf('^') + 6)).toBe('"1500"');
    expect(lines.every((line) => line.length <= 60 || line.includes('^'))).toBe(true);
  });

  test('makes harmless what acts on a terminal, and still points to it', async () => {
    const lines = await screenOf(HOSTILE, undefined);
    const at = lines.findIndex((line) => line.includes('^'));
    expect(lines[at - 1]).toContain(String.raw`'\u202e'`);
    // Two characters that take two cells each stand before it.
    const [before = ''] = (lines[at] ?? '').split('^');
    expect(before.length).toBe((lines[at - 1] ?? '').indexOf("'\\u202e'") + 2);
  });
});

describe('machine texts', () => {
  test('hold whatever a file is called and says', async () => {
    const name = 'a b/<x>&"\u0000%,:.yaml';
    const report = reportOf(await outcomeOf(HOSTILE, { ...READING, file: name }), {
      ...NOTHING,
      unreadable: [{ file: name, why: 'is <odd>' }],
    });
    const junit = junitText(report);
    expect(junit).toContain('name="a b/&lt;x&gt;&amp;&quot;\ufffd%,:.yaml"');
    expect(junit).toContain('errors="1"');
    const [first = ''] = githubText(report).split('\n');
    expect(first).toContain('file=a b/<x>&"\u0000%25%2C%3A.yaml,');
    const sarif = JSON.stringify(sarifDocument(report, SARIF));
    expect(sarif).toContain('a%20b/%3Cx%3E%26%22%00%25%2C%3A.yaml');
    expect(sarif).toContain('"executionSuccessful":false');
  });

  test('JUnit as a reader of others has it: what fails, what does not, and what could not be read', async () => {
    const name = 'a\u0000<b>&"\n.yaml';
    const report = reportOf(await outcomeOf(HOSTILE, { file: name }), {
      ...NOTHING,
      unreadable: [{ file: 'c.yaml', why: 'is "odd" & <gone>' }],
    });
    const failing = report.findings.filter(({ severity }) => severity !== 'info');
    expect(failing.length).toBeGreaterThan(0);
    const read = await parse(junitText(report));
    if (read === null || read === undefined || !('testsuite' in read)) throw new Error('no suites');
    expect([read.tests, read.failures, read.errors]).toEqual([report.findings.length + 1, failing.length, 1]);
    const [found, unread] = read.testsuite ?? [];
    expect([found?.name, found?.tests, found?.failures]).toEqual([
      name.replace('\0', '\ufffd'),
      report.findings.length,
      failing.length,
    ]);
    expect(found?.testcase?.map(({ classname, failure }) => [classname, failure?.[0]?.message])).toEqual(
      report.findings.map(({ rule, severity, message }) => [rule, severity === 'info' ? undefined : message]),
    );
    expect(unread?.testcase?.[0]?.error?.[0]?.message).toBe('c.yaml is "odd" & <gone>');
  });

  test('a clean run is a case that passed', async () => {
    const clean = reportOf(await outcomeOf(nadText(`'{"cniVersion": "1.0.0", "type": "macvlan"}'`), READING), NOTHING);
    expect(junitText(clean)).toContain('tests="1" failures="0" errors="0"');
    expect(lintClosing(clean, { show: 'warning', paths: ['x'], cluster: undefined })).toEqual([
      '1 NAD in 1 file: no findings',
    ]);
  });
});
