// Builds after `npm ci`, and before npm packs: for a release, or out of a git repository for who installs from there.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const npm = (...args) => execFileSync('npm', args, { stdio: 'inherit' });

// For `npm install --global git+…`, as pre-commit runs it, npm makes a clone and means to install what the build needs, but
// hands its own --global on to that and so installs nothing there.
if (!existsSync('node_modules/tsx')) npm('ci', '--global=false', '--include=dev', '--ignore-scripts');
npm('run', '--silent', 'build');
