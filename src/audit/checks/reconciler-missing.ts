import { isWithoutScheduler } from '../../openshift/reconciler-status.js';
import { HEALTHY, reconcilerWorkload } from '../examples.js';
import { defineCheck, type Draft } from '../model.js';
import { nads } from '../sources/inventory.js';
import { reconciler } from '../sources/reconciler.js';

export const reconcilerMissing = defineCheck({
  id: 'audit/reconciler-missing',
  severity: 'error',
  title: 'nothing frees the addresses that whereabouts loses',
  why: 'A node that went away, or a plugin that was not asked, leaves addresses behind for ever: pools run full, and new pods then do not start. The pod controller of whereabouts does this no more since v0.9.4; it takes the Deployment whereabouts-reconciler beside it. On OpenShift both come with a shim.',
  needs: { reconciler, nads },
  fix: {
    kind: 'manual',
    text: "on OpenShift ipamctl shim apply whereabouts; elsewhere whereabouts' doc/crds/reconciler-deployment.yaml",
  },
  raises: {
    said: 'whereabouts is of v0.9.4, and only its pod controller was installed',
    objects: [
      ...HEALTHY,
      reconcilerWorkload('DaemonSet', {
        name: 'whereabouts',
        image: 'ghcr.io/k8snetworkplumbingwg/whereabouts:v0.9.4',
        command: ['/ip-control-loop'],
      }),
    ],
  },
  silent: { said: 'the reconciler of v0.9.4 is there', objects: HEALTHY },
  source: 'whereabouts v0.9.4 cmd/controlloop/controlloop.go, doc/crds/reconciler-deployment.yaml',
  *check({ reconciler: { source, pods, status }, nads: networks }): Iterable<Draft> {
    const { reconcilers, isOpenShift } = source;
    const fix = isOpenShift === true ? 'ipamctl shim apply whereabouts' : null;
    if (reconcilers.length === 0) {
      const users = networks.filter(({ whereabouts }) => whereabouts !== undefined);
      const [first] = users;
      if (first === undefined) return;
      yield {
        object: { kind: 'NetworkAttachmentDefinition', namespace: first.namespace, name: first.name },
        message: `nothing that reconciles is deployed, and ${users.length.toString()} network${users.length === 1 ? ' uses' : 's use'} whereabouts`,
        evidence: { networks: users.length, isOpenShift },
        fix,
      };
    }
    if (reconcilers.length === 0 || !reconcilers.every((each) => isWithoutScheduler(each, pods))) return;
    for (const { workload, namespace } of reconcilers) {
      yield {
        object: { kind: workload.kind, namespace, name: workload.object.metadata.name ?? '' },
        message: 'frees the addresses of deleted pods only, and no reconciler is beside it',
        evidence: { images: status.workloads.map(({ image }) => image) },
        fix,
      };
    }
  },
});
