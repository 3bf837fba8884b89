import { claimFields } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { claims } from '../sources/claims.js';

export const lostNode = defineCheck({
  id: 'audit/lost-node',
  severity: 'warning',
  title: 'an address is held for a pod whose node is gone or does not report',
  why: 'Nobody can tell whether the containers still run: a machine that is only cut off goes on answering on its network. The address stays held until the node comes back, or until somebody makes sure that it is off.',
  needs: { claims },
  fix: { kind: 'manual', text: 'make sure that its machine is off, then: ipamctl reconcile --now --include-lost' },
  raises: {
    said: 'the node stopped reporting while a pod was being deleted',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/web') }),
      ipReservation('10.0.0.5', 'default/web'),
      attachedPod('web', {
        shows: [['tenant', '10.0.0.5']],
        node: 'node-b',
        deletionTimestamp: '2026-03-01T11:30:00Z',
      }),
      node('node-b', 'Unknown'),
    ],
  },
  silent: { said: 'the node reports', objects: HEALTHY },
  source: 'k8snetworkplumbingwg/whereabouts#75, #485; ipamctl, verdict lost',
  *check({ claims: survey }) {
    for (const judged of survey.claims) {
      const { claim, verdict, evidence } = judged;
      if (claim.pool === null || verdict !== 'lost') continue;
      const pod = evidence.owner.state === 'found' ? evidence.owner.pod : null;
      const lost = pod?.node ?? evidence.lastNode;
      const where = lost === null ? 'its node' : `node ${lost.name}`;
      const how = lost?.state === 'gone' ? 'is gone' : 'does not report';
      yield {
        ...claimFields(judged, survey),
        message: `held for ${claim.podref}, which is ${pod === null ? 'gone' : pod.terminating ? 'being deleted' : 'finished'}, and ${where} ${how}: it may still answer`,
      };
    }
  },
});
