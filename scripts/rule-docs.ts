/** `npm run docs:rules`: writes docs/rules/ of the registry. With --check it writes nothing and fails on a difference. */
import { upstreamOf } from '../src/lint/examples.js';
import type { AnyRule, Severity } from '../src/lint/model.js';
import { RULES } from '../src/lint/registry.js';
import { ruleDocument, type RuleDocument, type ShownExample } from '../src/lint/rule-documents.js';
import { cell, writeOrCheck } from './pages.js';

writeOrCheck('docs/rules', await rulePages(RULES), 'docs:rules');

/** A page for each rule, and one that lists them. */
async function rulePages(rules: readonly AnyRule[]): Promise<Map<string, string>> {
  const documents = await Promise.all(rules.map(async (rule) => ruleDocument(rule, await upstreamOf(rule))));
  return new Map([
    ['README.md', indexPage(documents)],
    ...documents.map((each) => [`${each.id}.md`, rulePage(each)] as const),
  ]);
}

function indexPage(documents: readonly RuleDocument[]): string {
  const families = [...new Set(documents.map(({ id }) => id.split('/')[0] ?? ''))];
  const sections = families.map((family) => {
    const own = documents.filter(({ id }) => id.startsWith(`${family}/`));
    const rows = own.map(
      ({ id, severity, fix, title }) => `| [${id}](${id}.md) | ${severity} | ${fixWord(fix)} | ${cell(title)} |`,
    );
    return `## ${family}\n\n| rule | severity | fix | what |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  const count = (severity: Severity): number => documents.filter((each) => each.severity === severity).length;
  const head = `# Rules of \`ipamctl nad lint\`\n\n${documents.length} rules: ${count('error')} errors, ${count('warning')} warnings, ${count('info')} infos. \`ipamctl nad rules ID\` prints the same as a page here. Written by \`npm run docs:rules\`; do not edit.\n`;
  return [head, ...sections].join('\n');
}

function rulePage(rule: RuleDocument): string {
  const { id, severity, title, why, needs, fix, upstream, bad, good, source } = rule;
  const needed = needs.filter((need) => need !== 'values');
  return [
    `# ${id}\n`,
    `**${severity}**: ${title}\n`,
    `${why}\n`,
    ...(needed.length === 0 ? [] : [`Needs: ${needed.join(', ')}.\n`]),
    ...(upstream.length === 0 ? [] : [`The cluster says:\n\n${fenced('text', upstream.join('\n'))}`]),
    `## Bad\n\n${example(bad)}`,
    `## Good\n\n${example(good)}`,
    ...(fix === null
      ? []
      : [`## Fix\n\n${fix.text} (${fix.kind === 'safe' ? '`--fix` does it' : 'a person has to choose'})\n`]),
    `## Source\n\n${source}\n`,
  ].join('\n');
}

function example({ file, text, cluster }: ShownExample): string {
  const place = cluster === null ? '' : `In ${cluster}:\n\n`;
  return place + fenced(/\.(?:json|conf|conflist)$/.test(file) ? 'json' : 'yaml', text);
}

function fenced(language: string, text: string): string {
  const fence = text.includes('```') ? '````' : '```';
  return `${fence}${language}\n${text.endsWith('\n') ? text : `${text}\n`}${fence}\n`;
}

function fixWord(fix: RuleDocument['fix']): string {
  if (fix === null) return '';
  return fix.kind === 'safe' ? '`--fix`' : 'by hand';
}
