import type { Example } from '../../model.js';
import { sliced } from '../ipam-examples.js';

/** A network with 256 node slices of 254 addresses. */
export const RANGE_SLICED: Example = slicedBy('/24');

/** The same with another size. */
export function slicedBy(size: string): Example {
  return sliced(`"range": "10.20.0.0/16",\n"node_slice_size": "${size}",\n"network_name": "tenant-a"`);
}
