#!/usr/bin/env node
import { createRequire } from 'node:module';

// A pipeline asks for the version often; the answer needs nothing but the package.
if (process.argv.length === 3 && process.argv[2] === '--version') {
  const { name, version } = createRequire(import.meta.url)('../package.json');
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  const { main } = await import('../dist/cli/main.js');
  await main(process.argv.slice(2), import.meta.url);
}
