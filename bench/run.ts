/**
 * `npm run bench`: what ipamctl costs beside its anchors, packed and installed as a user has it. All parts take hours, most
 * of them whereabouts' own reconciler; `--only` names the parts wanted, `--theirs N` how often that reconciler runs at
 * 10,000 allocations (once by default), `--theirs-large N` at 50,000 (not at all by default); `--largest N` leaves away
 * clusters of more pods, and says so in the figures.
 * `--json FILE` writes the figures, `--write` puts them into docs/performance.md; `--read FILE` takes earlier ones with it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureNads, measureSandbox, measureSize, type Size } from './clusters.js';
import { emptyCommand } from './empty.js';
import { lintBench } from './lint.js';
import type { Subject } from './measure.js';
import { measureOddShapes } from './odd.js';
import { measureOffline } from './offline.js';
import { install, type Installed } from './packed.js';
import { measureAdds, measureRelease, type Release } from './release.js';
import { markdown, writePage, type Report } from './report.js';
import { measureSection, type Section } from './section.js';
import { folderWith, removeFolders, SAMPLE } from '../test/support/world.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    theirs: { type: 'string', default: '1' },
    'theirs-large': { type: 'string', default: '0' },
    largest: { type: 'string', default: 'Infinity' },
    json: { type: 'string' },
    read: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const NODE: Subject = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] };
const NADS = 10_000;

const SIZES: readonly Size[] = [
  { pools: 100, perPool: 10, stalePercent: 10 },
  { pools: 100, perPool: 100, stalePercent: 0 },
  { pools: 100, perPool: 100, stalePercent: 1 },
  { pools: 1000, perPool: 10, stalePercent: 10 },
  { pools: 100, perPool: 500, stalePercent: 10 },
  { pools: 100, perPool: 500, stalePercent: 10, otherPods: 55_000 },
  { pools: 10_000, perPool: 10, stalePercent: 10 },
];

interface Sum {
  sections: Section[];
  releases: Release[];
  adds: Report['adds'];
}

type Part = (ipamctl: Installed, sum: Sum) => Promise<void>;

const PARTS: Record<string, Part> = {
  start: async (ipamctl, { sections }) => {
    sections.push(await start(ipamctl), await measureSandbox(ipamctl, NODE));
  },
  lint: async (ipamctl, { sections }) => {
    sections.push(...(await linting(ipamctl)));
  },
  nads: async (ipamctl, { sections }) => {
    sections.push(await measureNads(ipamctl, 100_000));
  },
  odd: async (ipamctl, { sections }) => {
    sections.push(await measureOddShapes(ipamctl));
  },
  offline: async (ipamctl, { sections }) => {
    sections.push(await measureOffline(ipamctl, NODE));
  },
  clusters: async (ipamctl, { sections }) => {
    for (const size of SIZES) if (isWanted(size)) sections.push(...(await measureSize(ipamctl, size)));
  },
  release: async (ipamctl, { releases }) => {
    const [theirs, large] = [Number(values.theirs), Number(values['theirs-large'])];
    const ten = (perPool: number): Size => ({ pools: 100, perPool, stalePercent: 10 });
    const one = (perPool: number): Size => ({ pools: 100, perPool, stalePercent: 1 });
    const runs = [
      [ten(10), { ours: 5, theirs: 5 }, undefined],
      [one(100), { ours: 5, theirs: 0 }, undefined],
      [ten(100), { ours: 5, theirs }, 1 / 30],
      [ten(500), { ours: 3, theirs: large }, 1 / 50],
    ] as const;
    for (const [size, rounds, aim] of runs)
      if (isWanted(size)) releases.push(await measureRelease(ipamctl, size, rounds, aim));
  },
  adds: async (ipamctl, sum) => {
    sum.adds = await measureAdds(ipamctl, { pools: 100, perPool: 100, stalePercent: 10 });
  },
};

const leftOut = new Set<string>();

function isWanted({ pools, perPool, otherPods = 0 }: Size): boolean {
  const pods = pools * perPool + otherPods;
  if (pods <= Number(values.largest)) return true;
  leftOut.add(`${pools.toString()} pools of ${perPool.toString()} with ${pods.toString()} pods`);
  return false;
}

const wanted = values.only ?? Object.keys(PARTS);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}: there are ${Object.keys(PARTS).join(', ')}`);

const earlier = values.read === undefined ? undefined : (JSON.parse(readFileSync(values.read, 'utf8')) as Report);
const sum: Sum = {
  sections: [...(earlier?.sections ?? [])],
  releases: [...(earlier?.releases ?? [])],
  adds: earlier?.adds ?? null,
};
const ipamctl = install();
try {
  for (const name of wanted) {
    await PARTS[name]?.(ipamctl, sum);
    // What was measured is kept, whatever becomes of the next part.
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report(), null, 2)}\n`);
  }
} finally {
  ipamctl.remove();
}
console.log(markdown(report()));
if (values.write) writePage(report());

function report(): Report {
  const [date = ''] = new Date().toISOString().split('T');
  const machine = { date, node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown' };
  return { machine, leftOut: [...leftOut], ...sum };
}

async function start(ipamctl: Installed): Promise<Section> {
  const sample = folderWith(SAMPLE);
  const nad = join(process.cwd(), 'examples', 'nads', 'tenant-a.yaml');
  const empty = await emptyCommand();
  try {
    return await measureSection('start, beside bare node', [
      { subject: NODE },
      { subject: empty.subject },
      { subject: ipamctl.subject(['--version']), aim: 1.5 },
      { subject: ipamctl.subject(['--help']), aim: 1.6 },
      { subject: ipamctl.subject(['nad', 'lint', nad], { ok: [0, 1] }), aim: 1.8 },
      { subject: ipamctl.subject(['pools', 'ls', '--from', sample]), aim: 1.8 },
    ]);
  } finally {
    empty.remove();
    removeFolders();
  }
}

async function linting(ipamctl: Installed): Promise<Section[]> {
  const bench = lintBench(NADS, (args) => ipamctl.subject(args));
  const sections: Section[] = [];
  try {
    for (const [what, subjects] of [
      ['10,000 files', bench.files],
      ['one file of 10,000 documents', bench.documents],
    ] as const) {
      const entries = subjects.map((subject, index) => ({ subject, ...(index === 0 ? {} : { aim: 1 }) }));
      sections.push(await measureSection(`nad lint, ${what}`, entries));
    }
    return sections;
  } finally {
    bench.remove();
  }
}
