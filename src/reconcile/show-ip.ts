import { ClusterFailure, InputFailure } from '../errors.js';
import type { ClusterReader } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { readNetworkStatus } from '../nad/network-status.js';
import type { Address } from '../net/address.js';
import { networkIsKnown } from '../pools/belonging.js';
import { describePools } from '../pools/documents.js';
import { extentOf } from '../pools/extent.js';
import type { Inventory, InventoryOptions } from '../pools/inventory.js';
import { reservationName } from '../whereabouts/names.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import { inBatches } from './batches.js';
import {
  addressDocument,
  evidenceDocument,
  reservationId,
  type AddressDocument,
  type EvidenceDocument,
  type ObjectId,
} from './documents.js';
import { hasUnanswered } from './plan.js';
import { wholePod } from './pods.js';
import type { JudgedClaim } from './judged.js';
import { survey, type Survey } from './survey.js';
import type { Reason, Verdict } from './verdict.js';

/** A pool into whose range an address falls that it does not hold. */
export interface PlaceDocument {
  readonly pool: { readonly namespace: string; readonly name: string };
  readonly networkName: string | null;
  /** What the pool would do with the address. */
  readonly place: 'free' | 'reserved' | 'excluded' | 'outside-windows';
  /** Owner of the reservation that keeps the address from being handed out there. */
  readonly reservedFor: string | null;
  readonly nads: readonly { readonly namespace: string; readonly name: string; readonly inside: boolean }[];
}

/** A reservation that no key stands behind. */
export interface LoneReservation extends ObjectId {
  readonly podref: string;
  readonly address: string | null;
  readonly networkName: string | null;
  readonly ifName: string | null;
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly evidence: EvidenceDocument;
}

/** Everything known of an address, or of a pod's addresses. */
export interface IPReport {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'IPReport';
  readonly address: string | null;
  /** The pod that was asked for, and whether the API has it. */
  readonly pod: (ObjectRef & { readonly exists: boolean }) | null;
  /** Keys of pools that hold it. */
  readonly holders: readonly AddressDocument[];
  readonly reservations: readonly LoneReservation[];
  /** Pods, not finished, that show it in their network-status. */
  readonly shownBy: readonly {
    readonly address: string;
    readonly namespace: string;
    readonly name: string;
    readonly network: string;
  }[];
  /** Pools that it falls into without being held there. */
  readonly places: readonly PlaceDocument[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** Everything known of one address. */
export async function showAddress(
  reader: ClusterReader,
  address: Address,
  options: InventoryOptions,
): Promise<IPReport> {
  const judged = await survey(reader, {
    ...options,
    only: () => (claim) => claim.address?.equals(address) === true,
    watched: [address],
  });
  return reportOf(await withOwnerNodes(reader, judged), [address], { address: address.toString(), pod: null });
}

/**
 * Everything known of the addresses that a pod holds or shows.
 * @throws ClusterFailure or InputFailure where the pod neither exists nor holds anything
 */
export async function showPod(reader: ClusterReader, pod: ObjectRef, options: InventoryOptions): Promise<IPReport> {
  const object = await reader.get(PODS, pod.namespace, pod.name);
  const shown = readNetworkStatus(object?.metadata.annotations);
  // The cluster's own network hands its addresses out by itself.
  const secondary = shown.state === 'read' ? shown.entries.filter(({ isDefault }) => !isDefault) : [];
  const addresses = secondary.flatMap((entry) => entry.addresses);
  const podref = `${pod.namespace}/${pod.name}`;
  const judged = await survey(reader, {
    ...options,
    only: () => (claim) => claim.podref === podref,
    watched: addresses,
  });
  if (object === undefined && judged.claims.length === 0) throw noSuchPod(reader, podref);
  const held = judged.claims.flatMap(({ claim }) => claim.address ?? []);
  const all = [...new Map([...addresses, ...held].map((address) => [address.toString(), address])).values()];
  const subject = { address: null, pod: { ...pod, exists: object !== undefined } };
  return reportOf(await withOwnerNodes(reader, judged), all, subject);
}

function reportOf(judged: Survey, addresses: readonly Address[], subject: Pick<IPReport, 'address' | 'pod'>): IPReport {
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'IPReport',
    ...subject,
    holders: judged.claims.flatMap((claim) => addressDocument(claim, judged) ?? []),
    reservations: judged.claims.flatMap((claim) => loneReservation(claim, judged)),
    shownBy: addresses.flatMap((address) =>
      judged.podsThatShow(address).map(({ namespace, name, network }) => ({
        address: address.toString(),
        namespace,
        name,
        network,
      })),
    ),
    places: subject.address === null ? [] : addresses.flatMap((address) => placesOf(judged.inventory, address)),
    incomplete: judged.incomplete || hasUnanswered(judged.claims),
    warnings: judged.warnings,
  };
}

function loneReservation(judged: JudgedClaim, from: Survey): LoneReservation[] {
  const id = reservationId(judged);
  if (judged.claim.pool !== null || id === null) return [];
  const { address, networkName, ifName } = judged.claim;
  const { verdict, reason } = judged;
  const evidence = evidenceDocument(judged, from);
  return [{ ...id, address: address?.toString() ?? null, networkName, ifName, verdict, reason, evidence }];
}

/** Where the address would fall among the pools that do not hold it. */
function placesOf(inventory: Inventory, address: Address): PlaceDocument[] {
  const pools = inventory.pools.filter(
    ({ range, allocations }) =>
      range?.masked().contains(address) === true &&
      !allocations.some(({ reading }) => reading.ok && reading.address.equals(address)),
  );
  return describePools(inventory, pools).map((view) => {
    const { pool, belonging, usage } = view;
    const excluded = extentOf(view)?.excluded.contains(address) === true;
    const { networkName } = belonging;
    const known = networkIsKnown(belonging);
    const reservation = known
      ? inventory.reservationsByName.get(pool.namespace, reservationName(address, networkName))
      : undefined;
    const isInside = usage.addresses.contains(address);
    return {
      pool: { namespace: pool.namespace, name: pool.name },
      networkName: known ? networkName : null,
      place: isInside ? (reservation === undefined ? 'free' : 'reserved') : excluded ? 'excluded' : 'outside-windows',
      reservedFor: isInside ? (reservation?.podref ?? null) : null,
      nads: belonging.draws.map(({ nad, addresses }) => ({
        namespace: nad.namespace,
        name: nad.name,
        inside: addresses.contains(address),
      })),
    };
  });
}

/** Few owners, so each is asked for the node that metadata does not tell. */
async function withOwnerNodes(reader: ClusterReader, judged: Survey): Promise<Survey> {
  const claims: JudgedClaim[] = [...judged.claims];
  await inBatches([...claims.entries()], async ([index, item]) => {
    const { owner } = item.claim;
    if (item.nodeName !== null || item.evidence.owner.state !== 'found' || owner === null) return;
    try {
      const object = await reader.get(PODS, owner.namespace, owner.name);
      if (object !== undefined) claims[index] = { ...item, nodeName: wholePod(object).nodeName };
    } catch (failure) {
      // Whoever may list pods but not get them does without the node.
      if (!(failure instanceof ClusterFailure)) throw failure;
    }
  });
  return { ...judged, claims };
}

function noSuchPod(reader: ClusterReader, podref: string): Error {
  const message = `there is no pod ${podref}, and no address is held for one of that name`;
  return reader.source === 'snapshot'
    ? new InputFailure(message)
    : new ClusterFailure('not-found', message, { resource: 'pods', name: podref });
}
