import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where journals are kept unless `--journal` says otherwise: `ipamctl` in XDG_STATE_HOME (which counts only when
 * absolute, as the XDG Base Directory Specification has it), or in `~/.local/state`.
 */
export function stateDirectory(environment: Readonly<Record<string, string | undefined>>, home = homedir()): string {
  const state = environment['XDG_STATE_HOME'];
  const base = state !== undefined && isAbsolute(state) ? state : join(home, '.local', 'state');
  return join(base, 'ipamctl');
}
