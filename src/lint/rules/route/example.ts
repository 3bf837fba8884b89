import type { Example } from '../../model.js';
import { nadWith } from '../examples.js';

/** A good configuration with these routes. */
export function withRoutes(routes: string, more = ''): Example {
  return nadWith('"exclude":', `"routes": [${routes}],\n    ${more}"exclude":`);
}
