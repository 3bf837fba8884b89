/** What the admission webhook of multus takes (net-attach-def-admission-controller 5a6417b pkg/webhook/webhook.go). */
const ADMITTED = /^[a-z\-1-9](?:[-a-z0-9]*[a-z0-9])?$/;
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const LABEL_LENGTH = 63;
const SUBDOMAIN_LENGTH = 253;

export function isAdmitted(name: string): boolean {
  return ADMITTED.test(name);
}

export function isDnsLabel(name: string): boolean {
  return name.length <= LABEL_LENGTH && LABEL.test(name);
}

/** What the API server takes as the name of an object. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= SUBDOMAIN_LENGTH && name.split('.').every((part) => LABEL.test(part));
}
