#!/usr/bin/env node
import module from 'node:module';
import './user.js';

module.enableCompileCache?.();

// The same program as a plugin of kubectl and oc; usage texts show that prefix.
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2), import.meta.url, 'kubectl ipamctl');
