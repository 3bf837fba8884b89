/** The shells that completion is tested in: those of this machine, else of Debian's packages, unpacked into the cache. */
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpackedPackages } from './debian.js';

/** How a shell is started, without anything of the person whose machine it is. */
export interface TestedShell {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Lines that make it ready for a completion script. */
  readonly setup: readonly string[];
}

const PACKAGES = {
  zsh: ['zsh', 'zsh-common', 'libcap2', 'libtinfo6'],
  fish: ['fish', 'fish-common', 'libpcre2-32-0', 'libtinfo6'],
} as const;

/**
 * Finds a shell.
 * @throws Error that says how to get it, where it is neither here nor to be had: a test that cannot run must not pass
 */
export function testedShell(name: 'bash' | 'zsh' | 'fish'): TestedShell {
  if (name === 'bash') {
    return { command: [onPath('bash') ?? missing('bash'), '--norc', '--noprofile', '-i'], env: {}, setup: [] };
  }
  const installed = onPath(name);
  const root = installed === undefined ? unpacked(name) : '';
  const program = installed ?? join(root, name === 'zsh' ? 'bin/zsh' : 'usr/bin/fish');
  if (name === 'fish') return { command: [program, '--no-config', '-i'], env: libraries(root), setup: [] };
  const own =
    root === ''
      ? []
      : [
          `module_path=(${root}/usr/lib/*/zsh/*(/))`,
          `fpath=(${root}/usr/share/zsh/functions ${root}/usr/share/zsh/functions/**/*(/))`,
        ];
  return {
    command: [program, '-f', '-i'],
    env: libraries(root),
    setup: [...own, 'unsetopt zle_bracketed_paste', 'autoload -Uz compinit; compinit -u -D'],
  };
}

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

function missing(name: string, why = ''): never {
  throw new Error(`${name} is not on this machine, and completion in it was NOT tested: install ${name}. ${why}`);
}

function libraries(root: string): Record<string, string> {
  if (root === '') return {};
  const folders = ['lib', 'usr/lib'].flatMap((folder) => {
    const path = join(root, folder);
    return existsSync(path) ? readdirSync(path).map((triplet) => join(path, triplet)) : [];
  });
  return { LD_LIBRARY_PATH: folders.join(':') };
}

function unpacked(name: 'zsh' | 'fish'): string {
  try {
    return unpackedPackages(`shell-${name}`, PACKAGES[name], (folder) => {
      // Fish finds its own files beside its program.
      if (name === 'fish') symlinkSync('../etc', join(folder, 'usr/etc'));
    });
  } catch (error) {
    return missing(name, `apt-get could not fetch it: ${String(error)}`);
  }
}
