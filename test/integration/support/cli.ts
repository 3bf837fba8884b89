import { startIpamctl, type Ran, type Running } from '../../support/program.js';

/** How the program is run. */
export interface CliOptions {
  /** Handed over as KUBECONFIG; absent: none, as where it is not set. */
  kubeconfig?: string;
  env?: Record<string, string>;
  /** Text on stdin; absent: an empty one. */
  stdin?: string;
  /** The folder that it runs in. */
  cwd?: string;
  /** Gets what it prints, as it comes. */
  onStdout?: (text: string) => void;
}

export type CliResult = Ran;

/** Runs the built program as a script would: all streams are pipes. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** `runCli`, not waited for. */
export function startCli(args: readonly string[], options: CliOptions = {}): Running {
  const { kubeconfig = '', env, ...rest } = options;
  return startIpamctl(args, { ...rest, env: { KUBECONFIG: kubeconfig, TZ: 'UTC', ...env } });
}

/** The one JSON document of a result; throws, with all that was printed, where stdout is none. */
export function jsonOf(result: CliResult): unknown {
  try {
    return JSON.parse(result.stdout);
  } catch {
    const code = String(result.code);
    throw new Error(`no JSON on stdout (exit code ${code}):\n${result.stdout}\nstderr:\n${result.stderr}`);
  }
}
