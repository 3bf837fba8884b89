import type { Address } from '../../../net/address.js';
import type { NetworkSubject } from '../../model.js';
import type { Path } from '../../path.js';
import { staticOf } from '../../static-facts.js';

/** A literal address of a network, where it is written. */
export interface LiteralAddress {
  readonly network: NetworkSubject;
  readonly address: Address;
  readonly path: Path;
}

/** The literal addresses of networks with static IPAM. */
export function literalsOf(network: NetworkSubject): LiteralAddress[] {
  return staticOf(network).flatMap(({ addresses }) =>
    addresses.flatMap(({ prefix, address, path }) =>
      prefix === undefined ? [] : [{ network, address: prefix.address, path: address?.path ?? path }],
    ),
  );
}
