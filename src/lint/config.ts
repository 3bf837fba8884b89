import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import { InputFailure } from '../errors.js';
import { nearest } from '../render/nearest.js';
import { CONFIG_FILE } from './input.js';
import { type AnyRule, type Profile, PROFILES, SEVERITIES, type Severity } from './model.js';
import { type FailOn, FAIL_ON } from './report.js';
import { type Scope, SCOPES } from './scope.js';

/** What a project wants of the linter; flags win over it. */
export interface LintConfig {
  readonly profile?: Profile;
  readonly scope?: Scope;
  readonly failOn?: FailOn;
  readonly whereaboutsVersion?: string;
  /** By id or family; `off`: the rule does not exist for this project. */
  readonly rules: ReadonlyMap<string, Severity | 'off'>;
  /** Whether a file or folder that was found below what was named is left out. */
  readonly excludes: (path: string) => boolean;
}

const NOTHING: LintConfig = { rules: new Map(), excludes: () => false };
/** `audit` is the audit's own section, which reads it. */
const KEYS = [
  'apiVersion',
  'kind',
  'profile',
  'scope',
  'failOn',
  'whereaboutsVersion',
  'rules',
  'exclude',
  'audit',
] as const;

/**
 * The configuration that counts: the file that was named, or the nearest `.ipamctl.yaml` upwards, as far as the root of
 * the repository.
 * @throws InputFailure for a file that is not as it should be: a mistake in it must not switch rules on again unseen
 */
export async function loadConfig(named: string | undefined, rules: readonly AnyRule[]): Promise<LintConfig> {
  const found = await readConfigFile(named);
  if (found === undefined) return NOTHING;
  return new Reading(
    found.file,
    rules.map(({ id }) => id),
  ).config(found.value);
}

/** A configuration as it was read, the sections of others in it. */
export interface ConfigFile {
  readonly file: string;
  readonly value: JsonObject;
}

/**
 * The configuration file that counts; undefined: there is none, or nothing in it.
 * @throws InputFailure for one that cannot be read
 */
export async function readConfigFile(named: string | undefined): Promise<ConfigFile | undefined> {
  const file = named ?? findUpwards(process.cwd());
  if (file === undefined) return undefined;
  const { load } = await import('js-yaml');
  let value: unknown;
  try {
    value = load(readFileSync(file, 'utf8'));
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new InputFailure(`${file} cannot be read: ${why ?? ''}`, { cause: error });
  }
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) throw new InputFailure(`${file}: is no mapping`);
  return { file, value };
}

function findUpwards(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, CONFIG_FILE);
    if (existsSync(file)) return file;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined;
  }
}

class Reading {
  constructor(
    private readonly file: string,
    private readonly ids: readonly string[],
  ) {}

  config(value: JsonObject): LintConfig {
    const stray = Object.keys(value).find((key) => !(KEYS as readonly string[]).includes(key));
    if (stray !== undefined) throw this.#wrong(`has an unknown key "${stray}"`, this.#near(stray, KEYS));
    const version = value['whereaboutsVersion'];
    if (version !== undefined && typeof version !== 'string') throw this.#wrong('whereaboutsVersion is no text');
    const profile = this.#oneOf(value, 'profile', PROFILES);
    const scope = this.#oneOf(value, 'scope', SCOPES);
    const failOn = this.#oneOf(value, 'failOn', FAIL_ON);
    return {
      ...(profile === undefined ? {} : { profile }),
      ...(scope === undefined ? {} : { scope }),
      ...(failOn === undefined ? {} : { failOn }),
      ...(version === undefined ? {} : { whereaboutsVersion: version }),
      rules: this.#rules(value['rules']),
      excludes: this.#excludes(value['exclude']),
    };
  }

  #oneOf<T extends string>(object: JsonObject, key: string, options: readonly T[]): T | undefined {
    const value = object[key];
    const found = options.find((option) => option === value);
    if (value !== undefined && found === undefined) {
      throw this.#wrong(`${key} is ${JSON.stringify(value)}`, [`one of ${options.join(', ')}`]);
    }
    return found;
  }

  #rules(value: unknown): LintConfig['rules'] {
    if (value === undefined) return new Map();
    if (!isJsonObject(value)) throw this.#wrong('rules is no mapping of rules to severities');
    const levels = [...SEVERITIES, 'off'] as const;
    const families = [...new Set(this.ids.map((id) => `${id.split('/')[0] ?? ''}/*`))];
    return new Map(
      Object.entries(value).map(([rule, wanted]) => {
        const known = [...this.ids, ...families];
        if (!known.includes(rule)) throw this.#wrong(`there is no rule "${rule}"`, this.#near(rule, known));
        // What YAML 1.1 calls `off` is false.
        const level = levels.find((each) => each === (wanted === false ? 'off' : wanted));
        if (level === undefined)
          throw this.#wrong(`${rule} is ${JSON.stringify(wanted)}`, [`one of ${levels.join(', ')}`]);
        return [rule, level];
      }),
    );
  }

  #excludes(value: unknown): LintConfig['excludes'] {
    if (value === undefined) return NOTHING.excludes;
    if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) {
      throw this.#wrong('exclude is no list of patterns');
    }
    const root = dirname(resolve(this.file));
    const patterns = (value as string[]).map(patternOf);
    return (path) => {
      const own = relative(root, resolve(path)).split(sep).join('/');
      return patterns.some((pattern) => pattern.test(own));
    };
  }

  #near(word: string, known: readonly string[]): string[] {
    const near = nearest(word, known);
    return near === undefined ? [] : [`did you mean ${near}?`];
  }

  #wrong(what: string, hints: readonly string[] = []): InputFailure {
    return new InputFailure(`${this.file}: ${what}`, { hints });
  }
}

/** A pattern as `.gitignore` has them, without negation: `*` within a name, `**` across folders, all below a match. */
function patternOf(pattern: string): RegExp {
  const clean = pattern.replace(/^\.?\//, '').replace(/\/(?:\*\*)?$/, '');
  const body = clean
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[part] ?? escaped(part))
    .join('');
  // Without a slash it is a name, wherever it is.
  return new RegExp(`^${clean.includes('/') ? '' : '(?:.*/)?'}${body}(?:/|$)`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** The rules that are left, and the severities that differ from their own. */
export function appliedRules(
  rules: readonly AnyRule[],
  { rules: wanted }: Pick<LintConfig, 'rules'>,
): { rules: readonly AnyRule[]; severities: ReadonlyMap<string, Severity> } {
  const levelOf = ({ id }: AnyRule): Severity | 'off' | undefined =>
    wanted.get(id) ?? wanted.get(`${id.split('/')[0] ?? ''}/*`);
  const severities = new Map([...wanted].flatMap(([id, level]) => (level === 'off' ? [] : [[id, level] as const])));
  return { rules: rules.filter((rule) => levelOf(rule) !== 'off'), severities };
}
