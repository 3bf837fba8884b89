/** Where a command reads from and how, as kubectl's global flags say it. */
export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly as?: string;
  readonly asGroups?: readonly string[];
  readonly asUid?: string;
  readonly server?: string;
  readonly token?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly certificateAuthority?: string;
  readonly tlsServerName?: string;
  /** Milliseconds for one request; absent: the client's default; 0: none. */
  readonly requestTimeoutMs?: number;
}

/** What the reading tells while it goes on; the caller decides whether and how a person sees it. */
export interface ReadingObserver {
  /** For `-v`: requests, retries, lists that start again. No line ever holds a secret. */
  readonly debug?: (message: string) => void;
  /** For `-vv`: headers, but for what they say in confidence. */
  readonly trace?: (message: string) => void;
  /** Objects of a list seen so far. */
  readonly progress?: (plural: string, count: number) => void;
}
