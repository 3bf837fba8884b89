import type { ClusterReader } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import type { Nad } from '../nad/nad.js';
import type { Address } from '../net/address.js';
import { objectKey } from '../pools/belonging.js';
import { append } from '../pools/multimap.js';
import { Words } from '../pools/words.js';
import type { Gaps } from '../pools/inventory.js';
import type { Claim } from './claims.js';
import { inBatches } from './batches.js';
import type { Nodes } from './nodes.js';
import { podMetadata, wholePod, type PodMetadata, type WholePod } from './pods.js';
import { shows } from './verdict.js';

/** Above so many pods of one namespace, one list of that namespace costs less than asking for each. */
const LIST_NAMESPACE_ABOVE = 50;
/** The same where many namespaces have some, so that the requests stay few however many there are. */
const LIST_NAMESPACE_ABOVE_IN_ALL = { pods: 200, each: 5 };

/** A pod that a claim names, as the complete list and what was read after it show it. */
export type Owner =
  | { readonly state: 'absent'; readonly confirmedByGet: boolean }
  | { readonly state: 'unknown'; readonly why: 'look-up-failed' | 'pods-not-collected' }
  /** There to stay, and shows everything that is held for it: live, and nothing else was kept of it. */
  | { readonly state: 'plain' }
  | {
      readonly state: 'found';
      readonly pod: PodMetadata;
      /** null where metadata and the phase lists say all that a verdict needs. */
      readonly whole: WholePod | null;
      readonly pending: boolean;
    };

/** A pod that shows an address which is held for somebody else. */
export interface OtherPod {
  readonly namespace: string;
  readonly name: string;
  readonly network: string;
}

/** What one reading of the pods tells about every claim. */
export interface PodReading {
  readonly podCount: number;
  ownerOf(claim: Claim): Owner;
  /** Pods other than the owner, not finished, that show the claim's address on its network. */
  otherPodsThatShow(claim: Claim): readonly OtherPod[];
  /** Every pod, not finished, that shows one of the watched addresses on any network. */
  podsThatShow(address: Address): readonly OtherPod[];
}

interface Seen {
  /** null: owns no claim. */
  readonly owner: PodMetadata | 'plain' | null;
  readonly key: string;
  readonly uid: string;
  readonly shows: readonly { readonly address: string; readonly network: string }[];
}

/** What the pods are read for. */
export interface PodQuestions {
  readonly claims: readonly Claim[];
  /** Addresses of which every pod that shows them is wanted, whoever holds them. */
  readonly watched: readonly Address[];
  readonly nads: readonly Nad[] | null;
  /** Whether the evidence for what is live is wanted; else nothing is kept of a pod that is plainly there. */
  readonly evidenceOfLive: boolean;
}

/**
 * Reads the pods for a verdict: one complete list of metadata, which alone judges absence; then the lists by phase,
 * which only classify; then, whole, the few whose verdict depends on more.
 * @throws ClusterFailure where the pods may not be listed at all
 */
export async function readPods(
  reader: ClusterReader,
  { claims, watched, nads, evidenceOfLive }: PodQuestions,
  nodes: Nodes,
  gaps: Gaps,
): Promise<PodReading> {
  const wanted = new Wanted(claims, watched, evidenceOfLive);
  // Every pod yields something, so that the list itself counts them, also when it had to start again.
  const listed = await reader.collect(
    PODS,
    { metadataOnly: true },
    (object): Seen | 0 => wanted.see(podMetadata(object)) ?? 0,
  );
  const podCount = listed.length;
  const seen = listed.filter((pod) => pod !== 0);

  const finished = await readFinished(reader, seen);
  const owners = new Map<string, Owner>();
  for (const { owner, key } of seen) {
    if (owner === null) continue;
    const whole = finished.get(key);
    if (whole !== undefined) owners.set(key, found(whole));
    else owners.set(key, owner === 'plain' ? PLAIN : { state: 'found', pod: owner, whole: null, pending: false });
  }
  await classify(reader, wanted, owners, nodes, gaps);

  const shownBy = othersByAddress(seen, finished);
  const networks = new NetworkOfEntries(nads);
  return {
    podCount,
    ownerOf: (claim) => ownerOf(claim, owners, reader),
    otherPodsThatShow: (claim) => {
      if (claim.address === null || claim.owner === null) return [];
      return (shownBy.get(claim.address.toString()) ?? []).filter(
        (pod) => objectKey(pod.namespace, pod.name) !== claim.podref && networks.mayDrawFor(pod.network, claim),
      );
    },
    podsThatShow: (address) => shownBy.get(address.toString()) ?? [],
  };
}

/** Which pods and addresses the claims are about. */
class Wanted {
  readonly #byOwner = new Map<string, Claim[]>();
  /** The one pod that an address is held for; null: several. */
  readonly #ownerOfAddress = new Map<string, string | null>();
  readonly #watched: ReadonlySet<string>;
  readonly #words = new Words();

  constructor(
    claims: readonly Claim[],
    watched: readonly Address[],
    private readonly evidenceOfLive: boolean,
  ) {
    this.#watched = new Set(watched.map(String));
    for (const claim of claims) {
      if (claim.owner === null) continue;
      // A podref that could be read is `namespace/name` already.
      const owner = claim.podref;
      const own = this.#byOwner.get(owner);
      if (own === undefined) this.#byOwner.set(owner, [claim]);
      else own.push(claim);
      if (claim.address === null) continue;
      const address = claim.address.toString();
      const other = this.#ownerOfAddress.get(address);
      this.#ownerOfAddress.set(address, other === undefined || other === owner ? owner : null);
    }
  }

  claimsOf(owner: string): readonly Claim[] {
    return this.#byOwner.get(owner) ?? [];
  }

  /** Keeps of a pod what the claims need, or nothing. */
  see(pod: PodMetadata): Seen | undefined {
    const asked = objectKey(pod.namespace, pod.name);
    const claims = this.#byOwner.get(asked);
    const key = claims?.[0]?.podref ?? asked;
    let shows: { address: string; network: string }[] | undefined;
    if (pod.shown.state === 'read') {
      for (const { addresses, network } of pod.shown.entries) {
        for (const shown of addresses) {
          const address = shown.toString();
          const owner = this.#ownerOfAddress.get(address);
          // An address that is held for this pod alone is no objection to anybody.
          if ((owner !== undefined && owner !== key) || this.#watched.has(address)) {
            (shows ??= []).push({ address, network });
          }
        }
      }
    }
    if (claims === undefined && shows === undefined) return undefined;
    return { owner: claims === undefined ? null : this.#kept(pod, claims), key, uid: pod.uid, shows: shows ?? NOTHING };
  }

  #kept(pod: PodMetadata, claims: readonly Claim[]): PodMetadata | 'plain' {
    if (!isPlainly(pod, claims)) return pod;
    return this.evidenceOfLive || claims.some(({ malformed }) => malformed !== null)
      ? this.#small(pod, claims)
      : 'plain';
  }

  /**
   * Nearly every pod of a cluster plainly shows what is held for it, and of such a pod nothing else matters: it is kept
   * with the claims' own addresses and with names that all pods share.
   */
  #small(pod: PodMetadata, claims: readonly Claim[]): PodMetadata {
    const { namespace, name, uid, terminating, shown } = pod;
    if (shown.state !== 'read') return pod;
    const entries = shown.entries
      .map(({ ifName, network, addresses }) => ({
        ifName: ifName === null ? null : this.#words.shared(ifName),
        network: this.#words.shared(network),
        addresses: heldAmong(claims, addresses),
      }))
      .filter((entry) => entry.addresses.length > 0);
    return {
      namespace: this.#words.shared(namespace),
      name,
      uid,
      terminating,
      // A copy of its own length: an array that grew keeps room for more.
      shown: { state: 'read', entries: entries.slice() },
      requestedInterfaces: null,
    };
  }
}

/** The finished pods among those seen, whole. */
async function readFinished(reader: ClusterReader, seen: readonly Seen[]): Promise<Map<string, WholePod>> {
  const uids = new Map(seen.map(({ key, uid }) => [key, uid]));
  const finished = new Map<string, WholePod>();
  for (const phase of ['Succeeded', 'Failed'] as const) {
    const pods = await reader.collect(PODS, { fieldSelector: `status.phase=${phase}` }, (object) => {
      const { namespace = '', name = '', uid = '' } = object.metadata;
      // A pod that was made anew since is judged by the complete list, not by its namesake.
      return uids.get(objectKey(namespace, name)) === uid ? wholePod(object) : undefined;
    });
    for (const pod of pods) finished.set(objectKey(pod.namespace, pod.name), pod);
  }
  return finished;
}

/** Finds out the phase of every owner that does not plainly show what is held for it, and the node of the dying. */
async function classify(
  reader: ClusterReader,
  wanted: Wanted,
  owners: Map<string, Owner>,
  nodes: Nodes,
  gaps: Gaps,
): Promise<void> {
  const open = new Map<string, PodMetadata>();
  for (const [key, owner] of owners) {
    if (owner.state !== 'found' || owner.whole !== null) continue;
    if (!isPlainly(owner.pod, wanted.claimsOf(key))) open.set(key, owner.pod);
  }
  if (open.size === 0) return;
  const pending = await reader.collect(
    PODS,
    { fieldSelector: 'status.phase=Pending', metadataOnly: true },
    ({ metadata }) => {
      const key = objectKey(metadata.namespace ?? '', metadata.name ?? '');
      return open.get(key)?.uid === metadata.uid ? key : undefined;
    },
  );
  for (const key of pending) {
    const pod = open.get(key);
    if (pod === undefined) continue;
    owners.set(key, { state: 'found', pod, whole: null, pending: true });
    // A dying pod's node decides whether it is lost, whatever its phase.
    if (!pod.terminating) open.delete(key);
  }
  for (const whole of await readDyingOnUnreachableNodes(reader, open, nodes)) {
    const key = objectKey(whole.namespace, whole.name);
    owners.set(key, found(whole));
    open.delete(key);
  }
  for (const [key, owner] of await readWhole(reader, open, gaps)) owners.set(key, owner);
}

/** A dead node leaves many dying pods in many namespaces: one list by node finds them all. */
async function readDyingOnUnreachableNodes(
  reader: ClusterReader,
  open: ReadonlyMap<string, PodMetadata>,
  nodes: Nodes,
): Promise<WholePod[]> {
  const dying = [...open.values()].filter(({ terminating }) => terminating).length;
  if (dying === 0) return [];
  const unreachable = await nodes.unreachable();
  if (unreachable.length > dying) return [];
  const pods: WholePod[] = [];
  for (const node of unreachable) {
    const listed = await reader.collect(PODS, { fieldSelector: `spec.nodeName=${node}` }, (object) => {
      const { namespace = '', name = '', uid } = object.metadata;
      return open.get(objectKey(namespace, name))?.uid === uid ? wholePod(object) : undefined;
    });
    pods.push(...listed);
  }
  return pods;
}

/** Reads pods whole: one by one where they are few, namespace by namespace where they are many. */
async function readWhole(
  reader: ClusterReader,
  pods: ReadonlyMap<string, PodMetadata>,
  gaps: Gaps,
): Promise<Map<string, Owner>> {
  const byNamespace = new Map<string, Map<string, PodMetadata>>();
  for (const [key, pod] of pods) {
    const group = byNamespace.get(pod.namespace) ?? new Map<string, PodMetadata>();
    byNamespace.set(pod.namespace, group.set(key, pod));
  }
  const owners = new Map<string, Owner>();
  const failures: ClusterFailure[] = [];
  const { pods: many, each } = LIST_NAMESPACE_ABOVE_IN_ALL;
  const threshold = pods.size > many ? each : LIST_NAMESPACE_ABOVE;
  for (const [namespace, group] of byNamespace) {
    const single = new Map(group);
    if (group.size > threshold) {
      const listed = await reader.collect(PODS, { namespace }, (object) =>
        group.has(objectKey(namespace, object.metadata.name ?? '')) ? wholePod(object) : undefined,
      );
      for (const whole of listed) {
        const key = objectKey(namespace, whole.name);
        owners.set(key, found(whole));
        single.delete(key);
      }
    }
    await inBatches([...single], async ([key, pod]) => {
      const owner = await readOne(reader, pod);
      if (owner instanceof ClusterFailure) failures.push(owner);
      owners.set(key, owner instanceof ClusterFailure ? { state: 'unknown', why: 'look-up-failed' } : owner);
    });
  }
  const [first, ...others] = failures;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length.toString()} more)`;
    gaps.warn(`${first.message}${more}: whether such a pod still needs its address is not known`);
    gaps.incomplete = true;
  }
  return owners;
}

async function readOne(reader: ClusterReader, { namespace, name }: PodMetadata): Promise<Owner | ClusterFailure> {
  try {
    const object = await reader.get(PODS, namespace, name);
    return object === undefined ? { state: 'absent', confirmedByGet: true } : found(wholePod(object));
  } catch (failure) {
    if (failure instanceof ClusterFailure) return failure;
    throw failure;
  }
}

/** A pod that was read whole. */
export function found(whole: WholePod): Owner {
  return { state: 'found', pod: whole, whole, pending: whole.phase === 'Pending' };
}

function ownerOf(claim: Claim, owners: ReadonlyMap<string, Owner>, reader: ClusterReader): Owner {
  if (claim.owner === null) return { state: 'unknown', why: 'look-up-failed' };
  const owner = owners.get(claim.podref);
  if (owner !== undefined) return owner;
  return reader.isComplete(PODS, claim.owner.namespace)
    ? { state: 'absent', confirmedByGet: false }
    : { state: 'unknown', why: 'pods-not-collected' };
}

const NOTHING: readonly never[] = [];

const PLAIN: Owner = { state: 'plain' };

/** The claims' own copies of those addresses among some that are held for them. */
function heldAmong(claims: readonly Claim[], addresses: readonly Address[]): Address[] {
  const held: Address[] = [];
  for (const { address } of claims) {
    if (address !== null && addresses.some((other) => other.equals(address))) held.push(address);
  }
  return held.slice();
}

/** Metadata alone says that the pod is there to stay and shows everything that is held for it. */
function isPlainly(pod: PodMetadata, claims: readonly Claim[]): boolean {
  return !pod.terminating && claims.every(({ address }) => address === null || shows(pod, address));
}

function othersByAddress(seen: readonly Seen[], finished: ReadonlyMap<string, WholePod>): Map<string, OtherPod[]> {
  const byAddress = new Map<string, OtherPod[]>();
  for (const { key, shows } of seen) {
    if (shows.length === 0 || finished.has(key)) continue;
    const slash = key.indexOf('/');
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
    for (const { address, network } of shows) {
      append(byAddress, address, { namespace, name, network });
    }
  }
  return byAddress;
}

/** Whether an entry of a network-status may speak of a claim's network. */
class NetworkOfEntries {
  readonly #nads: ReadonlyMap<string, Nad> | null;

  constructor(nads: readonly Nad[] | null) {
    this.#nads = nads === null ? null : new Map(nads.map((nad) => [objectKey(nad.namespace, nad.name), nad]));
  }

  /** Yes where the NAD draws from the claim's network, and where it cannot be read: doubt is an objection. */
  mayDrawFor(network: string, claim: Claim): boolean {
    if (!claim.networkKnown) return true;
    const nad = this.#nads?.get(network);
    if (nad === undefined || nad.error !== undefined) return true;
    if (nad.whereabouts === undefined) return false;
    return !nad.whereabouts.ok || nad.whereabouts.networkName === claim.networkName;
  }
}
