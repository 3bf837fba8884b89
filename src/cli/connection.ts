import type { ConnectionOptions } from '../cluster/options.js';
import { UsageFailure } from '../errors.js';

/** The flags of `sourceFlags`, as oclif parses them. */
export interface SourceFlagValues {
  readonly kubeconfig?: string | undefined;
  readonly context?: string[] | undefined;
  readonly 'all-contexts'?: boolean | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly as?: string | undefined;
  readonly 'as-group'?: string[] | undefined;
  readonly 'request-timeout'?: string | undefined;
  readonly 'insecure-skip-tls-verify'?: boolean | undefined;
  readonly from?: string[] | undefined;
}

/**
 * What the flags say about the one cluster that is meant.
 * @throws UsageFailure where they mean several
 */
export function connectionOf(flags: SourceFlagValues): ConnectionOptions {
  const { kubeconfig, cluster, user, as } = flags;
  const context = oneContext(flags);
  const timeout = flags['request-timeout'];
  const groups = flags['as-group'];
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(user === undefined ? {} : { user }),
    ...(as === undefined ? {} : { as }),
    ...(groups === undefined ? {} : { asGroups: groups }),
    ...(timeout === undefined ? {} : { requestTimeoutMs: Number(timeout) }),
    ...(flags['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
  };
}

/** Whether the flags ask for a result of several clusters, whatever number they turn out to be. */
export function meansSeveral({ context = [], 'all-contexts': all }: SourceFlagValues): boolean {
  return all === true || context.length > 1;
}

function oneContext({ context = [], 'all-contexts': all }: SourceFlagValues): string | undefined {
  const [first, ...others] = new Set(context);
  if (all !== true && others.length === 0) return first;
  const why = all === true ? '--all-contexts means all' : `--context names ${(others.length + 1).toString()}`;
  throw new UsageFailure(`this is done in one cluster at a time, and ${why}`, {
    hints: [`name one, and run it again for the next: --context ${first ?? 'NAME'}`],
  });
}
