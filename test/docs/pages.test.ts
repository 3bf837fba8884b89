/** What readers find below docs/: links that hold, and shell blocks that a test can run. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { docPage, docPages } from '../support/doc-blocks.js';
import { ROOT } from '../support/program.js';

test('every link to a file of the project leads to one', () => {
  const dead = docPages().flatMap(({ file }) =>
    linksOf(readFileSync(join(ROOT, file), 'utf8'))
      .filter((link) => !existsSync(join(ROOT, dirname(file), link)))
      .map((link) => `${file}: ${link}`),
  );
  expect(dead).toEqual([]);
});

test('the index has every page that is written by hand', () => {
  const index = linksOf(readFileSync(join(ROOT, 'docs/README.md'), 'utf8')).map((link) => join('docs', link));
  const own = docPages()
    .map(({ file }) => file)
    .filter((file) => /^docs\/(tasks\/)?[^/]+\.md$/.test(file) && file !== 'docs/README.md');
  expect(own.filter((file) => !index.includes(file))).toEqual([]);
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

/** Relative targets of a page's links, without their anchors. */
function linksOf(text: string): string[] {
  const prose = text.replace(/^(`{3,})[^]*?^\1$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}
