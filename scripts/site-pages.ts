/** What the site is built of: the pages of docs/, what they link to beside it, and a menu. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

interface MenuItem {
  readonly text: string;
  readonly link?: string;
  readonly items?: readonly MenuItem[];
}

/** Folders whose pages have a menu of their own, as all menus together would be larger than any page. */
const SECTIONS = ['commands', 'reference', 'rules', 'checks'];

/**
 * Lays out the pages.
 * @param root of the project
 * @param into is made anew
 * @throws Error for a page without a title, and for a link out of docs/ to what is not there
 */
export function layOut(root: string, into: string): void {
  const docs = join(root, 'docs');
  rmSync(into, { recursive: true, force: true });
  const files = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(docs, name)).isFile(),
  );
  const titles = new Map<string, string>();
  for (const name of files) {
    const place = name.replace(/README\.md$/, 'index.md');
    mkdirSync(dirname(join(into, place)), { recursive: true });
    if (!name.endsWith('.md')) {
      cpSync(join(docs, name), join(into, place));
      continue;
    }
    // What tests have to know of a page is no part of it.
    const text = readFileSync(join(docs, name), 'utf8').replace(/^<!-- test: \S+ -->\s+/, '');
    titles.set(name, titleOf(name, text));
    writeFileSync(join(into, place), text);
    for (const target of linksOut(name, text)) writeShown(root, into, target);
  }
  writeFileSync(join(into, 'menu.json'), JSON.stringify(menuOf(readFileSync(join(docs, 'README.md'), 'utf8'), titles)));
}

function titleOf(name: string, text: string): string {
  const title = /^# (.+)$/m.exec(text)?.[1];
  if (title === undefined) throw new Error(`docs/${name} has no title`);
  return title.replaceAll('`', '');
}

const linksOf = (text: string): string[] => [...text.matchAll(/\]\(([^)#\s]+)[^)\s]*\)/g)].map(([, link = '']) => link);

/** What a page links to beside docs/, relative to the project. */
function linksOut(name: string, text: string): string[] {
  return linksOf(text)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => posix.join('docs', posix.dirname(name), link))
    .filter((target) => !target.startsWith('docs/') && target !== 'docs');
}

/** A page that shows a file, or the files of a folder. */
function writeShown(root: string, into: string, target: string): void {
  const path = join(root, target);
  if (!existsSync(path)) throw new Error(`a page links to ${target}, which is not there`);
  const place = join(into, target.replace(/\.\w+$/, ''), 'index.md');
  mkdirSync(dirname(place), { recursive: true });
  if (target.endsWith('.md')) throw new Error(`${target} is a page beside docs/, whose links nothing turns`);
  const files = statSync(path).isFile()
    ? [target]
    : readdirSync(path, { recursive: true, encoding: 'utf8' })
        .map((name) => posix.join(target, name))
        .filter((name) => statSync(join(root, name)).isFile())
        .sort();
  const shown = files.map((file) => {
    const language = /\.(\w+)$/.exec(file)?.[1] ?? 'text';
    return `## ${posix.relative(posix.dirname(target), file)}\n\n\`\`\`\`\`${language}\n${readFileSync(join(root, file), 'utf8').trimEnd()}\n\`\`\`\`\``;
  });
  writeFileSync(place, `# ${target}\n\n${shown.join('\n\n')}\n`);
}

/** The menu that docs/README.md is, with the pages of the folders that it names. */
function menuOf(
  index: string,
  titles: ReadonlyMap<string, string>,
): { nav: MenuItem[]; sidebar: Readonly<Record<string, MenuItem[]>> } {
  const [, ...parts] = index.split(/^## /m);
  const groups = parts.map((part) => ({
    text: part.slice(0, part.indexOf('\n')),
    items: linksOf(part.replace(/\n\[Architecture\][^]*$/, '')).map((link) => itemOf(link, titles)),
  }));
  const sections = SECTIONS.flatMap((section) => menusOf(section, titles));
  const start = itemOf('getting-started.md', titles);
  const sidebar: Record<string, MenuItem[]> = Object.fromEntries<MenuItem[]>([
    ...sections,
    ['/', [{ text: 'Documentation', items: [start] }, ...groups]] as const,
  ]);
  const nav = ['getting-started.md', 'commands/README.md', 'troubleshooting/README.md'].map((name) =>
    itemOf(name, titles),
  );
  return { nav, sidebar };
}

function itemOf(name: string, titles: ReadonlyMap<string, string>): MenuItem {
  const text = titles.get(name) ?? titles.get(posix.join(name, 'README.md'));
  return { text: text ?? name, link: linkTo(name) };
}

const linkTo = (name: string): string => `/${name.replace(/README\.md$/, '').replace(/\.md$/, '')}`;

/** The menu of a folder's pages, and those of the folders in it, by the place where they hold. */
function menusOf(section: string, titles: ReadonlyMap<string, string>): (readonly [place: string, menu: MenuItem[]])[] {
  const names = [...titles.keys()]
    .filter((name) => name.startsWith(`${section}/`) && !name.endsWith('README.md'))
    .sort();
  const folders = [...new Set(names.map((name) => posix.dirname(name)))];
  const itemsIn = (folder: string): MenuItem[] =>
    names.filter((name) => posix.dirname(name) === folder).map((name) => itemOf(name, titles));
  const index = `${section}/README.md`;
  const head = titles.has(index) ? itemOf(index, titles) : { text: 'Reference' };
  return folders.map((folder) => {
    const items = [
      ...itemsIn(section),
      // Of the others the index has a part each.
      ...folders.filter((each) => each !== section && titles.has(index)).map((each) => partOf(each)),
    ];
    const here = folder === section ? [] : [{ text: posix.basename(folder), items: itemsIn(folder) }];
    return [`/${folder}/`, [{ text: 'All documentation', link: '/' }, ...here, { ...head, items }]] as const;
  });
}

function partOf(folder: string): MenuItem {
  const part = posix.basename(folder);
  return { text: part, link: `/${posix.dirname(folder)}/#${part}` };
}
