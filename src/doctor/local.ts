import { ClusterFailure, type Failure } from '../errors.js';
import { fine, found, type Check } from './documents.js';

/** What is known of this machine without asking anybody. */
export interface LocalFacts {
  readonly toolVersion: string;
  /** `v20.20.2` */
  readonly nodeVersion: string;
  /** The oldest Node that will do, `20.17`. */
  readonly oldestNode: string;
  readonly journal: { readonly path: string; readonly problem: string | null };
  /** Which API server kubeconfig and flags name, or why none. */
  readonly connection: ConnectionFacts | Failure;
  /** Bins of the package that are on PATH, for kubectl and for completion. */
  readonly onPath: readonly string[];
}

export interface ConnectionFacts {
  readonly context: string;
  /** Where it was read. */
  readonly origin: string;
  readonly server: string;
  readonly user: string;
}

/** Whether the facts are a connection. */
export function isConnection(value: LocalFacts['connection']): value is ConnectionFacts {
  return !(value instanceof Error);
}

/** What can be said without a cluster. */
export function localChecks({ nodeVersion, oldestNode, journal, connection, onPath }: LocalFacts): Check[] {
  return [
    isOlder(nodeVersion, oldestNode)
      ? found('node', 'problem', `Node ${nodeVersion} is too old`, `install Node ${oldestNode} or newer`)
      : fine('node', `Node ${nodeVersion}`),
    journal.problem === null
      ? fine('journal', `releases are journalled in ${journal.path}`)
      : found(
          'journal',
          'problem',
          `the journals cannot be written to ${journal.path}: ${journal.problem}`,
          'nothing is released without one: make that folder writable, or name another: --journal DIR',
        ),
    onPath.includes('kubectl-ipamctl')
      ? fine('plugin', 'kubectl and oc find it on PATH: kubectl ipamctl')
      : found('plugin', 'info', 'kubectl-ipamctl is not on PATH, so kubectl and oc do not know it', null),
    kubeconfigCheck(connection),
  ];
}

function kubeconfigCheck(connection: LocalFacts['connection']): Check {
  if (isConnection(connection)) {
    const { context, origin, server, user } = connection;
    const who = user === '' ? '' : ` as "${user}"`;
    return fine('kubeconfig', `context "${context}" of ${origin}: ${server}${who}`);
  }
  const [fix = null] = connection.hints;
  const isMissing = connection instanceof ClusterFailure && connection.reason === 'no-kubeconfig';
  const message = isMissing ? 'no kubeconfig was found: without a cluster only --from works' : connection.message;
  return found('kubeconfig', 'problem', message, fix, connection.facts);
}

function isOlder(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = oldest.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
