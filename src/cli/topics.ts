import type { EXIT_CODES } from './exit-codes.js';

/** Texts of `ipamctl help TOPIC`. */
export const HELP_TOPICS: ReadonlyMap<string, (exitCodes: typeof EXIT_CODES) => string> = new Map([
  ['exit-codes', exitCodes],
  ['verdicts', () => VERDICTS],
  ['environment', () => ENVIRONMENT],
]);

function exitCodes(codes: typeof EXIT_CODES): string {
  return codes.map(({ code, meaning }) => `${code.toString().padStart(3)}  ${meaning}\n`).join('');
}

const VERDICTS = `What ipamctl thinks of an address that whereabouts holds for a pod:

  live       the pod shows the address in its network-status
  stale      nobody needs it: the pod is gone, or settled on another address of its own
  finished   the pod is Succeeded or Failed, and still holds the address
  lost       the pod is going, done or gone, and its node is gone or does not report: it may still answer
  kept       the pod is gone, and a StatefulSet or a migration wants it back under that name
  pending    the pod has not started yet
  unknown    something was not readable, or the pod has not settled; never released by itself
  malformed  the key, the owner or the pool's range cannot be read

Each comes with a reason and the evidence: ipamctl ips show ADDRESS
`;

const ENVIRONMENT = `KUBECONFIG          kubeconfig files, as kubectl reads them
NO_COLOR            no colours, whatever its value
FORCE_COLOR         colours also where the output is no terminal
DEBUG               shows where an error came from
IPAMCTL_<FLAG>      stands for a flag: IPAMCTL_CONTEXT for --context, IPAMCTL_OUTPUT for -o,
                    IPAMCTL_REQUEST_TIMEOUT for --request-timeout; never for consent
`;
