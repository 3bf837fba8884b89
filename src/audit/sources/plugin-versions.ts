import { records, text } from '../../cluster/fields.js';
import { ClusterFailure } from '../../errors.js';
import { atLeast, parseVersion, type Version } from '../../lint/version.js';
import { podSpecOf, readWorkloads } from '../../openshift/workloads.js';
import { isAboutOneList, USUAL_NAMESPACES } from '../../pools/inventory.js';
import { defineSource } from '../model.js';

/**
 * The versions of whereabouts that workloads install on nodes, the newest first, as far as the tags of images tell: those
 * of OpenShift are named by their digest, which tells nothing.
 */
export const pluginVersions = defineSource<readonly Version[]>({
  id: 'pluginVersions',
  title: 'images of whereabouts',
  read: async ({ reader, gaps }) => {
    const versions: Version[] = [];
    let unread = 0;
    for (const namespace of USUAL_NAMESPACES) {
      try {
        for (const { kind, object } of await readWorkloads(reader, namespace)) {
          if (kind !== 'DaemonSet') continue;
          const { containers, initContainers } = podSpecOf(object);
          for (const container of [...records(containers), ...records(initContainers)]) {
            const version = imageVersion(text(container['image']) ?? '');
            if (version !== undefined) versions.push(version);
          }
        }
      } catch (failure) {
        // Who may not look does not know the version, and can still be told what holds for each.
        if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
        if (failure.reason === 'not-defined') continue;
        unread++;
        // Files seldom have the workloads of all places where whereabouts may be.
        const isSomewhere = failure.reason === 'not-collected' && unread < USUAL_NAMESPACES.length;
        if (!isSomewhere) gaps.warn(`${failure.message}: the version of whereabouts is not known`);
      }
    }
    if (unread === USUAL_NAMESPACES.length) gaps.incomplete = true;
    return versions.sort((a, b) => (atLeast(a, b) ? -1 : 1));
  },
});

/** By its tag; an image of that name only: those that OpenShift builds carry its own version. */
function imageVersion(image: string): Version | undefined {
  const tag = /(?:^|\/)whereabouts:([^@]+)/.exec(image)?.[1];
  return tag === undefined ? undefined : parseVersion(tag);
}
