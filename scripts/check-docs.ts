/** `npm run docs:checks`: writes docs/checks/ of the audit's registry. With --check it writes nothing and fails on a difference. */
import { checkDocument, type CheckDocument } from '../src/audit/check-documents.js';
import type { CheckFix } from '../src/audit/model.js';
import { CHECKS } from '../src/audit/registry.js';
import type { Severity } from '../src/lint/model.js';
import { cell, writeOrCheck } from './pages.js';

/** How it is mended, in a word and in a sentence; `audit` by `audit --fix`, `release` by a release of the report. */
const FIXES: Readonly<Record<CheckFix['kind'], { readonly word: string; readonly how: (id: string) => string }>> = {
  audit: { word: '`--fix`', how: (id) => `\`ipamctl audit --fix ${nameOf(id)}\` does it` },
  release: { word: 'release', how: () => '`ipamctl ips release --from-report FILE` does it' },
  manual: { word: 'by hand', how: () => 'a person has to do it' },
};

const documents = CHECKS.map(checkDocument);
const pages = new Map([
  ['README.md', indexPage(documents)],
  ...documents.map((check) => [`${nameOf(check.id)}.md`, checkPage(check)] as const),
]);
writeOrCheck('docs/checks', pages, 'docs:checks');

function nameOf(id: string): string {
  return id.slice('audit/'.length);
}

function indexPage(checks: readonly CheckDocument[]): string {
  const count = (severity: Severity): number => checks.filter((each) => each.severity === severity).length;
  const rows = checks.map(
    ({ id, severity, fix, title }) =>
      `| [${id}](${nameOf(id)}.md) | ${severity} | ${fix === null ? '' : FIXES[fix.kind].word} | ${cell(title)} |`,
  );
  return `# Checks of \`ipamctl audit\`

${checks.length} checks: ${count('error')} errors, ${count('warning')} warnings, ${count('info')} infos. \`ipamctl audit checks ID\` prints the same as a page here. Written by \`npm run docs:checks\`; do not edit.

| check | severity | fix | what |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function checkPage({ id, severity, title, why, needs, fix, also, raised, silent, source }: CheckDocument): string {
  const others = also.map((other) => `[${other}](${nameOf(other)}.md)`).join(', ');
  return [
    `# ${id}\n`,
    `**${severity}**: ${title}\n`,
    `${why}\n`,
    `Reads: ${needs.join(', ')}.\n`,
    `## Raised\n\nFor example: ${raised}.\n`,
    ...(also.length === 0 ? [] : [`Found with it there: ${others}.\n`]),
    `## Silent\n\nFor example: ${silent}.\n`,
    ...(fix === null ? [] : [`## Fix\n\n${fix.text} (${FIXES[fix.kind].how(id)})\n`]),
    `## Source\n\n${source}\n`,
  ].join('\n');
}
