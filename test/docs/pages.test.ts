/** What readers find below docs/: links that hold, and shell blocks that a test can run. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import GithubSlugger from 'github-slugger';
import { docPage, docPages } from '../support/doc-blocks.js';
import { ROOT } from '../support/program.js';

/** What has links for readers: pages, and what tells how to take part. */
const LINKED = [...docPages().map(({ file }) => file), 'CONTRIBUTING.md'];

test('every link to a file of the project leads to one, and to a heading that is there', () => {
  const dead = LINKED.flatMap((file) =>
    linksOf(textOf(file))
      .filter((link) => !leads(file, link))
      .map((link) => `${file}: ${link}`),
  );
  expect(dead).toEqual([]);
});

test('a link without its file or its heading is seen', () => {
  expect(linksOf('[a](x.md#one) `[b](no.md)` [c](#two)\n\n```md\n[d](no.md)\n```\n[e](https://a.example/#x)')).toEqual([
    'x.md#one',
    '#two',
  ]);
  expect(
    anchorsOf('# A `b` c\n\n```sh\n# no heading\n```\n\n## [Left](x.md), **right**\n\n## A b c\n\n### -x, &lt;y>\n'),
  ).toEqual(new Set(['a-b-c', 'left-right', 'a-b-c-1', '-x-y']));
  expect(leads('README.md', 'docs/README.md#by-task')).toBe(true);
  expect(leads('README.md', 'docs/README.md#by-chance')).toBe(false);
  expect(leads('docs/README.md', '#by-chance')).toBe(false);
});

test('the index has every page that is written by hand', () => {
  const index = linksOf(textOf('docs/README.md')).map((link) => join('docs', link.replace(/#.*/, '')));
  const own = docPages()
    .map(({ file }) => file)
    .filter((file) => /^docs\/((tasks|troubleshooting)\/)?[^/]+\.md$/.test(file) && file !== 'docs/README.md');
  expect(own.filter((file) => !index.includes(file))).toEqual([]);
});

test('every page that is no leaf of a generated folder is at most two clicks from README.md', () => {
  const targetsOf = (file: string): string[] =>
    linksOf(textOf(file)).map((link) => join(dirname(file), link.replace(/#.*/, '')));
  const first = targetsOf('README.md').filter((file) => file.endsWith('.md'));
  const near = new Set([...first, ...first.flatMap(targetsOf)]);
  const wanted = docPages()
    .map(({ file }) => file)
    .filter((file) => /^docs\/(?:[^/]+|(?:tasks|troubleshooting|reference)\/[^/]+|[^/]+\/README)\.md$/.test(file));
  expect(wanted.length).toBeGreaterThan(30);
  expect(wanted.filter((file) => !near.has(file))).toEqual([]);
});

test('a block tells the exit codes of its commands, and what the last one prints', () => {
  const page = docPage('x.md', '<!-- test: operator -->\n\n```sh exit=1,0\na \\\n  b\n# no command\n\nc\n```\n');
  expect(page).toMatchObject({
    stage: 'operator',
    commands: [
      { line: 4, text: 'a \\\n  b', code: 1, shown: null },
      { line: 8, text: 'c', code: 0, shown: null },
    ],
  });
  expect(docPage('x.md', '```sh exit=3\na\n```\n\n```text\nA\nB\n```\n').commands).toEqual([
    { line: 2, text: 'a', code: 3, shown: 'A\nB' },
  ]);
  // Other text between the two, or several commands: what is shown is of none.
  expect(docPage('x.md', '```sh\na\n```\n\nand\n\n```text\nA\n```\n').commands[0]?.shown).toBeNull();
  expect(docPage('x.md', '```sh\na\nb\n```\n\n```text\nA\n```\n').commands[1]?.shown).toBeNull();
});

test.each([
  ['another shell', '```bash\na\n```\n', /shell blocks are/],
  ['codes for other commands', '```sh exit=0,1\na\n```\n', /2 exit codes for 1 commands/],
  ['what is no code', '```sh exti=1\na\n```\n', /what is "exti=1"/],
  ['no end', '```sh\na\n', /does not end/],
])('a block that nothing would run is an error: %s', (_, text, message) => {
  expect(() => docPage('x.md', text)).toThrow(message);
});

test('indented commands are seen', () => {
  expect(docPage('x.md', 'See\n\n    ipamctl a\n\nthere\n').indented).toEqual(['ipamctl a']);
});

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const withoutBlocks = (text: string): string => text.replace(/^(`{3,})[^]*?^\1$/gm, '');

/** Relative targets of a page's links, with their anchors. */
function linksOf(text: string): string[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

function leads(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(textOf(target)).has(anchor);
}

/** What GitHub lets the headings of a page be called by. */
function anchorsOf(text: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = [...withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(headings.map((heading) => slugger.slug(shown(heading))));
}

/** A heading without its markup. */
function shown(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|\\(?=\W)/g, '')
    .replaceAll('&lt;', '<')
    .trim();
}
