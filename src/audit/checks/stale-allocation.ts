import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { claimFields } from '../drafts.js';
import { defineCheck } from '../model.js';
import { claims } from '../sources/claims.js';
import { releaseCommand } from '../commands.js';

export const staleAllocation = defineCheck({
  id: 'audit/stale-allocation',
  severity: 'warning',
  title: 'an address is held for a pod that no longer needs it',
  why: 'The pod is gone, or has settled on another address, and its DEL never freed this one: the address is lost to the network until somebody releases it. Enough of them and new pods find none.',
  needs: { claims },
  fix: { kind: 'release', text: 'release it; ips release judges each owner again before it writes' },
  raises: {
    said: 'a node lost power, and its pod was deleted',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/gone') }),
      ipReservation('10.0.0.5', 'default/gone'),
      attachedPod('other'),
      node('node-a'),
    ],
  },
  silent: { said: 'the pod shows the address', objects: HEALTHY },
  source: 'k8snetworkplumbingwg/whereabouts#75, #546; ipamctl, verdict stale',
  *check({ claims: survey }) {
    for (const judged of survey.claims) {
      const { claim, verdict, reason } = judged;
      if (claim.pool === null || verdict !== 'stale') continue;
      yield {
        ...claimFields(judged, survey),
        message:
          reason === 'pod-gone'
            ? `held for ${claim.podref}, and there is no such pod`
            : `held for ${claim.podref}, which settled on another address`,
        fix: releaseCommand(claim),
      };
    }
  },
});
