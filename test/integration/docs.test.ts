import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../cluster/checkpoint.js';
import { TestCluster } from '../cluster/cluster.js';
import { FakeKubelet } from '../cluster/kubelet.js';
import { createOperatorNetwork } from '../cluster/openshift.js';
import { seed } from '../cluster/seed.js';
import { docPages } from '../support/doc-blocks.js';
import { PlayedOperator } from './support/played-operator.js';
import { Reader } from './support/reader.js';

/*
 * Every command that a user reads in README.md and below docs/ runs, page by page, each on the sandbox as `npm run
 * sandbox` makes it. Pages are found, not listed: a new one cannot be forgotten.
 */

/** What the commands of a page stand on, by the word of its `<!-- test: WORD -->`. */
const STAGES = [
  'sandbox',
  // An operator and a kubelet do what theirs would.
  'operator',
  // And whereabouts' shim was applied.
  'deployed',
  // A run released what was stale.
  'released',
];
const NODE = 'node-a';
const DHCP_NAD = '/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions/no-whereabouts';

const pages = docPages();
/** A page may name the test of its own that runs it. */
const withCommands = pages.filter(({ commands, stage }) => commands.length > 0 && !stage.endsWith('.test.ts'));

let cluster: TestCluster;
let kubelet: FakeKubelet;
let checkpoint: Checkpoint;
let reader: Reader;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await seed(cluster);
  await createOperatorNetwork(cluster);
  kubelet = await FakeKubelet.start(cluster, NODE);
  reader = await Reader.on(cluster);
  checkpoint = await Checkpoint.take(cluster);
}, 180_000);

afterAll(async () => {
  reader.close();
  await kubelet.stop();
  await cluster.stop();
});

test('pages have commands, and every block that a reader may paste is one that runs', () => {
  expect(withCommands.map(({ file }) => file)).toEqual(
    expect.arrayContaining(['README.md', 'docs/openshift.md', 'docs/getting-started.md', 'docs/commands/pools.md']),
  );
  const elsewhere = pages.filter(({ stage }) => !STAGES.includes(stage));
  for (const { file, stage } of elsewhere) expect(readFileSync(stage, 'utf8')).toContain(`shellLines('${file}')`);
  // An indented block is none of a shell: nothing would run it.
  const unseen = pages.flatMap(({ file, indented, stage }) =>
    (STAGES.includes(stage) ? indented : [])
      .filter((line) => /^(\$ )?(ipamctl|kubectl|oc) /.test(line))
      .map((line) => `${file}: ${line}`),
  );
  expect(unseen).toEqual([]);
});

describe.each(withCommands)('$file', ({ file, commands, stage }) => {
  let operator: PlayedOperator | undefined;

  beforeAll(async () => {
    reader.turnTo(file);
    if (stage === 'operator' || stage === 'deployed') {
      // A network of the seed needs the DHCP daemon, and shims that are needed stay.
      await cluster.request('DELETE', DHCP_NAD);
      operator = new PlayedOperator(cluster, kubelet, NODE);
    }
    if (stage === 'deployed') await reader.applyShim();
    if (stage === 'released') await reader.releaseSomething();
  });

  afterAll(async () => {
    await operator?.stop();
    await checkpoint.restore();
  });

  test.each(commands)(
    '$line: $text',
    async ({ text, code, shown }) => {
      const ran = await reader.run(text);
      expect({ code: ran.code, stderr: ran.code === code ? '' : ran.stderr + ran.stdout }).toEqual({
        code,
        stderr: '',
      });
      // What is clean has nothing for stdout, and says so on stderr; a template or a file takes what there is.
      if (!/jsonpath|>/.test(text)) expect((ran.stdout + ran.stderr).trim()).not.toBe('');
      if (shown !== null) expect(trimmed(ran.stdout)).toEqual(trimmed(shown));
    },
    60_000,
  );
});

function trimmed(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}

describe('README.md', () => {
  const readme = readFileSync('README.md', 'utf8');

  test('its set-up commands are two, near the top, and there', () => {
    const setUp = [...readme.matchAll(/^ {4}(npm ci && npm .*)$/gm)].map(([, line]) => line);
    expect(setUp).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test', 'sandbox', 'check', 'bench']));
    expect(readme.indexOf('npm ci && npm test')).toBeLessThan(1200);
  });

  test('npm run demo shows the main job and exits 0', () => {
    const demo = spawnSync('npx', ['--no-install', 'tsx', 'scripts/demo.ts'], { encoding: 'utf8' });
    expect(demo.status).toBe(0);
    for (const command of ['pools ls', 'ips ls --stale', 'reconcile'])
      expect(demo.stdout).toContain(`$ ipamctl ${command}`);
    expect(demo.stdout).toContain('stale: the pod is gone');
  });
});

test('docs/openshift.md has the whole procedure, in its order', () => {
  const commands = pages.find(({ file }) => file === 'docs/openshift.md')?.commands ?? [];
  const steps = [
    'nad generate static',
    'shim apply dhcp',
    'nad generate dhcp',
    '--exclude',
    '--network-name',
    'shim apply whereabouts',
    'shim status',
    "reconciler schedule '",
    'reconciler status',
    '--node-slice-size',
    '2001:db8',
  ];
  const places = steps.map((step) => commands.findIndex(({ text }) => text.includes(step)));
  expect(places.filter((at) => at === -1)).toEqual([]);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});
