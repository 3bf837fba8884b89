// Builds the site of what scripts/site.ts has put into site/.pages.
import { readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';

const { sidebar, nav } = JSON.parse(readFileSync(new URL('../.pages/menu.json', import.meta.url), 'utf8'));

/** Links lead as on GitHub, where an index is a README.md, and docs/ lies beside what it links to. */
function linkOf(href, page) {
  if (/^[a-z]+:|^#/i.test(href)) return href;
  const [path, anchor] = href.split('#');
  const target = posix.join('docs', dirname(page), path);
  const inside = target.startsWith('docs/') ? target.slice('docs/'.length) : `${target.replace(/\.\w+$/, '')}/index.md`;
  const link = `/${inside.replace(/README\.md$/, 'index.md')}`;
  return anchor === undefined ? link : `${link}#${anchor}`;
}

export default defineConfig({
  title: 'ipamctl',
  description: 'IP addresses of Kubernetes secondary networks: seen, judged and freed',
  lang: 'en',
  srcDir: '.pages',
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  // A link that leads nowhere fails the build; this is the default, and must stay.
  ignoreDeadLinks: false,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      // Pages are text, and not templates of Vue: no tag and no {{ is one.
      md.set({ html: false });
      const text = md.renderer.rules.text;
      md.renderer.rules.text = (...args) => text(...args).replaceAll('{{', '&#123;&#123;');
      const open =
        md.renderer.rules.link_open ?? ((tokens, at, options, env, self) => self.renderToken(tokens, at, options));
      md.renderer.rules.link_open = (tokens, at, options, env, self) => {
        const href = tokens[at].attrGet('href');
        if (href !== null) tokens[at].attrSet('href', linkOf(href, env.relativePath));
        return open(tokens, at, options, env, self);
      };
    },
  },
  themeConfig: {
    nav,
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    externalLinkIcon: true,
  },
});
