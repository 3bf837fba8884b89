import { createHash } from 'node:crypto';
import type { Attention, Report } from '../../report/document.js';
import { grouped } from '../number.js';
import { safe } from '../safe.js';
import { pageAssets } from './assets.js';
import { pageData } from './data.js';
import { aboutReport, usedOf } from './words.js';

/**
 * The report as one page that needs nothing else. What it says first is in the page as it is; pools, slices, NADs and
 * findings are data, drawn by the script as far as somebody looks at them. The policy in its head lets this very script
 * and style run and nothing be fetched.
 */
export function reportHtml(report: Report): string {
  const { script, style } = pageAssets();
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = `IP addresses of ${report.cluster.name}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${text(title)}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#main">To the content</a>',
    `<header><h1>${text(title)}</h1><p>${aboutReport(report).map(text).join(' · ')}</p></header>`,
    navigation(report),
    '<main id="main" tabindex="-1">',
    numbers(report),
    attention(report),
    warnings(report),
    section('pools', 'Pools'),
    section('slices', 'Node slices', absent(report.nodeSlicePools, 'Node slice pools could not be read.')),
    section('nads', 'Network attachment definitions', absent(report.nads, 'They could not be read.')),
    section('findings', 'Findings'),
    skipped(report),
    '</main>',
    `<footer><p>Made by ${text(`ipamctl ${report.toolVersion}`)}. Nothing in this page is sent anywhere; it shows one moment and does not change.</p></footer>`,
    `<script type="application/json" id="data">${inScript(JSON.stringify(pageData(report)))}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function navigation(report: Report): string {
  const links: [string, string, number | null][] = [
    ['attention', 'Needs a person', report.attention.length],
    ['pools', 'Pools', report.pools.length],
    ['slices', 'Node slices', report.nodeSlicePools?.length ?? null],
    ['nads', 'NADs', report.nads?.length ?? null],
    ['findings', 'Findings', report.audit.findings.length + report.lint.findings.length],
  ];
  const items = links.map(
    ([id, name, count]) =>
      `<li><a href="#${id}">${name}${count === null ? '' : ` <span>${grouped(count)}</span>`}</a></li>`,
  );
  return `<nav aria-label="Sections"><ul>${items.join('')}</ul></nav>`;
}

function numbers({ summary }: Report): string {
  const { pools, stale, errors } = summary;
  const items: [string, string, string[], string][] = [
    ['Pools', grouped(pools), [], ''],
    ['Addresses used', grouped(summary.used), usedOf(summary), ''],
    ['Stale', grouped(stale), [], stale > 0 ? 'bad' : ''],
    ['Errors', grouped(errors), [], errors > 0 ? 'bad' : ''],
  ];
  const list = items.map(([name, value, more, role]) => {
    const small = more.map((line) => ` <small>${text(line)}</small>`).join('');
    return `<div class="number ${role}"><dt>${name}</dt><dd>${text(value)}${small}</dd></div>`;
  });
  return `<dl class="numbers">${list.join('')}</dl>`;
}

function attention({ attention: items }: Report): string {
  const rows = items.map(attentionItem);
  const body =
    rows.length === 0
      ? '<p class="empty">Nothing: no error and no warning.</p>'
      : `<ul class="attention">${rows.join('')}</ul>`;
  return `<section id="attention" aria-labelledby="attention-title"><h2 id="attention-title">What needs a person</h2>${body}</section>`;
}

function attentionItem({ severity, message, check, advice, command }: Attention): string {
  const which = `<code class="check" data-check="${text(check)}">${text(check)}</code>`;
  const mend =
    command !== null
      ? `<div class="command"><code>${text(command)}</code></div>`
      : advice === null
        ? ''
        : `<div class="dim">${text(advice)}</div>`;
  return `<li class="${severity}"><p><strong class="tag ${severity}">${severity}</strong> ${text(message)} ${which}</p>${mend}</li>`;
}

function warnings({ warnings: lines, incomplete }: Report): string {
  if (lines.length === 0) return '';
  const title = incomplete ? 'Something could not be read: numbers and verdicts may be wrong' : 'Good to know';
  const items = lines.map((line) => `<li>${text(line)}</li>`).join('');
  return `<section class="notes${incomplete ? ' incomplete' : ''}" aria-labelledby="notes-title"><h2 id="notes-title">${title}</h2><ul>${items}</ul></section>`;
}

function section(id: string, title: string, missing: string | null = null): string {
  const body = missing === null ? `<div id="${id}-body"></div>` : `<p class="empty">${missing}</p>`;
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}<noscript><p>This part is drawn by the script of this page. Without scripts, ipamctl report -o markdown has the same in text.</p></noscript></section>`;
}

function absent(list: readonly unknown[] | null, sentence: string): string | null {
  return list === null ? sentence : null;
}

/** What was not checked must not look as if it had been. */
function skipped({ audit, lint }: Report): string {
  const all = [...audit.skipped, ...lint.skipped.map(({ rule, why }) => ({ check: rule, why }))];
  if (all.length === 0) return '';
  const items = all.map(({ check, why }) => `<li><code>${text(check)}</code> ${text(why)}</li>`).join('');
  return `<section aria-labelledby="skipped-title"><h2 id="skipped-title">Not checked</h2><details><summary>${grouped(all.length)} ${all.length === 1 ? 'check' : 'checks'} did not apply, or lacked something</summary><ul class="skipped">${items}</ul></details></section>`;
}

function hash(content: string): string {
  return `sha256-${createHash('sha256').update(content, 'utf8').digest('base64')}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text from outside, within an element or a quoted attribute. */
function text(raw: string): string {
  return safe(raw).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** JSON within a script element: nothing in it may end the element or begin a comment. */
function inScript(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
