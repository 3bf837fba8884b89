import { parseConf } from '../cni/conf.js';
import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import { l2DomainOf, type L2Domain } from './l2-domain.js';
import { type IpamReading, parseIpam } from '../whereabouts/ipam.js';

/** The `error` of a NetworkAttachmentDefinition whose configuration lies on the nodes and cannot be read here. */
export const NO_CONFIG = 'no-config';

/** Names the device plugin's resource that a pod of the network gets. */
const RESOURCE_NAME_ANNOTATION = 'k8s.v1.cni.cncf.io/resourceName';

/** A NetworkAttachmentDefinition, as far as address management is concerned. */
export interface Nad {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Type of the first plugin, the one that makes the interface; undefined when unreadable. */
  readonly mainType: string | undefined;
  /** `name` of the CNI network; where the configuration has none multus puts in the object's. */
  readonly cniName: string | undefined;
  /** `ipam.type` of the plugin whose `ipam` counts; undefined when there is none. */
  readonly ipamType: string | undefined;
  /** What whereabouts reads; undefined when the network does not use whereabouts. */
  readonly whereabouts: IpamReading | undefined;
  /** Where its pods meet; null where the configuration does not tell. */
  readonly l2: L2Domain | null;
  /**
   * Why the configuration as a whole could not be read: {@link NO_CONFIG}, or a message. Whether the network uses
   * whereabouts is not known then. An error inside the `ipam` of whereabouts is in `whereabouts` instead.
   */
  readonly error: string | undefined;
}

/**
 * Reads a NetworkAttachmentDefinition.
 *
 * Of a list, the first plugin with whereabouts as its `ipam` counts: libcni runs every plugin of the list, so this is the
 * one that allocates. (whereabouts' own controllers look at the first plugin only: v0.9.4 pkg/config/config.go,
 * LoadIPAMConfiguration; such a network, with a later plugin, they do not clean up after.) The name is injected by
 * network-attachment-definition-client v1.7.7 pkg/utils (GetCNIConfigFromSpec).
 */
export function readNad(object: unknown): Nad {
  const metadata = own(object, 'metadata');
  const name = text(metadata, 'name');
  const head = { namespace: text(metadata, 'namespace'), name, uid: text(metadata, 'uid') };
  const nothing = { mainType: undefined, cniName: undefined, ipamType: undefined, whereabouts: undefined, l2: null };
  const config = own(own(object, 'spec'), 'config');
  // Empty: multus looks for a file of that network name on the node.
  if (config === undefined || config === null || config === '') return { ...head, ...nothing, error: NO_CONFIG };
  if (typeof config !== 'string') return { ...head, ...nothing, error: 'spec.config is not a string' };
  const conf = parseConf(config);
  if (!conf.ok) return { ...head, ...nothing, error: conf.error };

  const givenName = own(conf.raw, 'name');
  // Injected for a missing and for an empty name; any other value stays, and what is no string is none to whereabouts.
  const cniName = givenName === undefined || givenName === '' ? name : conf.name;
  const ipams = conf.plugins.map(ipamOf).filter((ipam) => ipam !== undefined);
  const counts = ipams.find((ipam) => typeOf(ipam) === 'whereabouts') ?? ipams[0];
  const ipamType = counts === undefined ? undefined : typeOf(counts);
  return {
    ...head,
    mainType: typeOf(conf.plugins[0]) || undefined,
    cniName,
    ipamType: ipamType || undefined,
    whereabouts:
      ipamType === 'whereabouts' ? parseIpam(counts, { cniName, cniVersion: conf.cniVersion ?? '' }) : undefined,
    l2: l2DomainOf(conf.plugins[0], {
      cniName,
      resourceName: text(own(metadata, 'annotations'), RESOURCE_NAME_ANNOTATION) || undefined,
    }),
    error: undefined,
  };
}

/** The last value that Go would take for `ipam`, whatever its case; undefined when there is none. */
function ipamOf(plugin: JsonObject): JsonObject | undefined {
  const value = anyCase(plugin, 'ipam');
  return isJsonObject(value) ? value : undefined;
}

function typeOf(value: JsonObject | undefined): string {
  const type = value === undefined ? undefined : anyCase(value, 'type');
  return typeof type === 'string' ? type : '';
}

function anyCase(object: JsonObject, name: string): unknown {
  let result: unknown;
  for (const [key, value] of Object.entries(object)) if (key.toLowerCase() === name) result = value;
  return result;
}

function own(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function text(value: unknown, key: string): string {
  const content = own(value, key);
  return typeof content === 'string' ? content : '';
}
