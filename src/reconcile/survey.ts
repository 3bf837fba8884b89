import type { ClusterReader } from '../cluster/port.js';
import type { Address } from '../net/address.js';
import { Gaps, readInventory, type Inventory, type InventoryOptions } from '../pools/inventory.js';
import { Claimants, readTraces, recentlyRemovedNodes } from './bystanders.js';
import { claimsOf, type Claim } from './claims.js';
import { confirm } from './confirm.js';
import { Court, heldByAttachment } from './court.js';
import type { JudgedClaim } from './judged.js';
import { Nodes } from './nodes.js';
import { readPods, type OtherPod } from './owners.js';
import { VERDICTS, type Verdict } from './verdict.js';

/** Every claim of a cluster, judged. */
export interface Survey {
  readonly inventory: Inventory;
  /** With `findingsOnly`, without the live ones. */
  readonly claims: readonly JudgedClaim[];
  /** How many keys of pools have which verdict, the live ones included. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Reservations behind the claims, and those without a key. */
  readonly reservationCount: number;
  /** Pods that the complete list held. */
  readonly podCount: number;
  /** Pods, not finished, that show a watched address. */
  podsThatShow(address: Address): readonly OtherPod[];
  readonly readAt: Date;
  readonly warnings: readonly string[];
  readonly incomplete: boolean;
}

/** What is judged. */
export interface SurveyOptions extends InventoryOptions {
  /**
   * Narrows the claims once the pools are read; absent: all. The pods are listed completely all the same, since any pod
   * may be an objection.
   */
  readonly only?: (inventory: Inventory) => (claim: Claim) => boolean;
  /** Addresses of which every pod that shows them is wanted, whoever holds them. */
  readonly watched?: readonly Address[];
  /** Judges these in place of what the pools hold: claims that somebody had, or may have again. */
  readonly claims?: (inventory: Inventory) => readonly Claim[];
  /** Only counts what is live: nearly everything is, and a plan names the rest. */
  readonly findingsOnly?: boolean;
}

/**
 * Reads pools, reservations and pods, in this order, judges every claim that is asked for, and reads the pools and
 * reservations behind what it found once more: what a busy cluster changed meanwhile is no finding.
 * @throws ClusterFailure where pools or pods cannot be read
 */
export async function survey(reader: ClusterReader, options: SurveyOptions = {}): Promise<Survey> {
  return surveyOf(reader, await readInventory(reader, options), options);
}

/** `survey` of pools and reservations that were read a moment ago. */
export async function surveyOf(
  reader: ClusterReader,
  inventory: Inventory,
  options: Omit<SurveyOptions, keyof InventoryOptions> = {},
): Promise<Survey> {
  const gaps = new Gaps();
  const everyClaim = claimsOf(inventory);
  const asked = options.claims?.(inventory);
  const claims = asked ?? (options.only === undefined ? everyClaim : everyClaim.filter(options.only(inventory)));
  const nodes = new Nodes(reader, gaps);
  const watched = options.watched ?? [];
  const pods =
    claims.length === 0 && watched.length === 0
      ? null
      : await readPods(
          reader,
          { claims, watched, nads: inventory.nads, evidenceOfLive: options.findingsOnly !== true },
          nodes,
          gaps,
        );
  const court =
    pods === null
      ? null
      : new Court({
          pods,
          claimants: new Claimants(reader, gaps),
          nodes,
          traces: (gone, withNodes) => readTraces(reader, gone, withNodes, gaps),
          held: (owners) => heldByAttachment(keysOf(everyClaim), owners),
          now: () => reader.now(),
        });
  const judged = court === null ? [] : await court.judge(claims, options.findingsOnly ?? false);
  const readAt = reader.now();
  // What is not there cannot go meanwhile.
  const confirmed = asked === undefined ? await confirm(reader, inventory, judged) : judged;
  await warnOfNodes(reader, nodes, confirmed, readAt, gaps);
  return {
    inventory,
    claims: confirmed,
    counts: countVerdicts(confirmed, options.findingsOnly === true ? (court?.live ?? 0) : 0),
    reservationCount: claims.reduce((count, { reservation }) => count + (reservation === null ? 0 : 1), 0),
    podCount: pods?.podCount ?? 0,
    podsThatShow: (address) => pods?.podsThatShow(address) ?? [],
    readAt,
    warnings: [...new Set([...inventory.warnings, ...gaps.warnings])],
    incomplete: inventory.incomplete || gaps.incomplete,
  };
}

/** Those that a key of a pool makes: a reservation alone gives nobody an address. */
function* keysOf(claims: readonly Claim[]): Generator<Claim> {
  for (const claim of claims) if (claim.pool !== null) yield claim;
}

function countVerdicts(claims: readonly JudgedClaim[], live: number): Record<Verdict, number> {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { claim, verdict } of claims) if (claim.pool !== null) counts[verdict]++;
  counts.live += live;
  return counts;
}

/** `pod-gone` proves that the API has no such pod, not that no container answers. */
async function warnOfNodes(
  reader: ClusterReader,
  nodes: Nodes,
  judged: readonly JudgedClaim[],
  now: Date,
  gaps: Gaps,
): Promise<void> {
  if (!judged.some(({ verdict }) => verdict === 'stale' || verdict === 'lost')) return;
  const down = await nodes.notReady();
  if (down.length > 0) {
    gaps.warn(
      `${few(down, 'is', 'are')} not Ready: a pod that was deleted by force may still run there and use an address that looks stale`,
    );
  }
  const removed = await recentlyRemovedNodes(reader, now.getTime());
  if (removed.length > 0) {
    gaps.warn(
      `${few(removed, 'was', 'were')} removed within the last hour: a machine that still runs may use an address that looks stale`,
    );
  }
}

function few(names: readonly string[], one: string, several: string): string {
  const shown = names.slice(0, 3).join(', ');
  const rest = names.length - 3;
  const list = rest > 0 ? `${shown} and ${rest.toString()} more` : shown;
  return names.length === 1 ? `node ${list} ${one}` : `nodes ${list} ${several}`;
}
