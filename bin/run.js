#!/usr/bin/env node
import module, { createRequire } from 'node:module';
import './user.js';

// Node 22 and newer keep the compiled program; Node 20 has no such thing.
module.enableCompileCache?.();

// A pipeline asks for the version often; the answer needs nothing but the package.
if (process.argv.length === 3 && process.argv[2] === '--version') {
  const { name, version } = createRequire(import.meta.url)('../package.json');
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else if (process.argv[2] === '__complete') {
  // Asked at each press of a key: it needs neither oclif nor a command.
  const { complete } = await import('../dist/cli/complete.js');
  await complete(process.argv.slice(3), import.meta.url);
} else {
  const { main } = await import('../dist/cli/main.js');
  await main(process.argv.slice(2), import.meta.url);
}
