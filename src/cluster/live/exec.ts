import { ClusterFailure } from '../../errors.js';
import { argvWithoutSecrets, withoutSecrets } from '../../secrets.js';
import type { ClusterSettings, ExecSettings } from './connection.js';
import { asRecord, asText, harmless } from './text.js';

/** What a credential plugin gave: a bearer token, a client certificate with its key (PEM), or both. */
export interface PluginCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since the epoch; absent: good until it is refused. */
  readonly expiresAtMs?: number;
}

/** The terminal that a plugin may use to ask for a password or show a log-in address. */
export interface PluginTerminal {
  readonly interactive: boolean;
  /** Takes what the plugin says to people while it runs; absent: kept for an error. */
  readonly say?: (text: string) => void;
}

/**
 * Runs a credential plugin as client-go does: `KUBERNETES_EXEC_INFO` tells it the API version, whether it may ask, and
 * (where the kubeconfig wants that) the cluster; its stdin is ours only if it may ask. client-node's own runner does
 * none of this, and leaves the plugin's stdin open without an end.
 *
 * @throws ClusterFailure `credential-plugin`: not found, exit code with stderr, or no credential in its answer.
 */
export async function runPlugin(
  exec: ExecSettings,
  cluster: ClusterSettings,
  terminal: PluginTerminal,
): Promise<PluginCredential> {
  const shown = harmless(argvWithoutSecrets([exec.command, ...exec.args.slice(0, 4)]).join(' '), 120);
  const fail = (message: string, facts: string[] = [], hints: string[] = [], cause?: unknown): ClusterFailure =>
    new ClusterFailure('credential-plugin', `the credential plugin ${message}`, {}, { facts, hints, cause });

  const interactive = exec.interactiveMode !== 'Never' && terminal.interactive;
  if (exec.interactiveMode === 'Always' && !interactive) {
    throw fail('wants to ask something, and there is no terminal', [shown]);
  }
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive, ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}) },
  };
  const env = { ...process.env, ...exec.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const result = await run(exec, env, interactive, terminal.say).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const hints = exec.installHint === undefined ? [] : [harmless(exec.installHint, 600)];
    if (code === 'ENOENT')
      throw fail(`"${harmless(exec.command, 120)}" was not found`, ['named in the kubeconfig'], hints, error);
    throw fail(
      `"${harmless(exec.command, 120)}" could not be run: ${harmless(code ?? String(error))}`,
      [],
      hints,
      error,
    );
  });
  const said =
    result.stderr.trim() === '' ? [] : [`it said: ${harmless(withoutSecrets(lastLines(result.stderr)), 600)}`];
  if (result.status !== 0) {
    throw fail(
      `failed with ${result.signal ?? `exit code ${String(result.status)}`}`,
      [shown, ...said],
      ['run it by hand, or log in again'],
    );
  }
  let answer: unknown;
  try {
    answer = JSON.parse(result.stdout);
  } catch {
    throw fail('did not print an ExecCredential', [shown, ...said]);
  }
  const status = asRecord(asRecord(answer)?.['status']);
  const token = asText(status?.['token'])?.trim();
  const cert = asText(status?.['clientCertificateData']);
  const key = asText(status?.['clientKeyData']);
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw fail('gave neither a token nor a certificate with its key', [shown, ...said]);
  }
  const expiresAtMs = Date.parse(asText(status?.['expirationTimestamp']) ?? '');
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(Number.isNaN(expiresAtMs) ? {} : { expiresAtMs }),
  };
}

interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  exec: ExecSettings,
  env: NodeJS.ProcessEnv,
  interactive: boolean,
  say: ((text: string) => void) | undefined,
): Promise<Ran> {
  // Loaded by whoever has such a plugin.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, [...exec.args], {
      env,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4096);
      say?.(text);
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      resolve({ status, signal, stdout, stderr });
    });
  });
}

function clusterInfo(cluster: ClusterSettings): Record<string, unknown> {
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTlsVerify || undefined,
    'certificate-authority-data': cluster.caData,
    'proxy-url': cluster.proxyUrl,
  };
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join(' | ');
}
