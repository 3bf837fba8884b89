import { allocationWithoutReservation } from './checks/allocation-without-reservation.js';
import { capacity } from './checks/capacity.js';
import { collectionFailedEvent } from './checks/collection-failed-event.js';
import { crdDrift } from './checks/crd-drift.js';
import { duplicateAllocation } from './checks/duplicate-allocation.js';
import { duplicateLiveIp } from './checks/duplicate-live-ip.js';
import { finishedPod } from './checks/finished-pod.js';
import { foreignNamespace } from './checks/foreign-namespace.js';
import { invalidOffset } from './checks/invalid-offset.js';
import { invalidPodref } from './checks/invalid-podref.js';
import { invalidPoolRange } from './checks/invalid-pool-range.js';
import { leaseContention } from './checks/lease-contention.js';
import { leftoverSlicePool } from './checks/leftover-slice-pool.js';
import { lostNode } from './checks/lost-node.js';
import { missingIfname } from './checks/missing-ifname.js';
import { missingNetworkStatus } from './checks/missing-network-status.js';
import { missingSlicePool } from './checks/missing-slice-pool.js';
import { objectSize } from './checks/object-size.js';
import { orphanPool } from './checks/orphan-pool.js';
import { outsideWindow } from './checks/outside-window.js';
import { ownerMismatch } from './checks/owner-mismatch.js';
import { pendingForAddress } from './checks/pending-for-address.js';
import { reconcilerMissing } from './checks/reconciler-missing.js';
import { reconcilerNotRunning } from './checks/reconciler-not-running.js';
import { reservationWithoutAllocation } from './checks/reservation-without-allocation.js';
import { scheduleNotInForce } from './checks/schedule-not-in-force.js';
import { sliceNodeMismatch } from './checks/slice-node-mismatch.js';
import { staleAllocation } from './checks/stale-allocation.js';
import { unmaskedPoolRange } from './checks/unmasked-pool-range.js';
import { untrackedLiveIp } from './checks/untracked-live-ip.js';
import type { AnyCheck } from './model.js';

/** Every check, sorted by id. */
export const CHECKS: readonly AnyCheck[] = [
  allocationWithoutReservation,
  capacity,
  collectionFailedEvent,
  crdDrift,
  duplicateAllocation,
  duplicateLiveIp,
  finishedPod,
  foreignNamespace,
  invalidOffset,
  invalidPodref,
  invalidPoolRange,
  leaseContention,
  leftoverSlicePool,
  lostNode,
  missingIfname,
  missingNetworkStatus,
  missingSlicePool,
  objectSize,
  orphanPool,
  outsideWindow,
  ownerMismatch,
  pendingForAddress,
  reconcilerMissing,
  reconcilerNotRunning,
  reservationWithoutAllocation,
  scheduleNotInForce,
  sliceNodeMismatch,
  staleAllocation,
  unmaskedPoolRange,
  untrackedLiveIp,
];
