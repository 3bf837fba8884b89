#!/usr/bin/env -S npx tsx
// Runs the sources without a build, for work on the tool itself.
const { main } = await import('../src/cli/main.ts');
await main(process.argv.slice(2), import.meta.url);
