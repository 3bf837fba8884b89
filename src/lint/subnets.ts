import { Address } from '../net/address.js';
import { Prefix } from '../net/prefix.js';
import { hostLocalOf, hostLocalRangesOf } from './host-local-facts.js';
import type { IpamPart, NetworkSubject } from './model.js';
import type { Path } from './path.js';
import { rememberLast } from './remember.js';
import { addressesOf, type StaticAddress } from './static-facts.js';
import { rangesOf, whereaboutsOf } from './whereabouts-facts.js';

/** A network that an IPAM plugin assigns addresses of, where it is written. */
export interface WrittenSubnet {
  /** Undefined where it does not parse. */
  readonly prefix: Prefix | undefined;
  readonly path: Path;
}

/** The networks of the IPAMs whose keys are known, as they are written. */
export function subnetsOf(network: NetworkSubject): WrittenSubnet[] {
  return [
    ...rangesOf(network).map(({ range, reading }) => ({ prefix: reading?.range, path: range.path })),
    ...hostLocalRangesOf(network).map(({ path, subnet, prefix }) => ({ prefix, path: subnet?.path ?? path })),
    ...network.ipams
      .flatMap(fixedAddresses)
      .map(({ path, address, prefix }) => ({ prefix, path: address?.path ?? path })),
  ];
}

/** `addresses`, which whereabouts hands out beside those of its ranges. */
function fixedAddresses(ipam: IpamPart): StaticAddress[] {
  const isRead = ipam.type === 'static' || ipam.type === 'whereabouts';
  return isRead ? addressesOf(ipam, (text) => Prefix.parseSloppy(text)) : [];
}

/** The gateways that routes without one of their own go by; host-local makes one where none is written. */
export function gatewaysOf(network: NetworkSubject, ipam: IpamPart): readonly Address[] {
  return gatewaysByIpam(network).get(ipam) ?? [];
}

const gatewaysByIpam = rememberLast((network: NetworkSubject): ReadonlyMap<IpamPart, readonly Address[]> => {
  const own = new Map(whereaboutsOf(network).map(({ conf, gatewayAddress }) => [conf, gatewayAddress]));
  const made = new Map(
    hostLocalOf(network).map(({ ipam, sets }) => [
      ipam,
      sets.flatMap(({ ranges }) => ranges.map(({ prefix }) => prefix?.network)),
    ]),
  );
  return new Map(
    network.ipams.map((ipam) => {
      const fixed = fixedAddresses(ipam).map(({ gateway }) => Address.parseSloppy(gateway?.text ?? ''));
      const all = [own.get(ipam.conf), ...fixed, ...(made.get(ipam) ?? [])];
      return [ipam, all.filter((address) => address !== undefined)];
    }),
  );
});
