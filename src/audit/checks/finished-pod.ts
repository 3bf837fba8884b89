import { releaseCommand } from '../commands.js';
import { claimFields } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { claims } from '../sources/claims.js';

export const finishedPod = defineCheck({
  id: 'audit/finished-pod',
  severity: 'info',
  title: 'a pod that Succeeded or Failed still holds an address',
  why: 'The reconciler of whereabouts looks at no phase: an address whose DEL never came stays with a finished pod until somebody deletes the pod. Jobs that are kept, and nodes that are shut down gracefully, use a pool up that way.',
  needs: { claims },
  fix: { kind: 'release', text: 'ipamctl reconcile --now --include-completed, or delete the pod' },
  raises: {
    said: 'a Job is done, and its pod is kept',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/job') }),
      ipReservation('10.0.0.5', 'default/job'),
      attachedPod('job', { shows: [['tenant', '10.0.0.5']], phase: 'Succeeded' }),
      node('node-a'),
    ],
  },
  silent: { said: 'the pod runs', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/reconciler/wrappedPod.go; k8snetworkplumbingwg/whereabouts#550, #598',
  *check({ claims: survey }) {
    for (const judged of survey.claims) {
      const { claim, verdict, reason } = judged;
      if (claim.pool === null || verdict !== 'finished') continue;
      yield {
        ...claimFields(judged, survey),
        message: `held for ${claim.podref}, which ${reason === 'succeeded' ? 'Succeeded' : 'Failed'}`,
        fix: releaseCommand(claim, '--include-completed'),
      };
    }
  },
});
