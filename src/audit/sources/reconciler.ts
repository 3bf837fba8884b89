import { UsageFailure } from '../../errors.js';
import type { ReconcilerPod, SeenPod } from '../../openshift/reconciler-pods.js';
import { readStatus, type ReconcilerSight } from '../../openshift/reconciler-status.js';
import { readWorkloads, reconcilersAmong } from '../../openshift/workloads.js';
import { defineSource, Missing, Withheld, type Given } from '../model.js';

/** whereabouts' reconcilers: their schedule, their pods and what these log; wherever they are. */
export const reconciler = defineSource<ReconcilerSight>({
  id: 'reconciler',
  title: "whereabouts' reconciler",
  read: async (given) => {
    const sight = await sightOf(given, given.settings.ipamNamespace);
    if (sight.source.reconcilers.length > 0) return sight;
    // That there is none in the usual places does not say that there is none.
    const [elsewhere] = reconcilersAmong(await readWorkloads(given.reader));
    return elsewhere === undefined ? sight : sightOf(given, elsewhere.namespace);
  },
});

async function sightOf({ reader }: Given, ipamNamespace: string | undefined): Promise<ReconcilerSight> {
  try {
    return await readStatus(reader, { ipamNamespace });
  } catch (failure) {
    if (failure instanceof UsageFailure) throw new Missing(failure.message, true);
    throw failure;
  }
}

/** Pods of the reconcilers that can be judged by their logs, or by how they end. */
export const reconcilerPods = defineSource<readonly ReconcilerPod[]>({
  id: 'reconcilerPods',
  title: 'logs of the reconciler',
  isDerived: true,
  read: async (given) => {
    const { status, pods: seen } = await given.of(reconciler);
    const pods = status.pods.filter(({ startedAt, crash }) => startedAt !== null || crash !== null);
    if (pods.length === 0) throw new Missing('no reconciler has started');
    return judged(given, pods, seen, ({ log, crash }) => log !== 'none' || crash?.looping === true);
  },
});

/** Pods of the reconcilers whose logs tell the schedule that they go by, where one is set. */
export const scheduledPods = defineSource<readonly ReconcilerPod[]>({
  id: 'scheduledPods',
  title: 'schedules of the reconciler',
  isDerived: true,
  read: async (given) => {
    const { status, pods: seen } = await given.of(reconciler);
    const { configured, pods } = status;
    if (configured.source === 'unknown') throw new Missing('which schedule is set could not be read', true);
    if (configured.schedule === null) throw new Missing('no schedule is set');
    const running = pods.filter(({ startedAt }) => startedAt !== null);
    if (running.length === 0) throw new Missing('no reconciler has started');
    return judged(given, running, seen, ({ inForce }) => inForce !== null);
  },
});

/**
 * What is not seen is not absent: of such pods nothing is said, and the answer is not whole; but who may see no log at all
 * is only told so.
 */
function judged(
  { gaps }: Given,
  pods: readonly ReconcilerPod[],
  seen: readonly SeenPod[],
  isSeen: (pod: ReconcilerPod) => boolean,
): readonly ReconcilerPod[] {
  const unseen = pods.filter((pod) => !isSeen(pod));
  const [first] = unseen;
  if (first === undefined) return pods;
  const why = `${first.namespace}/${first.name}: ${first.unknown ?? 'its log was not read'}`;
  if (unseen.length === pods.length) {
    const withheld = seen.filter(({ log }) => log.read === 'none' && log.isForbidden).map(({ pod }) => pod.uid);
    throw unseen.every(({ uid }) => withheld.includes(uid)) ? new Withheld(why) : new Missing(why, true);
  }
  gaps.warn(`${unseen.length.toString()} of ${pods.length.toString()} reconciler pods could not be judged: ${why}`);
  gaps.incomplete = true;
  return pods.filter(isSeen);
}
