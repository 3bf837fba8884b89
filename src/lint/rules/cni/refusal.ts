import type { NetworkSubject, Profile } from '../../model.js';

/**
 * Who refuses a configuration that libcni cannot load, and how: the admission webhook of multus, which OpenShift runs, when
 * the object is written; elsewhere libcni, when a pod attaches.
 */
export function refusal({ origin }: NetworkSubject, profile: Profile, libcni: string): string {
  const isAdmitted = origin !== 'file' && profile !== 'upstream';
  return isAdmitted ? 'invalid config' : libcni;
}
