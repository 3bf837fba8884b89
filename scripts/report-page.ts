/** Puts script and style sheet of the report's page into the program as text, each bundled and small. */
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

async function textOf(entry: string): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome100', 'firefox100', 'safari15.4'],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const text = outputFiles[0]?.text.trim() ?? '';
  // The text stands in an element of that name, which this would end.
  if (text === '' || /<\/(?:script|style)|<!--/i.test(text)) throw new Error(`${entry} cannot stand in a page`);
  // The bundle's notices tell what is in the program, and do not look in here.
  const foreign = Object.keys(metafile.inputs).filter((file) => file.includes('node_modules/'));
  if (foreign.length > 0) throw new Error(`${entry} must not bundle packages: ${foreign.join(', ')}`);
  return text;
}

export const reportPage: Plugin = {
  name: 'report-page',
  setup(building) {
    building.onLoad({ filter: /[\\/]src[\\/]render[\\/]report[\\/]assets\.ts$/ }, async ({ path }) => {
      const folder = join(dirname(path), 'page');
      const [script, style] = await Promise.all([textOf(join(folder, 'main.ts')), textOf(join(folder, 'style.css'))]);
      return {
        contents: `const ASSETS = ${JSON.stringify({ script, style })};\nexport function pageAssets() { return ASSETS; }`,
        loader: 'js',
      };
    });
  },
};
