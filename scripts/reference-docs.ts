/**
 * `npm run docs:reference`: writes docs/reference/ of what the code says: the topics of `ipamctl help`, the roles, and the
 * kinds of JSON. With --check it writes nothing and fails on a difference.
 */
import { HELP_TOPICS, type HelpTopic } from '../src/cli/topics.js';
import { clusterRole, ROLES, type PolicyRule } from '../src/cluster/roles.js';
import { cell, writeOrCheck } from './pages.js';
import { kindOf, SCHEMA_KINDS, SCHEMA_SUFFIX } from './schema-fields.js';

const WRITTEN = 'Written by `npm run docs:reference`; do not edit.';
writeOrCheck(
  'docs/reference',
  new Map([
    ...[...HELP_TOPICS].map(([word, topic]) => [`${word}.md`, topicPage(word, topic)] as const),
    ['rights.md', rightsPage()],
    ['json.md', kindsPage()],
    ...SCHEMA_KINDS.map((kind) => [`kinds/${kind}.md`, kindPage(kind)] as const),
  ]),
  'docs:reference',
);

function topicPage(word: string, { title, before, columns, rows, after }: HelpTopic): string {
  const lines = rows.map(([term, text]) => `| \`${term.trim()}\` | ${prose(text)} |`);
  return [
    `# ${title}\n`,
    `The same as \`ipamctl help ${word}\`. ${WRITTEN}\n`,
    ...(before === null ? [] : [`${before}\n`]),
    `| ${columns.join(' | ')} |\n| --- | --- |\n${lines.join('\n')}\n`,
    ...after.map((text) => `${prose(text)}\n`),
  ].join('\n');
}

function rightsPage(): string {
  const rules = new Map(ROLES.map((role) => [role, clusterRole(role).rules] as const));
  const resources = [...new Set([...rules.values()].flat().map(nameOf))];
  const rows = resources.map((resource) => {
    const cells = ROLES.map((role) => {
      const verbs = rules.get(role)?.find((rule) => nameOf(rule) === resource)?.verbs ?? [];
      return verbs.join(', ');
    });
    return `| ${cell(resource)} | ${cells.join(' | ')} |`;
  });
  return `# Rights

The least that ipamctl needs, by role; \`ipamctl rbac --role ROLE\` prints each as a ClusterRole. \`viewer\` is for all that
reads, \`operator\` also releases addresses, \`admin\` also changes networks and schedules. No role reads a Secret. A test
takes each right away and sees something fail. ${WRITTEN}

| resource | ${ROLES.join(' | ')} |
| --- | ${ROLES.map(() => '---').join(' | ')} |
${rows.join('\n')}
`;
}

function nameOf({ apiGroups: [group = ''], resources: [plural = ''], resourceNames }: PolicyRule): string {
  const only = resourceNames === undefined ? '' : ` (only ${resourceNames.join(', ')})`;
  return `\`${group === '' ? plural : `${plural}.${group}`}\`${only}`;
}

function kindsPage(): string {
  const rows = SCHEMA_KINDS.map((kind) => `| [${kind}](kinds/${kind}.md) | ${prose(kindOf(kind).text)} |`);
  return `# JSON kinds

What \`-o json\` and \`-o yaml\` print, and the files that ipamctl keeps. Each kind has a JSON Schema (2020-12) in the
package's folder \`schemas\`, and every output is held against it by a test. Fields may be added; none is renamed, and none
is left out: what is not known is \`null\`. ${WRITTEN}

| kind | what |
| --- | --- |
${rows.join('\n')}
`;
}

function kindPage(kind: string): string {
  const { text: about, fields } = kindOf(kind);
  const rows = fields.map(({ path, type, text }) => `| \`${path}\` | ${cell(type)} | ${prose(text)} |`);
  return `# ${kind}

${prose(about)}

| field | type | |
| --- | --- | --- |
${rows.join('\n')}

The schema is \`schemas/${kind}${SCHEMA_SUFFIX}\`. ${WRITTEN}
`;
}

/** A text of the code, which is no markup but for code between backticks. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`')
        ? cell(part)
        : cell(part)
            .replaceAll('<', '&lt;')
            .replaceAll('*', String.raw`\*`),
    )
    .join('');
}
