/** What examples/monitoring/ holds: judged by the real promtool, and held against the metrics that commands print. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { monitoringFiles } from '../../scripts/monitoring.js';
import { buildProgram } from '../oracle/oracle.js';
import { ipamctl, ROOT } from '../support/program.js';

interface Groups {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const MONITORING = join(ROOT, 'examples', 'monitoring');
const TESTS = fileURLToPath(new URL('../promtool/', import.meta.url));
const { groups } = parse(readFileSync(join(MONITORING, 'alerts.yaml'), 'utf8')) as Groups;
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(join(MONITORING, 'dashboard.json'), 'utf8')) as Dashboard;
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

let promtool: string;

beforeAll(() => {
  promtool = buildProgram(
    'promtool',
    TESTS,
    'from Prometheus, the first time this takes some minutes',
    'github.com/prometheus/prometheus/cmd/promtool',
  );
}, 1_500_000);

function judged(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8' });
  return `${status === 0 ? 'good' : 'bad'}\n${stdout}${stderr}`;
}

/** A file in a folder of its own. */
function written(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'ipamctl-promtool-')), name);
  writeFileSync(file, text);
  return file;
}

test('the files are those that npm run monitoring writes', async () => {
  for (const [name, text] of Object.entries(await monitoringFiles()))
    expect([name, readFileSync(join(MONITORING, name), 'utf8') === text]).toEqual([name, true]);
});

describe('alerts', () => {
  test('promtool takes the rules, and does what their tests say', () => {
    const file = join(MONITORING, 'alerts.yaml');
    expect(judged('check', 'rules', '--lint=all', '--lint-fatal', file)).toMatch(/^good/);
    const tests = readFileSync(join(TESTS, 'alerts.test.yaml'), 'utf8').replace('ALERTS', file);
    expect(judged('test', 'rules', written('alerts.test.yaml', tests))).toMatch(/^good/);
    // A test that expects what does not happen is refused.
    const other = tests.replace('0.92x60', '0.5x60');
    expect(judged('test', 'rules', written('other.test.yaml', other))).toMatch(/^bad/);
  });

  test('each has a test that expects it', () => {
    const tests = readFileSync(join(TESTS, 'alerts.test.yaml'), 'utf8');
    const missing = rules.filter(({ alert }) => !new RegExp(`alertname: ${alert}\\n +exp_alerts`).test(tests));
    expect(missing.map(({ alert }) => alert)).toEqual([]);
    expect(rules.length).toBeGreaterThan(5);
  });

  test("the operator's object holds the same rules", () => {
    const { spec } = parse(readFileSync(join(MONITORING, 'prometheus-rule.yaml'), 'utf8')) as { spec: Groups };
    expect(spec.groups).toEqual(groups);
  });
});

describe('the dashboard', () => {
  test('Prometheus takes each query', () => {
    const recorded = queries.map((expr, index) => ({ record: `panel:q${index.toString()}`, expr }));
    const file = written('panels.yaml', stringify({ groups: [{ name: 'panels', rules: recorded }] }));
    expect(judged('check', 'rules', file)).toMatch(/^good/);
    expect(queries.length).toBeGreaterThan(5);
  });
});

test('alerts and dashboard ask for no metric that no command prints', async () => {
  const printed = new Set<string>();
  const from = ['--from', join(ROOT, 'examples', 'sample-cluster'), '-o', 'prometheus'];
  for (const args of [
    ['pools', 'ls', '--stale'],
    ['slices', 'ls'],
    ['audit', '--fail-on', 'never'],
  ]) {
    const { stdout } = await ipamctl([...args, ...from]);
    for (const [, name] of stdout.matchAll(/^# TYPE (\S+) /gm)) if (name !== undefined) printed.add(name);
  }
  const asked = [...rules.map(({ expr }) => expr), ...queries].flatMap((expr) => expr.match(/ipamctl_\w+/g) ?? []);
  // A pattern names its alternatives in parentheses.
  const names = asked.flatMap((name) =>
    name === 'ipamctl_' ? ['pools', 'slices', 'audit'].map((what) => `ipamctl_${what}_incomplete`) : [name],
  );
  expect(names.filter((name) => !printed.has(name))).toEqual([]);
});
