/** `npm run docs:checks`: writes docs/checks/ of the audit's registry. With --check it writes nothing and fails on a difference. */
import type { AnyCheck, CheckFix } from '../src/audit/model.js';
import { CHECKS } from '../src/audit/registry.js';
import type { Severity } from '../src/lint/model.js';
import { cell, writeOrCheck } from './pages.js';

/** How it is mended, in a word and in a sentence; `audit` by `audit --fix`, `release` by a release of the report. */
const FIXES: Readonly<Record<CheckFix['kind'], { readonly word: string; readonly how: (id: string) => string }>> = {
  audit: { word: '`--fix`', how: (id) => `\`ipamctl audit --fix ${nameOf(id)}\` does it` },
  release: { word: 'release', how: () => '`ipamctl ips release --from-report FILE` does it' },
  manual: { word: 'by hand', how: () => 'a person has to do it' },
};

const pages = new Map([
  ['README.md', indexPage(CHECKS)],
  ...CHECKS.map((check) => [`${nameOf(check.id)}.md`, checkPage(check)] as const),
]);
writeOrCheck('docs/checks', pages, 'docs:checks');

function nameOf(id: string): string {
  return id.slice('audit/'.length);
}

function indexPage(checks: readonly AnyCheck[]): string {
  const count = (severity: Severity): number => checks.filter((each) => each.severity === severity).length;
  const rows = checks.map(
    ({ id, severity, fix, title }) =>
      `| [${id}](${nameOf(id)}.md) | ${severity} | ${fix === null ? '' : FIXES[fix.kind].word} | ${cell(title)} |`,
  );
  return `# Checks of \`ipamctl audit\`

${checks.length} checks: ${count('error')} errors, ${count('warning')} warnings, ${count('info')} infos. Written by \`npm run docs:checks\`; do not edit.

| check | severity | fix | what |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function checkPage({ id, severity, title, why, needs, fix, also = [], raises, silent, source }: AnyCheck): string {
  const read = [...new Set(Object.values(needs).map((each) => each.title))];
  const others = also.map((other) => `[${other}](${nameOf(other)}.md)`).join(', ');
  return [
    `# ${id}\n`,
    `**${severity}**: ${title}\n`,
    `${why}\n`,
    `Reads: ${read.join(', ')}.\n`,
    `## Raised\n\nFor example: ${raises.said}.\n`,
    ...(also.length === 0 ? [] : [`Found with it there: ${others}.\n`]),
    `## Silent\n\nFor example: ${silent.said}.\n`,
    ...(fix === null ? [] : [`## Fix\n\n${fix.text} (${FIXES[fix.kind].how(id)})\n`]),
    `## Source\n\n${source}\n`,
  ].join('\n');
}
