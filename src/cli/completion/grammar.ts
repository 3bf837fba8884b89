import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A flag, as far as completion looks at it. */
export interface FlagSpec {
  readonly name: string;
  readonly type: 'boolean' | 'option';
  readonly char?: string;
  readonly summary?: string;
  readonly helpValue?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly hidden?: boolean;
  readonly allowNo?: boolean;
  /** The variable that stands for it. */
  readonly env?: string;
}

/** An argument. */
export interface ArgSpec {
  readonly name: string;
  readonly options?: readonly string[];
}

/** A command, as `oclif.manifest.json` has it. */
export interface CommandSpec {
  /** Its words, joined by colons. */
  readonly id: string;
  readonly summary?: string;
  readonly hidden?: boolean;
  /** False: any number of arguments. */
  readonly strict?: boolean;
  readonly hiddenAliases?: readonly string[];
  readonly args: Readonly<Record<string, ArgSpec>>;
  readonly flags: Readonly<Record<string, FlagSpec>>;
}

/** All commands, and what their first words are about. */
export interface Grammar {
  readonly version: string;
  readonly commands: readonly CommandSpec[];
  readonly topics: Readonly<Record<string, string>>;
}

/** Reads the commands of the package in `root`: two files, and none of oclif, which takes longer than all the rest. */
export function readGrammar(root: string): Grammar {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, CommandSpec>;
  };
  const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    oclif: { topics?: Record<string, { description?: string }> };
  };
  const topics = Object.entries(pkg.oclif.topics ?? {}).map(([id, { description = '' }]) => [id, description] as const);
  return {
    version: pkg.version,
    commands: Object.values(manifest.commands).filter(({ hidden }) => hidden !== true),
    topics: Object.fromEntries(topics),
  };
}
