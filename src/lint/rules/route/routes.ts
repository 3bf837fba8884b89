import type { JsonObject } from '../../../cni/go-json.js';
import { Address } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import { fieldOf, type GoField } from '../../go-fields.js';
import type { IpamPart, NetworkSubject } from '../../model.js';
import type { Path } from '../../path.js';
import { rememberLast } from '../../remember.js';
import { gatewaysOf } from '../../subnets.js';
import { elementsOf } from '../../whereabouts-facts.js';

/** IPAM plugins that hand routes on; dhcp has those of its server. */
const WITH_ROUTES: ReadonlySet<string> = new Set(['whereabouts', 'host-local', 'static']);

/** A route of an IPAM. */
export interface RoutePart {
  readonly conf: JsonObject;
  readonly path: Path;
  readonly ipam: IpamPart;
  /** As written; undefined where it is missing. */
  readonly dst: GoField | undefined;
  /** Undefined where it does not parse. */
  readonly prefix: Prefix | undefined;
  /** As written; undefined where it is missing or empty, which is the same. */
  readonly gw: GoField | undefined;
  /** Undefined where it does not parse, or is not there. */
  readonly via: Address | undefined;
}

/** The IPAMs of a network whose routes are known. */
export function ipamsWithRoutes({ ipams }: NetworkSubject): readonly IpamPart[] {
  return ipams.filter(({ type }) => type !== undefined && WITH_ROUTES.has(type));
}

/** The routes of a network, in their order. */
export const routesOf = rememberLast((network: NetworkSubject): readonly RoutePart[] =>
  ipamsWithRoutes(network).flatMap(routesIn),
);

function routesIn(ipam: IpamPart): RoutePart[] {
  return elementsOf(ipam.conf, ipam.path, 'routes').map(({ element: conf, path }) => {
    const dst = fieldOf(conf, 'dst');
    const written = fieldOf(conf, 'gw');
    const gw = written?.value === '' ? undefined : written;
    return {
      conf,
      path,
      ipam,
      dst,
      prefix: typeof dst?.value === 'string' ? Prefix.parse(dst.value) : undefined,
      gw,
      via: typeof gw?.value === 'string' ? Address.parse(gw.value) : undefined,
    };
  });
}

/** Where the destination is written. */
export function dstPath({ path, dst }: RoutePart): Path {
  return [...path, dst?.key ?? 'dst'];
}

/** Where the gateway is written. */
export function gwPath({ path, gw }: RoutePart): Path {
  return [...path, gw?.key ?? 'gw'];
}

export function isDefault({ prefix }: RoutePart): boolean {
  return prefix?.length === 0;
}

/** Whether it goes by a gateway of its IPAM; one without any is on the network itself. */
export function hasIpamGateway(network: NetworkSubject, { ipam, prefix }: RoutePart): boolean {
  return gatewaysOf(network, ipam).some(({ family }) => family === prefix?.family);
}
