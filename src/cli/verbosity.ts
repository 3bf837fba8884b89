/** How much is told of what goes on: 0 nothing, 1 requests (`-v`), 2 their headers too (`-vv`). */
export type Verbosity = 0 | 1 | 2;

/** One `-v` as the parser has it. */
interface Token {
  readonly type: string;
  readonly flag?: string;
}

/** The more of the flag and of `DEBUG`, whose patterns are those of the `debug` package: `ipamctl:*`, `*,-ipamctl:headers`. */
export function verbosityOf(verbose: boolean, raw: readonly Token[], debug: string): Verbosity {
  const times = raw.filter(({ type, flag }) => type === 'flag' && flag === 'verbose').length;
  if (times > 1 || isAsked('ipamctl:headers', debug)) return 2;
  return verbose || isAsked('ipamctl:requests', debug) ? 1 : 0;
}

function isAsked(name: string, patterns: string): boolean {
  const all = patterns.split(/[\s,]+/).filter((pattern) => pattern !== '');
  const matches = (pattern: string): boolean =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(name);
  const isLeftOut = all.some((pattern) => pattern.startsWith('-') && matches(pattern.slice(1)));
  return !isLeftOut && all.some(matches);
}
