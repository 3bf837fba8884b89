import { record, records, text } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { OPERATOR_NETWORKS, resourceName } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import type { Entry } from './entry.js';

/** The one object of its kind. */
export const OPERATOR_NETWORK = 'cluster';
/** As people and kubectl name it. */
export const OPERATOR_NETWORK_TITLE = `network.${OPERATOR_NETWORKS.group}/${OPERATOR_NETWORK}`;

/** What the Cluster Network Operator is told, as far as additional networks are concerned. */
export interface OperatorNetwork {
  readonly uid: string;
  readonly resourceVersion: string;
  /** With it the operator deploys nothing of multus. */
  readonly disableMultiNetwork: boolean;
  /** `spec.disableMultiNetwork` as it was read; null where it is absent. */
  readonly rawDisableMultiNetwork: unknown;
  /** `Managed` where it is not said; the operator does nothing for any other. */
  readonly managementState: string;
  /** The list as it was read; null: absent or null. */
  readonly list: readonly unknown[] | null;
  /** Its elements; what is no object has no fields. */
  readonly entries: readonly Entry[];
  readonly status: Readonly<Record<string, unknown>>;
}

/** Reads what a Network object of the operator says. */
export function parseOperatorNetwork({ metadata, spec, status }: KubeObject): OperatorNetwork {
  const fields = record(spec);
  const list = fields['additionalNetworks'];
  return {
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    disableMultiNetwork: fields['disableMultiNetwork'] === true,
    rawDisableMultiNetwork: fields['disableMultiNetwork'] ?? null,
    managementState: text(fields['managementState']) ?? 'Managed',
    list: Array.isArray(list) ? list : null,
    entries: records(list),
    status: record(status),
  };
}

/**
 * Reads the operator's Network object; undefined where the cluster has no such operator.
 * @throws ClusterFailure where that is not known
 */
export async function findOperatorNetwork(reader: Pick<ClusterReader, 'get'>): Promise<OperatorNetwork | undefined> {
  try {
    const object = await reader.get(OPERATOR_NETWORKS, '', OPERATOR_NETWORK);
    return object === undefined ? undefined : parseOperatorNetwork(object);
  } catch (failure) {
    if (failure instanceof ClusterFailure && failure.reason === 'not-defined') return undefined;
    throw failure;
  }
}

/**
 * Reads the operator's Network object.
 * @throws ClusterFailure `not-found` where there is none: nobody would act on it
 */
export async function readOperatorNetwork(reader: Pick<ClusterReader, 'get'>): Promise<OperatorNetwork> {
  const network = await findOperatorNetwork(reader);
  if (network !== undefined) return network;
  throw new ClusterFailure(
    'not-found',
    `there is no operator to patch: this cluster has no ${OPERATOR_NETWORK_TITLE}`,
    { verb: 'get', resource: resourceName(OPERATOR_NETWORKS), name: OPERATOR_NETWORK },
    {
      facts: ['shims are for the Cluster Network Operator of OpenShift'],
      hints: [
        'elsewhere the reconciler and the controller of whereabouts are installed with whereabouts itself',
        'ipamctl shim status     shows what of them is there',
      ],
    },
  );
}
