import type { JsonObject } from '../cni/go-json.js';
import { Prefix } from '../net/prefix.js';
import type { IpamPart, NetworkSubject } from './model.js';
import type { Path } from './path.js';
import { elementsOf, type Written, writtenOf } from './whereabouts-facts.js';

/** One element of `addresses`. */
export interface StaticAddress {
  readonly element: JsonObject;
  readonly path: Path;
  readonly address: Written | undefined;
  /** The address, where it can be read. */
  readonly prefix: Prefix | undefined;
  readonly gateway: Written | undefined;
}

/** An `ipam` object of type static. */
export interface StaticFacts {
  readonly ipam: IpamPart;
  readonly addresses: readonly StaticAddress[];
}

/** What the static IPAMs of a network say. */
export function staticOf({ ipams }: NetworkSubject): StaticFacts[] {
  return ipams
    .filter(({ type }) => type === 'static')
    .map((ipam) => ({ ipam, addresses: addressesOf(ipam, (text) => Prefix.parse(text)) }));
}

/** The elements of `addresses`, which whereabouts has too. */
export function addressesOf({ conf, path }: IpamPart, parse: (text: string) => Prefix | undefined): StaticAddress[] {
  return elementsOf(conf, path, 'addresses').map(({ element, path: at }) => {
    const address = writtenOf(element, at, 'address');
    return {
      element,
      path: at,
      address,
      prefix: address === undefined ? undefined : parse(address.text),
      gateway: writtenOf(element, at, 'gateway'),
    };
  });
}
