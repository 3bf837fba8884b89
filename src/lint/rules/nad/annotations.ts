import { isNear } from '../../near.js';

/** The annotation by which pods get a device of the network. */
export const RESOURCE_NAME = 'k8s.v1.cni.cncf.io/resourceName';

/** Whether an annotation's key is nearly, and not quite, that of the resource. */
export function isMistyped(key: string): boolean {
  return key !== RESOURCE_NAME && isNear(key, RESOURCE_NAME);
}
