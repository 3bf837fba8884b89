import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import { InputFailure, UsageFailure } from '../errors.js';
import type { ConfigFile } from '../lint/config.js';
import { SEVERITIES, type Severity } from '../lint/model.js';
import { DEFAULT_SETTINGS, type AnyCheck, type AuditSettings } from './model.js';

/** What fails an audit; `never`: its exit code does not depend on findings. */
export const FAIL_ON = [...SEVERITIES, 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** What a project wants of the audit; flags win over it. */
export interface AuditConfig extends Pick<AuditSettings, 'capacityWarning' | 'capacityError'> {
  readonly failOn: FailOn | undefined;
  /** By id; `off`: the check does not exist for this project. */
  readonly checks: ReadonlyMap<string, Severity | 'off'>;
}

const NOTHING: AuditConfig = { ...DEFAULT_SETTINGS, failOn: undefined, checks: new Map() };
const KEYS = ['failOn', 'checks', 'capacityWarning', 'capacityError'] as const;

/**
 * The `audit` section of the configuration.
 * @param nearest finds the known word that was meant
 * @throws InputFailure where it is not as it should be: a mistake in it must not switch checks on again unseen
 */
export function auditConfig(
  config: ConfigFile | undefined,
  checks: readonly AnyCheck[],
  nearest: (word: string, known: readonly string[]) => string | undefined,
): AuditConfig {
  const section = config?.value['audit'];
  if (config === undefined || section === undefined) return NOTHING;
  const { file } = config;
  const wrong = (what: string, near?: string): InputFailure =>
    new InputFailure(`${file}: ${what}`, { hints: near === undefined ? [] : [`did you mean ${near}?`] });
  if (!isJsonObject(section)) throw wrong('audit is no mapping');
  const stray = Object.keys(section).find((key) => !(KEYS as readonly string[]).includes(key));
  if (stray !== undefined) throw wrong(`audit has an unknown key "${stray}"`, nearest(stray, KEYS));
  const failOn = FAIL_ON.find((each) => each === section['failOn']);
  if (section['failOn'] !== undefined && failOn === undefined) {
    throw wrong(`audit.failOn is ${JSON.stringify(section['failOn'])}, and not one of ${FAIL_ON.join(', ')}`);
  }
  const [capacityWarning, capacityError] = (['capacityWarning', 'capacityError'] as const).map((key) =>
    percentOf(section, key, wrong),
  ) as [number, number];
  if (capacityWarning > capacityError) throw wrong('audit.capacityWarning is above audit.capacityError');
  return { failOn, capacityWarning, capacityError, checks: severitiesOf(section['checks'], checks, nearest, wrong) };
}

/** Thresholds as the flags give them; undefined: the flag was not given. */
export interface GivenThresholds {
  readonly 'capacity-warning'?: string | undefined;
  readonly 'capacity-error'?: string | undefined;
}

/**
 * The thresholds of the flags, and for what they leave out those of the configuration.
 * @throws UsageFailure where one is no percentage, or the warning would come after the error
 */
export function thresholdsOf(
  given: GivenThresholds,
  config: Pick<AuditConfig, 'capacityWarning' | 'capacityError'>,
): Pick<AuditSettings, 'capacityWarning' | 'capacityError'> {
  const capacityWarning = givenPercent('capacity-warning', given) ?? config.capacityWarning;
  const capacityError = givenPercent('capacity-error', given) ?? config.capacityError;
  if (capacityWarning > capacityError) {
    throw new UsageFailure(`a warning from ${capacityWarning} % on comes after the error from ${capacityError} % on`, {
      hints: ['give both: --capacity-warning N --capacity-error N'],
    });
  }
  return { capacityWarning, capacityError };
}

function givenPercent(flag: keyof GivenThresholds, given: GivenThresholds): number | undefined {
  const text = given[flag];
  if (text === undefined) return undefined;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (isPercent(value)) return value;
  throw new UsageFailure(`--${flag} "${text}" is no percentage`, { hints: ['a number above 0, 100 at most'] });
}

function isPercent(value: number): boolean {
  return value > 0 && value <= 100;
}

/** The checks that are left, and the severities that differ from their own. */
export function appliedChecks(
  checks: readonly AnyCheck[],
  { checks: wanted }: Pick<AuditConfig, 'checks'>,
): { readonly checks: readonly AnyCheck[]; readonly severities: ReadonlyMap<string, Severity> } {
  const severities = new Map([...wanted].flatMap(([id, level]) => (level === 'off' ? [] : [[id, level] as const])));
  return { checks: checks.filter(({ id }) => wanted.get(id) !== 'off'), severities };
}

function percentOf(
  section: JsonObject,
  key: 'capacityWarning' | 'capacityError',
  wrong: (what: string) => InputFailure,
): number {
  const value = section[key] ?? DEFAULT_SETTINGS[key];
  if (typeof value === 'number' && isPercent(value)) return value;
  throw wrong(`audit.${key} is ${JSON.stringify(value)}, and no percentage`);
}

function severitiesOf(
  value: unknown,
  checks: readonly AnyCheck[],
  nearest: (word: string, known: readonly string[]) => string | undefined,
  wrong: (what: string, near?: string) => InputFailure,
): AuditConfig['checks'] {
  if (value === undefined) return new Map();
  if (!isJsonObject(value)) throw wrong('audit.checks is no mapping of checks to severities');
  const ids = checks.map(({ id }) => id);
  const levels = [...SEVERITIES, 'off'] as const;
  return new Map(
    Object.entries(value).map(([given, wanted]) => {
      const id = given.includes('/') ? given : `audit/${given}`;
      if (!ids.includes(id)) throw wrong(`there is no check "${given}"`, nearest(id, ids));
      // What YAML 1.1 calls `off` is false.
      const level = levels.find((each) => each === (wanted === false ? 'off' : wanted));
      if (level === undefined) {
        throw wrong(`audit.checks: ${given} is ${JSON.stringify(wanted)}, and not one of ${levels.join(', ')}`);
      }
      return [id, level];
    }),
  );
}
