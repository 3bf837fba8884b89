import type { ConnectionOptions } from '../cluster/options.js';

/** The flags of `sourceFlags`, as oclif parses them. */
export interface SourceFlagValues {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly as?: string | undefined;
  readonly 'as-group'?: string[] | undefined;
  readonly 'request-timeout'?: string | undefined;
  readonly 'insecure-skip-tls-verify'?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly from?: string[] | undefined;
}

/** What the flags say about the cluster. */
export function connectionOf(flags: SourceFlagValues): ConnectionOptions {
  const { kubeconfig, context, cluster, user, as } = flags;
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
