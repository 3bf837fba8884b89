import { describe, expect, test } from '@jest/globals';
import { editDistance } from '../../src/render/nearest.js';
import { entryOf, PLUGIN_KEYS } from '../../src/lint/keys.js';
import { pathText } from '../../src/lint/path.js';
import { FAIL_ON, isAtLeast } from '../../src/lint/report.js';
import { Lines } from '../../src/lint/source/lines.js';
import { parseVersion } from '../../src/lint/version.js';
import { findingsOf, READING_RULES } from './support.js';

test.each([
  ['0.9.4', [0, 9, 4]],
  ['v0.9.4-rc.1', [0, 9, 4]],
  ['4.18', [4, 18, 0]],
  ['latest', undefined],
  ['1.2.3.4', undefined],
])('version %s', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test('paths are written as people write them', () => {
  expect(pathText(['spec', 'config', 'ipRanges', 0, 'k8s.v1.cni.cncf.io/x', ''])).toBe(
    'spec.config.ipRanges[0]["k8s.v1.cni.cncf.io/x"][""]',
  );
  expect(pathText([])).toBe('');
});

test('places of a text, whatever ends its lines', () => {
  const lines = new Lines('ab\r\n\nc');
  expect([0, 3, 4, 5, 6].map((offset) => lines.position(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 4 },
    { line: 2, column: 1 },
    { line: 3, column: 1 },
    { line: 3, column: 2 },
  ]);
  expect([lines.count, lines.line(1), lines.line(2), lines.line(9)]).toEqual([3, 'ab', '', '']);
});

test('a severity includes the worse ones', async () => {
  const [finding] = await findingsOf('{"type": "macvlan",}', { file: 'x.conf', rules: READING_RULES });
  if (finding === undefined) throw new Error('nothing was found');
  expect(FAIL_ON.filter((least) => least !== 'never' && isAtLeast(finding, least))).toEqual([
    'error',
    'warning',
    'info',
  ]);
  expect(isAtLeast({ ...finding, severity: 'info' }, 'warning')).toBe(false);
});

test('names of plugins are texts from outside', () => {
  expect(entryOf(PLUGIN_KEYS, 'constructor')).toBeUndefined();
  expect(entryOf(PLUGIN_KEYS, 'bridge')?.struct).toBe('NetConf');
  expect(editDistance('metadta', 'metadata')).toBe(1);
});

describe('files that are not ours', () => {
  test.each([
    ['package.json', '{"name": "x", "type": "module", "plugins": ["a"]}'],
    ['tsconfig.json', '{ // comment\n "compilerOptions": {} }'],
    ['nginx.conf', 'server { listen 80; }'],
    ['.eslintrc.json', '{"plugins": ["a"], "rules": {}}'],
    ['values.yaml', 'spac: 1\nmetdata: 2\nnetworkName: x\n'],
  ])('%s', async (file, text) => {
    expect(await findingsOf(text, { file })).toEqual([]);
  });
});
