import { timeMs } from '../../cluster/fields.js';
import { PODS } from '../../cluster/resources.js';
import { defineSource } from '../model.js';
import { pods } from './pods.js';

/** When the pods that are Pending were made, in ms since the epoch, by uid. */
export const pendingSince = defineSource<ReadonlyMap<string, number>>({
  id: 'pendingSince',
  title: 'pending pods',
  read: async (given) => {
    // Pods are read in an order of their own, which this comes after.
    await given.of(pods);
    const options = { fieldSelector: 'status.phase=Pending', metadataOnly: true };
    const listed = await given.reader.collect(PODS, options, ({ metadata: { uid, creationTimestamp } }) => {
      const createdMs = timeMs(creationTimestamp);
      return uid === undefined || createdMs === null ? undefined : ([uid, createdMs] as const);
    });
    return new Map(listed);
  },
});
