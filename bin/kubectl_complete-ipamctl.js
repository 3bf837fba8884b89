#!/usr/bin/env node
import module from 'node:module';
import './user.js';

module.enableCompileCache?.();

// What kubectl and oc ask for `kubectl ipamctl WORD… <TAB>`; they find it by its name.
const { complete } = await import('../dist/cli/complete.js');
await complete(process.argv.slice(2), import.meta.url);
