import * as Flags from '@oclif/core/flags';
import { UsageFailure } from '../errors.js';
import { COLOR_CHOICES } from './color.js';
import { formatSummary } from './format-list.js';

const GLOBAL = 'GLOBAL';

/** `IPAMCTL_REQUEST_TIMEOUT` for `request-timeout`. Consent has no variable: nobody agrees by an environment. */
export function variableOf(name: string): string {
  return `IPAMCTL_${name.toUpperCase().replaceAll('-', '_')}`;
}

function global(name: string, summary: string): { summary: string; helpGroup: string; env: string } {
  return { summary, helpGroup: GLOBAL, env: variableOf(name) };
}

/** Which cluster, as whom: kubectl's names and meanings. */
export const connectionFlags = {
  kubeconfig: Flags.string({ ...global('kubeconfig', 'path of the kubeconfig file'), helpValue: 'FILE' }),
  context: Flags.string({
    ...global('context', 'context of the kubeconfig to use; what only reads may take several'),
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
  }),
  cluster: Flags.string({ ...global('cluster', 'cluster of the kubeconfig to use'), helpValue: 'NAME' }),
  user: Flags.string({ ...global('user', 'user of the kubeconfig to use'), helpValue: 'NAME' }),
  as: Flags.string({ ...global('as', 'user to impersonate'), helpValue: 'USER' }),
  'as-group': Flags.string({
    ...global('as-group', 'group to impersonate; may be given several times'),
    helpValue: 'GROUP',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'request-timeout': Flags.string({
    ...global('request-timeout', 'how long one request may take, such as 30s or 2m; 0: for ever'),
    helpValue: 'DURATION',
    parse: (text) => Promise.resolve(duration('--request-timeout', text).toString()),
  }),
  'insecure-skip-tls-verify': Flags.boolean(
    global('insecure-skip-tls-verify', 'do not check the certificate of the server'),
  ),
  verbose: Flags.boolean({
    ...global('verbose', 'show requests, retries and lists that start again; -vv headers too, never secrets'),
    char: 'v',
  }),
};

/** Of every command. */
export const colorFlag = {
  color: Flags.option({
    options: COLOR_CHOICES,
    ...global('color', 'colours: auto is by NO_COLOR, by FORCE_COLOR, else where the stream is a terminal'),
    default: 'auto' as const,
  })(),
};

/** For what can read several clusters at once. */
export const fleetFlags = {
  'all-contexts': Flags.boolean(
    global('all-contexts', 'read every cluster that the kubeconfig has a context for, each API server once'),
  ),
};

/** Where the objects come from: a cluster, or files. */
export const sourceFlags = {
  ...connectionFlags,
  from: Flags.string({
    summary: 'read a snapshot instead of a cluster: a directory, an archive, or files of kubectl get; - for stdin',
    helpValue: 'PATH',
    env: variableOf('from'),
    multiple: true,
    multipleNonGreedy: true,
  }),
  'ipam-namespace': Flags.string({
    summary: 'namespace that holds the pools; found by itself otherwise',
    helpValue: 'NAME',
    env: variableOf('ipam-namespace'),
  }),
};

/** The namespace filter of commands that look at the whole cluster. */
export const namespaceFlags = (summary: string) => ({
  namespace: Flags.string({ char: 'n', summary, helpValue: 'NAME', env: variableOf('namespace') }),
  'all-namespaces': Flags.boolean({
    char: 'A',
    summary: 'taken as kubectl has it; the whole cluster is looked at anyway',
  }),
});

export const selectorFlag = {
  selector: Flags.string({
    char: 'l',
    summary: 'only pools with these labels, as kubectl has it',
    helpValue: 'SELECTOR',
    env: variableOf('selector'),
  }),
};

/** `-w` and what goes with it. */
export const watchFlags = {
  watch: Flags.boolean({
    char: 'w',
    summary: 'go on and show what changes; where stdout is no terminal, one JSON document a line',
    env: variableOf('watch'),
  }),
  'exit-when': Flags.string({
    summary: "with --watch: end with 0 once a row meets this, such as 'usedPercent>=90' or 'free<5%'",
    helpValue: 'FIELD>=N[%]',
    env: variableOf('exit-when'),
    dependsOn: ['watch'],
  }),
  timeout: Flags.string({
    summary: 'with --watch: end after this time, such as 90s or 10m; with 8 where --exit-when was not met',
    helpValue: 'DURATION',
    env: variableOf('timeout'),
    dependsOn: ['watch'],
  }),
};

/** A flag that may be given several times and takes one value each time. */
export const repeated = (name: string, summary: string, helpValue: string) =>
  Flags.string({ summary, helpValue, env: variableOf(name), multiple: true, multipleNonGreedy: true });

/** `-o`, and how tables are drawn. */
export const outputFlags = (formats: readonly string[]) => ({
  output: Flags.string({
    char: 'o',
    summary: formatSummary(formats),
    helpValue: 'FORMAT',
    env: variableOf('output'),
    multiple: true,
    multipleNonGreedy: true,
  }),
  'no-headers': Flags.boolean({ summary: 'leave the header of a table away', env: variableOf('no-headers') }),
  'no-truncate': Flags.boolean({
    summary: 'drop no column and cut no name, however narrow the terminal is',
    env: variableOf('no-truncate'),
  }),
});

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration as Go writes it, plus days: `1h30m`, `500ms`, `10d`; a bare number is seconds, as kubectl has it.
 * @returns milliseconds
 * @throws UsageFailure naming the flag
 */
export function duration(flag: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  let total = 0;
  let rest = text;
  while (rest !== '') {
    const [part, amount, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])/.exec(rest) ?? [];
    const size = unit === undefined ? undefined : UNITS[unit];
    if (part === undefined || amount === undefined || size === undefined) {
      throw new UsageFailure(`${flag} "${text}" is no duration`, { hints: ['write it as 30s, 5m, 1h30m or 7d'] });
    }
    total += Number(amount) * size;
    rest = rest.slice(part.length);
  }
  if (text === '') throw new UsageFailure(`${flag} is empty`, { hints: ['write it as 30s, 5m, 1h30m or 7d'] });
  return Math.round(total);
}
